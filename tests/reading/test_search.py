import itertools

import numpy as np
import pytest

from handpad.reading.language import Language
from handpad.reading.search import Weights, search

ALPHABET = list("tehan")


def tiny_lattice(fragments, seed):
    """All groups of up to three fragments with random scores: starts, stops, labels, spaces."""
    rng = np.random.default_rng(seed)
    segments = [(start, stop) for stop in range(1, fragments + 1) for start in range(max(stop - 3, 0), stop)]
    starts, stops = np.array(segments).T
    return starts, stops, rng.normal(0, 2, (len(segments), len(ALPHABET))), rng.normal(0, 2, (fragments - 1, 2))


def every_reading(starts, stops, labels, spaces, language, weights):
    """Score of every text in every grouping with every choice of spaces: {(steps): score}."""
    end = int(stops.max())
    found = {}

    def go(place, steps, score, state):
        if place == end:
            found[tuple(steps)] = score
            return
        for space in (False, True) if place else (False,):
            after_gap, now = score, state
            if place:
                after_gap = score + spaces[place - 1, int(space)]
                if space and language:
                    after_gap += weights.language * language.log_probabilities(state)[0]
                    now = language.next(state, " ")
            for segment in np.flatnonzero(starts == place):
                for label, character in enumerate(ALPHABET):
                    total = after_gap + labels[segment, label] + weights.character
                    if language:
                        total += weights.language * language.log_probabilities(now)[ord(character) - 32]
                    ahead = language.next(now, character) if language else 0
                    go(int(stops[segment]), [*steps, (int(segment), label, space)], total, ahead)

    go(0, [], 0.0, language.start() if language else 0)
    return found


@pytest.fixture(scope="module")
def english():
    return Language.load()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("helped", [False, True])
def test_finds_what_trying_everything_finds(seed, helped, english):
    language = english if helped else None
    weights = Weights(language=0.6, character=0.9, beam=10_000, margin=1e9)
    ink = tiny_lattice(3, seed)
    everything = every_reading(*ink, language, weights)
    best = max(everything, key=everything.get)
    paths = search(*ink, ALPHABET, language, weights)
    assert tuple(tuple(step) for step in paths[0].steps) == best
    assert paths[0].score == pytest.approx(everything[best], abs=1e-3)
    for path in paths:  # every path has the score of its reading
        assert path.score == pytest.approx(everything[tuple(tuple(step) for step in path.steps)], abs=1e-3)
    assert [path.score for path in paths] == sorted((path.score for path in paths), reverse=True)


def test_a_narrow_beam_still_reads_to_the_end():
    ink = tiny_lattice(9, 1)
    (path,) = search(*ink, ALPHABET, None, Weights(beam=1, margin=0.0))
    starts, stops = ink[:2]
    spans = [(int(starts[step.segment]), int(stops[step.segment])) for step in path.steps]
    assert spans[0][0] == 0 and spans[-1][1] == 9
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_the_language_decides_between_letters_that_look_alike(english):
    labels = np.zeros((3, len(ALPHABET)))
    labels[0, ALPHABET.index("t")] = labels[2, ALPHABET.index("e")] = 5
    spaces = np.array([[3.0, 0.0], [3.0, 0.0]])
    paths = search(np.arange(3), np.arange(1, 4), labels, spaces, ALPHABET, english, Weights())
    assert "".join(ALPHABET[step.label] for step in paths[0].steps) == "the"


def test_a_single_piece_is_read():
    labels = np.array([[0.0, 3.0, 1.0, 0.0, 0.0]])
    paths = search(np.array([0]), np.array([1]), labels, np.zeros((0, 2)), ALPHABET, None, Weights())
    assert paths[0].steps[0].label == 1
