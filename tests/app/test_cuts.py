"""Where ink is parted, on the ink: the cuts of a word by mouse, pen and keys, and Split, which asks where."""

import pytest
from canvas_clock import clock
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tablet import Pen
from test_window_lines import open_word, put, samples, settle, type_word

from handpad.app.correction_popup import CorrectionPopup
from handpad.app.word_popup import WordPopup


def drag(widget, start: QPointF, end: QPointF) -> None:
    """Drag with the mouse between two points of the page."""
    steps = [start + (end - start) * share / 8 for share in range(9)]
    press, move, release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for number, point in enumerate([*steps, end]):
        kind = press if number == 0 else release if number == len(steps) else move
        here = point - QPointF(widget.pos())
        button = none if kind == move else left
        held = none if kind == release else left
        place = QPointF(widget.mapToGlobal(here.toPoint()))
        QApplication.sendEvent(widget, QMouseEvent(kind, here, place, button, held, Qt.KeyboardModifier.NoModifier))


def knob(cuts, border: int) -> QPointF:
    rect = cuts.line(border)
    return QPointF(rect.center().x(), rect.top() + 5)


def pieces(window, row=0, word=0):
    return [(c.label, len(c.substrokes)) for c in window.pad.page.words(row)[word]]


@pytest.fixture
def typed(qtbot, window):
    """A word that says more ink than text, put right by typing: its cuts are shown."""
    put(qtbot, window, "othe tool")
    type_word(qtbot, window, "The")
    settle(qtbot, window)
    return window


def test_a_typed_word_shows_its_cuts_and_beside_it_what_was_not_learned(qtbot, typed):
    cuts = typed.popups.marks.cuts
    assert cuts is not None
    assert cuts.isVisible()
    assert cuts.parting.text == "The"
    assert len(cuts.parting.borders) == 2
    assert cuts.note == "T not learned"
    qtbot.waitUntil(lambda: sorted(label for label, _ in samples()) == ["e", "h"], timeout=5000)


def test_a_cut_is_dragged_with_the_mouse_learned_and_undone(qtbot, typed):
    cuts = typed.popups.marks.cuts
    before = [c.substrokes for c in typed.pad.page.words(0)[0]]
    h_before = next(c for c in typed.pad.page.words(0)[0] if c.label == "h").substrokes
    start = knob(cuts, 1)
    drag(cuts, start, start - QPointF(12, 0))
    settle(qtbot, typed)
    after = typed.pad.page.words(0)[0]
    assert "".join(c.label for c in after) == "The"
    assert [c.substrokes for c in after] != before
    moved = next(c for c in after if c.label == "h")
    assert moved.substrokes != h_before
    assert moved.corrected
    assert typed.popups.marks.cuts is cuts  # and shows the word as it is now
    assert [one.substrokes for one in cuts.parting.pieces] == [c.substrokes for c in after]
    typed.tools.undo.trigger()
    settle(qtbot, typed)
    assert [c.substrokes for c in typed.pad.page.words(0)[0]] == before


def test_a_pen_drags_a_cut_and_writes_no_ink(qtbot, typed):
    cuts, count = typed.popups.marks.cuts, len(typed.pad.page.strokes)
    before = [c.substrokes for c in typed.pad.page.words(0)[0]]
    start = knob(cuts, 1) - QPointF(cuts.pos())
    pen = Pen(cuts)
    pen.stroke([(start.x() - 2 * step, start.y()) for step in range(7)])
    settle(qtbot, typed)
    assert len(typed.pad.page.strokes) == count
    assert [c.substrokes for c in typed.pad.page.words(0)[0]] != before


def test_a_cut_that_is_dragged_off_the_word_is_removed_and_the_text_stays(qtbot, typed):
    cuts = typed.popups.marks.cuts
    drag(cuts, knob(cuts, 0), knob(cuts, 0) - QPointF(0, 60))
    settle(qtbot, typed)
    assert pieces(typed)[0][0] == "Th"
    assert typed.pad.page.line_text(0).startswith("The ")
    assert ("Th", False) not in samples()
    drag(cuts, cuts.plus().center(), QPointF(cuts.line(0).center().x() - 25, cuts.line(0).center().y()))
    settle(qtbot, typed)
    assert [label for label, _ in pieces(typed)] == ["T", "h", "e"]


