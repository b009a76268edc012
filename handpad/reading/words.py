"""Two stand-ins for the language in the search: one that tells texts apart, one that knows a single text."""

import numpy as np

from handpad.reading.language import ALPHABET, Language

IMPOSSIBLE = -1e5
"""Log probability of what cannot be, low enough that no score of ink makes up for it."""


class Apart:
    """A language whose states are whole texts, so that the search merges no two of them: for n-best lists.

    ``language`` foresees the characters; None foresees nothing.
    """

    alphabet = ALPHABET

    def __init__(self, language: Language | None):
        self._language = language
        self._nothing = np.zeros(len(ALPHABET), np.float32)

    def start(self) -> tuple[int, str]:
        return (self._language.start() if self._language else 0, "")

    def next(self, state: tuple[int, str], character: str) -> tuple[int, str]:
        before, text = state
        return (self._language.next(before, character) if self._language else 0, text + character)

    def log_probabilities(self, state: tuple[int, str]) -> np.ndarray:
        return self._language.log_probabilities(state[0]) if self._language else self._nothing


class Spelling:
    """A language with one text, known from its first character on; states are places in it, -1 beyond it."""

    alphabet = ALPHABET

    def __init__(self, text: str):
        self.text = text
        self._rows = np.full((len(text) + 1, len(ALPHABET)), IMPOSSIBLE, np.float32)
        for place, character in enumerate(text):
            self._rows[place, ALPHABET.index(character)] = 0.0

    def start(self) -> int:
        return 0

    def next(self, state: int, character: str) -> int:
        going_on = 0 <= state < len(self.text) and self.text[state] == character
        return state + 1 if going_on else -1

    def log_probabilities(self, state: int) -> np.ndarray:
        return self._rows[state]  # the last row, of the end, allows nothing
