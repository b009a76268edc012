"""The app after a change of base model: open at once, the rest learned in the background."""

import contextlib

import inside
import pytest
from handwriting import write, write_line
from old_profile import fill

from handpad import Recognizer
from handpad.app import status_line
from handpad.app.engine import Summary
from handpad.app.status_line import StatusLine
from handpad.paths import user_data

COUNT = 300


@pytest.fixture
def profile():
    fill(user_data() / "me.handpad", COUNT)
    return user_data() / "me.handpad"


def write_text(pad, text, row=0):
    for letter in write_line(text, pad.page.ruling.x_height, (60, pad.page.ruling.baseline(row))):
        for stroke in letter:
            pad.write(stroke)


def engine_says(window, place):
    """How probable the recognizer finds a character of the first line."""
    page, recognizer = window.pad.page, inside.recognizer(window)
    first = page.lines[0]
    line = recognizer.read_line([stroke for c in first for stroke in page.ink(c)], page.guide(first[0]))
    return line.characters[place].probability


def wait_for_the_rest(qtbot, window):
    qtbot.waitUntil(lambda: window.status.summary is not None and not window.status.summary.behind, timeout=60_000)


def test_a_line_is_read_before_all_is_learned_again(qtbot, start, profile, monkeypatch):
    monkeypatch.setattr("handpad.app.engine.CATCH_UP_BY", 1)
    window = start(ready=False)
    behind, behind_when_read, reviewed = [], [], []
    session = window.pad.session
    review = session.review
    monkeypatch.setattr(session, "review", lambda keys: (reviewed.append(set(keys)), review(keys)))
    window.pad.summary.connect(lambda summary: behind.append(summary.behind))
    window.pad.appeared.connect(lambda keys: behind_when_read.append(inside.recognizer(window).behind()))
    qtbot.waitUntil(lambda: window.pad.is_ready, timeout=20_000)
    write_text(window.pad, "to")
    qtbot.waitUntil(lambda: len(window.pad.page.text()) == 2, timeout=20_000)
    assert behind_when_read[0] > 0
    qtbot.waitUntil(lambda: behind[-1] == 0, timeout=60_000)
    assert behind[0] == COUNT
    assert behind == sorted(behind, reverse=True)
    with contextlib.closing(Recognizer(profile)) as other:
        seen = other.observe([(write("v", seed=99), None)])
        assert inside.recognizer(window).rank(seen) == other.rank(seen)
    qtbot.waitUntil(lambda: len(reviewed) > 1, timeout=10_000)
    assert reviewed == [set(), {c.substrokes for c in window.pad.page.characters}]  # at the start, and once at the end
    assert "again with this model" not in window.status.sentence.text()


def test_closing_in_the_middle_loses_nothing(qtbot, start, profile, monkeypatch):
    monkeypatch.setattr("handpad.app.engine.CATCH_UP_BY", 10)
    window = start()
    recognizer = inside.recognizer(window)
    qtbot.waitUntil(lambda: 0 < recognizer.behind() < COUNT, timeout=20_000)
    window.close()
    assert 0 < recognizer.behind() < COUNT
    again = start()
    assert inside.recognizer(again).behind() <= recognizer.behind()
    qtbot.waitUntil(lambda: inside.recognizer(again).behind() == 0, timeout=20_000)
    assert inside.recognizer(again).sample_count() == COUNT


def test_labels_follow_when_all_is_learned_again(qtbot, start, profile, monkeypatch):
    """v was taught as &, which a model that has not learned it yet does not know."""
    window = start()
    wait_for_the_rest(qtbot, window)
    window.set_setting("learning", "paused")
    write_text(window.pad, "vvv")
    write_text(window.pad, "to", row=1)
    qtbot.waitUntil(lambda: len(window.pad.page.text()) == 6, timeout=20_000)
    place = window.pad.page.text().index("&")
    monkeypatch.setattr("handpad.app.engine.CATCH_UP_BY", 1)
    said = []
    window.pad.changed.connect(lambda page: said.append(page.text()[place]))
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window.set_setting("model", "paper")
    wait_for_the_rest(qtbot, window)
    qtbot.waitUntil(lambda: not window.pad.session.reads, timeout=20_000)
    assert set(said) == {"&"}
    shown = window.pad.session.probability(window.pad.page.lines[0][place])
    assert shown == pytest.approx(engine_says(window, place))


def test_what_was_read_meanwhile_is_read_again_at_the_end(qtbot, start, profile, monkeypatch):
    monkeypatch.setattr("handpad.app.engine.CATCH_UP_BY", 1)
    window = start()
    write_text(window.pad, "vvv")
    qtbot.waitUntil(lambda: len(window.pad.page.text()) == 3, timeout=20_000)
    assert window.pad.page.text().lower() == "vvv"
    wait_for_the_rest(qtbot, window)
    qtbot.waitUntil(lambda: "&" in window.pad.page.text(), timeout=20_000)


def test_the_status_line_says_how_far_it_is(qtbot):
    status = StatusLine(learning=True)
    qtbot.addWidget(status)
    status.show_summary(Summary(20_000, "", behind=18_760))
    assert status.sentence.text() == "Learning your 20,000 samples again with this model: 1,240 done"
    status.notice("Copied 5 characters.")
    status.show_summary(Summary(20_000, "", behind=18_000))
    assert status.sentence.text() == "Copied 5 characters."
    status.rest()
    assert "2,000 done" in status.sentence.text()
    status.show_summary(Summary(20_000, ""))
    assert status.sentence.text() == "Learning on · 20,000 characters"
    status.show_summary(Summary(20_000, "of those, 9 in 10 were right"))
    assert status.sentence.text() == "Learning on · 20,000 characters · of those, 9 in 10 were right"
    assert status_line.counted(1, "sample") == "1 sample"
