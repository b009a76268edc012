"""The main path, through the real window with a tablet's events: write, read, correct, learn, start again."""

import contextlib
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import inside
import numpy as np
import pytest
from canvas_clock import clock
from full_disk import no_room_beyond
from handwriting import write, write_line
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tablet import Pen

from handpad.errors import ProfileError
from handpad.page.document import from_inkml
from handpad.page.page import Page
from handpad.page.page_file import save_page
from handpad.paths import user_data
from handpad.profile import Profile, Sample
from handpad.recognizer import Recognizer
from handpad.train import datasets


def put(qtbot, window, text, row=0, seed_from=0):
    """Write a text on a line of the page and wait until it has been read."""
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line(text, ruling.x_height, (60, ruling.baseline(row))):
        pen.write(letter)
    qtbot.waitUntil(lambda: all(c.label for c in window.pad.page.characters), timeout=5000)


def click_label(qtbot, window, index):
    """Click the label of a character; returns the popup that opens."""
    character = window.pad.page.characters[index]
    point = window.canvas.painter.label_rect(window.pad.page, character).center().toPoint()
    clock.ahead += 1  # the hand has changed from the pen to the mouse
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=point)
    qtbot.waitUntil(lambda: window.popups.popup is not None, timeout=2000)
    return window.popups.popup


def correct(qtbot, window, index, label):
    """Correct a character through the popup's field, as with a keyboard."""
    popup = click_label(qtbot, window, index)
    popup.other.setFocus()
    qtbot.keyClicks(popup.other, label)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)


def test_what_is_written_appears_as_text(qtbot, window):
    put(qtbot, window, "Hit zoo")
    text = window.bottom.text.toPlainText()
    assert len(text) == 7
    assert text[3] == " "
    assert text.lower().replace("0", "o")[0] == "h"
    assert text[5:].lower().replace("0", "o") == "oo"


def test_pen_events_do_not_wait_for_the_reader(qtbot, window):
    """Every stroke is on the page when its last event returns, whatever the reader is doing."""
    pen = Pen(window.canvas)
    for number, letter in enumerate(write_line("HitLAx")):
        pen.write(letter)
        assert len(window.pad.page.characters) >= min(number, 1)
    assert len(window.pad.page.strokes) == 12


def test_a_press_on_the_card_corrects_and_teaches(qtbot, window):
    put(qtbot, window, "o")
    popup = click_label(qtbot, window, 0)
    chosen = popup.buttons[1].label
    qtbot.mouseClick(popup.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    (character,) = window.pad.page.characters
    assert (character.label, character.corrected) == (chosen, True)
    assert f"Learned your {chosen}" in window.status.sentence.text()
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        (sample,) = profile.samples()
        assert (sample.label, sample.confirmed, sample.id) == (chosen, False, character.sample_id)


def test_number_keys_choose_and_escape_closes(qtbot, window):
    put(qtbot, window, "v")
    popup = click_label(qtbot, window, 0)
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.popups.popup is None)
    assert not window.pad.page.characters[0].corrected
    popup = click_label(qtbot, window, 0)
    third = popup.buttons[2].label
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_3)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    assert window.pad.page.characters[0].label == third


def test_learning_changes_what_comes_later_and_a_second_start_remembers(qtbot, start):
    window = start()
    put(qtbot, window, "vvvv")
    assert "u" not in window.bottom.text.toPlainText()
    for index in range(3):
        correct(qtbot, window, index, "u")
    assert window.pad.page.characters[3].label == "u", "the open character was not read again"
    text = window.bottom.text.toPlainText()
    window.close()

    again = start()
    assert again.bottom.text.toPlainText() == text
    assert "3 characters" in again.status.sentence.text()  # the corrections; the fourth is not certain, and was left
    put(qtbot, again, "vvvv", row=1)
    correct(qtbot, again, 4, "u")
    assert [character.label for character in again.pad.page.characters[4:]] == list("uuuu")


