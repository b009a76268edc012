"""Backups of a profile: one a day, one before anything far-reaching, and old ones thinned out."""

import contextlib
import sqlite3
from datetime import date, timedelta

import numpy as np
from handwriting import write

from handpad import Recognizer
from handpad.profile import Profile
from handpad.profile.backups import back_up, backups_of, kept_days


def taught(path, count=3):
    pad = Recognizer(profile=path)
    for seed in range(count):
        pad.learn(write("o", seed=seed), "o")
    pad.close()


def test_the_first_opening_of_a_day_makes_one_backup(tmp_path):
    path = tmp_path / "me.handpad"
    taught(path)
    assert backups_of(path) == []  # there was nothing in it when it was opened
    taught(path, 2)
    taught(path, 1)
    (copy,) = backups_of(path)
    assert copy.name == f"me-{date.today()}.handpad"
    with contextlib.closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM sample").fetchone()[0] >= 3
        assert db.execute("SELECT count(*) FROM derived").fetchone() == (0,)
    assert len(Recognizer(profile=copy).samples()) >= 3


def test_a_change_of_model_is_preceded_by_a_backup(tmp_path):
    path = tmp_path / "me.handpad"
    taught(path)
    with Profile(path) as profile:
        ids = [sample.id for sample in profile.samples()]
        profile.store_derived("another model", [(i, np.zeros(4), np.zeros(3), np.zeros(4)) for i in ids])
    pad = Recognizer(profile=path)
    pad.close()
    assert any("before-model-change" in file.name for file in backups_of(path))


def test_other_profiles_of_the_folder_have_their_own(tmp_path):
    for name in ("me", "me-2"):
        taught(tmp_path / f"{name}.handpad")
        back_up(tmp_path / f"{name}.handpad")
    assert [file.stem for file in backups_of(tmp_path / "me.handpad")] == [f"me-{date.today()}"]
    assert [file.stem for file in backups_of(tmp_path / "me-2.handpad")] == [f"me-2-{date.today()}"]


def test_seven_days_four_weeks_and_twelve_months_are_kept():
    today = date(2026, 11, 24)
    days = [today - timedelta(days=back) for back in range(800)]
    kept = set()
    for day in reversed(days):
        kept = kept_days({*kept, day})
    newest = sorted(kept, reverse=True)
    assert newest[:7] == days[:7]
    assert len({day.isocalendar()[:2] for day in newest[:10]}) >= 4
    assert len({(day.year, day.month) for day in kept}) == 12
    assert len(kept) <= 7 + 4 + 12
    assert min(kept) >= date(2025, 12, 1)


def test_a_backup_that_cannot_be_made_keeps_nobody_from_writing(tmp_path):
    path = tmp_path / "me.handpad"
    taught(path)
    (tmp_path / "backups").write_bytes(b"in the way")
    taught(path)
    assert back_up(path) is None
    with Profile(path) as profile:
        assert len(profile) == 6
