"""The ways of reading lines that :mod:`handpad.train.lines` compares, each adding one thing to the one before."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from handpad.errors import DataError
from handpad.glyph import glyph
from handpad.ink import as_strokes, bounding_box
from handpad.model import BaseModel
from handpad.reading import scorer
from handpad.reading.adapted import predict_on_line
from handpad.reading.language import Language
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.reading.lines import split_lines
from handpad.reading.reader import ReadCharacter, Reader, Reading
from handpad.reading.scorer import Scorer
from handpad.reading.separate import separate
from handpad.recognizer import ADAPTERS
from handpad.train.text_errors import align, plain

SPACE = 0.85
"""A gap wider than this many x-heights is a space where nothing better is known."""


class LineReader(Protocol):
    """What reads the lines of one writer."""

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """The text of ink: float64 (n, 2) strokes in writing order, y down. White space counts as one space."""


class Learner(LineReader, Protocol):
    """A reader that its writer can teach."""

    def learn(self, strokes: Sequence[np.ndarray], text: str) -> None:
        """Learn a line whose text the writer has corrected."""


class Variant(NamedTuple):
    """One way to read: how to make its reader for a new writer, and whether that is a learner, taught first."""

    make: Callable[[], LineReader]
    learns: bool = False


class GapReader:
    """Characters by gaps and overlap alone, each named by the base model, spaces by one threshold."""

    def __init__(self, model: BaseModel):
        self._model = model

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """See :class:`LineReader`."""
        boxes = [bounding_box([stroke]) for stroke in strokes]
        return " ".join(
            self._line([strokes[index] for index in row], [boxes[index] for index in row]) for row in split_lines(boxes)
        )

    def _line(self, strokes: list[np.ndarray], boxes: list) -> str:
        x_height = line_shape(boxes).size / X_HEIGHTS
        groups = separate(boxes, x_height)
        _, logits = self._model.run(np.stack([glyph([strokes[index] for index in group]) for group in groups]))
        text, right = "", np.inf
        for group, row in zip(groups, logits, strict=True):
            box = bounding_box([strokes[index] for index in group])
            text += " " * (box.left - right > SPACE * x_height) + self._model.labels[int(row.argmax())]
            right = box.right
        return text


class PageReader:
    """The reader of the pad, with or without a language; learns corrected lines with the default adapter."""

    def __init__(self, reader: Reader, model: BaseModel):
        self._reader = reader
        self._model = model
        self._adapter = ADAPTERS["default"](model)
        self._met = np.zeros(len(model.labels), bool)
        self._learned = 0

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """See :class:`LineReader`."""
        return self._look(strokes).text

    def learn(self, strokes: Sequence[np.ndarray], text: str) -> None:
        """Read a line, and learn the characters that stand where the corrected text has them.

        What was right is learned as a confirmation. Characters beside a wrong cut are not learned: their ink is not
        what the text has at that place.
        """
        for character, label in corrected(self._look(strokes), text):
            if label in self._model.labels:
                index = self._model.index(label)
                self._adapter.learn(self._learned, character.seen, index, confirmed=label == character.label)
                self._learned += 1
                self._met[index] = True

    def _look(self, strokes: Sequence[np.ndarray]) -> Reading:
        return self._reader.read(as_strokes(strokes), adapt=partial(predict_on_line, self._adapter, self._met))


def corrected(reading: Reading, text: str) -> Iterator[tuple[ReadCharacter, str]]:
    """The characters of a reading with what the corrected text says each is, those beside a wrong cut left out."""
    pairs = align(plain(text), plain(reading.text))
    cut = [not said or not true for true, said in pairs if " " not in (true, said)]
    characters = iter(reading.characters)
    place = 0
    for true, said in pairs:
        character = next(characters) if said.strip() else None
        if " " in (true, said):
            continue
        if not any(cut[max(place - 1, 0) : place + 2]):
            yield character, true
        place += 1


class NetworkAlone(Scorer):
    """A fitted scorer that leaves it to the base model to name the characters, whatever their size and place."""

    def __init__(self, fitted: Scorer):
        vars(self).update(vars(fitted))

    def label_scores(self, lattice, seen):
        """Zero for every label."""
        return np.zeros((len(lattice), len(self.labels)), np.float32)


def variants(folder: Path, model: BaseModel) -> dict[str, Variant]:
    """The variants that a model folder allows, by name.

    Raises
    ------
    DataError : the folder has no scorer.
    """
    full = Scorer.load(folder)
    if full is None:
        raise DataError(f"{folder} has no {scorer.FILE}: make it with handpad-train reading.")
    language = Language.load()
    # The bonus for each character makes up for the language's liking for few; without a language it has no place.
    ink = copy.copy(full)
    ink.weights = replace(full.weights, character=0.0)

    def pad(some: Scorer, helped: Language | None) -> PageReader:
        return PageReader(Reader(model, model, some, helped), model)

    return {
        "gaps": Variant(lambda: GapReader(model)),
        "network": Variant(lambda: pad(NetworkAlone(ink), None)),
        "+ geometry": Variant(lambda: pad(ink, None)),
        "+ language": Variant(lambda: pad(full, language)),
        "+ corrections": Variant(lambda: pad(full, language), learns=True),
    }
