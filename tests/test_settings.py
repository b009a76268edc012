import pytest

from handpad.adaptation.kinds import ADAPTERS
from handpad.app.window import ALPHABETS
from handpad.settings import TABLE, Settings


def test_the_table_repeats_nothing_and_explains_everything():
    keys = [setting.key for setting in TABLE]
    assert len(set(keys)) == len(keys)
    for setting in TABLE:
        assert len(setting.choices) >= 2
        assert setting.title
        assert setting.help.endswith(".")


def test_choices_are_what_the_rest_knows():
    table = {setting.key: setting for setting in TABLE}
    assert set(table["adapter"].choices) == set(ADAPTERS)
    assert set(table["alphabet"].choices) == set(ALPHABETS)


def test_values_are_kept(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    assert settings["theme"] == "system"
    settings["theme"] = "dark"
    assert Settings(tmp_path / "settings.json")["theme"] == "dark"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theme": "plaid"}', '{"theme": ["dark"]}'])
def test_damaged_settings_count_as_none(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_text(content)
    assert Settings(path)["theme"] == "system"


def test_unknown_settings_and_values_are_refused(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    with pytest.raises(KeyError):
        settings["colour"] = "red"
    with pytest.raises(ValueError):
        settings["theme"] = "plaid"
