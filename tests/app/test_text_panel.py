"""The text below the paper is edited with the keys, as in any editor, and stays with its ink."""

import os
from pathlib import Path

import pytest
from handwriting import write, write_line
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from tablet import Pen

from handpad.app import text_panel
from handpad.page.document import from_inkml
from handpad.profile import Profile

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """A pause is over as soon as all events are handled."""
    monkeypatch.setattr(text_panel, "PAUSE_MS", 0)
    monkeypatch.setattr(text_panel, "INSIDE_MS", 0)


def put(qtbot, window, text, row=0):
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line(text, ruling.x_height, (60.0, ruling.baseline(row)), gap=0.3):
        pen.write(letter)
    settle(qtbot, window)


def settle(qtbot, window):
    """Wait until all that was typed is on the page and all ink is read."""
    session, panel = window.pad.session, window.bottom.text

    def done():
        assert not (session.reads or session.stores or session.says_words or panel.is_edited)
        assert all(c.label for c in window.pad.page.characters)

    qtbot.waitUntil(done, timeout=10_000)


def into(window, place=None):
    """Put the cursor into the panel, at a place in its text or at its end."""
    panel = window.bottom.text
    window.activateWindow()
    panel.setFocus()
    cursor = panel.textCursor()
    cursor.setPosition(len(panel.toPlainText()) if place is None else place)
    panel.setTextCursor(cursor)
    return panel


def test_typing_goes_into_the_panel_and_arms_no_tool(qtbot, window):
    panel = into(window)
    QTest.keyClicks(panel, "hello blep")
    settle(qtbot, window)
    assert panel.toPlainText() == window.pad.page.text() == "hello blep"
    assert not window.canvas.eraser and not window.pad.page.boxes and window.tools.pen.isChecked()


def test_a_letter_changed_in_the_panel_corrects_its_ink_and_is_learned(qtbot, window):
    put(qtbot, window, "vox tool")
    before = window.pad.page
    panel = into(window, 1)
    QTest.keyClick(panel, Qt.Key.Key_Backspace)
    QTest.keyClicks(panel, "V")
    settle(qtbot, window)
    word = window.pad.page.words(0)[0]
    assert [(c.label, c.corrected, len(c.strokes)) for c in word] == [("V", True, 1), ("o", True, 1), ("x", True, 2)]
    assert panel.toPlainText() == window.pad.page.text()
    assert panel.hasFocus() and panel.textCursor().position() == 1
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert ("V", False) in [(sample.label, sample.confirmed) for sample in profile.samples()]
    QTest.keyClick(panel, Qt.Key.Key_Z, CONTROL)
    settle(qtbot, window)
    assert panel.toPlainText() == before.text()
    QTest.keyClick(panel, Qt.Key.Key_Y, CONTROL)
    settle(qtbot, window)
    assert panel.toPlainText().startswith("Vox ")


def test_while_it_is_typed_nothing_is_done_and_ctrl_z_takes_it_back(qtbot, window, monkeypatch):
    monkeypatch.setattr(text_panel, "PAUSE_MS", 60_000)
    monkeypatch.setattr(text_panel, "INSIDE_MS", 60_000)
    put(qtbot, window, "vox")
    page = window.pad.page
    panel = into(window)
    QTest.keyClicks(panel, "es")
    qtbot.wait(50)
    assert window.pad.page is page
    QTest.keyClick(panel, Qt.Key.Key_Z, CONTROL)
    assert panel.toPlainText() == page.text() and window.pad.page is page
    QTest.keyClicks(panel, "en and")  # the space ends the first word, leaving the panel the second
    window.canvas.setFocus()
    settle(qtbot, window)
    assert window.pad.page.text().endswith("en and")
    assert [typed.text for typed in window.pad.page.typed] == ["and"]


