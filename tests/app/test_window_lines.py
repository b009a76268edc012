"""Lines read as they are written, through the real window: words, corrections on them, spaces, joined letters."""

import os
from pathlib import Path

import inside
import numpy as np
import pytest
from canvas_clock import clock
from handwriting import write, write_line
from PySide6.QtCore import QPoint, Qt
from tablet import Pen

from handpad.app.word_popup import WordPopup, own_word
from handpad.app.words_dialog import WordsDialog
from handpad.profile import Profile


def settle(qtbot, window):
    """Wait until everything has been read."""
    pad = window.pad
    qtbot.waitUntil(lambda: not pad.session.reads and not pad.session.stores, timeout=10_000)


def put(qtbot, window, text, row=0, left=60.0):
    """Write a text on a line, word by word as one does, and wait until it has been read."""
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line(text, ruling.x_height, (left, ruling.baseline(row)), gap=0.3):
        pen.write(letter)
    settle(qtbot, window)


def open_word(qtbot, window, index, row=0) -> WordPopup:
    window.popups.open_word(window.pad.page.words(row)[index][0].substrokes)
    qtbot.waitUntil(lambda: isinstance(window.popups.popup, WordPopup), timeout=10_000)
    return window.popups.popup


def type_word(qtbot, window, text):
    """Say what the first word is by typing it."""
    popup = open_word(qtbot, window, 0)
    qtbot.keyClicks(popup.buttons[0], text)
    assert popup.other.text() == text
    qtbot.keyClick(popup.other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)


def samples():
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        return [(sample.label, sample.confirmed) for sample in profile.samples()]


def test_a_word_that_is_typed_is_parted_over_its_ink_fixed_and_learned(qtbot, window):
    put(qtbot, window, "vox tool")
    type_word(qtbot, window, "Vox")
    word = window.pad.page.words(0)[0]
    assert [(c.label, c.corrected, len(c.strokes)) for c in word] == [("V", True, 1), ("o", True, 1), ("x", True, 2)]
    assert ("V", False) in samples()
    assert "Learned your Vox" in window.status.sentence.text()
    settle(qtbot, window)
    assert window.pad.page.line_text(0).startswith("Vox ")
    window.tools.undo.trigger()
    qtbot.waitUntil(lambda: samples() == [], timeout=5000)
    assert not any(c.corrected for c in window.pad.page.characters)


@pytest.mark.parametrize(
    ("written", "typed", "learned", "sentence"),
    [
        ("othe tool", "The", "he", "Changed to The; T not learned."),
        ("TThe tool", "The", "he", "Changed to The; T not learned."),
        ("vit tool", "nit", "it", "Changed to nit; n not learned."),
        ("zo tool", "dv", "", "Changed to dv; nothing was learned, as the ink does not look like it."),
    ],
)
def test_a_typed_word_teaches_no_ink_that_looks_otherwise(qtbot, window, written, typed, learned, sentence):
    put(qtbot, window, written)
    type_word(qtbot, window, typed)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: len(samples()) >= len(learned), timeout=10_000)
    assert sorted(label for label, _ in samples()) == sorted(learned)
    assert window.pad.page.line_text(0).startswith(f"{typed} ")
    assert all(c.corrected for c in window.pad.page.words(0)[0])
    assert window.status.sentence.text() == sentence
    assert window.status.undo.isVisible()


def test_a_letter_that_is_corrected_alone_is_learned_whatever_it_looks_like(qtbot, window):
    put(qtbot, window, "vit tool")
    window.pad.correct(window.pad.page.characters[0].substrokes, "n")
    settle(qtbot, window)
    assert samples() == [("n", False)]


def test_other_readings_of_a_word_differ_and_a_number_chooses(qtbot, window):
    put(qtbot, window, "tool")
    popup = open_word(qtbot, window, 0)
    texts = [button.label for button in popup.buttons]
    assert len(texts) == len(set(texts)) > 1
    assert window.pad.page.line_text(0) == texts[0]
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_2)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)
    assert window.pad.page.line_text(0) == texts[1]
    assert all(c.corrected for c in window.pad.page.characters)


