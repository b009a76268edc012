"""Several programs on one profile, files that do not belong to it, and files that may not be touched."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import unprivileged
from handwriting import write

from handpad import Recognizer
from handpad.errors import ProfileError
from handpad.files import keep_private
from handpad.profile import Profile, backups
from handpad.profile.opening import _make_private, plain

TESTS = Path(__file__).parents[1]

LEARNER = """
import sys
sys.path.insert(0, sys.argv[2])
from handwriting import write
from handpad import Recognizer
pad = Recognizer(profile=sys.argv[1])
for seed in range(int(sys.argv[3])):
    print(pad.learn(write("o", seed=seed), "o"), flush=True)
pad.close()
"""


def learner(path, count: int) -> subprocess.Popen:
    command = [sys.executable, "-c", LEARNER, str(path), str(TESTS), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_and_four_threads_on_one_profile_lose_nothing(tmp_path):
    path, stored = tmp_path / "me.handpad", []
    processes = [learner(path, 15) for _ in range(2)]  # both find no file and make it

    def learn() -> None:
        pad = Recognizer(profile=path)
        stored.extend([pad.learn(write("v", seed=seed), "v") for seed in range(10)])
        pad.close()

    threads = [threading.Thread(target=learn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        stored += out.split()
    for thread in threads:
        thread.join(120)
    with Profile(path) as profile:
        assert {sample.id for sample in profile.samples()} == set(stored)
    assert len(stored) == len(set(stored)) == 70


def test_one_profile_may_be_used_from_several_threads(tmp_path):
    profile = Profile(tmp_path / "me.handpad")
    failures = []

    def words(start: int) -> None:
        try:
            for number in range(start, start + 25):
                profile.add_word(f"word{number}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=words, args=(25 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert len(profile.words()) == 100
    profile.close()


def test_a_clean_profile_is_one_file_and_a_copy_after_a_crash_is_whole(tmp_path):
    path = tmp_path / "me.handpad"
    process = learner(path, 10_000)
    told = [process.stdout.readline() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    told = [line.strip() for line in told + process.stdout.readlines() if line.endswith("\n")]
    process.wait()
    process.stderr.close()
    (tmp_path / "copy").mkdir()
    shutil.copyfile(path, tmp_path / "copy" / "me.handpad")
    if not path.with_name("me.handpad-journal").exists():  # it was not killed in the middle of a transaction
        with Profile(tmp_path / "copy" / "me.handpad") as profile:
            assert set(told) <= {sample.id for sample in profile.samples()}
    with Profile(path) as profile:
        assert set(told) <= {sample.id for sample in profile.samples()}
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["me.handpad"]


def half_a_transaction(path: Path) -> None:
    """Leave the profile with a hot journal, as a process killed while committing does."""
    code = (
        "import sqlite3, os, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "for number in range(200):\n"
        "    db.execute('INSERT INTO about VALUES (?, ?)', (str(number), 'x' * 3000))\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert path.with_name(path.name + "-journal").exists()


def test_a_full_disk_is_called_so():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("CREATE TABLE sample (ink BLOB)")
        db.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.Error) as full:
            db.execute("INSERT INTO sample VALUES (zeroblob(100000))")
    assert plain(full.value) == "the disk is full"


def test_a_hot_journal_of_the_profile_is_rolled_back(tmp_path):
    path = tmp_path / "me.handpad"
    Profile(path).close()
    half_a_transaction(path)
    with Profile(path) as profile:
        assert profile.take_notes() == []
    with closing(sqlite3.connect(path)) as db:
        assert len(db.execute("SELECT * FROM about").fetchall()) == 2


def test_an_older_copy_over_a_leftover_journal_is_noticed_and_stays_as_it_is(tmp_path):
    path, older = tmp_path / "me.handpad", tmp_path / "older"
    pad = Recognizer(profile=path)
    first = [pad.learn(write("o", seed=seed), "o") for seed in range(3)]
    shutil.copyfile(path, older)
    for seed in range(3):
        pad.learn(write("v", seed=seed), "v")
    pad.close()
    half_a_transaction(path)
    shutil.copyfile(older, path)
    with Profile(path) as profile:
        (note,) = profile.take_notes()
        assert "belong to another version" in note
        assert [sample.id for sample in profile.samples()] == first


def test_a_leftover_write_ahead_log_is_not_written_into_a_profile(tmp_path):
    path = tmp_path / "me.handpad"
    pad = Recognizer(profile=path)
    first = [pad.learn(write("o", seed=seed), "o") for seed in range(3)]
    pad.close()
    other = tmp_path / "other.db"
    shutil.copyfile(path, other)
    db = sqlite3.connect(other)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("UPDATE sample SET label = 'x'")
    db.commit()
    shutil.copyfile(tmp_path / "other.db-wal", tmp_path / "me.handpad-wal")
    db.close()
    with Profile(path) as profile:
        (note,) = profile.take_notes()
        assert "belong to another version" in note
        assert [(sample.id, sample.label) for sample in profile.samples()] == [(i, "o") for i in first]


def test_a_profile_that_another_program_writes_to_is_told_in_words(tmp_path, monkeypatch):
    path = tmp_path / "me.handpad"
    monkeypatch.setattr("handpad.profile.opening._BUSY_MS", 50)
    pad = Recognizer(profile=path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProfileError, match="another program is writing to it"):
            pad.learn(write("o"), "o")
        other.execute("ROLLBACK")
    pad.learn(write("o"), "o")
    assert pad.sample_count() == 1


@pytest.mark.parametrize(
    ("target", "mode", "sentence"),
    [("me.handpad", 0o000, "not allowed to read"), ("me.handpad", 0o444, "read-only"), ("", 0o555, "read-only")],
)
def test_a_profile_that_may_not_be_read_or_written_is_told_in_words(tmp_path, target, mode, sentence):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "me.handpad"
    Recognizer(profile=path).close()
    before = path.read_bytes()
    code = (
        "import sys\n"
        "from handwriting import write\n"
        "from handpad import HandpadError, Recognizer\n"
        "try:\n"
        "    Recognizer(profile=sys.argv[1]).learn(write('o'), 'o')\n"
        "except HandpadError as error:\n"
        "    print(error)\n"
    )
    (folder / target).chmod(mode)
    try:
        done = unprivileged.run(code, path)
    finally:
        (folder / target).chmod(0o755)
    assert sentence in done.stdout, done.stdout + done.stderr
    assert not done.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("word", [b"x", "", "two words", "x" * 101, "new\nline", None, 7])
def test_what_is_no_word_is_refused(word):
    with Profile(":memory:") as profile:
        with pytest.raises(ProfileError, match="is no word"):
            profile.add_word(word)
        assert profile.words() == []


def mode(path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps what is in a home folder from other users by itself")
def test_nobody_but_its_owner_reads_a_profile_its_journal_or_a_backup(tmp_path, monkeypatch):
    before = os.umask(0o022)
    try:
        path = tmp_path / "me.handpad"
        with Profile(path) as profile:
            assert mode(path) == 0o600
            profile.add_word("Zagreb")
        copy = backups.back_up(path, "test")
        assert mode(copy) == 0o600
        half_a_transaction(path)
        assert mode(path.with_name("me.handpad-journal")) == 0o600
        journal = path.with_name("me.handpad-journal")
        for file, seen in ((path, 0o644), (copy, 0o664), (journal, 0o640)):
            file.chmod(seen)
        _make_private(path)
        assert [mode(file) for file in (path, copy, journal)] == [0o600] * 3
        Profile(path).close()
        path.chmod(0o440)
        keep_private(path)
        assert mode(path) == 0o400
    finally:
        os.umask(before)