def test_characters_deleted_and_put_in_stay_with_the_ink_of_their_word(qtbot, window):
    put(qtbot, window, "to zoo")
    strokes = [{n for c in word for n in c.strokes} for word in window.pad.page.words(0)]
    second = window.pad.page.text().split()[1]
    panel = into(window, 2)
    QTest.keyClicks(panel, "ns")
    settle(qtbot, window)
    assert window.pad.page.text().split()[0].endswith("ns")
    for _ in range(3):
        QTest.keyClick(panel, Qt.Key.Key_Backspace)
        settle(qtbot, window)
    assert len(window.pad.page.text().split()[0]) == 1 and len(window.pad.page.text().split()[1]) == len(second)
    assert [{n for c in word for n in c.strokes} for word in window.pad.page.words(0)] == strokes


def test_what_is_pasted_where_no_ink_is_stays_on_the_page_and_is_saved(qtbot, start):
    window = start()
    put(qtbot, window, "to zoo")
    QGuiApplication.clipboard().setText("pasted words\nand a line")
    panel = into(window)
    QTest.keyClicks(panel, " ")
    QTest.keyClick(panel, Qt.Key.Key_V, CONTROL)
    settle(qtbot, window)
    text = window.pad.page.text()
    assert text.endswith("pasted words\nand a line") and panel.toPlainText() == text
    path = Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "page.inkml"
    window.close()
    assert from_inkml(path.read_bytes()).text() == text
    again = start()
    assert again.bottom.text.toPlainText() == text
    QTest.keyClick(into(again), Qt.Key.Key_A, CONTROL)
    QTest.keyClick(again.bottom.text, Qt.Key.Key_Delete)
    settle(qtbot, again)
    assert again.pad.page.text() == "" == again.bottom.text.toPlainText()
    QTest.keyClick(again.bottom.text, Qt.Key.Key_Z, CONTROL)
    settle(qtbot, again)
    assert again.bottom.text.toPlainText() == text


def test_an_edit_is_not_lost_by_closing_at_once(qtbot, start, monkeypatch):
    monkeypatch.setattr(text_panel, "PAUSE_MS", 60_000)
    window = start()
    put(qtbot, window, "to")
    panel = into(window)
    QTest.keyClicks(panel, "wel")
    window.close()
    assert start().bottom.text.toPlainText().endswith("wel")


def test_writing_goes_on_while_something_is_typed(qtbot, window, monkeypatch):
    monkeypatch.setattr(text_panel, "PAUSE_MS", 60_000)
    put(qtbot, window, "to")
    panel = into(window)
    QTest.keyClicks(panel, "wn")
    Pen(window.canvas).write(write("o", 30, (60, window.pad.page.ruling.baseline(1))))
    qtbot.waitUntil(lambda: "\n" in panel.toPlainText(), timeout=10_000)
    first, second = panel.toPlainText().split("\n")
    assert first.endswith("wn") and len(second) == 1
    panel.give()
    settle(qtbot, window)
    assert window.pad.page.line_text(0) == first


def test_ctrl_c_copies_the_selection_and_without_one_the_page(qtbot, window):
    put(qtbot, window, "to zoo")
    panel, text = into(window, 0), window.pad.page.text()
    QTest.keyClick(panel, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == text
    panel.moveCursor(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
    QTest.keyClick(panel, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == text[0]


def test_wrapped_lines_are_copied_as_paragraphs(qtbot, window):
    QGuiApplication.clipboard().setText("a long\nline\n\nand another")
    panel = into(window)
    QTest.keyClick(panel, Qt.Key.Key_V, CONTROL)
    settle(qtbot, window)
    qtbot.mouseClick(window.bottom.copy_paragraphs, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "a long line\n\nand another"
    assert "2 paragraphs" in window.status.sentence.text()
    qtbot.mouseClick(window.bottom.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "a long\nline\n\nand another"


def test_a_box_holds_one_character_and_that_is_said(qtbot, window):
    window.tools.boxes.trigger()
    put(qtbot, window, "o")
    text = window.pad.page.text()
    panel = into(window)
    QTest.keyClicks(panel, "x")
    qtbot.waitUntil(lambda: "box holds one" in window.status.sentence.text(), timeout=5000)
    assert window.pad.page.text() == text == panel.toPlainText()


def test_escape_gives_the_keys_back_to_the_page(qtbot, window):
    put(qtbot, window, "to")
    panel = into(window)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert window.canvas.hasFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_E)
    assert window.canvas.eraser
