from dataclasses import replace

import numpy as np
import pytest
from handwriting import line, write_line

pytest.importorskip("rapidfuzz")

from handpad.adaptation import Observation
from handpad.reading.evidence import Potentials
from handpad.reading.language import Language
from handpad.reading.lattice import lattice
from handpad.reading.potential_functions import WEIGHED, WITH_SEQUENCE
from handpad.reading.search import Weights
from handpad.train.console import Console
from handpad.train.datasets.unipen_lines import TEXTS, WORDS, Line
from handpad.train.lines import sequence_weights
from handpad.train.lines.sequence_weights import (
    CHARACTERS_OF_SITE,
    GRID,
    KINDS,
    Example,
    choose,
    drawn,
    error_rate,
    text,
)

LANGUAGE = Language.load()
ALPHABET = [label for label in LANGUAGE.alphabet if label != " "]
STROKES = [np.column_stack([line((60 * n, 0), (60 * n, 30)), np.full((13, 2), 0.5)]) for n in range(3)]
TRUE, WRONG = "the", "qzx"


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """One short line is enough to choose by."""
    monkeypatch.setattr(sequence_weights, "FEWEST", 1)


def example(parts: tuple[str, float], sequence: tuple[str, float], joining: float, site="ced") -> Example:
    """A line of three strokes, of which both parts say a text, each letter likelier by so many nats than all else."""
    segments = lattice(STROKES)
    alone = [int(np.flatnonzero((segments.starts == n) & (segments.stops == n + 1))[0]) for n in range(3)]
    labels = []
    for said, by in (parts, sequence):
        scores = np.full((len(segments), len(ALPHABET)), -60.0)
        scores[alone] = 0.0
        for row, letter in zip(alone, said, strict=True):
            scores[row, ALPHABET.index(letter)] = by
        labels.append(scores)
    spaces = np.tile([0.0, -20.0], (2, 1))
    observation = Observation(
        np.zeros((len(segments), 1)), np.zeros((len(segments), len(ALPHABET))), np.zeros((len(segments), 4))
    )
    frames = np.ones(len(segments), int)
    return Example(TRUE, site, Potentials(segments, observation, labels[0], spaces, frames, labels[1], spaces, joining))


def chosen(examples):
    weights = choose(examples, ALPHABET, LANGUAGE, Console(False, silent=True))
    assert weights.shape == WITH_SEQUENCE.shape
    return [Weights(**dict(zip(WEIGHED, row.tolist(), strict=True))) for row in weights]


def started():
    rows = [Weights(**dict(zip(WEIGHED, row.tolist(), strict=True))) for row in WITH_SEQUENCE]
    return [replace(weights, temperature=1.0) for weights in rows]  # that is fitted when the others are chosen


def test_what_is_right_already_is_left_as_it_is():
    good = [example((TRUE, 12.0), (TRUE, 12.0), joining) for joining in (1.0, 2.0)]
    assert [one.kind for one in good] == list(KINDS)
    assert chosen(good) == started()
    assert chosen([]) == started()


@pytest.mark.parametrize("kind", [0, 1], ids=KINDS)
def test_where_the_sequence_network_is_wrong_the_segments_count_more_beside_it(kind):
    lines = [example((TRUE, (9.0, 15.0)[kind]), (WRONG, 19.0), (1.0, 2.0)[kind])]
    before, after = started(), chosen(lines)
    assert error_rate(lines, ALPHABET, LANGUAGE, before[kind]) > 0.5
    assert error_rate(lines, ALPHABET, LANGUAGE, after[kind]) == 0
    assert text(lines[0].potentials, ALPHABET, LANGUAGE, after[kind]) == TRUE
    assert after[kind].segments - after[kind].sequence > before[kind].segments - before[kind].sequence
    assert after[1 - kind] == before[1 - kind]  # of which nothing was seen


def test_where_the_segments_are_wrong_they_count_less():
    lines = [example((WRONG, 70.0), (TRUE, 9.0), 1.0)]
    before, after = started(), chosen(lines)
    assert error_rate(lines, ALPHABET, LANGUAGE, before[0]) > 0.5
    assert error_rate(lines, ALPHABET, LANGUAGE, after[0]) == 0
    assert after[0].segments < before[0].segments
    assert after[1] == before[1]


def test_contributors_count_alike_however_much_they_wrote():
    right, wrong = example((TRUE, 9.0), (TRUE, 9.0), 1.0, "ced"), example((WRONG, 60.0), (WRONG, 60.0), 1.0, "abm")
    rates = [error_rate(lines, ALPHABET, LANGUAGE, started()[0]) for lines in ([right, wrong], [right] * 9 + [wrong])]
    assert rates == [0.5, 0.5]
    assert error_rate([], ALPHABET, LANGUAGE, started()[0]) == 0


def test_contributors_of_few_characters_are_left_aside(monkeypatch):
    monkeypatch.setattr(sequence_weights, "FEWEST", 5)
    right, wrong = example((TRUE, 9.0), (TRUE, 9.0), 1.0, "ced"), example((WRONG, 60.0), (WRONG, 60.0), 1.0, "abm")
    assert error_rate([right, right, wrong], ALPHABET, LANGUAGE, started()[0]) == 0
    assert error_rate([right, right, wrong, wrong], ALPHABET, LANGUAGE, started()[0]) == 0.5


def test_every_weight_that_is_kept_is_tried():
    assert set(GRID) == set(WEIGHED) - {"temperature"}


def test_of_each_contributor_and_category_as_many_characters_are_drawn():
    stroke = write_line("o")[0][0][:, :2]
    lines = [
        Line(f"{site}{category}{number}", f"{site}/1", site, [stroke], "word", "page", category=category)
        for site, category, count in (("ced", WORDS, 300), ("ced", TEXTS, 300), ("abm", WORDS, 5))
        for number in range(count)
    ]
    found = drawn(lines, seed=1)
    counts = {(s, c): sum(one.site == s and one.category == c for one in found) for s in ("ced", "abm") for c in "78"}
    enough = CHARACTERS_OF_SITE // 4
    assert counts == {("ced", WORDS): enough, ("ced", TEXTS): enough, ("abm", WORDS): 5, ("abm", TEXTS): 0}
    assert [one.name for one in drawn(lines, seed=1)] == [one.name for one in found]
    assert [one.name for one in drawn(lines, seed=2)] != [one.name for one in found]