def test_undo_takes_back_ink_text_and_what_was_learned(qtbot, window):
    put(qtbot, window, "ov")
    before = window.bottom.text.toPlainText()
    correct(qtbot, window, 0, "Q")
    profile = Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad"

    def learned():
        with Profile(profile) as opened:
            return [sample.label for sample in opened.samples()]

    assert learned() == ["Q"]
    window.tools.undo.trigger()
    assert window.bottom.text.toPlainText() == before
    qtbot.waitUntil(lambda: learned() == [], timeout=5000)
    window.tools.redo.trigger()
    assert window.bottom.text.toPlainText()[0] == "Q"
    qtbot.waitUntil(lambda: learned() == ["Q"], timeout=5000)
    window.tools.undo.trigger()
    window.tools.undo.trigger()
    assert len(window.pad.page.strokes) == 1
    window.tools.undo.trigger()
    assert not window.pad.page.strokes
    assert not window.tools.undo.isEnabled()


def test_correcting_twice_leaves_one_sample(qtbot, window):
    put(qtbot, window, "o")
    correct(qtbot, window, 0, "Q")
    correct(qtbot, window, 0, "D")
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert [sample.label for sample in profile.samples()] == ["D"]


def test_moving_on_confirms_what_was_left(qtbot, window):
    put(qtbot, window, "to")
    assert window.status.summary.samples == 0
    put(qtbot, window, "to", row=1)
    qtbot.waitUntil(lambda: window.status.summary.samples == 2, timeout=5000)
    window.copy_text()
    qtbot.waitUntil(lambda: window.status.summary.samples == 4, timeout=5000)
    assert window.status.summary.accuracy == ""  # four characters mean nothing yet
    assert QGuiApplication.clipboard().text() == window.bottom.text.toPlainText()
    window.close()
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert all(sample.confirmed for sample in profile.samples())


def test_confirmations_that_never_reached_the_profile_are_made_again(qtbot, start, tmp_path):
    """As after a crash between saving the page and storing what it taught: a correction is learned by itself."""
    profile = tmp_path / "me.handpad"
    window = start("--profile", profile)
    put(qtbot, window, "to")
    correct(qtbot, window, 1, "Q")
    window.copy_text()
    window.close()
    with contextlib.closing(sqlite3.connect(profile)) as db, db:
        assert db.execute("DELETE FROM sample").rowcount == 2
    again = start("--profile", profile)
    qtbot.waitUntil(lambda: again.status.summary.samples == 1, timeout=5000)
    qtbot.waitUntil(lambda: len(again.pad.session.candidates) == 2, timeout=5000)
    again.copy_text()
    qtbot.waitUntil(lambda: again.status.summary.samples == 2, timeout=5000)
    again.close()
    with Profile(profile) as stored:
        assert {(sample.label, sample.confirmed) for sample in stored.samples()} == {("t", True), ("Q", False)}
        assert {sample.id for sample in stored.samples()} == {c.sample_id for c in again.pad.page.characters}


def test_a_page_of_one_profile_leaves_the_samples_of_another_alone(qtbot, start, tmp_path):
    window = start("--profile", tmp_path / "anna.handpad")
    put(qtbot, window, "oo")
    correct(qtbot, window, 0, "Q")
    correct(qtbot, window, 1, "Q")
    window.close()
    pad = Recognizer(profile=tmp_path / "ben.handpad")
    taught = {pad.learn(write("v", seed=seed), "w") for seed in range(2)}
    pad.close()
    again = start("--profile", tmp_path / "ben.handpad")
    again.copy_text()
    again.pad.erase(set(again.pad.page.strokes))
    qtbot.wait(100)
    again.close()
    for name, count in (("ben", 2), ("anna", 2)):
        with Profile(tmp_path / f"{name}.handpad") as profile:
            assert len(profile) == count
    with Profile(tmp_path / "ben.handpad") as profile:
        assert {sample.id for sample in profile.samples()} == taught


