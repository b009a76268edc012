"""A known text over the ink of a line, held against trying every way."""

import itertools

import numpy as np
import pytest
from handwriting import write_line

from handpad.reading.alignment import LEFT_OVER, align, unit_scores
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.lattice import lattice
from handpad.reading.spelling import Unit, said_by, units_of


def ink_of(text):
    return [stroke for letter in write_line(text) for stroke in letter]


def scored(text, units, known=(), seed=0):
    segments, rng = lattice(ink_of(text), known=known), np.random.default_rng(seed)
    scores = rng.normal(0, 3, (len(segments), len(units)))
    return segments, scores, rng.normal(0, 1, (len(segments.fragments) - 1, 2))


def ways(segments, start=0):
    """All ways to part a line into segments."""
    if start == len(segments.fragments):
        yield ()
    for segment in np.flatnonzero(segments.starts == start):
        for rest in ways(segments, int(segments.stops[segment])):
            yield (int(segment), *rest)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_likeliest_of_all_ways_with_as_many_pieces(seed):
    units = units_of("ab c")
    segments, scores, spaces = scored("Hit", units, seed=seed)
    scores += 30  # so that a way with one segment for each character is always best
    totals = {}
    for way in ways(segments):
        if len(way) == len(units):
            steps = enumerate(zip(way, units, strict=True))
            totals[way] = sum(
                scores[segment, place] + (spaces[segments.starts[segment] - 1, int(unit.space)] if place else 0.0)
                for place, (segment, unit) in steps
            )
    pieces = align(segments, scores, spaces, units, 1.0)
    best = max(totals, key=totals.__getitem__)
    assert tuple(piece.segment for piece in pieces) == best
    assert [(piece.first, piece.last) for piece in pieces] == [(0, 1), (1, 2), (2, 3)]
    every = np.logaddexp.reduce(list(totals.values()))
    for place, piece in enumerate(pieces):
        own = np.logaddexp.reduce([total for way, total in totals.items() if way[place] == piece.segment])
        assert piece.share == pytest.approx(np.exp(own - every), abs=2e-3)


@pytest.mark.parametrize(("written", "text"), [("l", "many letters"), ("Hitoxl", "a"), ("Hi", "Ω"), ("to", "ä b")])
def test_there_is_always_a_way_that_holds_all_ink_and_all_text(written, text):
    units = units_of(text)
    segments, scores, spaces = scored(written, units)
    pieces = align(segments, scores, spaces, units, 1.0)
    assert [place for piece in pieces for place in range(piece.start, piece.stop)] == [*range(len(segments.fragments))]
    assert [place for piece in pieces for place in range(piece.first, piece.last)] == [*range(len(units))]
    assert all(0 <= piece.share <= 1 for piece in pieces)


def test_known_characters_keep_their_ink():
    ink = ink_of("Hit")
    known = [KnownCharacter((Substroke(0, 0, len(ink[0])),), "x")]
    units = units_of("ab")
    segments, scores, spaces = scored("Hit", units, known)
    pieces = align(segments, scores, spaces, units, 1.0)
    open_ones = {n for n, fragment in enumerate(segments.fragments) if fragment.known is None}
    assert all(open_ones & set(range(piece.start, piece.stop)) for piece in pieces)
    everything = [KnownCharacter((Substroke(n, 0, len(one)),), "x") for n, one in enumerate(ink)]
    segments = lattice(ink, known=everything)
    assert align(segments, np.zeros((len(segments), 2)), np.zeros((len(ink) - 1, 2)), units, 1.0) == []


def test_signs_that_the_model_lacks_are_scored_by_what_they_look_like():
    labels = np.array([[2.0, -1.0, -50.0]])
    found = unit_scores(labels, "abc", units_of("abcäΩ"))
    assert found[0, 0] == 2.0 and found[0, 1] == -1.0
    assert -50 < found[0, 2] < found[0, 1]  # it may look like nothing known, and is still what the writer says
    assert found[0, 1] < found[0, 3] < found[0, 0] and LEFT_OVER < found[0, 4] < found[0, 0]


def test_a_text_has_units_that_readers_see():
    assert units_of(" o\u0308a  b\n") == [Unit("ö", False), Unit("a", False), Unit("b", True)]
    assert [unit.text for unit in units_of("x\u20dd👩\u200d🔬\x07y")] == ["x\u20dd", "👩\u200d🔬", "y"]
    assert said_by(units_of("a \t b")) == "a b" and units_of(" \n") == []
    assert list(itertools.chain(*(unit.text for unit in units_of("abc")))) == ["a", "b", "c"]
