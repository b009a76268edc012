"""How adapters are tried on a writer's characters: the paper's 90/10 protocol, a live one, and one with mistakes.

A recognizer that has learned nothing is asked and told what a user's would be. Every prediction is made, and scored,
before its character is learned. :data:`PROTOCOLS` names them; one more protocol is one more entry there.
"""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from handpad.adaptation import Observation
from handpad.recognizer import Recognizer


@dataclass(frozen=True)
class WriterData:
    """All characters of one writer: n observations and their true labels, int (n,), among those of the model."""

    name: str
    observation: Observation
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Trial:
    """What a recognizer with one adapter said about the m tested characters of one writer in one draw.

    Attributes
    ----------
    rows : int (m,), which of the writer's characters, in the order in which they were tested.
    predicted : int (m,), the labels said.
    reach : bool (m,), whether any of the adapter's classifiers said the true label; all False where an adapter
        has none (see :meth:`handpad.recognizer.Recognizer.votes`).
    predict_seconds, learn_seconds : the mean time per character.
    """

    rows: np.ndarray
    predicted: np.ndarray
    reach: np.ndarray
    predict_seconds: float
    learn_seconds: float


def generator(seed: int, writer: str, draw: int) -> np.random.Generator:
    """The random numbers of one draw of one writer: the same for every adapter, whatever other writers there are."""
    return np.random.default_rng([seed, zlib.crc32(writer.encode()), draw])


def stratified_draw(labels: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Split one writer's characters 90/10 within each class (paper, section 4.5).

    Of every ten characters of a class nine adapt and one tests; of the remaining r one tests with
    probability r/10. Returns the adapting and the testing rows, each in random order.
    """
    adapting, testing = [], []
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        tens, rest = divmod(len(rows), 10)
        tests = tens + int(random.random() < rest / 10)
        testing.extend(rows[:tests])
        adapting.extend(rows[tests:])
    return random.permutation(np.array(adapting, dtype=int)), random.permutation(np.array(testing, dtype=int))


def holdout(pad: Recognizer, writer: WriterData, random: np.random.Generator) -> Trial:
    """The paper's protocol: learn nine tenths, then predict the rest, learning each after its prediction."""
    adapting, testing = stratified_draw(writer.labels, random)
    _teach(pad, writer.observation[adapting], writer.labels[adapting])
    return _ask_and_tell(pad, writer, testing)


def live(pad: Recognizer, writer: WriterData, random: np.random.Generator, limit: int) -> Trial:
    """Characters in random order, at most `limit`: each is predicted, then learned.

    The writer corrects what is wrong; what is right is learned as a confirmation.
    """
    return _ask_and_tell(pad, writer, random.permutation(len(writer))[:limit])


def mistaken(
    pad: Recognizer, writer: WriterData, random: np.random.Generator, learned: int, wrong: int, limit: int
) -> Trial:
    """Learn `learned` characters, `wrong` of them under a wrong label of the writer's, then predict at most `limit`."""
    order = random.permutation(len(writer))
    labels = writer.labels[order[:learned]].copy()
    known = np.unique(writer.labels)
    for row in random.choice(learned, wrong, replace=False):
        labels[row] = random.choice(known[known != labels[row]])
    _teach(pad, writer.observation[order[:learned]], labels)
    return _ask_and_tell(pad, writer, order[learned : learned + limit], tell=False)


def _teach(pad: Recognizer, observation: Observation, labels: np.ndarray) -> None:
    """Teach labelled characters as corrections."""
    pad.learn_observed(observation, [pad.model.labels[label] for label in labels])


def _ask_and_tell(pad: Recognizer, writer: WriterData, rows: np.ndarray, tell: bool = True) -> Trial:
    predicted = np.empty(len(rows), dtype=int)
    reach = np.zeros(len(rows), dtype=bool)
    predict_seconds = learn_seconds = 0.0
    for place, row in enumerate(rows):
        observation, label = writer.observation[row : row + 1], pad.model.labels[writer.labels[row]]
        start = time.perf_counter()
        said = pad.rank(observation)[0][0].label
        predict_seconds += time.perf_counter() - start
        predicted[place] = pad.model.index(said)
        reach[place] = label in pad.votes(observation)[0].values()
        if tell:
            start = time.perf_counter()
            pad.learn_observed(observation, [label], confirmed=said == label)
            learn_seconds += time.perf_counter() - start
    count = max(1, len(rows))
    return Trial(rows, predicted, reach, predict_seconds / count, learn_seconds / count)


class Settings(NamedTuple):
    """What the user chose: the draws of the 90/10 protocol, and the most characters a writer gives to the live one."""

    resamples: int
    limit: int


class Protocol(NamedTuple):
    """One way of trying an adapter.

    Attributes
    ----------
    title : what it is called in results.
    fewest : writers with fewer characters are left out of it.
    draws : how many random draws it makes of each writer.
    run : tries a recognizer that has learned nothing on one writer in one draw.
    """

    title: str
    fewest: int
    draws: Callable[[Settings], int]
    run: Callable[[Recognizer, WriterData, np.random.Generator, Settings], Trial]


LEARNED, WRONG, ASKED = 200, 20, 300
"""The protocol with mistakes: characters learned, how many of them under a wrong label, and the most asked after."""

PROTOCOLS = {
    "holdout": Protocol(
        "90/10, resampled",
        fewest=0,
        draws=lambda settings: settings.resamples,
        run=lambda pad, writer, random, settings: holdout(pad, writer, random),
    ),
    "live": Protocol(
        "live: predict, then learn",
        fewest=0,
        draws=lambda settings: 1,
        run=lambda pad, writer, random, settings: live(pad, writer, random, settings.limit),
    ),
    "mistaken": Protocol(
        f"{LEARNED} learned, {WRONG} of them wrong",
        fewest=LEARNED + 25,
        draws=lambda settings: 1,
        run=lambda pad, writer, random, settings: mistaken(pad, writer, random, LEARNED, WRONG, ASKED),
    ),
}
