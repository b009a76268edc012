import numpy as np

from handpad.train.measure.scores import Outcome, summary
from handpad.train.report import paper


def test_the_papers_parts_add_up():
    """NIST's to its Table 1; DeepWriting's writers do only with the 25 of the text, its images do not."""
    numbers = {name: [int(text.split()[0].replace(",", "")) for text in pair] for name, *pair in paper.SPLIT}
    writers, images = (
        [sum(numbers[f"{what} in {part}"][data] for part in ("training", "validation", "the application set"))
         for data in (0, 1)]
        for what in ("writers", "images")
    )  # fmt: skip
    assert writers == [3596, 294]
    assert images[0] == 814_255
    adapted = {name: pair for name, *pair in paper.ADAPTED}
    for text, count in zip(adapted["writers better / equal / worse"], (200, 25), strict=True):
        assert sum(map(int, text.split(" / "))) == count


def test_a_fit_stands_beside_table_2():
    rows = paper.split_table(
        {"train": 198, "validation": 26, "test": 39},
        {"train": 83_250, "validation": 9_928, "test": 14_939},
        {"train": 0.9, "validation": 0.8125, "test": None},
    )
    assert [row[-1] for row in rows] == [
        "198", "26", "39", "83,250", "9,928", "14,939", "90.00 %", "81.25 %", "–",
    ]  # fmt: skip
    assert rows[3][:2] == ["images in training", "659,541"]


def test_an_evaluation_stands_beside_table_3():
    def outcomes(reach):
        true, base, said = np.zeros(10, int), np.repeat([0, 1], 5), np.repeat([1, 0], [1, 9])
        return [Outcome("w", true, base, said, np.full(10, reach), 0.0, 0.0)]

    group = np.array([0, 1])
    found = {name: summary(outcomes(reach), group) for name, reach in (("paper", True), ("default", False))}
    head, rows = paper.adapted_table(found)
    assert head[3:] == ["the paper's method, here", "Handpad's default, here"]
    ours = {row[0]: row[3:] for row in rows}
    assert ours["base accuracy"] == ["50.00 %"] * 2
    assert ours["adapted accuracy"] == ["90.00 %"] * 2
    assert ours["gain, points"] == ["+40.00"] * 2
    assert ours["base or method right"] == ["100.00 %"] * 2
    assert ours["writers better / equal / worse"] == ["1 / 0 / 0"] * 2
    assert ours["base or any neighbour vote right"] == ["–", "–"]  # nothing beyond the method itself
