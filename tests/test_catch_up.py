"""After a change of base model: read at once with what is there, learn the rest in small steps, newest first."""

import contextlib
import shutil
import sqlite3

import pytest
from handwriting import LETTERS, write, write_line
from old_profile import fill

from handpad import Recognizer
from handpad.errors import ProfileError
from handpad.profile import Profile

COUNT = 300
LINE = [stroke for letter in write_line("the quick fox") for stroke in letter]


@pytest.fixture
def path(tmp_path):
    fill(tmp_path / "me.handpad", COUNT)
    return tmp_path / "me.handpad"


def said(pad):
    """What it makes of characters and of a line, to the last bit."""
    ranked = [pad.recognize(write(letter, seed=99), (0, 30)) for letter in LETTERS]
    return ranked, [c.candidates for c in pad.read(LINE).characters]


def test_reading_goes_on_while_catching_up_and_ends_like_waiting(path, tmp_path):
    waited = Recognizer(profile=shutil.copy(path, tmp_path / "waited.handpad"))
    assert waited.behind() == 0
    expected = said(waited)
    pad = Recognizer(profile=path, wait=False)
    assert pad.behind() == COUNT
    assert said(pad) == said(Recognizer())
    assert pad.catch_up(100) == COUNT - 100
    assert pad.recognize(write("v", seed=99), (0, 30))[0].label == "&"  # the newest say so already
    assert pad.read(LINE).text
    while pad.catch_up():
        pass
    assert said(pad) == expected
    assert pad.catch_up() == 0
    assert said(pad) == expected


@pytest.mark.parametrize("adapter", ["paper", "none"])
def test_every_adapter_ends_like_waiting(path, tmp_path, adapter):
    expected = said(Recognizer(profile=shutil.copy(path, tmp_path / "waited.handpad"), adapter=adapter))
    pad = Recognizer(profile=path, adapter=adapter, wait=False)
    while pad.catch_up():
        pass
    assert said(pad) == expected


def test_the_newest_come_first_and_the_next_start_goes_on(path):
    pad = Recognizer(profile=path, wait=False)
    newest = [sample.id for sample in pad.samples()[-40:]]
    pad.catch_up(40)
    fingerprint = pad.model.fingerprint
    pad.close()
    with Profile(path) as profile:
        assert profile.derived(fingerprint).ids == newest
    again, with_those = Recognizer(profile=path, wait=False), Recognizer()
    assert again.behind() == COUNT - 40
    with_those.restore(again.samples()[-40:])
    assert said(again) == said(with_those)


def test_what_is_learned_and_forgotten_meanwhile_counts(path):
    pad = Recognizer(profile=path, wait=False)
    first, last = pad.samples()[0], pad.samples()[-1]
    pad.catch_up(10)
    fresh = pad.learn(write("o", seed=7), "Q")
    for gone in (first, last):
        pad.forget(gone.id)
    assert pad.behind() == COUNT - 11
    while pad.catch_up():
        pass
    ids = [sample.id for sample in pad.samples()]
    assert fresh in ids
    assert first.id not in ids
    assert len(ids) == COUNT - 1
    expected = said(pad)
    pad.close()
    assert said(Recognizer(profile=path)) == expected


def test_restoring_meanwhile_does_not_wait_for_the_rest(path):
    pad = Recognizer(profile=path, wait=False)
    pad.catch_up(10)
    sample = pad.samples()[-1]
    pad.forget(sample.id)
    pad.restore([sample])
    assert pad.behind() == COUNT - 10
    with_those = Recognizer()
    with_those.restore(pad.samples()[-10:])
    assert said(pad) == said(with_those)


def test_a_damaged_sample_is_left_out_and_told(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE sample SET ink = x'00' WHERE number IN (1, 150, ?)", (COUNT,))
    pad = Recognizer(profile=path, wait=False)
    pad.take_notes()
    for _ in range(COUNT):
        if not pad.catch_up(10):
            break
    assert pad.behind() == 0
    without_those = Recognizer()
    without_those.restore(pad.samples())
    assert pad.sample_count() == COUNT and len(pad.samples()) == COUNT - 3
    assert said(pad) == said(without_those)
    assert any("damaged" in note for note in pad.take_notes())


def test_what_was_derived_and_is_damaged_is_derived_again(path):
    before = Recognizer(profile=path)
    expected = said(before)
    before.close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE derived SET embedding = x'00' WHERE number = 7")
    pad = Recognizer(profile=path, wait=False)
    assert pad.behind() == 1
    assert pad.catch_up() == 0
    assert said(pad) == expected


def test_what_cannot_be_stored_is_left(path, monkeypatch):
    pad = Recognizer(profile=path, wait=False)

    def full(*_):
        raise ProfileError("Nothing was learned: the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(Profile, "store_derived", full)
        with pytest.raises(ProfileError):
            pad.catch_up()
    assert pad.behind() == COUNT
    assert pad.catch_up() < COUNT
