"""Several data sets as one."""

import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train.cli import main
from handpad.train.datasets import Dataset
from handpad.train.datasets.combined import as_written_in, combined
from handpad.train.datasets.dataset import Sample, collect
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.splits import SPLITS, split_writers
from handpad.train.measure.unseen import unseen_writers


def data_set(name, labels, writers):
    line = np.array([[0.0, 0.0], [5.0, 9.0], [7.0, 2.0]])
    samples = [Sample(label, writer, [line * (2 + ord(label) % 7)]) for writer in writers for label in labels]
    return collect(name, f"terms of {name}", samples, Dropped())


@pytest.fixture
def parts():
    return data_set("unipen", "acd", [f"aaa/w{n}" for n in range(20)]), data_set(
        "uji", "bc1", [f"w{n}" for n in range(11)]
    )


def test_every_character_keeps_its_ink_label_and_writer(parts):
    both = combined(parts)
    assert (both.name, both.labels, len(both)) == ("uji + unipen", ["1", "a", "b", "c", "d"], 20 * 3 + 11 * 3)
    for part in parts:
        rows = both.rows_of([f"{part.name}:{writer}" for writer in part.writers])
        assert (both.texts()[rows] == part.texts()).all()
        assert (both.glyphs[rows] == part.glyphs).all()
        assert all(np.array_equal(both.strokes(row)[0], part.strokes(n)[0]) for n, row in enumerate(rows))
    assert both.licence == "terms of uji; terms of unipen"
    with pytest.raises(DataError, match="only once"):
        combined([parts[0], parts[0]])


def test_each_part_is_split_as_it_is_by_itself(parts):
    split = SPLITS["contributor"][1](combined(parts))
    for part in parts:
        alone = split_writers(part.writers)
        for own, names in zip(split, alone, strict=True):
            assert [w.partition(":")[2] for w in own if w.startswith(f"{part.name}:")] == names


def test_whom_a_model_has_not_seen_is_known_in_the_whole_and_in_its_parts(parts):
    both = combined(parts)
    split = SPLITS["contributor"][1](both)._asdict()
    of_both = {"provenance": {"data": {"name": both.name}, "writers": split}}
    of_one = {"provenance": {"data": {"name": "uji"}, "writers": split_writers(parts[1].writers)._asdict()}}
    assert unseen_writers("uji", parts[1].writers, {"new": of_both, "old": of_one}, "test")[0] == (
        split_writers(parts[1].writers).test
    )
    assert (
        unseen_writers("unipen", parts[0].writers, {"new": of_both}, "test")[0] == split_writers(parts[0].writers).test
    )
    assert unseen_writers("nist", ["w"], {"new": of_both}, "test")[0] == ["w"]
    assert as_written_in(both.name, "uji", "w1") == "uji:w1"
    assert as_written_in("uji", both.name, "unipen:aaa/w1") is None


def test_the_command_makes_one_file_and_leaves_it_where_nothing_has_changed(parts, tmp_path, capsys):
    for part in parts:
        part.save(tmp_path / f"{part.name}.npz")
    command = ["combine", *(str(tmp_path / f"{part.name}.npz") for part in parts), str(tmp_path / "both.npz")]
    assert main(command) == 0
    assert Dataset.load(tmp_path / "both.npz").name == "uji + unipen"
    assert main(["combine", command[1], command[1], str(tmp_path / "both.npz")]) == 1
    assert "only once" in capsys.readouterr().err
    assert main(["combine", command[1], str(tmp_path / "both.npz")]) == 1
    assert main([*command[:2], command[1]]) == 1