def test_keys_move_add_and_remove_cuts(qtbot, window):
    put(qtbot, window, "vox tool")
    popup = open_word(qtbot, window, 0)
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_F2)
    cuts = window.popups.marks.cuts
    assert window.popups.popup is None
    qtbot.waitUntil(cuts.hasFocus, timeout=2000)
    assert cuts.accessibleName() == "Cut 1 of 2 in “vox”, between v and o"
    qtbot.keyClick(cuts, Qt.Key.Key_Tab)
    assert cuts.chosen == 1
    qtbot.keyClick(cuts, Qt.Key.Key_Right)
    assert window.pad.page.words(0)[0][0].corrected is False  # nothing is kept before Enter
    qtbot.keyClick(cuts, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.pad.page.line_text(0).startswith("vox ")
    assert all(c.corrected for c in window.pad.page.words(0)[0])
    qtbot.keyClick(cuts, Qt.Key.Key_Delete)
    qtbot.keyClick(cuts, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert len(window.pad.page.words(0)[0]) == 2
    qtbot.keyClick(cuts, Qt.Key.Key_Insert)
    qtbot.keyClick(cuts, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert [label for label, _ in pieces(window)] == ["v", "o", "x"]
    qtbot.keyClick(cuts, Qt.Key.Key_Escape)
    assert window.popups.marks.cuts is None
    assert window.canvas.hasFocus()


def test_escape_takes_back_what_keys_have_moved(qtbot, typed):
    cuts = typed.popups.marks.cuts
    before = [c.substrokes for c in typed.pad.page.words(0)[0]]
    cuts.setFocus()
    qtbot.keyClick(cuts, Qt.Key.Key_Delete)
    assert len(cuts.parting.borders) == 1
    qtbot.keyClick(cuts, Qt.Key.Key_Escape)
    assert len(cuts.parting.borders) == 2
    assert [c.substrokes for c in typed.pad.page.words(0)[0]] == before


def test_writing_on_goes_through_between_the_cuts_and_ends_them(qtbot, typed):
    count = len(typed.pad.page.strokes)
    Pen(typed.canvas).stroke([(60 + 3 * step, 180) for step in range(10)])
    settle(qtbot, typed)
    assert typed.popups.marks.cuts is None
    assert len(typed.pad.page.strokes) == count + 1


def open_split(qtbot, window, label):
    character = next(c for c in window.pad.page.characters if c.label == label)
    window.popups.open(character.substrokes)
    assert isinstance(window.popups.popup, CorrectionPopup)
    window.popups.popup.split.emit()
    qtbot.waitUntil(lambda: window.popups.marks.choice is not None, timeout=10_000)
    return character, window.popups.marks.choice


def test_split_asks_where_and_one_press_takes_the_best(qtbot, window):
    put(qtbot, window, "vox tool")
    character, choice = open_split(qtbot, window, "x")
    assert window.popups.popup is None
    assert len(window.pad.page.characters) == 7  # nothing is parted yet
    best = choice.cuts[0]
    qtbot.keyClick(choice, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.popups.marks.choice is None
    assert window.pad.page.find(character.substrokes) is None
    assert window.pad.page.find(best.left) is not None
    assert window.pad.page.find(best.right) is not None
    window.tools.undo.trigger()
    settle(qtbot, window)
    assert window.pad.page.find(character.substrokes) is not None


def test_a_number_an_arrow_or_a_click_picks_another_cut_and_escape_none(qtbot, window):
    put(qtbot, window, "tool")
    character, choice = open_split(qtbot, window, "t")
    qtbot.keyClick(choice, Qt.Key.Key_Escape)
    assert window.popups.marks.choice is None
    assert window.pad.page.find(character.substrokes) is not None
    for pick in ("number", "arrow", "click"):
        character, choice = open_split(qtbot, window, "t")
        second = choice.cuts[1]
        if pick == "number":
            qtbot.keyClick(choice, Qt.Key.Key_2)
        elif pick == "click":
            place = (choice.badge(1).center() - QPointF(choice.pos())).toPoint()
            QTest.mouseClick(choice, Qt.MouseButton.LeftButton, pos=place)
        else:
            while choice.chosen != 1:
                qtbot.keyClick(choice, Qt.Key.Key_Right)
            qtbot.keyClick(choice, Qt.Key.Key_Return)
        settle(qtbot, window)
        assert window.pad.page.find(second.left) is not None, pick
        window.tools.undo.trigger()
        settle(qtbot, window)


def test_the_reading_that_stands_there_is_first_and_confirms_the_word(qtbot, window):
    put(qtbot, window, "vox tool")
    popup = open_word(qtbot, window, 0)
    assert popup.buttons[0].label == "vox"
    assert "as read" in popup.buttons[0].accessibleName()
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)
    assert all(c.corrected for c in window.pad.page.words(0)[0])


@pytest.mark.parametrize("row", [0, 1, 4])
@pytest.mark.parametrize("size", [(1280, 800), (800, 600), (640, 480)])
def test_the_word_popup_never_covers_the_word(qtbot, window, row, size):
    window.resize(*size)
    put(qtbot, window, "tool", row=row)
    popup = open_word(qtbot, window, 0, row)
    word = tuple(c.substrokes for c in window.pad.page.words(row)[0])
    ink = window.canvas.painter.marked_rect(window.pad.page, word).toAlignedRect().adjusted(8, 8, -8, -8)
    at = QRect(window.canvas.mapTo(popup.parentWidget(), ink.topLeft()), ink.size())
    assert not popup.geometry().intersects(at)
    assert popup.parentWidget().rect().contains(popup.geometry())


def test_a_right_click_between_letters_and_beside_words_opens_the_word(qtbot, window):
    put(qtbot, window, "to lit")
    first, second = window.pad.page.words(0)
    texts = window.pad.page.line_text(0).split()
    boxes = [window.pad.page.box(c) for c in (*first, *second)]
    between = QPoint(int((boxes[0].right + boxes[1].left) / 2), int(boxes[1].top) - 12)
    behind = QPoint(int(boxes[-1].right) + 14, int(boxes[-1].center[1]))
    for point, text in zip((between, behind), texts, strict=True):
        assert not any(b.left - 2 <= point.x() <= b.right + 2 and b.top - 2 <= point.y() <= b.bottom + 2 for b in boxes)
        clock.ahead += 1
        QTest.mouseClick(window.canvas, Qt.MouseButton.RightButton, pos=point)
        qtbot.waitUntil(lambda: isinstance(window.popups.popup, WordPopup), timeout=10_000)
        assert window.popups.popup.buttons[0].label == text
        window.popups.close()
    QTest.mouseClick(window.canvas, Qt.MouseButton.RightButton, pos=QPoint(500, 200))
    qtbot.wait(50)
    assert window.popups.popup is None


def test_a_popup_offers_a_word_joined_with_the_next_and_choosing_that_joins_them(qtbot, window):
    put(qtbot, window, "to")
    put(qtbot, window, "day", left=max(box.right for box in window.pad.page.stroke_boxes.values()) + 45)
    first, second = window.pad.page.words(0)
    popup = open_word(qtbot, window, 0)
    texts = [button.label for button in popup.buttons]
    assert texts[0] == "to"
    assert "today" in texts
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_1 + texts.index("today"))
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)
    settle(qtbot, window)
    assert window.pad.page.line_text(0) == "today"
    assert [len(word) for word in window.pad.page.words(0)] == [len(first) + len(second)]
    window.tools.undo.trigger()
    settle(qtbot, window)
    assert window.pad.page.line_text(0) == "to day"
