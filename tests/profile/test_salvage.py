"""A damaged profile: all of it that can be read is kept, and nothing that cannot is taken for what was taught."""

import contextlib
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from handwriting import LETTERS, write

from handpad import Recognizer
from handpad.errors import ProfileError
from handpad.profile import Profile
from handpad.profile.backups import back_up, backups_of
from handpad.profile.salvage import salvage

DATA = Path(__file__).parents[1] / "data"


def content(path: Path) -> dict[str, tuple]:
    """What a profile teaches: id to label, ink and whether it was confirmed."""
    with Profile(path) as profile:
        return {
            sample.id: (sample.label, np.concatenate(sample.strokes).tobytes(), sample.confirmed)
            for sample in profile.samples()
        }


@pytest.fixture
def path(tmp_path) -> Path:
    """A profile of 80 samples with words, no backup of today, and one sample forgotten."""
    path = tmp_path / "me.handpad"
    pad = Recognizer(profile=path)
    for number in range(80):
        label = list(LETTERS)[number % len(LETTERS)]
        taught = pad.learn(write(label, seed=number), label, guide=(74, 30), confirmed=number % 3 == 0)
    pad.forget(taught)
    pad.add_word("Čugurović")
    pad.close()
    return path


def smash(path: Path, page: int) -> None:
    data = bytearray(path.read_bytes())
    data[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    path.write_bytes(data)


def test_one_damaged_page_anywhere_costs_no_more_than_the_samples_on_it(path):
    whole, taught = path.read_bytes(), content(path)
    costs = []
    for page in range(len(whole) // 4096):
        for file in path.parent.glob("**/*damaged*"):
            file.unlink()
        shutil.rmtree(path.parent / "backups", ignore_errors=True)
        path.write_bytes(whole)
        smash(path, page)
        left = content(path)
        assert left.items() <= taught.items()
        costs.append(len(taught) - len(left))
        aside = list(path.parent.glob("me-damaged-*"))
        assert costs[-1] == 0 or len(aside) == 1
    assert max(costs) <= 4
    assert sum(costs) <= 1.2 * len(taught)  # ink that spans two pages is lost with either


def test_what_is_lost_comes_back_from_the_newest_good_backup_and_what_was_forgotten_does_not(path):
    with Profile(path) as profile:
        first, *_ = profile.samples()
        last = profile.samples()[40]
    taught = content(path)
    back_up(path)
    broken = path.parent / "backups" / f"me-{date.today():%Y}-12-31.handpad"
    broken.write_bytes(b"SQLite format 3\0" + bytes(5000))
    pad = Recognizer(profile=path)
    pad.forget(first.id)
    newest = pad.learn(write("o"), "o")
    pad.close()
    content_now = content(path)
    for page in range(1, path.stat().st_size // 4096):
        with path.open("rb") as file:
            if last.id.encode() in file.read()[page * 4096 : (page + 1) * 4096]:
                smash(path, page)
    with Profile(path) as profile:
        (note,) = profile.take_notes()
    assert "was damaged" in note and "came from the backup" in note and "me-damaged-" in note
    left = content(path)
    assert left.keys() == content_now.keys()
    assert first.id not in left and newest in left and taught[last.id] == left[last.id]


def test_a_flipped_bit_never_changes_a_sample_in_silence(path):
    whole, taught = path.read_bytes(), content(path)
    rng, told, refused = np.random.default_rng(5), 0, 0
    for place in rng.integers(0, 8 * len(whole), 120):
        shutil.rmtree(path.parent / "backups", ignore_errors=True)
        for file in path.parent.glob("me-damaged-*"):
            file.unlink()
        data = bytearray(whole)
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)
        try:
            with Profile(path) as profile:
                left = {s.id: (s.label, np.concatenate(s.strokes).tobytes(), s.confirmed) for s in profile.samples()}
                notes = profile.take_notes()
        except ProfileError:
            refused += 1
            continue
        assert left.items() <= taught.items()
        assert len(left) == len(taught) or notes
        told += bool(notes)
    assert told > 20
    assert refused < 20


@pytest.mark.parametrize("name", ["1-lines", "2-lines"])
def test_every_version_can_be_salvaged(tmp_path, name):
    shutil.copyfile(DATA / f"profile-{name}.handpad", tmp_path / "me.handpad")
    found = salvage(tmp_path / "me.handpad")
    assert sorted(row[6] for row in found.samples.values()) == sorted("abcdetf")
    assert found.samples.keys() == content(tmp_path / "me.handpad").keys()


def test_ink_longer_than_a_page_is_salvaged(tmp_path):
    path = tmp_path / "me.handpad"
    pad = Recognizer(profile=path)
    long = np.cumsum(np.random.default_rng(1).normal(size=(3000, 2)), axis=0)
    sample_id = pad.learn([long], "w")
    pad.close()
    (row,) = salvage(path).samples.values()
    assert row[1] == sample_id
    assert len(row[2]) > 90_000


def test_a_file_of_which_nothing_can_be_read_is_left_as_it_is(path):
    for page in range(1, path.stat().st_size // 4096):
        smash(path, page)
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="nothing of it"):
        Profile(path)
    assert path.read_bytes() == before


def test_damaged_rows_of_the_cache_are_made_anew(path):
    pad = Recognizer(profile=path)
    expected = pad.recognize(write("g", seed=500))
    pad.close()
    rows = {
        "a number that is none": "UPDATE derived SET embedding = zeroblob(length(embedding)) WHERE number < 9",
        "not a number at all": "UPDATE derived SET logits = 12 WHERE number = 3",
        "of another length": "UPDATE derived SET cues = X'0000' WHERE number = 4",
        "of another sample": "UPDATE derived SET cues = (SELECT cues FROM derived WHERE number = 9) WHERE number = 8",
        "lines of another kind": "INSERT INTO line_context VALUES (5, 12, X'00')",
        "misread things": "INSERT INTO misread VALUES (5, 'ink', 'x', X'00')",
    }
    for statement in rows.values():
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute(statement)
        pad = Recognizer(profile=path)
        again = pad.recognize(write("g", seed=500))
        assert pad.read(write("g", seed=500)).text
        pad.close()
        assert [c.label for c in again[:5]] == [c.label for c in expected[:5]]
        assert again[0].probability == pytest.approx(expected[0].probability, abs=1e-6)


def test_numbers_that_are_none_in_the_cache_are_not_believed_even_with_a_checksum(path):
    pad = Recognizer(profile=path)
    expected, fingerprint = pad.recognize(write("g", seed=500)), pad.model.fingerprint
    pad.close()
    with Profile(path) as profile:
        derived = profile.derived(fingerprint)
        nothing = derived.embeddings[0] * np.nan, derived.logits[0], derived.cues[0]
        profile.store_derived(fingerprint, [(derived.ids[0], *nothing)])
    pad = Recognizer(profile=path)
    again = pad.recognize(write("g", seed=500))
    assert again[0].probability == pytest.approx(expected[0].probability, abs=1e-6)
    pad.close()


def test_a_sample_that_cannot_be_read_is_left_out_and_told_once(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE sample SET ink = X'01' WHERE number = 3")
        db.execute("DELETE FROM derived")
    pad = Recognizer(profile=path)
    (note,) = pad.take_notes()
    assert "left out" in note and str(path) in note
    assert pad.recognize(write("o"))[0].probability > 0
    pad.learn(write("o"), "o")
    assert pad.take_notes() == []
    pad.close()
    assert backups_of(path)
