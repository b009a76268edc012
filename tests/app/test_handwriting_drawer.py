"""The drawer with all that was learned: seen, mended, taken back and undone, by mouse and by keys."""

import json

import pytest
from handwriting import write
from inside import recognizer
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from handpad import Recognizer
from handpad.app.handwriting import samples as samples_module
from handpad.paths import user_data


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(samples_module, "REST_MS", 50)
    monkeypatch.setattr(samples_module, "AGAIN_MS", 20)


@pytest.fixture
def taught():
    """The profile: eight n and eight w, one of which was learned as n."""
    pad = Recognizer(user_data() / "me.handpad")
    for seed in range(8):
        for label in "nw":
            pad.learn(write(label, seed=seed), label, confirmed=seed > 3, shown=label)
    pad.learn(write("w", seed=30), "n", shown="w")
    pad.close()


@pytest.fixture
def window(taught, start):
    return start()


@pytest.fixture
def drawer(qtbot, window):
    """The drawer, opened by its button, when the doubtful sample has come to the top."""
    QTest.mouseClick(window.bar.widgetForAction(window.tools.handwriting), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.handwriting.samples.rows and window.handwriting.samples.rows[0].doubt))
    return window.handwriting


def learned(window) -> list[str]:
    return sorted(entry.label for entry in recognizer(window).handwriting.entries())


def click(drawer, place, modifier=Qt.KeyboardModifier.NoModifier):
    rect = drawer.gallery.list.visualRect(drawer.gallery.model.index(place))
    QTest.mouseClick(drawer.gallery.list.viewport(), Qt.MouseButton.LeftButton, modifier, rect.center())


def press(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


ALL = sorted("n" * 9 + "w" * 8)
MENDED = sorted("n" * 8 + "w" * 9)


def test_it_is_closed_at_first_and_opened_and_left_by_keys(qtbot, window):
    assert not window.handwriting.isVisible()
    QTest.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert window.handwriting.isVisible()
    qtbot.waitUntil(lambda: window.handwriting.gallery.model.rowCount() == 17)
    QTest.keyClick(window.handwriting.gallery.characters, Qt.Key.Key_Escape)
    assert not window.handwriting.isVisible() and not window.tools.handwriting.isChecked()
    assert window.canvas.hasFocus() or not window.isActiveWindow()


def test_samples_stand_as_ink_doubtful_ones_on_top_with_the_reason(qtbot, drawer):
    gallery = drawer.gallery
    rows = [gallery.model.row(place) for place in range(gallery.model.rowCount())]
    assert len(rows) == 17 and [bool(row.doubt) for row in rows] == [True] + [False] * 16
    assert [row.kind for row in rows[1:]] == [0] * 8 + [1] * 8  # corrections and confirmations apart
    numbers = [row.number for row in rows[1:9]]
    assert numbers == sorted(numbers, reverse=True)
    qtbot.waitUntil(lambda: gallery.model.ink(rows[0].id) is not None)
    click(drawer, 0)
    assert gallery.doubt.text() == "It looks like your other “w”, not like your “n”."
    assert "doubtful" in gallery.model.data(gallery.model.index(0), Qt.ItemDataRole.AccessibleTextRole)


def test_a_character_is_chosen_and_kinds_are_filtered(drawer, window):
    gallery = drawer.gallery
    index = gallery.characters_model.index(gallery.characters_model.labels.index("w"))
    QTest.mouseClick(
        gallery.characters.viewport(), Qt.MouseButton.LeftButton, pos=gallery.characters.visualRect(index).center()
    )
    assert gallery.model.rowCount() == 8
    gallery.filter.setCurrentText("Left as read")
    assert gallery.model.rowCount() == 4
    gallery.filter.setCurrentText("Doubtful")
    assert gallery.model.rowCount() == 0 and gallery.empty.isVisible()
    window.open_handwriting("n")  # as the popup asks
    assert gallery.model.rowCount() == 9 and gallery.filter.currentIndex() == 0
    window.open_handwriting("x")
    assert "No samples of “x” yet" in gallery.empty.text()


def test_a_doubtful_sample_is_mended_by_one_press_and_that_is_undone(qtbot, drawer, window):
    click(drawer, 0)
    press(drawer.gallery.mend)
    qtbot.waitUntil(lambda: learned(window) == MENDED)
    qtbot.waitUntil(lambda: not any(row.doubt for row in drawer.samples.rows))
    qtbot.waitUntil(lambda: "“w” now" in window.status.sentence.text())
    press(window.status.undo)
    qtbot.waitUntil(lambda: learned(window) == ALL)


def test_another_label_is_typed(qtbot, drawer, window):
    click(drawer, 0)
    QTest.keyClicks(drawer.gallery.says, "w")
    QTest.keyClick(drawer.gallery.says, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: learned(window) == MENDED and window.status.undo.isVisible())
    QTest.keyClick(drawer.gallery.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: learned(window) == ALL)


def test_what_is_no_character_is_refused_in_plain_words(qtbot, drawer, window):
    click(drawer, 0)
    QTest.keyClicks(drawer.gallery.says, "ab")
    with qtbot.waitSignal(window.pad.trouble) as told:
        QTest.keyClick(drawer.gallery.says, Qt.Key.Key_Return)
    assert told.args == ["'ab' is no character that this model reads, so nothing can be learned of it."]
    assert learned(window) == ALL


def test_samples_are_deleted_by_key_and_come_back(qtbot, drawer, window):
    click(drawer, 1)
    click(drawer, 3, Qt.KeyboardModifier.ShiftModifier)
    assert drawer.gallery.title.text() == "3 samples chosen"
    QTest.keyClick(drawer.gallery.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(learned(window)) == 14)
    qtbot.waitUntil(lambda: drawer.gallery.model.rowCount() == 14)
    QTest.keyClick(drawer.gallery.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: learned(window) == ALL)


def test_a_sample_is_set_aside_and_learned_again(qtbot, drawer, window):
    click(drawer, 0)
    press(drawer.gallery.aside)
    qtbot.waitUntil(lambda: len(learned(window)) == 16)
    drawer.gallery.filter.setCurrentText("Set aside")
    qtbot.waitUntil(lambda: drawer.gallery.model.rowCount() == 1)
    click(drawer, 0)
    assert "nothing is learned from it" in drawer.gallery.about.text()
    press(drawer.gallery.aside)
    qtbot.waitUntil(lambda: learned(window) == ALL)


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Yes])
@pytest.mark.parametrize(("label", "left"), [("n", ["w"] * 8), ("", [])])
def test_a_character_or_everything_is_forgotten_after_a_question(
    qtbot, drawer, window, monkeypatch, answer, label, left
):
    asked = []
    monkeypatch.setattr(QMessageBox, "question", lambda *args: asked.append(args[2]) or answer)
    window.open_handwriting(label)
    press(drawer.gallery.reset)
    assert len(asked) == 1 and ("9 samples" if label else "17 samples") in asked[0]
    if answer == QMessageBox.StandardButton.Cancel:
        qtbot.wait(100)
        assert learned(window) == ALL
        return
    qtbot.waitUntil(lambda: learned(window) == left)
    qtbot.waitUntil(lambda: window.status.undo.isVisible())
    press(window.status.undo)
    qtbot.waitUntil(lambda: learned(window) == ALL)


