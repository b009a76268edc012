"""The wizard through all its pages, with real training in child processes on images of our own."""

import json

import cv2
import pytest
from handwriting import LETTERS, write

from handpad.app import training_job
from handpad.glyph import rasterize
from handpad.installed import available_models

SHAPES = "HTLAovxz"


@pytest.fixture
def images(tmp_path):
    """A folder of <writer>/<character>/*.png: ten made-up writers, eight characters, three images of each."""
    folder = tmp_path / "images"
    for writer in range(10):
        for label in SHAPES:
            place = folder / f"writer{writer}" / f"U+{ord(label):04X}"
            place.mkdir(parents=True)
            for copy in range(3):
                image = 255 - rasterize(write(label, seed=1000 * writer + 10 * copy + ord(label)))
                cv2.imwrite(str(place / f"{copy}.png"), image)
    return folder


@pytest.fixture
def wizard(window):
    window.open_wizard()
    return window.wizard


def test_it_says_what_a_file_is_and_what_it_is_not(wizard, images, tmp_path):
    assert not wizard.next.isEnabled()
    (tmp_path / "diary.txt").write_text("dear diary")
    wizard.choose(tmp_path / "diary.txt")
    assert "does not know what diary.txt is" in wizard.found.text()
    assert not wizard.next.isEnabled()
    wizard.choose(images)
    assert "Your own images" in wizard.found.text()
    assert wizard.next.isEnabled()


def test_without_the_train_extra_one_sentence_says_how_to_add_it(wizard, images, monkeypatch):
    monkeypatch.setattr(training_job, "NEEDED", ("a_package_that_nobody_has",))
    wizard.choose(images)
    wizard.next.click()
    assert "pip install 'handpad[train]'" in wizard.extra.text()
    assert not wizard.next.isEnabled()


def test_from_images_to_an_installed_model(qtbot, window, wizard, images):
    wizard.choose(images)
    wizard.next.click()
    wizard.budgets.button(0).setChecked(True)
    wizard.next.click()
    assert wizard.pages.currentIndex() == 2
    wizard.close()  # it goes on in the background
    assert "goes on in the background" in window.status.text()
    window.open_wizard()
    assert window.wizard is wizard
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == 3, timeout=240_000)
    assert not wizard.sheet.pixmap().isNull()
    info = json.loads((wizard.job.plan.model / "model.json").read_text())
    assert info["labels"] == sorted(SHAPES)
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        wizard.next.click()
    assert wizard.job.plan.model.name in available_models()
    assert window.pad.alphabet == "".join(sorted(SHAPES))
    assert set(SHAPES) <= set(LETTERS)


def test_stopping_returns_to_the_choice(qtbot, wizard, images):
    wizard.choose(images)
    wizard.next.click()
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.job.running, timeout=20_000)
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == 1, timeout=30_000)
    assert "stopped" in wizard.extra.text()


def test_a_failure_is_told_in_the_sentence_of_the_command(qtbot, wizard, tmp_path, images):
    wizard.choose(images)
    wizard._source = tmp_path / "gone"
    wizard.next.click()
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == 1, timeout=60_000)
    assert "gone" in wizard.extra.text()
    assert "Traceback" not in wizard.extra.text()
