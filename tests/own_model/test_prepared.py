"""A look into prepared data without loading them."""

import numpy as np
import pytest

from handpad.errors import DataError
from handpad.own_model.prepared import in_few_words, look_into, sample
from handpad.train.datasets.dataset import Dataset


@pytest.fixture
def prepared(tmp_path):
    """20 writers with 3 characters each; the first pixel of every glyph is its row's number."""
    count = 60
    glyphs = np.zeros((count, 28, 28), np.uint8)
    glyphs[:, 0, 0] = np.arange(count)
    data = Dataset(
        name="mine",
        labels=["A", "B", "C"],
        label_index=np.tile(np.arange(3, dtype=np.int32), 20),
        writers=[f"w{number:02}" for number in range(20)],
        writer_index=np.repeat(np.arange(20, dtype=np.int32), 3),
        points=np.zeros((0, 2), np.float32),
        stroke_starts=np.zeros(1, np.int64),
        sample_starts=np.zeros(count + 1, np.int64),
        glyphs=glyphs,
        licence="own",
        dropped={"smudged": 2},
    )
    data.save(tmp_path / "mine.npz")
    return tmp_path / "mine.npz"


def test_what_it_holds(prepared):
    found = look_into(prepared)
    assert (found.name, found.samples, found.labels, found.dropped) == ("mine", 60, ["A", "B", "C"], {"smudged": 2})
    assert found.writers == (15, 2, 3)
    assert not found.too_few_writers
    assert in_few_words(found.missing) == "0–9 D–Z a–z"


def test_characters_in_few_words():
    assert in_few_words("zyx321!~ACDEFé") == "1 2 3 A C–F x y z ! ~ é"
    assert in_few_words("") == ""


def test_a_sample_shows_every_label_with_its_own_glyphs(prepared):
    glyphs, labels = sample(prepared, 12, seed=0)
    assert labels == ["A"] * 4 + ["B"] * 4 + ["C"] * 4
    assert ["ABC"[row % 3] for row in glyphs[:, 0, 0]] == labels
    assert len(set(glyphs[:, 0, 0].tolist())) == 12


def test_another_seed_draws_others(prepared):
    first, second = (sample(prepared, 12, seed)[0] for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_more_asked_for_than_there_is(prepared):
    glyphs, labels = sample(prepared, 400, seed=0)
    assert len(glyphs) == len(labels) == 60


def test_damaged_files(prepared, tmp_path):
    whole = prepared.read_bytes()
    for content in (b"", b"PK", whole[: len(whole) // 2]):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.npz"):
            look_into(tmp_path / "bad.npz")
    with pytest.raises(DataError):
        sample(tmp_path / "gone.npz", 10, 0)
