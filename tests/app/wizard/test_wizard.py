"""The wizard through all its pages, with real training in child processes on images of our own."""

import json
import os
import shutil

import cv2
import pytest
from handwriting import write
from PySide6.QtCore import QMimeData, QPoint, QPointF, QProcess, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMessageBox, QPushButton

from handpad.app.wizard import training_job
from handpad.app.wizard.runner import duration
from handpad.app.wizard.wizard import DATA, HOW, LOOK, RESULT, TRAIN
from handpad.glyph import rasterize
from handpad.installed import available_models

SHAPES = "HTLAovxz"
PATIENCE = 600_000
"""Milliseconds: training is at low priority, so a busy computer keeps it waiting."""


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """A folder of <writer>/<character>/*.png: ten made-up writers, eight characters, three images of each."""
    folder = tmp_path_factory.mktemp("data") / "images"
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


@pytest.fixture
def choose(qtbot, wizard):
    """Chooses files as the file dialog would, and waits until they have been looked at."""

    def choose(*paths):
        at_rest = wizard.data.drop.prompt.text()
        wizard.data.drop.chosen.emit(list(paths))
        assert wizard.data.drop.prompt.text() != at_rest
        qtbot.waitUntil(lambda: wizard.data.drop.prompt.text() == at_rest, timeout=20_000)

    return choose


def press(page, name):
    """Press the button that says, or is called, so."""
    *_, button = (b for b in page.findChildren(QPushButton) if name in (b.text(), b.accessibleName()))  # the newest
    button.click()


def answer(button):
    """Press a button of the question that comes next; returns what was asked, when it has been."""
    told = []

    def press_it():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(50, press_it)
            return
        told.append(f"{box.text()} {box.informativeText()}")
        next(each for each in box.buttons() if each.text() == button).click()

    QTimer.singleShot(0, press_it)
    return told


def to_how(qtbot, wizard):
    """From the chosen data to the page that asks how."""
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.preparation.prepared is not None, timeout=PATIENCE)
    wizard.next.click()
    assert wizard.pages.currentIndex() == HOW


def test_it_says_what_a_file_is_and_what_it_is_not(wizard, choose, images, tmp_path):
    assert not wizard.next.isEnabled()
    (tmp_path / "diary.txt").write_text("dear diary")
    choose(tmp_path / "diary.txt")
    assert "does not know what diary.txt is" in wizard.data.trouble.text()
    assert wizard.data.offers.isVisible()
    assert not wizard.next.isEnabled()
    choose(images)
    assert not wizard.data.trouble.isVisible()
    assert [found.title for found in wizard.data.learn] == ["Images of your own"]
    assert wizard.next.isEnabled()


def test_files_are_dropped_on_it(qtbot, wizard, images):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(images))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), copy, data, left, none)
    QApplication.sendEvent(wizard.data.drop, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(wizard.data.drop, QDropEvent(QPointF(20, 20), copy, data, left, none))
    qtbot.waitUntil(lambda: bool(wizard.data.learn), timeout=20_000)
    assert wizard.data.learn[0].source == images


def test_several_data_sets_are_learned_from_together_or_only_measured_on(wizard, choose, images, tmp_path):
    from handpad.profile import Profile

    def kinds():
        return [found.kind for found in wizard.data.learn], [found.kind for found in wizard.data.measure]

    for name in ("anna", "ben"):
        (tmp_path / name).mkdir()
        Profile(tmp_path / name / f"{name}.handpad").close()
    choose(images)
    assert not wizard.data.findChildren(QComboBox)
    choose(tmp_path / "anna")
    choose(tmp_path / "ben")
    assert kinds() == (["folder", "profile", "profile"], [])
    first = wizard.data.findChildren(QComboBox)[-3]  # those of earlier rows wait to be deleted
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert kinds() == (["profile", "profile"], ["folder"])
    press(wizard.data, f"Remove {wizard.data.found[1].title}")
    press(wizard.data, f"Remove {wizard.data.found[1].title}")
    assert kinds() == (["folder"], [])
    assert wizard.next.isEnabled()


def test_without_the_train_extra_one_sentence_says_how_to_add_it(window, images, qtbot, monkeypatch):
    monkeypatch.setattr(training_job, "NEEDED", ("a_package_that_nobody_has",))
    window.open_wizard()
    wizard = window.wizard
    assert "pip install 'handpad[train]'" in wizard.data.trouble.text()
    wizard.data.drop.chosen.emit([images])
    qtbot.waitUntil(lambda: bool(wizard.data.learn), timeout=20_000)
    assert "pip install 'handpad[train]'" in wizard.data.trouble.text()
    assert not wizard.next.isEnabled()


def test_too_few_writers_are_told_before_anything_is_trained(qtbot, wizard, choose, images, tmp_path):
    shutil.copytree(images / "writer0", tmp_path / "few" / "writer0")
    choose(tmp_path / "few")
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.preparation.prepared is not None, timeout=PATIENCE)
    assert "only 1 writer" in wizard.look.trouble.text()
    assert not wizard.next.isEnabled()