def test_paused_learning_changes_the_text_and_teaches_nothing(qtbot, window):
    window.set_setting("learning", "paused")
    put(qtbot, window, "ox")
    correct(qtbot, window, 0, "Q")
    assert window.bottom.text.toPlainText()[0] == "Q"
    assert "nothing was learned" in window.status.sentence.text()
    window.copy_text()
    window.close()
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert len(profile) == 0


def test_a_tap_on_settled_ink_opens_the_card_and_a_fresh_dot_is_ink(qtbot, window):
    begun = clock.monotonic()
    put(qtbot, window, "T")
    box = window.pad.page.box(window.pad.page.characters[0])
    pen = Pen(window.canvas)
    middle = np.array([[box.center[0] + 4, box.center[1]]])
    clock.turn_to(begun)  # however long the reading took
    pen.stroke(middle)
    assert len(window.pad.page.strokes) == 3
    assert window.popups.popup is None
    qtbot.waitUntil(lambda: bool(window.pad.page.characters[0].label), timeout=5000)
    clock.ahead += 5
    pen.stroke(middle)
    qtbot.waitUntil(lambda: window.popups.popup is not None, timeout=2000)
    assert len(window.pad.page.strokes) == 3


def test_the_eraser_end_removes_whole_strokes(qtbot, window):
    put(qtbot, window, "To")
    box = window.pad.page.box(window.pad.page.characters[1])
    Pen(window.canvas, eraser=True).stroke(np.array([[box.left - 9, box.center[1]], [box.left + 3, box.center[1]]]))
    assert [len(c.strokes) for c in window.pad.page.characters] == [2]
    window.tools.undo.trigger()
    assert [len(c.strokes) for c in window.pad.page.characters] == [2, 1]


def test_a_mouse_writes_too_but_not_while_the_pen_does(qtbot, window):
    canvas = window.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    for y in range(50, 76, 5):
        qtbot.mouseMove(canvas, QPoint(100, y))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 75))
    assert len(window.pad.page.strokes) == 1
    stroke = next(iter(window.pad.page.strokes.values()))
    assert np.isnan(stroke[:, 2]).all()
    pen = Pen(canvas)
    pen.press((200, 50, 0.5))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 50))
    pen.move((200, 70, 0.5))
    pen.release((200, 70))
    assert len(window.pad.page.strokes) == 2


def test_the_keyboard_alone_reaches_and_corrects_a_character(qtbot, window):
    put(qtbot, window, "vo")
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Home)
    assert window.canvas.view.selected == window.pad.page.characters[0].substrokes
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.popups.popup is not None)
    qtbot.keyClick(window.popups.popup.buttons[0], Qt.Key.Key_Right)
    qtbot.keyClick(window.popups.popup.buttons[1], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    assert window.pad.page.characters[1].corrected
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert len(window.pad.page.characters) == 1


@pytest.mark.parametrize("letter", "pebL")
def test_a_letter_typed_on_the_card_names_the_character_and_is_no_shortcut(qtbot, window, letter):
    put(qtbot, window, "o")
    click_label(qtbot, window, 0)
    window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or window.popups.popup.buttons[0], letter)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    assert window.pad.page.characters[0].label == letter
    assert not window.canvas.eraser
    assert not window.pad.page.boxes


