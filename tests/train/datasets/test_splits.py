import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import PUBLISHED, SPLITS, Published, hold_out, paper_split, split_writers

WRITERS = [f"{site}/{number}" for site, count in (("a", 40), ("b", 20), ("c", 3)) for number in range(count)]


def test_parts_are_disjoint_and_complete():
    split = split_writers(WRITERS)
    assert sorted(name for part in split for name in part) == sorted(WRITERS)


def test_every_large_contributor_is_in_every_part():
    split = split_writers(WRITERS)
    for part, share in (("test", 0.15), ("validation", 0.10)):
        names = getattr(split, part)
        assert sum(name.startswith("a/") for name in names) == round(40 * share)
        assert sum(name.startswith("b/") for name in names) == round(20 * share)


def test_the_order_of_the_names_does_not_matter_but_the_seed_does():
    assert split_writers(WRITERS[::-1]) == split_writers(WRITERS)
    assert split_writers(WRITERS, seed=2) != split_writers(WRITERS)


def test_a_contributor_can_be_held_out_whole():
    before = split_writers(WRITERS)
    split = hold_out(before, "b")
    assert sorted(name for part in split for name in part) == sorted(WRITERS)
    assert {name for name in WRITERS if name.startswith("b/")} <= set(split.test)
    assert set(split.train) == {name for name in before.train if not name.startswith("b/")}
    with pytest.raises(DataError, match="No writer was contributed by z"):
        hold_out(before, "z")


def of_counts(counts, name="counts"):
    """A data set of empty ink with so many characters of each writer."""
    n = sum(counts)
    return Dataset(
        name=name,
        labels=["a"],
        label_index=np.zeros(n, np.int32),
        writers=[f"w{number:02}" for number in range(len(counts))],
        writer_index=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        points=np.zeros((n, 2), np.float32),
        stroke_starts=np.arange(n + 1),
        sample_starts=np.arange(n + 1),
        glyphs=np.zeros((n, 28, 28), np.uint8),
        licence="",
    )


def test_the_paper_split_takes_the_most_prolific_until_a_tenth():
    # 1,000 characters: 60 + 45 reach 10 % with two writers; of the other 28 every tenth, by count, is validation.
    counts = [60, 45] + [30] * 10 + [35] * 17 + [0]
    counts[-1] = 1000 - sum(counts)
    split = paper_split(of_counts(counts))
    assert sum(counts) == 1000
    assert split.test == ["w00", "w01"]
    assert len(split.validation) == 2
    assert len(split.train) == 26
    assert not set(split.train) & set(split.validation)


def test_the_paper_split_stops_exactly_at_a_tenth():
    assert paper_split(of_counts([10] + [9] * 10)).test == ["w00"]


def test_the_paper_split_can_ask_for_more_writers():
    counts = [40, 38, *range(30, 8, -1)]
    assert len(paper_split(of_counts(counts)).test) == 2
    split = paper_split(of_counts(counts), fewest=10)
    assert split.test == [f"w{number:02}" for number in range(10)]
    assert (len(split.validation), len(split.train)) == (1, 13)


@pytest.mark.parametrize("name", SPLITS)
def test_every_split_keeps_writers_apart(name):
    data = of_counts(range(30, 90))
    split = SPLITS[name][1](data)
    assert sorted(writer for part in split for writer in part) == sorted(data.writers)
    assert all(split)


def test_the_papers_counts_add_up():
    assert [sum(part) for part in PUBLISHED["nist"]] == [3596, 814_255]
    assert [sum(part) for part in PUBLISHED["deepwriting"]] == [294, 369_455]


def test_complete_data_are_split_with_the_papers_counts(monkeypatch):
    """24 writers beside the two most prolific; the tenths can begin at ten places, one gives the counts."""
    counts = [200, 190, *range(150, 126, -1)]
    validation = [counts[2 + 6], counts[2 + 16]]
    images = (sum(counts[2:]) - sum(validation), sum(validation), 390)
    monkeypatch.setitem(PUBLISHED, "nist", Published((22, 2, 2), images))
    assert paper_split(of_counts(counts, "nist")).validation == ["w08", "w18"]
    assert paper_split(of_counts(counts)).validation == ["w11", "w21"]
    assert paper_split(of_counts([*counts, 1], "nist")).validation == ["w11", "w21"]


def test_complete_data_that_cannot_be_split_as_in_the_paper(monkeypatch):
    monkeypatch.setitem(PUBLISHED, "deepwriting", Published((18, 1, 1), (180, 10, 10)))
    with pytest.raises(DataError, match="its test writers are 2 with 20 images, the paper's 1 with 10"):
        paper_split(of_counts([10] * 20, "deepwriting"))