def test_data_that_cannot_be_read_is_told_in_the_sentence_of_the_command(qtbot, wizard, choose, tmp_path):
    (tmp_path / "uji").mkdir()
    (tmp_path / "uji" / "UJIpenchars-w01").write_text("no such thing")
    choose(tmp_path / "uji")
    assert wizard.data.learn[0].kind == "uji"
    wizard.next.click()
    qtbot.waitUntil(lambda: bool(wizard.look.trouble.text()), timeout=PATIENCE)
    assert "Traceback" not in wizard.look.trouble.text()
    assert wizard.look.trouble.text().endswith(".")
    assert not wizard.next.isEnabled()
    wizard.back.click()
    assert wizard.pages.currentIndex() == DATA


def test_the_name_of_the_model_is_checked(qtbot, wizard, choose, images):
    choose(images)
    to_how(qtbot, wizard)
    assert wizard.how.name.text() == "handpad-folder"
    wizard.how.name.setText("../mine")
    assert not wizard.next.isEnabled()
    wizard.how.name.setText("paper")
    assert "in its place" in wizard.how.note.text()
    assert wizard.next.isEnabled()
    wizard.how.minutes.setValue(5)
    assert wizard.how.budget == 5


def test_keys_alone_lead_through_it(qtbot, window, wizard, choose, images):
    """Enter goes on from page to page, Space chooses, Escape puts the wizard away and keeps where it was."""
    choose(images)
    QTest.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.preparation.prepared is not None, timeout=PATIENCE)
    assert wizard.pages.currentIndex() == LOOK
    QTest.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    assert wizard.pages.currentIndex() == HOW
    wizard.how.networks.button(0).setFocus()
    QTest.keyClick(wizard.focusWidget(), Qt.Key.Key_Down)
    assert wizard.how.network == "paper"
    QTest.keyClick(wizard, Qt.Key.Key_Escape)
    assert not wizard.isVisible()
    window.open_wizard()
    assert wizard.isVisible()
    assert wizard.pages.currentIndex() == HOW


def test_from_images_to_an_installed_model(qtbot, window, wizard, choose, images):
    """Choose, look, train, stop, go on in the background, read the result, install; what was taught follows."""
    pad = window.pad
    pad.set_boxes(True)
    for stroke in write("H", pad.page.ruling.x_height, (60, pad.page.ruling.baseline(0)), seed=1):
        pad.write(stroke)
    qtbot.waitUntil(lambda: bool(pad.page.text()), timeout=20_000)
    with qtbot.waitSignal(pad.corrected, timeout=20_000):
        pad.correct(pad.page.characters[0].substrokes, "H")

    choose(images)
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.preparation.prepared is not None, timeout=PATIENCE)
    assert wizard.pages.currentIndex() == LOOK
    assert "<b>240</b> characters" in wizard.look.summary.text()
    assert "10 writers" in wizard.look.summary.text()
    qtbot.waitUntil(lambda: bool(wizard.look.sheet.accessibleDescription()), timeout=20_000)
    assert set(wizard.look.sheet.accessibleDescription().partition(", labelled ")[2].split()) == set(SHAPES)
    wizard.next.click()
    wizard.next.click()
    assert wizard.pages.currentIndex() == TRAIN

    qtbot.waitUntil(lambda: bool(_watched(wizard)), timeout=PATIENCE)
    wizard.other.click()
    assert wizard.other.text() == "Stop at once"
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == DATA, timeout=PATIENCE)
    assert wizard.data.left_over.isVisible()
    assert window.status.training.isVisible()
    assert wizard.data.left_over.use.isVisible()

    seen = _watched(wizard)
    wizard.data.left_over.go_on.click()
    assert wizard.pages.currentIndex() == TRAIN
    assert _watched(wizard) == seen
    wizard.next.click()
    assert not wizard.isVisible()
    assert "goes on in the background" in window.status.sentence.text()
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == RESULT, timeout=PATIENCE)
    assert window.status.training.text() == "A new model is ready"
    window.status.training.click()
    assert wizard.isVisible()
    qtbot.waitUntil(lambda: wizard.outcome.frame.isVisible(), timeout=PATIENCE)
    texts = [wizard.outcome.table.itemAt(index).widget().text() for index in range(wizard.outcome.table.count())]
    assert any("FOLDER, test writers: " in text for text in texts)
    assert "the difference lies between" in texts
    assert any("ms" in text for text in texts)
    plan = wizard.plan
    info = json.loads((plan.model / "model.json").read_text())
    assert info["labels"] == sorted(SHAPES)

    # It reads eight characters: keeping the other one is what Enter does, and asks before the new one goes.
    assert "cannot read" in wizard.outcome.verdict.text() or "worse" in wizard.outcome.verdict.text()
    assert wizard.next.text() == "Keep handpad" and wizard.next.isDefault() and wizard.next.hasFocus()
    asked = answer("Not yet")
    wizard.next.click()
    assert f"Throw away {plan.model_name}?" in asked[0] and plan.finished
    assert wizard.back.text() == "Install and use"
    with qtbot.waitSignal(pad.ready, timeout=20_000):
        wizard.back.click()
    assert plan.model_name in available_models()
    assert not plan.folder.exists()
    assert not window.status.training.isVisible()
    assert pad.session.alphabet.known == tuple(sorted(SHAPES))
    qtbot.waitUntil(lambda: not window.status.summary.behind, timeout=20_000)
    assert window.status.summary.samples == 1


