"""Every version of a profile that there ever was opens, and nothing else does."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from handwriting import write

from handpad import Recognizer
from handpad.errors import ProfileError
from handpad.profile import VERSION, Profile
from handpad.profile.backups import backups_of

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("name", "labels", "words", "lines"),
    [
        ("1-plain", "abcde", [], 0),
        ("1-words", "abcde", ["Handpad", "Čugurović"], 0),
        ("1-lines", "abcdetf", ["Handpad", "Čugurović"], 2),
        ("2-lines", "abcdetf", ["Handpad", "Čugurović"], 2),
    ],
)
def test_a_profile_of_every_version_opens_with_all_that_it_held(tmp_path, name, labels, words, lines):
    path = tmp_path / "me.handpad"
    shutil.copyfile(DATA / f"profile-{name}.handpad", path)
    with Profile(path) as profile:
        samples = profile.samples()
        assert "".join(sample.label for sample in samples) == labels
        assert [sample.confirmed for sample in samples[:5]] == [False, True, False, True, False]
        assert profile.words() == words
        assert len(profile.lines()) == lines
        assert profile.take_notes() == []
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sample'").fetchone()[0] > len(samples)
    pad = Recognizer(profile=path)
    assert pad.sample_count() == len(labels)
    pad.learn(write("o"), "o")
    pad.close()


def test_an_older_profile_is_kept_as_it_was_before_it_is_changed(tmp_path):
    path = tmp_path / "me.handpad"
    shutil.copyfile(DATA / "profile-1-lines.handpad", path)
    Profile(path).close()
    (kept,) = (file for file in backups_of(path) if "before-version-1" in file.name)
    with contextlib.closing(sqlite3.connect(kept)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM sample").fetchone() == (7,)


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "me.handpad"
    shutil.copyfile(DATA / "profile-1-lines.handpad", path)

    def fail(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("handpad.profile.schema.insert_line", fail)
    with pytest.raises(ProfileError, match="the disk is full"):
        Profile(path)
    monkeypatch.undo()
    with Profile(path) as profile:
        assert len(profile.samples()) == 7
        assert len(profile.lines()) == 2


HOSTILE = {
    "a view in the place of a table": (
        "DROP TABLE derived",
        "CREATE VIEW derived AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
    ),
    "a view called sample": (
        "DROP TABLE sample",
        "CREATE VIEW sample AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
    ),
    "a trigger": ("CREATE TRIGGER more AFTER INSERT ON sample BEGIN DELETE FROM word; END",),
    "another table": ("CREATE TABLE note (text)",),
    "a table with other columns": ("DROP TABLE word", "CREATE TABLE word (text TEXT PRIMARY KEY)"),
    "a missing table": ("DROP TABLE line_context",),
    "a generated column": ("ALTER TABLE sample ADD COLUMN more AS (zeroblob(1000000000))",),
}


@pytest.mark.parametrize("statements", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_with_anything_else_in_it_is_refused_untouched(tmp_path, statements):
    path = tmp_path / "me.handpad"
    Profile(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="not a Handpad profile"):
        Profile(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("table", ["sample", "word"])
def test_views_in_an_old_profile_are_refused(tmp_path, table):
    path = tmp_path / "me.handpad"
    shutil.copyfile(DATA / "profile-1-words.handpad", path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"DROP TABLE {table}")
        db.execute(f"CREATE VIEW {table} AS SELECT * FROM derived, derived, derived")
        db.commit()
    with pytest.raises(ProfileError, match="not a Handpad profile"):
        Profile(path)
