"""How ink is parted, and how the writer changes that."""

import numpy as np
import pytest
from pages import page_of, two_in_one_stroke

from handpad.page.page import Page
from handpad.page.parting import Parting, cuts_of
from handpad.reading.fragments import KnownCharacter, Substroke, joined


def parting_of(page, text):
    pieces = [KnownCharacter(c.substrokes, label, False) for c, label in zip(page.characters, text, strict=True)]
    return Parting(page.strokes, tuple(pieces))


def ink(pieces):
    return joined(substroke for piece in pieces for substroke in piece.substrokes)


def test_cuts_are_between_strokes_and_through_them_and_hold_all_ink():
    page = page_of("to")
    every = joined(substroke for c in page.characters for substroke in c.substrokes)
    found = cuts_of(page.strokes, every)
    assert all(joined(cut.left + cut.right) == every for cut in found)
    assert len({cut.left for cut in found}) == len(found) > 3
    assert found[0].right == page.characters[-1].substrokes and not found[0].border.through
    through = [cut for cut in found if cut.border.through]
    for cut in through:
        assert any(
            (cut.border.x, cut.border.y) == tuple(point) for one in page.strokes.values() for point in one[:, :2]
        )


@pytest.mark.parametrize("points", [1, 2])
def test_a_dot_has_no_cut(points):
    dot = np.array([[10.0, 10.0, 1.0, 0.0]] * points)
    page = Page().add(1, dot)
    assert cuts_of(page.strokes, page.characters[0].substrokes) == []
    assert not page.can_split(page.characters[0])
    parting = parting_of(page, "i")
    assert parting.added(10, 10) == parting and parting.borders == []


def test_a_straight_stroke_can_be_cut_in_its_middle():
    stroke = np.column_stack([np.arange(0.0, 90.0, 10), np.full(9, 60.0), np.ones(9), np.zeros(9)])
    page = Page().add(1, stroke)
    (cut,) = cuts_of(page.strokes, page.characters[0].substrokes)
    assert (cut.left, cut.right) == ((Substroke(1, 0, 5),), (Substroke(1, 4, 9),))
    assert (cut.border.x, cut.border.y, cut.border.through) == (40.0, 60.0, True)


def test_a_border_is_dragged_along_a_stroke_stepped_by_keys_removed_and_added():
    page = two_in_one_stroke()
    page = page.split(page.characters[0])
    parting = parting_of(page, "uv")
    (border,) = parting.borders
    assert border.through
    stroke = next(iter(page.strokes.values()))
    for row in (5, len(stroke) - 6):
        dragged = parting.dragged(0, *stroke[row, :2])
        assert dragged.borders[0].through and dragged.text == "uv"
        assert (dragged.borders[0].x, dragged.borders[0].y) == tuple(stroke[row, :2])
        assert ink(dragged.pieces) == ink(parting.pieces)
        assert all(piece.probability is None for piece in dragged.pieces)
    right = parting.stepped(0, 1)
    assert right.borders[0].x > border.x and ink(right.pieces) == ink(parting.pieces)
    left = parting.stepped(0, -1)
    assert left.borders[0].x < border.x
    for _ in range(50):
        right = right.stepped(0, 1)
    assert right.stepped(0, 1) == right
    one = parting.removed(0)
    assert (len(one.pieces), one.text, one.borders) == (1, "uv", [])
    assert one.added(border.x, border.y).pieces == tuple(
        KnownCharacter(piece.substrokes, piece.label, False) for piece in parting.pieces
    )


def test_pieces_get_the_characters_in_turn_when_there_are_as_many():
    parting = parting_of(page_of("tool"), "clot")
    short = parting.removed(0)
    assert [piece.label for piece in short.pieces] == ["cl", "o", "t"]
    more = parting.added(*page_of("tool").strokes[1][6, :2])
    assert len(more.pieces) == 5 and more.text == "clot"
    assert [piece.label for piece in more.whole().pieces] == list("clot")
    again = more.removed(3)
    assert [piece.label for piece in again.pieces] == list("clot")  # dealt out anew: the fourth is o and l together
    assert ink(again.pieces) == ink(parting.pieces)
