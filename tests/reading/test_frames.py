import numpy as np
import pytest
from handwriting import line
from said import frames

from handpad.reading.fragments import fragments_of
from handpad.reading.frames import CLASSES, LABELS, SPACE, cuts_between_letters, joining, letters

WAVE = line((0, 0), (10, 20), (20, 0), (30, 20), (40, 0), points=10)
"""A stroke (41, 2) whose low points, y down, are rows 10 and 30."""


def test_classes_are_the_blank_the_printable_ascii_and_the_space():
    assert (len(LABELS), SPACE, CLASSES) == (94, 95, 96)
    assert "".join(LABELS) == "".join(map(chr, range(33, 127)))


def test_letters_are_where_they_are_seen_on_their_strokes():
    observation = frames(
        [(0, 2, "a"), (0, 6, "a"), (0, 9, ""), (0, 13, "a"), (0, 20, "b"), (1, -1, " "), (1, 1, ""), (2, -1, "c")]
    )
    assert letters(observation) == {0: [4.0, 13.0, 20.0]}


def test_a_label_that_goes_on_with_the_next_stroke_is_seen_on_both():
    observation = frames([(0, 5, "x"), (1, -1, "x"), (1, 5, "x"), (1, 9, "x")])
    assert letters(observation) == {0: [5.0], 1: [7.0]}


@pytest.mark.parametrize(
    ("rows", "letters_a_stroke"),
    [
        ([(0, 3, "i"), (1, -1, ""), (1, 2, ""), (2, -1, " "), (2, 4, "t"), (3, -1, ""), (3, 4, "")], 1.0),
        ([(0, 3, "a"), (0, 8, "b"), (0, 12, "c"), (1, -1, " "), (1, 2, "d")], 2.0),
        ([(0, 3, ""), (1, -1, " "), (1, 4, "")], 0.0),
    ],
    ids=["print", "joined", "nothing"],
)
def test_joining_is_letters_a_stroke_with_letters(rows, letters_a_stroke):
    assert joining(frames(rows)) == letters_a_stroke


def test_a_stroke_is_cut_at_the_lowest_point_between_two_letters():
    strokes = [WAVE, line((50, 0), (50, 20))]
    observation = frames([(0, 4, "a"), (0, 9, ""), (0, 18, "b"), (0, 38, "c"), (1, -1, ""), (1, 5, "l")])
    assert cuts_between_letters(observation, strokes, {}) == {0: [10, 30]}


def test_it_is_not_cut_again_where_a_cut_is_known():
    observation = frames([(0, 4, "a"), (0, 18, "b"), (0, 38, "c")])
    assert cuts_between_letters(observation, [WAVE], {0: [7]}) == {0: [30]}
    assert cuts_between_letters(observation, [WAVE], {0: [7, 25]}) == {}
    assert cuts_between_letters(observation, [WAVE], {0: [2, 40], 1: [10]}) == {0: [10, 30]}


def test_one_letter_is_not_cut():
    observation = frames([(0, 4, "m"), (0, 18, "m"), (0, 30, ""), (0, 38, "")])
    assert cuts_between_letters(observation, [WAVE], {}) == {}


def test_no_cut_lies_at_the_ends_of_a_stroke():
    short = line((0, 0), (1, 5), points=2)
    assert len(short) == 3
    for places in ((0, 0.4), (1.6, 2), (0, 2)):
        observation = frames([(0, place, label) for place, label in zip(places, "ab", strict=True)])
        for rows in cuts_between_letters(observation, [short], {}).values():
            assert rows == [1]


def test_fragments_are_parted_where_the_network_sees_letters_and_stay_so_where_ink_is_cut_anyway():
    """A stroke of two letters too narrow to be cut by its shape alone."""
    narrow = np.column_stack([WAVE[:21] * [0.5, 1.0], np.full((21, 2), 0.5)])
    observation = frames([(0, 4, "n"), (0, 17, "i")])
    assert len(fragments_of([narrow], 20.0)) == 1
    substrokes = [fragment.substrokes[0] for fragment in fragments_of([narrow], 20.0, (), observation)]
    assert [(substroke.start, substroke.stop) for substroke in substrokes] == [(0, 11), (10, 21)]
    wide = np.column_stack([WAVE * [3.0, 1.0], np.full((41, 2), 0.5)])
    by_shape = fragments_of([wide], 20.0)
    assert len(by_shape) == 3
    observation = frames([(0, 4, "n"), (0, 20, "i"), (0, 38, "t")])
    assert [fragment.substrokes for fragment in fragments_of([wide], 20.0, (), observation)] == [
        one.substrokes for one in by_shape
    ]