def _watched(wizard):
    """The last value of the strong line of the accuracy curve, as it says it; "" before there is any."""
    return wizard.train.accuracy.accessibleDescription().partition("unseen writers ")[2]


def test_quitting_ends_the_training_and_the_next_start_offers_it_again(qtbot, start, images):
    window = start()
    window.open_wizard()
    wizard = window.wizard
    wizard.data.drop.chosen.emit([images])
    qtbot.waitUntil(lambda: bool(wizard.data.learn), timeout=20_000)
    to_how(qtbot, wizard)
    wizard.next.click()
    qtbot.waitUntil(lambda: bool(_watched(wizard)), timeout=PATIENCE)
    process = wizard.runner.job.findChild(QProcess).processId()
    window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)

    again = start()
    assert again.status.training.isVisible()
    again.status.training.click()
    left_over = again.wizard.data.left_over
    assert "handpad-folder" in left_over.sentence.text()
    assert "after round" in left_over.sentence.text()
    asked = answer("Not yet")
    left_over.discard.click()
    assert "Throw away handpad-folder?" in asked[0]
    assert left_over.isVisible()
    answer("Throw it away")
    left_over.discard.click()
    assert not left_over.isVisible()
    assert not again.status.training.isVisible()


def test_prepared_data_are_deleted_when_asked_but_not_those_that_a_training_waits_for(
    qtbot, wizard, choose, images, tmp_path
):
    assert not wizard.data.delete.isVisible()
    choose(images)
    to_how(qtbot, wizard)
    prepared = wizard.preparation.learn
    unfinished = prepared.with_name("uji-0.npz.unfinished")
    unfinished.mkdir()
    (unfinished / "part").write_bytes(bytes(3_000_000))
    wizard.next.click()
    qtbot.waitUntil(lambda: bool(_watched(wizard)), timeout=PATIENCE)
    wizard.data.delete.click()  # it is not to be seen, but a click might have been on its way
    assert unfinished.exists(), "it was deleted while a fit runs"
    wizard.other.click()
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == DATA, timeout=PATIENCE)

    assert wizard.data.delete.isVisible()
    assert "3.0 MB" in wizard.data.room.text()
    wizard.data.delete.click()
    assert list(prepared.parent.iterdir()) == [prepared], "the interrupted training needs it"
    assert not wizard.data.delete.isVisible()

    answer("Throw it away")
    wizard.data.left_over.discard.click()
    assert wizard.data.delete.isVisible()
    wizard.data.delete.click()
    assert not list(prepared.parent.iterdir())
    assert images.is_dir()
    to_how(qtbot, wizard)
    assert prepared.is_file(), "it was not prepared again"


def test_a_training_that_fails_says_why(qtbot, wizard, choose, images):
    choose(images)
    to_how(qtbot, wizard)
    wizard.preparation.learn.unlink()
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == DATA, timeout=PATIENCE)
    assert "There is no prepared data" in wizard.data.trouble.text()
    assert not wizard.data.left_over.isVisible()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 second"), (89, "89 seconds"), (600, "10 minutes"), (9000, "2.5 hours")]
)
def test_times_in_words(seconds, words):
    assert duration(seconds) == words
