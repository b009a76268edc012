"""The best readings of a line: a beam search over its segments, with the language beside the ink."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from handpad.reading.language import SIGN, foreseen_as

LABELS_TRIED = 10
"""Of each segment, only so many of the best labels are tried."""


@dataclass(frozen=True)
class Weights:
    """How much each part of a path's score counts; fitted on validation writers.

    language: on log P of the next character. character: added for each character, against the language's liking for
    few. segments: on what segment hypotheses look like by themselves. sequence, spaces: on what the sequence network
    says for their labels, and for spaces. temperature: divides the scores, so that their softmax is calibrated.
    beam, margin: at each fragment, the most paths that go on, and how far (in nats) they may lie behind the best.
    """

    language: float = 0.5
    character: float = 0.8
    segments: float = 1.0
    sequence: float = 0.0
    spaces: float = 0.0
    temperature: float = 1.0
    beam: int = 24
    margin: float = 12.0


class Foresight(Protocol):
    """A language as the search needs it (:class:`handpad.reading.language.Language`); equal states foresee the same."""

    alphabet: str

    def start(self) -> Any:
        """The state before the first character."""

    def next(self, state: Any, character: str) -> Any:
        """The state after one more character, or several that are one label."""

    def log_probabilities(self, state: Any) -> np.ndarray:
        """Of each character of the alphabet to come next: float32."""


class Step(NamedTuple):
    """One character of a path: its segment, the index of its label, and whether a space precedes it."""

    segment: int
    label: int
    space: bool


class Path(NamedTuple):
    """A reading of a line, left to right, and its score (log, not normalised)."""

    score: float
    steps: tuple[Step, ...]


def text_of(steps: Sequence[Step], alphabet: Sequence[str]) -> str:
    """What the steps of a path, or of a stretch of one, say; without the space before the first."""
    return "".join((" " if step.space and number else "") + alphabet[step.label] for number, step in enumerate(steps))


def search(
    starts: np.ndarray,
    stops: np.ndarray,
    labels: np.ndarray,
    spaces: np.ndarray,
    alphabet: list[str],
    language: Foresight | None,
    weights: Weights,
    between_steps: Callable[[], None] | None = None,
) -> list[Path]:
    """The best paths through a line's segments, best first, at least one.

    Parameters
    ----------
    starts, stops : int (n,), the fragments of each segment, as in :class:`handpad.reading.lattice.Lattice`.
    labels : float (n, c), score of each label in each segment; comparable between segments of any number of fragments.
    spaces : float (m - 1, 2), score of no space and of a space before each fragment but the first.
    alphabet : the c labels; what the language does not foresee among them costs SIGN.
    language : or None to go by the ink alone.
    between_steps : called before each fragment; it may raise to end the search.
    """
    end = int(stops.max())
    tried = min(LABELS_TRIED, len(alphabet))
    best_labels = np.argsort(-labels, axis=1)[:, :tried]
    best_scores = np.take_along_axis(labels, best_labels, axis=1) + weights.character
    columns = None
    if language is not None:
        place = {character: column for column, character in enumerate(language.alphabet)}
        columns = np.array([place.get(foreseen_as(label), len(place)) for label in alphabet])
        space_column = place[" "]
    first = np.searchsorted(stops, np.arange(1, end + 2))
    node = _Node([0.0], [language.start() if language else 0], [None])
    leaving = [_spread(node, None, language, weights, 0)]
    for stop in range(1, end + 1):
        if between_steps is not None:
            between_steps()
        scores, origins = [], []
        for segment in range(first[stop - 1], first[stop]):
            here = leaving[starts[segment]]
            total = here.scores[:, None] + best_scores[segment]
            if here.rows is not None and columns is not None:
                total = total + weights.language * here.rows[:, columns[best_labels[segment]]]
            scores.append(total.ravel())
            origins.append(segment)
        flat = np.concatenate(scores)
        bounds = np.cumsum([len(part) for part in scores])
        order = np.argsort(-flat, kind="stable")[: 3 * weights.beam]
        node = _Node([], [], [])
        known: set[int | tuple] = set()
        for index in order:
            if len(node.scores) >= weights.beam or flat[index] < flat[order[0]] - weights.margin:
                break
            part = int(np.searchsorted(bounds, index, side="right"))
            segment = origins[part]
            row, rank = divmod(int(index) - (int(bounds[part - 1]) if part else 0), tried)
            here, label = leaving[starts[segment]], int(best_labels[segment, rank])
            state = language.next(here.states[row], alphabet[label]) if language else (label, segment, row)
            if state in known:  # the same future, with a worse past
                continue
            known.add(state)
            node.scores.append(float(flat[index]))
            node.states.append(state)
            node.back.append((here.back[row], Step(segment, label, here.spaced[row])))
        if stop < end:
            leaving.append(_spread(node, spaces[stop - 1], language, weights, space_column if language else 0))
    return [Path(score, _steps(back)) for score, back in zip(node.scores, node.back, strict=True)]


@dataclass
class _Node:
    """The paths that end at one fragment: their scores, language states and histories as linked lists."""

    scores: list[float]
    states: list
    back: list


@dataclass
class _Leaving:
    """The same paths going on, each without and with a space; rows holds what the language foresees next, and SIGN."""

    scores: np.ndarray
    states: list
    back: list
    spaced: list[bool]
    rows: np.ndarray | None


def _spread(
    node: _Node, space: np.ndarray | None, language: Foresight | None, weights: Weights, column: int
) -> _Leaving:
    scores, states, back, spaced = list(node.scores), list(node.states), list(node.back), [False] * len(node.states)
    if space is not None:
        scores = [score + space[0] for score in scores]
        for score, state, past in zip(node.scores, node.states, node.back, strict=True):
            ahead = score + space[1]
            if language is not None:
                ahead += weights.language * float(language.log_probabilities(state)[column])
            scores.append(ahead)
            states.append(state)
            back.append(past)
            spaced.append(True)
    best = max(scores)
    kept = [index for index, score in enumerate(scores) if score >= best - weights.margin]
    states = [
        language.next(states[index], " ") if spaced[index] and language is not None else states[index] for index in kept
    ]
    rows = None
    if language is not None:
        foreseen = np.stack([language.log_probabilities(state) for state in states])
        rows = np.pad(foreseen, ((0, 0), (0, 1)), constant_values=SIGN)
    return _Leaving(
        np.array([scores[index] for index in kept]), states, [back[index] for index in kept],
        [spaced[index] for index in kept], rows,
    )  # fmt: skip


def _steps(back: tuple | None) -> tuple[Step, ...]:
    steps: list[Step] = []
    while back is not None:
        back, step = back
        steps.append(step)
    return tuple(reversed(steps))
