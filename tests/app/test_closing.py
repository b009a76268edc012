"""Closing is quick, and what it leaves undone is done at the next start."""

import inside
import numpy as np
import pytest
from handwriting import write_line
from PySide6.QtCore import Qt

from handpad import Recognizer
from handpad.app import pad as pads
from handpad.errors import ProfileError
from handpad.page.page import Page
from handpad.page.page_file import load_page, save_page
from handpad.paths import user_data
from handpad.profile import Profile

DRAWING = 120
"""Strokes of a drawing that takes about a second to read."""


def write_text(qtbot, pad, text, row=0):
    for letter in write_line(text, pad.page.ruling.x_height, (60, pad.page.ruling.baseline(row))):
        for stroke in letter:
            pad.write(stroke)
    qtbot.waitUntil(lambda: all(c.label for c in pad.page.characters), timeout=20_000)


def on_disk():
    """The page, and the ids of all samples, as closing left them."""
    with Profile(user_data() / "me.handpad") as profile:
        return load_page(user_data() / "page.inkml").page, {sample.id for sample in profile.samples()}


def marked(page):
    return {c.sample_id for c in page.characters if c.sample_id}


@pytest.fixture
def no_time(monkeypatch):
    """Closing has no time for any confirmation."""
    monkeypatch.setattr(pads, "CLOSING_S", -1.0)


def test_a_line_being_read_is_let_go_and_read_at_the_next_start(qtbot, start, monkeypatch):
    rng, page = np.random.default_rng(1), Page()
    middle = page.ruling.baseline(0) - page.ruling.x_height / 2
    for number in range(1, DRAWING + 1):
        walk = np.cumsum(rng.normal(0, 4, (60, 2)), axis=0).clip(-20, 20)
        stroke = np.pad(walk, ((0, 0), (0, 2)), constant_values=0.5)
        stroke[:, :2] += rng.uniform(60, 1000), middle
        page = page.add(number, stroke.round(2))
    save_page(page, user_data() / "page.inkml")
    begun, answers, really = [], [], Recognizer.read_line
    monkeypatch.setattr(Recognizer, "read_line", lambda *line: begun.append(1) or really(*line))
    window = start(ready=False)
    inside.engine(window).line_read.connect(lambda *_: answers.append(1), Qt.ConnectionType.DirectConnection)
    qtbot.waitUntil(lambda: bool(begun), timeout=20_000)
    window.close()
    assert answers == []
    assert on_disk()[0].strokes.keys() == page.strokes.keys()
    again = start()
    qtbot.waitUntil(lambda: not again.pad.session.reads, timeout=60_000)
    assert again.pad.page.characters
    assert all(c.label for c in again.pad.page.characters)


def test_confirmations_for_which_there_is_no_time_can_be_made_at_the_next_start(qtbot, start, no_time):
    window = start()
    write_text(qtbot, window.pad, "to")
    write_text(qtbot, window.pad, "it", row=1)
    window.pad.confirm()
    assert len(marked(window.pad.page)) == 4
    window.close()
    page, learned = on_disk()
    assert marked(page) == learned
    assert len(learned) < 4
    assert [c.label for c in page.characters] == [c.label for c in window.pad.page.characters]
    again = start()
    qtbot.waitUntil(lambda: not again.pad.session.reads, timeout=20_000)
    again.pad.confirm()
    qtbot.waitUntil(lambda: again.status.summary.samples == 4, timeout=20_000)
    again.close()
    page, learned = on_disk()
    assert marked(page) == learned
    assert len(learned) == 4


def test_page_and_profile_agree_where_only_the_first_lines_are_confirmed(qtbot, start, monkeypatch):
    monkeypatch.setattr(pads, "CONFIRMED_AT_CLOSE", 1)
    window = start()
    write_text(qtbot, window.pad, "to")
    write_text(qtbot, window.pad, "ox", row=1)
    write_text(qtbot, window.pad, "hid", row=2)
    window.close()
    page, learned = on_disk()
    assert marked(page) == learned
    assert learned


def test_a_correction_is_learned_however_little_time_there_is(qtbot, start, no_time):
    window = start()
    write_text(qtbot, window.pad, "to")
    window.pad.correct(window.pad.page.characters[1].substrokes, "Q")
    window.close()
    page, learned = on_disk()
    assert page.text() == "tQ"
    assert marked(page) == learned
    with Profile(user_data() / "me.handpad") as profile:
        assert [sample.label for sample in profile.samples() if not sample.confirmed] == ["Q"]


def test_what_was_erased_before_its_confirmation_was_learned_is_not_learned(qtbot, start, no_time):
    window = start()
    write_text(qtbot, window.pad, "to")
    window.pad.confirm()
    window.pad.delete(window.pad.page.characters[1].substrokes)
    window.close()
    page, learned = on_disk()
    assert page.text() == "t"
    assert marked(page) == learned


def test_what_a_profile_that_cannot_be_written_did_not_learn_is_learned_another_time(qtbot, start, monkeypatch):
    window = start()
    write_text(qtbot, window.pad, "to")

    def full(*_):
        raise ProfileError("Nothing was learned: the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(Profile, "add", full)
        window.pad.correct(window.pad.page.characters[1].substrokes, "Q")
        window.close()
    page, learned = on_disk()
    assert page.text() == "tQ"
    assert learned == set()
    assert [bool(character.sample_id) for character in page.characters] == [False, True]
    start()
    qtbot.waitUntil(lambda: len(on_disk()[1]) == 1, timeout=20_000)
    with Profile(user_data() / "me.handpad") as profile:
        assert [(sample.label, sample.confirmed) for sample in profile.samples()] == [("Q", False)]