def test_any_text_is_taken_and_what_is_not_learned_is_said(qtbot, window):
    put(qtbot, window, "to")
    for text, told in (("tö", "ö not learned"), ("transubstantiation", "as text only")):
        popup = open_word(qtbot, window, 0)
        popup.other.setText(text)  # which a test cannot type key by key
        popup.other.returnPressed.emit()
        qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)
        assert window.pad.page.line_text(0) == text
        assert told in window.status.sentence.text()
    assert [label for label, _ in samples()] in ([], ["t"])


def test_correcting_one_letter_reads_its_word_again_and_keeps_what_was_fixed(qtbot, window):
    put(qtbot, window, "vooi tool")
    first = window.pad.page.characters[0]
    window.pad.correct(first.substrokes, "n")
    settle(qtbot, window)
    window.pad.correct(window.pad.page.characters[1].substrokes, "a")
    settle(qtbot, window)
    now = window.pad.page.characters
    assert [(c.label, c.corrected) for c in now[:2]] == [("n", True), ("a", True)]
    assert not now[2].committed


def test_only_the_line_being_written_changes(qtbot, window):
    put(qtbot, window, "tool")
    before = window.pad.page.lines[0]
    put(qtbot, window, "vox lit", row=1)
    after = window.pad.page.lines[0]
    assert [(c.substrokes, c.label) for c in after] == [(c.substrokes, c.label) for c in before]
    assert all(c.committed for c in after)
    assert not any(c.committed for c in window.pad.page.words(1)[-1])


def test_a_drawing_that_is_left_alone_teaches_nothing_and_writing_does(qtbot, window):
    ruling = window.pad.page.ruling
    zigzag = np.column_stack([np.linspace(0, 40, 30), np.tile([-40.0, 0.0], 15)])
    pen = Pen(window.canvas)
    for number in range(3):
        pen.stroke(zigzag + np.array([80 + 60 * number, ruling.baseline(0)]))
    settle(qtbot, window)
    assert all(window.pad.session.probability(character) < 0.5 for character in window.pad.page.characters)
    put(qtbot, window, "tool", row=1)
    put(qtbot, window, "to", row=2)
    qtbot.waitUntil(lambda: len(samples()) == 4, timeout=5000)
    assert sorted(samples()) == sorted((label, True) for label in window.pad.page.line_text(1))


def test_what_is_joined_is_learned_with_its_place_on_the_line(qtbot, window):
    put(qtbot, window, "to vt tool")
    first, second = window.pad.page.words(0)[1][:2]
    window.pad.join(first.substrokes)
    settle(qtbot, window)
    joined = next(c for c in window.pad.page.characters if c.grouped)
    assert set(joined.strokes) == {*first.strokes, *second.strokes}
    window.pad.correct(joined.substrokes, "#")
    settle(qtbot, window)
    profile_path = Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad"
    with Profile(profile_path) as profile:
        (sample,) = [sample for sample in profile.samples() if sample.label == "#"]
        line = profile.lines()[sample.id]
    assert line.geometry[6] >= 2  # pieces
    assert len(line.misread) == 2  # what had been read as v and t
    window.tools.undo.trigger()
    qtbot.waitUntil(lambda: ("#", False) not in samples(), timeout=5000)
    with Profile(profile_path) as profile:
        assert sample.id not in profile.lines()
    window.tools.redo.trigger()
    qtbot.waitUntil(lambda: ("#", False) in samples(), timeout=5000)
    with Profile(profile_path) as profile:
        assert len(profile.lines()[sample.id].misread) == 2


def test_joined_letters_in_one_stroke_can_be_two_characters_and_one_of_them_deleted(qtbot, window):
    """Two letters without lifting the pen, as in cursive: read, split if need be, and deleted alone."""
    pen = Pen(window.canvas)
    x = np.linspace(0, 130, 90)
    hills = np.column_stack([80 + x, 74 - 15 * (1 - np.cos(x / 130 * 4 * np.pi))])
    pen.stroke(hills)
    settle(qtbot, window)
    if len(window.pad.page.characters) == 1:
        window.pad.split(window.pad.page.characters[0].substrokes)
        settle(qtbot, window)
    first, *others = window.pad.page.characters
    assert first.strokes == others[0].strokes
    assert first.label
    window.pad.correct(first.substrokes, "n")
    settle(qtbot, window)
    assert ("n", False) in samples()
    window.popups.delete(window.pad.page.characters[0].substrokes)
    settle(qtbot, window)
    assert window.pad.page.characters
    left = min(window.pad.page.box(c).left for c in window.pad.page.characters)
    assert left > 80 + 20


