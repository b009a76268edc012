"""The ways of reading lines that ``evaluate --protocol lines`` compares, each adding one thing to the one before."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from handpad.adaptation.line import RidgeLineAdapter
from handpad.errors import DataError
from handpad.glyph import glyph
from handpad.ink import as_strokes, bounding_box
from handpad.model import BaseModel
from handpad.model_folder import READING
from handpad.reading.language import Language
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.reading.lines import split_lines
from handpad.reading.reader import Reader
from handpad.reading.scorer import Scorer
from handpad.reading.separate import separate
from handpad.train.lines.examples import rows_of
from handpad.train.measure.evaluate_lines import Variant
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


class PageReader:
    """The reader of the pad, with or without a language; learns corrected lines."""

    def __init__(self, reader: Reader, model: BaseModel):
        self._reader = reader
        self._model = model
        self._adapter = RidgeLineAdapter()

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """See :class:`LineReader`."""
        return self._reader.read(as_strokes(strokes), adapter=self._adapter).text

    def learn(self, strokes: Sequence[np.ndarray], text: str) -> None:
        """Read a text, correct it row by row, and learn its characters with the ink that each is found to have.

        What was right is learned as a confirmation. Rows that their ink cannot say are left out.
        """
        rows = [as_strokes(row) for row in rows_of(strokes)]
        readings = [self._reader.read_line(row, adapter=self._adapter) for row in rows]
        for ink, reading, said in zip(rows, readings, by_row(text, [one.text for one in readings]), strict=True):
            characters = self._reader.spelled(ink, said, adapter=self._adapter)
            if characters is None:
                continue
            shown = {character.parts: character.label for character in reading.characters}
            corrected = self._reader.read_line(ink, fixed=characters).characters
            for place, character in enumerate(corrected):
                was = shown.get(character.parts)
                line = self._reader.on_line(ink, characters, place, adapter=self._adapter, regrouped=was is None)
                number, geometry = len(self._adapter), line.geometry[None]
                scores = self._reader.in_context(character.seen, geometry)
                label = self._model.index(character.label)
                self._adapter.learn([number], character.seen, geometry, scores, [label], [was == character.label])
                misparted = self._reader.misparted(character.seen, line)
                if misparted is not None:
                    self._adapter.learn_grouping(number, *misparted)


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


class NetworkAlone(Scorer):
    """A fitted scorer that leaves it to the base model to name the characters, whatever their size and place."""

    def __init__(self, fitted: Scorer):
        vars(self).update(vars(fitted))

    def label_scores(self, geometry, embeddings):
        """Zero for every label."""
        return np.zeros((len(geometry), len(self.labels)), np.float32)


def variants(folder: Path, model: BaseModel) -> dict[str, Variant]:
    """The variants that a model folder allows, by name.

    Raises
    ------
    DataError : the folder has no scorer.
    """
    full = Scorer.load(folder)
    if full is None:
        raise DataError(f"{folder} has no {READING}: make it with handpad-train reading.")
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
