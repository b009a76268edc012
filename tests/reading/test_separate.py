import pytest
from handwriting import write, write_line

from handpad.errors import InkError
from handpad.ink import Box, bounding_box
from handpad.reading.separate import separate, separate_boxes


def boxes_of(letters) -> list[Box]:
    return [bounding_box([stroke]) for letter in letters for stroke in letter]


def test_strokes_above_and_across_join_their_letter():
    letters = write_line("HitTAx")
    groups = separate(boxes_of(letters), 30)
    assert [len(group) for group in groups] == [len(letter) for letter in letters]


def test_late_dots_and_bars_find_their_letter():
    i, t = write("i", 30, (0, 0)), write("t", 30, (30, 0))
    boxes = [bounding_box([stroke]) for stroke in (i[0], t[0], t[1], i[1])]
    assert separate(boxes, 30) == [(0, 3), (1, 2)]


def test_a_bar_that_comes_last_joins_both_stems():
    left, right, bar = write("H")
    boxes = [bounding_box([stroke]) for stroke in (left, right, bar)]
    assert separate(boxes[:2], 30) == [(0,), (1,)]
    assert separate(boxes, 30) == [(0, 1, 2)]


def test_size_of_the_unit_does_not_matter():
    assert separate(boxes_of(write_line("Hit", 3, (0, 0))), 3) == separate(
        boxes_of(write_line("Hit", 300, (0, 0))), 300
    )


def test_each_box_of_the_paper_holds_one_character():
    strokes = [Box(2, 0, 30, 9), Box(25, 0, 38, 9), Box(60, 0, 62, 9)]
    assert separate_boxes(strokes, 20) == {0: (0,), 1: (1,), 3: (2,)}


@pytest.mark.parametrize("width", [0.0, -5.0, float("nan"), float("inf")])
def test_boxes_without_a_width_are_refused(width):
    with pytest.raises(InkError, match="width above 0"):
        separate_boxes([Box(2, 0, 30, 9)], width)


def test_strokes_so_far_out_that_no_padding_is_left_are_parted_by_place():
    boxes = [Box(1e12, 0, 1e12, 9), Box(1e12, 0, 1e12, 9), Box(1e12 + 1, 0, 1e12 + 1, 9)]
    assert separate(boxes, 1e-6) == [(0, 1), (2,)]
