import numpy as np
import pytest
from handwriting import write_line

from handpad.ink import Guide, bounding_box
from handpad.reading.lines import MOST_LINES, split_lines


def rows(*texts, pitch=60.0, size=30.0, slope=0.0, indents=()):
    """The boxes of rows of text, and the row of each."""
    boxes, owners = [], []
    for row, text in enumerate(texts):
        indent = indents[row] if indents else 0.0
        for letter in write_line(text, size, (indent, row * pitch)):
            for stroke in letter:
                moved = stroke.copy()
                moved[:, 1] += slope * moved[:, 0]
                boxes.append(bounding_box([moved]))
                owners.append(row)
    return boxes, owners


def grouped(owners):
    return [[index for index, owner in enumerate(owners) if owner == row] for row in sorted(set(owners))]


@pytest.mark.parametrize("slope", [-0.2, 0.0, 0.1, 0.3])
def test_rows_are_found_however_they_slope(slope):
    boxes, owners = rows("Hot v colt", "lox wit zoo", "out cliT", pitch=75, slope=slope)
    assert split_lines(boxes) == grouped(owners)


def test_indented_and_short_rows_stay_rows():
    boxes, owners = rows("Lot out i", "ox", "cuz to", pitch=70, indents=(0, 90, 40))
    assert split_lines(boxes) == grouped(owners)


def test_ten_rows():
    boxes, owners = rows(*["Hot colt x oil", "vow it cut zoo"] * 5, pitch=66)
    assert split_lines(boxes) == grouped(owners)


def test_rows_written_from_the_last_to_the_first_come_from_top_to_bottom():
    boxes, owners = rows("Hot", "colt", "vow", pitch=70)
    assert split_lines(boxes[::-1]) == grouped(owners[::-1])


def test_one_row_with_marks_above_and_below_is_one_line():
    boxes, _ = rows("vox cut zo")
    quotes = [(-8, -62, -7, -45), (-2, -61, -1, -44), (330, -64, 331, -47), (338, -64, 340, -46)]
    comma, dash, dot = (200, 2, 204, 16), (120, -16, 135, -15), (325, -2, 326, -1)
    assert len(split_lines([*quotes[:2], *boxes, comma, dash, dot, *quotes[2:]])) == 1


def test_a_row_that_bends_is_one_line():
    boxes, _ = rows("vox cut zoo wit cox out vuz cow")
    bent = [(b.left, b.top + 30 * np.sin(b.left / 150), b.right, b.bottom + 30 * np.sin(b.left / 150)) for b in boxes]
    assert len(split_lines(bent)) == 1


def test_ruled_lines_decide_where_they_are_known():
    boxes, owners = rows("ox", "cu", pitch=40)
    assert split_lines(boxes, [Guide(0.0, 30.0), Guide(40.0, 30.0)]) == grouped(owners)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e7])
def test_the_unit_of_the_ink_does_not_matter(scale):
    boxes, owners = rows("Hot colt", "vow it", pitch=70)
    assert split_lines([np.array(box) * scale - 5 * scale for box in boxes]) == grouped(owners)


@pytest.mark.parametrize(
    "boxes",
    [
        [(3, 4, 3, 4)],
        [(3, 4, 3, 4)] * 50,
        [(0, 0, 9, 9)] * 50,
        [(0, 0, 1e12, 1e12), (5, 5, 5, 5), (1e-9, 0, 2e-9, 0)],
        [(x, 0, x, 0) for x in range(30)],
        [(0, y, 0, y) for y in range(30)],
        [(x, 0, x + 6, 0) for x in range(0, 200, 10)],
        [(0, y * 1e-310, 1e-310, y * 1e-310) for y in range(30)],
        [(x * 1e11, 0, x * 1e11, 1e-300) for x in range(10)],
    ],
)
def test_odd_ink_is_split_without_loss(boxes):
    lines = split_lines(boxes)
    assert sorted(index for line in lines for index in line) == list(range(len(boxes)))


def test_a_row_of_dashes_is_one_line():
    assert len(split_lines([(x, 0.3 * (x % 3), x + 6, 0.3 * (x % 3) + 0.4) for x in range(0, 200, 10)])) == 1


def test_every_stroke_of_a_scribble_is_in_one_line():
    corners = np.random.default_rng(1).uniform(0, 1000, (3000, 2))
    boxes = np.concatenate([corners, corners + np.random.default_rng(2).exponential(20, (3000, 2))], axis=1)
    assert sorted(index for line in split_lines(boxes) for index in line) == list(range(3000))


def test_scattered_strokes_begin_a_bounded_number_of_lines():
    count = 4 * MOST_LINES
    lines = split_lines([(0, 40 * y, 20, 40 * y + 20) for y in range(count)])
    assert sorted(index for line in lines for index in line) == list(range(count))
    assert len(lines) <= MOST_LINES


def test_splitting_can_be_ended():
    def end():
        steps.append(1)
        if len(steps) == 4:
            raise InterruptedError

    steps: list[int] = []
    with pytest.raises(InterruptedError):
        split_lines([(0, 40 * y, 20, 40 * y + 20) for y in range(5000)], (), end)