def test_a_space_can_be_taken_away_and_put_back(qtbot, window):
    put(qtbot, window, "to lit")
    assert len(window.pad.page.words(0)) == 2
    text = window.pad.page.line_text(0)
    open_word(qtbot, window, 0).joined.emit()
    window.popups.close()
    settle(qtbot, window)
    assert len(window.pad.page.words(0)) == 1
    key = window.pad.page.characters[2].substrokes
    window.pad.set_space(key, True)
    settle(qtbot, window)
    assert [len(word) for word in window.pad.page.words(0)] == [len(word) for word in text.split()]


def test_own_words_are_kept_with_the_profile_and_can_be_forgotten(qtbot, start):
    window = start()
    put(qtbot, window, "zoo")
    popup = open_word(qtbot, window, 0)
    popup.other.setText("zoxo,")
    assert popup.own.text() == "This is a word"
    popup.other.clear()
    word = own_word(window.pad.page.line_text(0))
    popup.own.click()
    qtbot.waitUntil(lambda: window.pad.words == {word}, timeout=5000)
    assert window.popups.popup is None
    window.close()
    again = start()
    assert again.pad.words == {word}
    settle(qtbot, again)
    popup = open_word(qtbot, again, 0)
    assert popup.own.text() == "Forget this word"
    popup.own.click()
    qtbot.waitUntil(lambda: again.pad.words == set(), timeout=5000)


def test_own_words_are_added_and_removed_in_their_list(qtbot, window):
    window.open_words()
    dialog = window.findChild(WordsDialog)
    qtbot.keyClicks(dialog.field, "Zagreb,")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.list.count() == 1, timeout=5000)
    assert dialog.list.item(0).text() == "Zagreb"
    assert window.pad.words == {"Zagreb"} == set(inside.recognizer(window).words())
    dialog.list.setCurrentRow(0)
    dialog.remove_button.click()
    qtbot.waitUntil(lambda: dialog.list.count() == 0, timeout=5000)
    dialog.close()


def test_several_own_words_are_added_at_once(qtbot, window):
    window.open_words()
    dialog = window.findChild(WordsDialog)
    qtbot.keyClicks(dialog.field, "Zagreb, Novi Sad")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.pad.words == {"Zagreb", "Novi", "Sad"}, timeout=5000)
    assert dialog.field.text() == ""
    dialog.close()


def test_what_was_learned_is_told_with_one_full_stop(qtbot, window):
    put(qtbot, window, "vox tool")
    window.popups.open(window.pad.page.characters[0].substrokes)
    qtbot.keyClicks(window.popups.popup.other, ".")
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=10_000)
    assert window.status.sentence.text() == "Learned your ."


@pytest.mark.parametrize(
    ("text", "word"), [("Handpad,", "Handpad"), ('"so"', "so"), ("don't", "don't"), ("a b", ""), ("...", "")]
)
def test_an_own_word_has_no_marks_around_it(text, word):
    assert own_word(text) == word


def test_a_tap_in_the_gap_between_labels_opens_the_word(qtbot, window):
    put(qtbot, window, "to")
    clock.ahead += 5
    first, second = (window.canvas.painter.label_rect(window.pad.page, c) for c in window.pad.page.characters)
    assert second.left() > first.right()
    gap = QPoint(int((first.right() + second.left()) / 2), int(first.center().y()))
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=gap)
    qtbot.waitUntil(lambda: isinstance(window.popups.popup, WordPopup), timeout=10_000)
    qtbot.keyClick(window.popups.popup, Qt.Key.Key_Escape)
    assert len(window.pad.page.strokes) == 3
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Home)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: isinstance(window.popups.popup, WordPopup), timeout=10_000)


def test_scribbles_over_everything_are_read_in_bounded_time(qtbot, window):
    pen, rng = Pen(window.canvas), np.random.default_rng(0)
    x = np.concatenate([np.linspace(20, 1200, 500), np.linspace(1200, 20, 500)])
    pen.stroke(np.column_stack([x, 60 + 40 * np.sin(x / 9) + np.linspace(0, 400, 1000)]))
    for _ in range(25):
        pen.stroke(rng.uniform([20, 20], [900, 90], (15, 2)))
    pen.stroke(write("o", 30, (60, 286))[0])
    settle(qtbot, window)
    assert all(c.label for c in window.pad.page.characters)
