"""A stand-in for the language in the search that tells texts apart."""

import numpy as np

from handpad.reading.language import ALPHABET, Language


class Apart:
    """A language whose states are whole texts, so that the search merges no two of them: for n-best lists.

    ``language`` foresees the characters; None foresees nothing.
    """

    alphabet = ALPHABET

    def __init__(self, language: Language | None, start: int | None = None):
        """start : the state of the language before the first character; by default that before a line."""
        self._language, self._start = language, start
        self._nothing = np.zeros(len(ALPHABET), np.float32)

    def start(self) -> tuple[int, str]:
        if self._start is not None:
            return self._start, ""
        return (self._language.start() if self._language else 0, "")

    def next(self, state: tuple[int, str], character: str) -> tuple[int, str]:
        before, text = state
        return (self._language.next(before, character) if self._language else 0, text + character)

    def log_probabilities(self, state: tuple[int, str]) -> np.ndarray:
        return self._language.log_probabilities(state[0]) if self._language else self._nothing