def test_a_sign_that_no_model_knows_is_taught_by_typing_it_and_offered_from_then_on(qtbot, window):
    put(qtbot, window, "o")
    popup = click_label(qtbot, window, 0)
    popup.other.setFocus()
    popup.other.setText("ж")
    popup.other.textEdited.emit("ж")
    assert "Enter" in popup.message.text()
    assert not window.pad.page.characters[0].corrected
    qtbot.keyClick(popup.other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    assert window.pad.page.characters[0].label == "ж"
    assert "looks just like o" in window.status.sentence.text()
    put(qtbot, window, "o", row=1)
    character = window.pad.page.lines[1][0]
    assert "ж" in [candidate.label for candidate in window.pad.session.candidates[character.substrokes][:3]]


def test_a_shorthand_is_taught_as_one_sign(qtbot, window):
    put(qtbot, window, "o")
    popup = click_label(qtbot, window, 0)
    popup.sign.click()
    qtbot.keyClicks(popup.other, "kind regards")
    qtbot.keyClick(popup.other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    assert [character.label for character in window.pad.page.characters] == ["kind regards"]
    assert "kind regards" in window.pad.session.alphabet.known


def test_everything_that_can_be_pressed_has_a_name(qtbot, window):
    put(qtbot, window, "o")
    click_label(qtbot, window, 0)
    for button in window.popups.popup.buttons:
        assert "key" in button.accessibleName()
    assert window.canvas.accessibleName()
    assert window.bottom.text.accessibleName()
    assert window.bar.menu_button.accessibleName()


def test_the_page_is_on_disk_within_a_second(qtbot, window):
    path = Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "page.inkml"
    pen = Pen(window.canvas)
    pen.write(write("H", 30, (60, 74)))
    qtbot.waitUntil(lambda: path.exists() and len(from_inkml(path.read_bytes()).strokes) == 3, timeout=1000)


def test_a_new_page_leaves_the_old_one_where_it_is_and_undo_goes_back_to_it(qtbot, window):
    put(qtbot, window, "to")
    text, path = window.bottom.text.toPlainText(), window.pad.file.path
    window.new_page()
    assert not window.pad.page.strokes and window.pad.file.path != path
    assert from_inkml(path.read_bytes()).text() == text
    qtbot.waitUntil(lambda: window.status.summary.samples == 2, timeout=5000)
    window.status.undo.click()
    assert window.pad.file.path == path
    assert window.bottom.text.toPlainText() == text
    qtbot.wait(100)
    assert window.status.summary.samples == 2


@pytest.mark.parametrize("content", [b"no profile at all", b"SQLite format 3\0" + bytes(200)])
def test_a_bad_profile_is_left_alone_and_a_fresh_one_made_beside_it(qtbot, start, tmp_path, content):
    path = tmp_path / "me.handpad"
    path.write_bytes(content)
    window = start("--profile", path)
    assert "is not a Handpad profile" in window.banner.text.text()
    put(qtbot, window, "o")
    correct(qtbot, window, 0, "Q")
    assert path.read_bytes() == content
    with Profile(tmp_path / "me-2.handpad") as fresh:
        assert len(fresh) == 1


def test_a_bad_model_gives_way_to_the_bundled_one(qtbot, start, tmp_path):
    (tmp_path / "model").mkdir()
    window = start("--model", tmp_path / "model")
    assert "model.json is missing" in window.banner.text.text()
    put(qtbot, window, "o")
    assert window.bottom.text.toPlainText().lower() in "o0"


def test_the_base_model_can_be_switched_and_the_profile_follows(qtbot, start):
    window = start()
    put(qtbot, window, "oo")
    correct(qtbot, window, 0, "Q")
    with qtbot.waitSignal(window.pad.ready, timeout=10_000):
        window.set_setting("model", "paper")
    assert inside.recognizer(window).model.info["embedding"] == 256
    assert window.status.summary.samples == 1
    qtbot.waitUntil(lambda: len(window.pad.session.candidates) == 2, timeout=5000)
    correct(qtbot, window, 1, "Q")
    window.close()
    again = start()
    assert inside.recognizer(again).model.info["embedding"] == 256
    assert again.status.summary.samples == 2


def test_a_model_that_is_gone_is_told(qtbot, start):
    window = start()
    window.settings["model"] = "vanished"
    window.close()
    again = start()
    assert "vanished is gone" in again.banner.text.text()
    put(qtbot, again, "o")
    assert again.bottom.text.toPlainText()


def test_a_damaged_page_is_put_aside(qtbot, start, tmp_path):
    page = tmp_path / "page.inkml"
    page.write_bytes(b"<ink")
    window = start("--page", page)
    assert "cannot be opened" in window.banner.text.text()
    (aside,) = tmp_path.glob("page-damaged-*.inkml")
    assert aside.read_bytes() == b"<ink"
    put(qtbot, window, "o")
    qtbot.waitUntil(lambda: page.exists(), timeout=2000)


def fill(path):
    """Use up all free room inside a profile, so that the next sample needs more of the disk."""
    with Profile(path) as profile, no_room_beyond(path), pytest.raises(ProfileError, match="may be full"):
        for number in itertools.count(10_000):
            profile.add(Sample(f"{number}", write("H"), None, "H", "H", True, "m", 1.0), "m", *[np.zeros(4)] * 3)


def test_a_disk_that_is_full_is_told_and_the_app_goes_on(qtbot, window):
    put(qtbot, window, "ov")
    me = user_data() / "me.handpad"
    fill(me)
    popup = click_label(qtbot, window, 0)
    with no_room_beyond(me):
        with qtbot.waitSignal(window.pad.trouble, timeout=5000):
            qtbot.keyClicks(popup.other, "Q")
        assert "may be full" in window.banner.text.text()
        assert window.popups.popup is None
        assert window.pad.page.characters[0].label == "Q"
        sample_id = window.pad.page.characters[0].sample_id
    qtbot.waitUntil(lambda: "Learned your Q" in window.status.sentence.text(), timeout=15_000)  # by itself
    with Profile(me) as profile:
        assert sample_id in {sample.id for sample in profile.samples()}
    correct(qtbot, window, 1, "D")
    assert "Learned your D" in window.status.sentence.text()


def test_what_a_full_disk_kept_from_being_stored_is_learned_at_the_next_start(qtbot, start):
    window = start()
    put(qtbot, window, "o")
    me = user_data() / "me.handpad"
    fill(me)
    with Profile(me) as profile:
        stored = len(profile)
    popup = click_label(qtbot, window, 0)
    with no_room_beyond(me):
        with qtbot.waitSignal(window.pad.trouble, timeout=5000):
            qtbot.keyClicks(popup.other, "Q")
        window.close()
    again = start()
    qtbot.waitUntil(lambda: again.status.summary.samples == stored + 1, timeout=5000)
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert profile.samples()[-1].label == "Q"
        assert profile.samples()[-1].id == again.pad.page.characters[0].sample_id


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_paint_paper_and_ink_apart(qtbot, window, theme):
    window.set_setting("theme", theme)
    put(qtbot, window, "H")
    image = window.canvas.grab().toImage()
    box = window.pad.page.box(window.pad.page.characters[0])
    ratio = image.devicePixelRatio()
    ink = image.pixelColor(int(box.left * ratio), int(box.center[1] * ratio)).lightness()
    paper = image.pixelColor(int((box.right + 60) * ratio), int((box.top - 8) * ratio)).lightness()
    assert (paper < 60 and ink > 150) if theme == "dark" else (paper > 220 and ink < 110)


CRASHER = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from handpad.app import main
from handwriting import write
from PySide6.QtWidgets import QApplication
from tablet import Pen
app = main.create_application()
window = main.create_window(main.parse([]))
window.show()
threading.Timer(60, os._exit, [1]).start()
while not window.pad.is_ready:
    app.processEvents()
Pen(window.canvas).write(write("o", 30, (60, 74)))
while not all(c.label for c in window.pad.page.characters):
    app.processEvents()
window.popups.open(window.pad.page.characters[0].substrokes)
window.pad.corrected.connect(lambda change: print("told", flush=True))
window.popups.popup.other.setText("Q")
window.popups.popup.other.textEdited.emit("Q")
while True:
    app.processEvents()
"""


def test_kill_minus_9_right_after_a_correction_loses_nothing(qtbot, start):
    tests = str(Path(__file__).resolve().parents[1])
    process = subprocess.Popen([sys.executable, "-c", CRASHER, tests], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "told\n"
    time.sleep(0.6)  # the ink itself is on disk within a second
    process.send_signal(signal.SIGKILL)
    process.wait()
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        assert [sample.label for sample in profile.samples()] == ["Q"]
    window = start()
    assert window.bottom.text.toPlainText() == "Q"


def test_real_ink_of_a_writer_never_trained_on_is_read_and_learned(qtbot, start, shared_data):
    """Characters of UJI Pen Characters (format like UNIPEN's), which no bundled weights were trained on.

    The first copy of each letter is written and corrected where it was read wrong; the second copies are then read
    better than by the base model.
    """
    data = datasets.read("uji", shared_data / "uji_pen_characters_v1.tar.xz")
    texts = data.texts()
    rows = np.flatnonzero(data.writer_index == 3)
    copies = {label: [row for row in rows if texts[row] == label] for label in "abdeghknqrtuyABGHRSTWX2345"}
    ruling = replace(Page().ruling, box_width=80.0, margin=40.0)
    save_page(Page(boxes=True, ruling=ruling), user_data() / "page.inkml")
    window = start()
    assert (window.pad.page.boxes, window.pad.page.ruling) == (True, ruling)
    pen = Pen(window.canvas)
    line_height = np.ptp(np.concatenate([np.concatenate(data.ink(row)) for row in rows])[:, 1]) / 8

    def write_copy(number, line):
        """Write one copy of every letter on two lines, in the sizes in which the writer wrote them."""
        for position, both in enumerate(copies.values()):
            ink = data.ink(both[number])
            points = np.concatenate(ink)[:, :2]
            scale = ruling.pitch / line_height
            scale = min(scale, 1.7 * ruling.x_height / max(np.ptp(points, axis=0)))
            row, column = divmod(position, 13)
            corner = np.array([60 + 80 * column, ruling.baseline(line + row) - scale * np.ptp(points[:, 1])])
            pen.write([(stroke[:, :2] - points.min(axis=0)) * scale + corner for stroke in ink])
        qtbot.waitUntil(lambda: all(c.label for c in window.pad.page.characters), timeout=5000)

    write_copy(0, 0)
    truth = "".join(copies)
    assert len(window.pad.page.characters) == len(truth)
    base = Recognizer(adapter="none")
    page = window.pad.page
    assert sum(base.recognize(page.ink(c))[0].label == t for c, t in zip(page.characters, truth, strict=True)) >= 17
    for index, label in list(enumerate(truth)) * 2:  # a correction may change what stood before it
        if window.pad.page.characters[index].label != label:
            correct(qtbot, window, index, label)
    assert window.bottom.text.toPlainText().replace("\n", "") == truth
    write_copy(1, 2)
    page = window.pad.page
    second = page.characters[len(truth) :]
    plain = sum(base.recognize(page.ink(c))[0].label == t for c, t in zip(second, truth, strict=True))
    adapted = sum(c.label == t for c, t in zip(second, truth, strict=True))
    assert adapted >= plain
    assert adapted >= 21


def touch(window, *points):
    """One finger (or several, when points are lists) pressed, moved and lifted over the paper."""
    device = QTest.createTouchDevice()
    sequence = QTest.touchEvent(window.canvas, device, False)
    sequence.press(0, points[0], window.canvas)
    sequence.commit()
    for point in points[1:]:
        sequence.move(0, point, window.canvas)
        sequence.commit()
    sequence.release(0, points[-1], window.canvas)
    sequence.commit()


def test_a_finger_writes_until_a_pen_has_been_seen(qtbot, window):
    line = [QPoint(100, 40), QPoint(100, 55), QPoint(100, 70)]
    touch(window, *line)
    assert len(window.pad.page.strokes) == 1
    Pen(window.canvas).write(write("l", 30, (200, 74)))
    touch(window, *[point + QPoint(200, 0) for point in line])
    assert len(window.pad.page.strokes) == 2, "a palm or finger beside the pen left ink"
