import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from full_disk import no_room_beyond
from handwriting import write

from handpad.errors import ProfileError
from handpad.ink import Guide
from handpad.profile import APPLICATION_ID, VERSION, Accuracy, Profile, Sample, pack_ink, unpack_ink
from handpad.reading.frames import CLASSES, EMBEDDING, LABELS, FrameSamples
from handpad.reading.lattice import GEOMETRY
from handpad.reading.line_context import LineContext

SEEN = np.arange(4, dtype=np.float32), np.arange(3, dtype=np.float32), np.arange(4.0)


def sample(label="a", predicted="o", **changes) -> Sample:
    fields = {
        "id": "",
        "strokes": write("t", seed=1),
        "guide": Guide(74, 30),
        "label": label,
        "predicted": predicted,
        "confirmed": False,
        "model": "handpad",
        "created": 1.5,
    }
    return Sample(**(fields | changes))


def test_ink_survives_packing_bit_by_bit():
    strokes = [*write("t", seed=3), np.array([[1.0, 2.0, np.nan, np.nan]])]
    for before, after in zip(strokes, unpack_ink(pack_ink(strokes)), strict=True):
        assert np.array_equal(before, after, equal_nan=True)


@pytest.mark.parametrize("data", [b"", b"\x01\x00", b"\x00\x00\x00\x00", pack_ink(write("t"))[:-32]])
def test_damaged_ink_is_noticed(data):
    with pytest.raises(ValueError):
        unpack_ink(data)


def test_a_sample_comes_back_as_it_was_after_reopening(tmp_path):
    with Profile(tmp_path / "me.handpad") as profile:
        number = profile.add(sample(), "model-1", *SEEN)
    with Profile(tmp_path / "me.handpad") as profile:
        (back,) = profile.samples()
        assert (back.id, back.label, back.predicted, back.confirmed) == (number, "a", "o", False)
        assert (back.guide, back.model, back.created) == (Guide(74, 30), "handpad", 1.5)
        assert all((a == b).all() for a, b in zip(back.strokes, write("t", seed=1), strict=True))
        derived = profile.derived("model-1")
        assert (derived.ids, derived.labels, derived.confirmed) == ([number], ["a"], [False])
        for mine, stored in zip(SEEN, (derived.embeddings, derived.logits, derived.cues), strict=True):
            assert stored.shape == (1, len(mine))
            assert (stored[0] == mine).all()
        assert profile.stale("model-1") == []
        assert profile.derived("model-2").ids == []
        assert [s.id for s in profile.stale("model-2")] == [number]


def test_removed_samples_are_gone_with_what_was_derived_and_come_back_in_their_place(tmp_path):
    with Profile(tmp_path / "me.handpad") as profile:
        first = profile.add(sample(), "m", *SEEN)
        removed = profile.remove(first)
        assert len(profile) == 0
        assert profile.derived("m").ids == []
        assert profile.known_ids() == {first}
        second = profile.add(sample(), "m", *SEEN)
        assert second != first
        assert profile.add(removed, "m", *SEEN) == first
        assert [s.id for s in profile.samples()] == [first, second]
        assert profile.known_ids() == {first, second}
        with pytest.raises(KeyError):
            profile.remove("99")


def test_how_a_sample_stood_on_its_line_is_kept_with_it(tmp_path):
    geometry = np.arange(5, dtype=np.float32)
    line = LineContext(geometry, ((write("o", seed=2), geometry + 1), (write("t", seed=3), geometry + 2)))
    with Profile(tmp_path / "me.handpad") as profile:
        assert profile.lines() == {}
        alone = profile.add(sample(), "model-1", *SEEN)
        number = profile.add(sample(line=line), "model-1", *SEEN)
    with Profile(tmp_path / "me.handpad") as profile:
        back = profile.lines()
        assert list(back) == [number]
        removed = profile.remove(number)
        for found in (back[number], removed.line):
            assert np.array_equal(found.geometry, geometry)
            assert [place[0] for _, place in found.misread] == [1, 2]
            assert [len(ink) for ink, _ in found.misread] == [len(write("o")), len(write("t"))]
        assert profile.lines() == {}
        assert profile.remove(alone).line is None


