import json
import shutil

import pytest
from handwriting import write_line

from handpad import Recognizer
from handpad.errors import ModelError
from handpad.installed import available_models, delete_model, install_model, installed_models, user_models
from handpad.model.folder import DESCRIPTION, NEEDED, READING, REPORT, read_description
from handpad.paths import bundled_models
from handpad.reading.potential_functions import PotentialFunctions
from handpad.train import cli


def test_bundled_models_are_available():
    assert list(available_models()) == ["handpad", "paper"]


def test_an_installed_model_is_offered_and_works(capsys):
    assert cli.main(["install", str(bundled_models() / "paper"), "--name", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "mine"
    assert available_models()["mine"] == user_models() / "mine"
    assert Recognizer(model=available_models()["mine"]).model.info["embedding"] == 256


def test_installing_again_replaces_and_leaves_nothing_over():
    install_model(bundled_models() / "paper", "mine")
    install_model(bundled_models() / "handpad", "mine")
    assert json.loads((user_models() / "mine" / "model.json").read_text())["name"] == "handpad"
    assert [path.name for path in user_models().iterdir()] == ["mine"]


def test_a_report_comes_along_where_there_is_one(tmp_path):
    model = shutil.copytree(bundled_models() / "paper", tmp_path / "mine")
    (model / REPORT).write_text("what it is worth")
    (model / "notes.txt").write_text("mine alone")
    target = install_model(model)
    assert sorted(path.name for path in target.iterdir()) == sorted([*NEEDED, REPORT])
    (model / REPORT).unlink()
    assert sorted(path.name for path in install_model(model).iterdir()) == sorted(NEEDED)


def test_all_that_predictions_depend_on_comes_along(monkeypatch):
    target = install_model(bundled_models() / "handpad", "mine")
    for name in (*NEEDED, READING):
        assert (target / name).read_bytes() == (bundled_models() / "handpad" / name).read_bytes()
    mine, bundled, load, loaded = Recognizer(model=target), Recognizer(), PotentialFunctions.load, []
    monkeypatch.setattr(PotentialFunctions, "load", lambda place: loaded.append(place) or load(place))
    mine.open_reading()
    assert loaded == [target]  # else the bundled model's stands in
    ink = [stroke for letter in write_line("the quick fox") for stroke in letter]
    assert mine.read(ink).lines[0].alternatives == bundled.read(ink).lines[0].alternatives


def test_a_damaged_reading_file_is_refused(tmp_path):
    bad = shutil.copytree(bundled_models() / "handpad", tmp_path / "mine")
    (bad / READING).write_bytes(b"PK")
    with pytest.raises(ModelError, match=READING):
        install_model(bad)
    assert list(user_models().iterdir()) == []


def test_a_model_from_before_there_were_checksums_gets_them(tmp_path):
    old = shutil.copytree(bundled_models() / "handpad", tmp_path / "old")
    info = json.loads((old / DESCRIPTION).read_text())
    (old / DESCRIPTION).write_text(json.dumps({k: v for k, v in info.items() if k not in ("sha256", "digest")}))
    assert read_description(install_model(old)) == info


def test_a_bad_model_is_refused_and_changes_nothing(tmp_path, capsys):
    install_model(bundled_models() / "paper", "mine")
    bad = shutil.copytree(bundled_models() / "handpad", tmp_path / "mine")
    (bad / "styles.npz").write_bytes(b"")
    assert cli.main(["install", str(bad)]) == 1
    assert "styles.npz" in capsys.readouterr().err
    assert json.loads((user_models() / "mine" / "model.json").read_text())["name"] == "paper"
    assert [path.name for path in user_models().iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["../evil", ".hidden", "a/b"])
def test_names_stay_inside_the_folder(name):
    with pytest.raises(ModelError, match="cannot be the name"):
        install_model(bundled_models() / "paper", name)


def test_a_full_disk_leaves_the_old_model(monkeypatch):
    install_model(bundled_models() / "paper", "mine")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ModelError, match="No space left"):
        install_model(bundled_models() / "handpad", "mine")
    assert json.loads((user_models() / "mine" / "model.json").read_text())["name"] == "paper"
    assert [path.name for path in user_models().iterdir()] == ["mine"]


def test_a_model_of_ones_own_is_deleted_and_a_bundled_one_never():
    install_model(bundled_models() / "paper", "mine")
    install_model(bundled_models() / "paper", "handpad")
    assert set(installed_models()) == {"mine", "handpad"}
    delete_model("mine")
    delete_model("handpad")
    assert installed_models() == {} and not list(user_models().iterdir())
    assert available_models()["handpad"] == bundled_models() / "handpad"
    for name in ("handpad", "mine", "..", ""):
        with pytest.raises(ModelError):
            delete_model(name)
    assert (bundled_models() / "handpad" / "model.onnx").is_file()
