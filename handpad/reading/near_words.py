"""Words of a language that lie near what some ink was read as, and how well the ink says them.

Near are words that few and cheap edits make of the reading (Levenshtein 1966): a letter in another's place costs what
the ink itself says for either, one too many or too few a fixed sum. How well the ink says a word is then told by the
likeliest way to part the word over all of it, so that words and other readings are compared by one score.
"""

from collections.abc import Sequence

import numpy as np

from handpad.reading.alignment import LEFT_OVER
from handpad.reading.evidence import Scored
from handpad.reading.language import TREE_CHARACTERS, Language

NEAREST = 64
"""So many words are looked at more closely."""

MISSING, SURPLUS = 6.0, 5.0
"""Nats: what a letter costs that was not read, and one that was read and is not in the word."""

LARGEST = 8.0
"""Nats: no letter in another's place costs more."""

CHEAP = 4.0
"""Nats: letters that cost no more anywhere in a reading are as good as read ..."""

COMPARED = 8000
"""... and only so many words, those with the fewest others, are compared with it letter by letter."""

REACH = 3
"""Words may be so many letters longer or shorter than what was read."""

MARKS = "\"'()[]{}<>.,;:!?-"
"""Marks around a word."""


class NearWords:
    """The words of a language in arrays, and which of them are nearest to a reading."""

    def __init__(self, language: Language):
        codes = language.words()
        lengths = (codes > 0).sum(axis=1)
        order = np.argsort(lengths, kind="stable")
        self._own = language.own_words
        self._codes, self._lengths = codes[order], lengths[order]
        self._letters = _PLACES[self._codes]
        self._sets = np.bitwise_or.reduce(np.where(self._codes > 0, 1 << self._letters.astype(np.uint32), 0), axis=1)

    def find(self, costs: np.ndarray) -> list[str]:
        """The words that are nearest to a reading, nearest first, the writer's own before them; in small letters.

        costs : float (p, 27), of each of the p characters read, and of each letter of the list in its place, in nats.
        """
        first, stop = np.searchsorted(self._lengths, [len(costs) - REACH, len(costs) + REACH + 1])
        cheap = int((1 << np.flatnonzero(costs.min(axis=0) < CHEAP)).sum())
        unread = np.bitwise_count(self._sets[first:stop] & ~np.uint32(cheap))
        unlike = 2 * unread + np.abs(self._lengths[first:stop] - len(costs))
        chosen = first + np.argsort(unlike, kind="stable")[:COMPARED]
        total = _distances(self._letters[chosen, : len(costs) + REACH], self._lengths[chosen], costs)
        nearest = self._codes[chosen[np.argsort(total, kind="stable")[:NEAREST]]]
        own = [word.lower() for word in self._own if abs(len(word) - len(costs)) <= REACH]
        return list(dict.fromkeys([*own[:NEAREST], *(bytes(row[row > 0]).decode("ascii") for row in nearest)]))


_PLACES = np.array([max(TREE_CHARACTERS.find(chr(code)), 0) for code in range(128)])


def _distances(letters: np.ndarray, lengths: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """What it costs to make each of n words, letters (n, longest), of a reading: float32 (n,)."""
    steps = MISSING * np.arange(letters.shape[1] + 1, dtype=np.float32)
    distance = np.broadcast_to(steps, (len(letters), len(steps)))
    for row in np.minimum(costs, LARGEST).astype(np.float32):  # all words at once, character by character
        changed = distance + np.float32(SURPLUS)
        np.minimum(changed[:, 1:], distance[:, :-1] + row[letters], out=changed[:, 1:])
        distance = np.minimum.accumulate(changed - steps, axis=1) + steps
    return distance[np.arange(len(letters)), lengths]


def ink_scores(scored: Scored, first: int, stop: int, texts: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """The score of the likeliest way to part each text over the fragments first to stop - 1 of a line: float64 (n,).

    texts : without spaces, of the labels; the same sum as along a path of the search, without language.
    """
    columns = {label: column for column, label in enumerate(labels)}
    table = np.zeros((len(texts), max(map(len, texts))), np.int64)
    for row, text in enumerate(texts):
        table[row, : len(text)] = [columns[character] for character in text]
    bonus = scored.weights.character
    best = np.full((stop - first + 1, len(texts), table.shape[1] + 1), -np.inf)
    best[0, :, 0] = 0.0
    segments = scored.segments
    inside = np.flatnonzero((segments.starts >= first) & (segments.stops <= stop))
    place = 0
    for end in range(1, stop - first + 1):
        here = best[end]
        here[:, 1:] = best[end - 1, :, 1:] + LEFT_OVER
        while place < len(inside) and segments.stops[inside[place]] == first + end:
            segment = inside[place]
            start = segments.starts[segment] - first
            unspaced = scored.spaces[first + start - 1, 0] if start else 0.0
            said = scored.labels[segment][table] + (bonus + unspaced)
            np.maximum(here[:, 1:], best[start, :, :-1] + said, out=here[:, 1:])
            place += 1
        for letter in range(2, here.shape[1]):
            np.maximum(here[:, letter], here[:, letter - 1] + LEFT_OVER, out=here[:, letter])
    return best[-1, np.arange(len(texts)), [len(text) for text in texts]]
