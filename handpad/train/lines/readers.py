"""The ways of reading lines that ``evaluate --protocol lines`` compares, each adding one thing to the one before."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.glyph import glyph
from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.model.folder import READING
from handpad.reading.language import Language
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.reading.lines import split_lines
from handpad.reading.potential_functions import PotentialFunctions
from handpad.reading.reader import Reader
from handpad.reading.separate import separate
from handpad.reading.sequence import SequenceNetwork
from handpad.recognizer import Recognizer
from handpad.train.lines.examples import rows_of
from handpad.train.measure.evaluate_lines import TAUGHT, WORDS_TAUGHT, Variant
from handpad.train.measure.text_errors import edits, plain

SPACE = 0.85
"""A gap wider than this many x-heights is a space where nothing better is known."""


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


class PartOfReader:
    """The reader of lines with something of it left out: what users never get, and cannot teach."""

    def __init__(self, reader: Reader):
        self._reader = reader

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """See :class:`LineReader`."""
        return self._reader.read(as_strokes(strokes)).text


class PadReader:
    """What users get: a recognizer, whose readings their writer puts right."""

    def __init__(self, pad: Recognizer):
        self._pad = pad

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """See :class:`LineReader`."""
        return self._pad.read(strokes).text

    def learn(self, strokes: Sequence[np.ndarray], text: str) -> None:
        """Read a text and put it right row by row."""
        readings = [self._pad.read_line(row) for row in rows_of(strokes)]
        for reading, said in zip(readings, by_row(text, [one.text for one in readings]), strict=True):
            if said:
                self._pad.correct(reading, said)


def by_row(text: str, said: Sequence[str]) -> list[str]:
    """The words of a text dealt out to its rows, so that the fewest edits make them of what was read on each."""
    words = text.split()
    best: dict[int, tuple[int, list[str]]] = {0: (0, [])}  # by how many words are dealt out: edits, and rows so far
    for row in said:
        longer: dict[int, tuple[int, list[str]]] = {}
        for start, (count, rows) in best.items():
            for stop in range(start, len(words) + 1):
                own = " ".join(words[start:stop])
                total = count + (edits(own, plain(row)) if own else len(row))
                if stop not in longer or total < longer[stop][0]:
                    longer[stop] = total, [*rows, own]
        best = longer
    return best[len(words)][1]


class NetworkAlone(PotentialFunctions):
    """Potential functions that leave it to the base model to name characters, whatever their size and place."""

    def __init__(self, fitted: PotentialFunctions):
        vars(self).update(vars(fitted))

    def label_scores(self, geometry, embeddings):
        """Zero for every label."""
        return np.zeros((len(geometry), len(self.labels)), np.float32)


def variants(folder: Path, model: BaseModel) -> dict[str, Variant]:
    """The variants that a model folder allows, by name.

    Raises
    ------
    DataError : the folder has no potential functions.
    """
    full, pad, part = _parts(folder, model)
    # The bonus for each character makes up for the language's liking for few; without a language it has no place.
    ink = copy.copy(full)
    ink.weights = replace(full.weights, character=0.0)
    return {
        "gaps": Variant(lambda: GapReader(model)),
        "network": Variant(lambda: part(NetworkAlone(ink), None)),
        "+ geometry": Variant(lambda: part(ink, None)),
        "+ language": Variant(lambda: part(full, Language.load())),
        "+ sequence network": Variant(pad),
        "+ corrections": Variant(pad, TAUGHT[0]),
    }


def variants_for_words(folder: Path, model: BaseModel) -> dict[str, Variant]:
    """The variants that are compared on words and texts of all hands, by name. Raises DataError as :func:`variants`."""
    full, pad, part = _parts(folder, model)
    sequence = SequenceNetwork.load(folder)
    return {
        "segments": Variant(lambda: part(full, Language.load())),
        "without language": Variant(lambda: part(full, None, sequence)),
        "without word list": Variant(lambda: part(full, Language.load().without_words(), sequence)),
        "both": Variant(pad),
        **{f"after {count} corrected": Variant(pad, count) for count in WORDS_TAUGHT},
    }


def _parts(folder: Path, model: BaseModel) -> tuple[PotentialFunctions, Callable, Callable]:
    """The potential functions, what makes users' readers, and what makes readers that lack something."""
    full = PotentialFunctions.load(folder)
    if full is None:
        raise DataError(f"{folder} has no {READING}: make it with handpad-train reading.")

    def pad() -> PadReader:
        return PadReader(Recognizer(model=model))

    def part(
        potential_functions: PotentialFunctions, language: Language | None, sequence: SequenceNetwork | None = None
    ) -> PartOfReader:
        return PartOfReader(Reader(model, model, potential_functions, language, sequence))

    return full, pad, part
