import sqlite3
from contextlib import closing

import numpy as np
import pytest

from handpad.errors import DataError
from handpad.glyph import cues
from handpad.ink import Guide, as_strokes
from handpad.profile import Profile, Sample
from handpad.train import datasets
from handpad.train.datasets.detect import detect


def fill(path, labels: str, guide=None) -> None:
    with Profile(path) as profile:
        for number, label in enumerate(labels):
            ink = as_strokes([[[0, 0, 0.5, 0], [10, 20 + number, 0.5, 0.1]], [[3, 4]]])
            sample = Sample("", ink, guide, label, "x", False, "test", 1.0 + number)
            profile.add(sample, "print", np.zeros(3), np.zeros(2), np.zeros(4))


def test_samples_become_a_data_set(tmp_path):
    guide = Guide(30.0, 10.0)
    fill(tmp_path / "me.handpad", "ba", guide)
    fill(tmp_path / "anna.handpad", "a")
    data = datasets.read("profile", tmp_path)
    assert data.writers == ["anna", "me"]
    assert data.texts().tolist() == ["a", "b", "a"]
    assert [stroke.tolist() for stroke in data.strokes(2)] == [[[0, 0], [10, 21]], [[3, 4]]]
    assert data.cues()[2] == pytest.approx(cues(data.ink(2), guide))
    assert data.cues()[:, 3].tolist() == [0, 1, 1]
    assert len(datasets.read("profile", tmp_path / "me.handpad")) == 2


def test_detection_is_by_content(tmp_path):
    fill(tmp_path / "me.db", "a")
    assert detect(tmp_path / "me.db") == "profile"
    assert datasets.read("profile", tmp_path / "me.db").writers == ["me"]


@pytest.mark.parametrize("content", [b"no profile", None])
def test_no_profile_is_one_sentence(tmp_path, content):
    path = tmp_path / "me.handpad"
    if content:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        datasets.read("profile", path)
    assert str(path) in str(caught.value)
    assert path.exists() == bool(content)


def test_a_sample_that_is_no_ink(tmp_path):
    fill(tmp_path / "me.handpad", "ab")
    with closing(sqlite3.connect(tmp_path / "me.handpad")) as db, db:
        db.execute("UPDATE sample SET ink = X'0100' WHERE number = 2")
    data = datasets.read("profile", tmp_path)
    assert data.texts().tolist() == ["a"]
    assert data.dropped == {"samples that are damaged (first: me.handpad)": 1}
