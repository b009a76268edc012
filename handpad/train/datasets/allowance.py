"""How much ink is read of one data set."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from handpad.errors import DataError
from handpad.train.datasets.dataset import Sample

MOST_SAMPLES = 1_000_000
MOST_POINTS = 30_000_000
"""Of a data set; UNIPEN has 110,000 characters of 4.5 million points."""


class TooMuchError(DataError):
    """A data set that holds more than is read of one."""


class Allowance:
    """What may still be read of one data set."""

    def __init__(self, source: Path, samples: int = MOST_SAMPLES, points: int = MOST_POINTS):
        self._source = source
        self._most = samples, points
        self._samples = self._points = 0

    def counted(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """The same samples. Raises TooMuchError at the first that is beyond the allowance."""
        for sample in samples:
            self._samples += 1
            self._points += sum(map(len, sample.strokes))
            if self._samples > self._most[0] or self._points > self._most[1]:
                raise TooMuchError(
                    f"{self._source} holds more than {self._most[0]:,} characters or {self._most[1]:,} points: "
                    "it is no data set of ink."
                )
            yield sample
