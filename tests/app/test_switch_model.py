"""Another base model: what was taught follows, learned again from its ink."""

import contextlib
import shutil

import inside
import pytest
from handwriting import write

from handpad import Recognizer
from handpad.installed import install_model
from handpad.model.base import BaseModel
from handpad.paths import bundled_models, user_data
from handpad.profile import Profile


@pytest.fixture
def teach(qtbot):
    """Writes a character on a line of its own and corrects it to a label."""

    def teach(window, label, row):
        pad = window.pad
        for stroke in write(label, pad.page.ruling.x_height, (60, pad.page.ruling.baseline(row)), seed=row):
            pad.write(stroke)
        qtbot.waitUntil(lambda: len("".join(pad.page.text().split())) == row + 1, timeout=20_000)
        with qtbot.waitSignal(pad.corrected, timeout=20_000):
            pad.correct(pad.page.characters[-1].substrokes, label)

    return teach


def switch(qtbot, window, name):
    """Choose a base model, and wait until all that was taught is learned again."""
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window.set_setting("model", name)
    qtbot.waitUntil(lambda: not window.status.summary.behind, timeout=20_000)


def learned_with(folder):
    """What of the profile the model of a folder has seen, and has learned from: labels that were corrected, width."""
    model = BaseModel.load(folder)
    with Profile(user_data() / "me.handpad") as profile:
        assert profile.stale(model.fingerprint) == []
        derived = profile.derived(model.fingerprint)
        assert len(derived.ids) == len(profile)
    pairs = zip(derived.labels, derived.confirmed, strict=True)
    return [label for label, confirmed in pairs if not confirmed], derived.embeddings.shape[1]


def test_the_profile_follows_the_model_and_back(qtbot, window, teach):
    for row, label in enumerate("oHv"):
        teach(window, label, row)
    for name, size in (("paper", 256), ("handpad", 128)):
        switch(qtbot, window, name)
        assert learned_with(bundled_models() / name) == (list("oHv"), size)
        with contextlib.closing(Recognizer(user_data() / "me.handpad", model=bundled_models() / name)) as other:
            observation = other.observe([(write("o", seed=9), None)])
            assert inside.recognizer(window).model.name == name
            assert inside.recognizer(window).rank(observation) == other.rank(observation)


def test_an_installed_model_is_chosen_like_a_bundled_one(qtbot, window, teach):
    teach(window, "o", 0)
    target = install_model(bundled_models() / "paper", "mine")
    window.open_wizard()
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window.wizard.installed.emit(target.name)
    qtbot.waitUntil(lambda: not window.status.summary.behind, timeout=20_000)
    assert inside.recognizer(window).model.folder == target
    assert learned_with(target) == (["o"], 256)


def test_the_menu_overrides_the_command_line(qtbot, start, tmp_path):
    shutil.copytree(bundled_models() / "paper", tmp_path / "given")
    window = start("--model", tmp_path / "given")
    assert inside.recognizer(window).model.info["embedding"] == 256
    switch(qtbot, window, "handpad")
    assert inside.recognizer(window).model.info["embedding"] == 128