@pytest.mark.parametrize("known", ["geometry", "sequence", "frames"])
def test_what_the_sequence_network_said_is_kept_where_it_is_known(tmp_path, known):
    geometry = np.linspace(-2, 2, GEOMETRY, dtype=np.float32)
    said = frames = None
    if known != "geometry":
        said = np.append(np.linspace(-12, 6, len(LABELS)), 1.7).astype(np.float32)
    if known == "frames":  # of a network whose fingerprint is, as a number of 32 bits, a signalling NaN
        halves = np.random.default_rng(1).normal(0, 1, (3, EMBEDDING + CLASSES)).astype(np.float16)
        frames = FrameSamples(0x7FA00001, halves[:, :EMBEDDING], halves[:, EMBEDDING:])
    line = LineContext(geometry, ((write("o", seed=2), geometry + 1),), said, frames)
    with Profile(tmp_path / "me.handpad") as profile:
        number = profile.add(sample(line=line), "model-1", *SEEN)
    with Profile(tmp_path / "me.handpad") as profile:
        profile.add(profile.remove(number), "model-1", *SEEN)
    with Profile(tmp_path / "me.handpad") as profile:
        for back in (profile.lines()[number], profile.sample(number).line):
            assert np.array_equal(back.geometry, geometry)
            assert (back.sequence is None, back.frames is None) == (said is None, frames is None)
            assert said is None or np.array_equal(back.sequence, said)
            if frames is not None:
                assert back.frames.network == frames.network
                assert np.array_equal(back.frames.embeddings, frames.embeddings)
                assert np.array_equal(back.frames.missing, frames.missing)
            assert back.packed().tobytes() == line.packed().tobytes()
            assert np.array_equal(back.misread[0][1], geometry + 1)


def test_the_accuracy_is_that_of_its_samples(tmp_path):
    with Profile(tmp_path / "me.handpad") as profile:
        for predicted in ("x", "", "a", "a", "a"):
            profile.add(sample(predicted=predicted), "m", *SEEN)
        assert profile.accuracy() == Accuracy(right=3, counted=5)


def test_in_memory_profiles_touch_no_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Profile(":memory:") as profile:
        profile.add(sample(), "m", *SEEN)
        assert len(profile) == 1
    assert not list(tmp_path.glob("*memory*"))


def foreign_database(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE note (text)")
    db.close()


def newer_profile(path):
    Profile(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()


def damaged_profile(path):
    with Profile(path) as profile:
        for _ in range(40):
            profile.add(sample(), "m", *SEEN)
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)


def truncated_profile(path):
    damaged_profile(path)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b"not a database" * 100), "is not a Handpad profile"),
        (foreign_database, "is not a Handpad profile"),
        (newer_profile, "newer Handpad"),
        (damaged_profile, "damaged"),
        (truncated_profile, "damaged"),
    ],
)
def test_a_file_that_is_no_good_profile_is_refused_and_left_alone(tmp_path, spoil, sentence):
    path = tmp_path / "me.handpad"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(ProfileError, match=sentence):
        Profile(path)
    assert path.read_bytes() == before


def test_a_newer_version_that_is_still_in_the_write_ahead_log_is_seen(tmp_path):
    path = tmp_path / "me.handpad"
    Profile(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(ProfileError, match="newer Handpad"):
        Profile(path)
    db.close()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ProfileError, match="nowhere"):
        Profile(tmp_path / "nowhere" / "me.handpad")


def test_numbers_in_the_header_are_those_that_are_checked(tmp_path):
    path = tmp_path / "me.handpad"
    Profile(path).close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_full_disk_costs_nothing_that_was_there(tmp_path):
    path = tmp_path / "me.handpad"
    with Profile(path) as profile:
        profile.add(sample(), "m", *SEEN)
        with no_room_beyond(path.stat().st_size + 4096), pytest.raises(ProfileError, match=r"the disk .* full"):
            for _ in range(100):
                profile.add(sample(), "m", *SEEN)
        stored = len(profile)
        assert stored >= 1
    with Profile(path) as profile:
        assert len(profile) == stored
        profile.add(sample(), "m", *SEEN)


WRITER = """
import sys
import numpy as np
sys.path[:0] = sys.argv[2:]
from test_profile import sample, SEEN
from handpad.profile import Profile
profile = Profile(sys.argv[1])
while True:
    print(profile.add(sample(), "m", *SEEN), flush=True)
"""


def test_kill_minus_9_loses_no_sample_that_was_reported_as_stored(tmp_path):
    path = tmp_path / "me.handpad"
    here = Path(__file__).parent
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, path, here, here.parent], stdout=subprocess.PIPE, text=True
    )
    for _ in range(20):
        process.stdout.readline()
    time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    reported = process.stdout.read().split()
    process.wait()
    with Profile(path) as profile:
        assert len(profile) >= 20 + len(reported)
