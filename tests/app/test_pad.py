"""The app does to a page, and learns from it, what a script does that drives a page session by itself."""

import threading

import pytest
from desk import Desk, put, samples, without_ids
from handwriting import write

from handpad.app.pad import Pad


class PadDesk:
    """A pad that is waited for after everything that is done, with the interface of Desk."""

    def __init__(self, qtbot, folder):
        self.profile = folder / "app.handpad"
        self.pad = Pad(folder / "page.inkml")
        self.threads, self._qtbot = set(), qtbot
        self.pad.changed.connect(lambda _: self.threads.add(threading.get_ident()))
        self.pad.summary.connect(lambda summary: setattr(self, "summary", summary))
        self.pad.load()
        with qtbot.waitSignal(self.pad.ready, timeout=20_000):
            self.pad.open(profile=self.profile)

    @property
    def page(self):
        return self.pad.page

    def do(self, act, *arguments):
        getattr(self.pad, act)(*arguments)
        with self._qtbot.waitSignal(self.pad.words_changed, timeout=20_000):
            self.pad.set_word("never", False)  # the engine answers one after another
        self._qtbot.waitUntil(self._is_done, timeout=20_000)

    def ask_word(self, key, text=""):
        with self._qtbot.waitSignal(self.pad.word_read, timeout=20_000) as asked:
            self.pad.ask_word(key, text)
        return asked.args[1]

    def _is_done(self):
        session, characters = self.pad.session, self.pad.page.characters
        taught = sum(bool(character.sample_id) for character in characters)
        reads = session.reads or session.stores or not all(character.label for character in characters)
        return not reads and self.summary.samples == taught


@pytest.fixture
def desks(qtbot, tmp_path):
    """The same desk twice: by script and by the app."""
    script, app = Desk(tmp_path / "script.handpad"), PadDesk(qtbot, tmp_path)
    yield script, app
    script.recognizer.close()
    app.pad.close()


def test_a_script_and_the_app_do_the_same(desks):
    script, app = desks

    def same():
        assert without_ids(script.page) == without_ids(app.page)
        assert samples(script.profile) == samples(app.profile)

    def both(act, *arguments):
        for desk in desks:
            desk.do(act, *arguments)
        same()

    def word_says(key, text):
        readings = [desk.ask_word(key, text)[0] for desk in desks]
        assert readings[0] == readings[1]
        for desk, reading in zip(desks, readings, strict=True):
            desk.do("correct_word", key, reading)
        same()

    for row, text in enumerate(("to vt clot", "lit ox")):
        for desk in desks:
            put(desk, text, row)
        same()
    both("correct", script.page.characters[0].substrokes, "f")
    both("undo")
    both("redo")
    word_says(script.page.words(0)[2][0].substrokes, "dot")
    first = script.page.words(0)[1][0]
    both("join", first.substrokes)
    (joined,) = (c for c in script.page.characters if c.grouped and c.substrokes[0] == first.substrokes[0])
    both("correct", joined.substrokes, "#")
    both("undo")
    both("split", joined.substrokes)
    both("set_space", script.page.lines[0][1].substrokes, True)
    both("erase", set(script.page.lines[1][0].strokes))
    both("undo")
    both("delete", script.page.lines[1][1].substrokes)
    both("set_boxes", True)
    ruling = script.page.ruling
    for column in (0, 1, 3):
        both("write", write("v", 30, (ruling.margin + ruling.box_width * (column + 0.3), ruling.baseline(2)))[0])
    both("correct", script.page.lines[2][0].substrokes, "&")
    both("confirm")
    assert {(label, confirmed) for label, _, confirmed, _ in samples(app.profile)} >= {
        ("f", False),
        ("&", False),
    }
    for _ in range(4):
        both("undo")
    assert app.threads == {threading.get_ident()}
