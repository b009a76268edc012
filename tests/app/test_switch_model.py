"""Another base model: what was taught follows, learned again from its ink."""

import shutil

import pytest
from handwriting import write

from handpad.installed import install_model
from handpad.paths import bundled_models


@pytest.fixture
def teach(qtbot):
    """Writes a character on a line of its own and corrects it to a label."""

    def teach(window, label, row):
        pad = window.pad
        for stroke in write(label, pad.page.ruling.x_height, (60, pad.page.ruling.baseline(row)), seed=row):
            pad.write(stroke)
        qtbot.waitUntil(lambda: len("".join(pad.page.text().split())) == row + 1, timeout=20_000)
        with qtbot.waitSignal(pad.corrected, timeout=20_000):
            pad.correct(pad.page.characters[-1].parts, label)

    return teach


def switch(qtbot, window, name):
    """Choose a base model, and wait until all that was taught is learned again."""
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window.set_setting("model", name)
    qtbot.waitUntil(lambda: not window.status.summary.behind, timeout=20_000)
    return window.pad._engine.worker._recognizer


def test_the_profile_follows_the_model_and_back(qtbot, window, teach):
    for row, label in enumerate("oHv"):
        teach(window, label, row)
    sizes = []
    for name in ("paper", "handpad"):
        recognizer = switch(qtbot, window, name)
        assert recognizer.model.name == name
        derived = recognizer._profile.derived(recognizer.model.fingerprint)
        pairs = zip(derived.labels, derived.confirmed, strict=True)
        assert [label for label, confirmed in pairs if not confirmed] == list("oHv")
        sizes.append(derived.embeddings.shape[1])
        assert recognizer._profile.stale(recognizer.model.fingerprint) == []
        assert len(recognizer._adapter) == recognizer.sample_count()
    assert sizes == [256, 128]


def test_an_installed_model_is_chosen_like_a_bundled_one(qtbot, window, teach):
    teach(window, "o", 0)
    target = install_model(bundled_models() / "paper", "mine")
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window._use_installed(target.name)
    recognizer = window.pad._engine.worker._recognizer
    assert window.settings["model"] == "mine"
    assert recognizer.model.info["embedding"] == 256
    assert recognizer.sample_count() == 1


def test_the_menu_overrides_the_command_line(qtbot, start, tmp_path):
    shutil.copytree(bundled_models() / "paper", tmp_path / "given")
    window = start("--model", tmp_path / "given")
    assert window.pad._engine.worker._recognizer.model.info["embedding"] == 256
    assert switch(qtbot, window, "handpad").model.info["embedding"] == 128