def test_how_the_writer_is_read_is_said_and_saved(qtbot, drawer, tmp_path):
    press(drawer.tabs.button(1))
    qtbot.waitUntil(lambda: bool(drawer.samples.insight and drawer.samples.insight.reliabilities))
    view = drawer.insight
    assert drawer.headline.text().startswith("After 17 characters it is too early")
    assert "nearest styles, when it says" in view.chart.accessibleDescription()
    press(view.show_numbers)
    assert view.numbers.isVisible() and "Samples by character" in view.numbers.toPlainText()
    view.save_to(tmp_path / "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text())["characters"] == 17
    view.save_to(tmp_path / "mine.html")
    assert "too early for a figure" in (tmp_path / "mine.html").read_text()
    with qtbot.waitSignal(drawer.trouble):
        view.save_to(tmp_path / "no folder" / "mine.html")


def test_what_is_behind_a_reading_is_shown(qtbot, drawer, window):
    gallery = drawer.gallery
    window.open_handwriting("w", write("w", seed=3))
    qtbot.waitUntil(lambda: gallery.filter.currentText() == "Behind this reading")
    assert 0 < gallery.model.rowCount() <= 17 and gallery.model.row(0).label == "w"
    click(drawer, 0)
    assert gallery.about.text().startswith("It speaks for “w” here.")
    window.open_handwriting("n")
    assert gallery.filter.findText("Behind this reading") == -1 and gallery.model.rowCount() == 9


def test_what_is_learned_meanwhile_appears(qtbot, drawer, window):
    known = drawer.gallery.model.rowCount()
    window.pad.consult(lambda pad: pad.learn(write("o"), "o"), lambda _: None, changes=True)
    qtbot.waitUntil(lambda: drawer.gallery.model.rowCount() == known + 1)


def test_nothing_learned_is_said(qtbot, start):
    (user_data() / "me.handpad").unlink(missing_ok=True)
    window = start()
    window.open_handwriting()
    qtbot.waitUntil(lambda: "Nothing is learned yet" in window.handwriting.headline.text())
    assert window.handwriting.gallery.empty.isVisible() and not window.handwriting.gallery.reset.isVisible()
