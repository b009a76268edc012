"""Texts as reading learns from them: every segment of their ink, and what a base model sees in each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.glyph import glyph
from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.reading.lattice import GAPS, Lattice, lattice
from handpad.reading.lines import split_lines
from handpad.reading.potential_functions import FORBIDDEN, PotentialFunctions
from handpad.train.datasets.unipen_lines import several_rows


@dataclass(frozen=True)
class Example:
    """A text ready to learn from: its segments, what the base model sees in them, and what it says.

    Attributes
    ----------
    segments : of all its rows, one behind the other.
    breaks : the first fragment of each row but the first: where a row ends, so does a word.
    labels, spaces : int (t,), its characters, and whether a space precedes each (never the first).
    """

    segments: Lattice
    breaks: list[int]
    embeddings: np.ndarray
    logits: np.ndarray
    labels: np.ndarray
    spaces: np.ndarray
    text: str


def varied(strokes: Sequence[np.ndarray], generator: np.random.Generator) -> list[np.ndarray]:
    """The same line as if written with another slant, slope, width and spacing of strokes."""
    slant, width, slope = generator.normal(0, 0.12), np.exp(generator.normal(0, 0.12)), generator.normal(0, 0.015)
    bend = np.array([[width, slope], [slant, 1.0]])
    tall = float(np.median([np.ptp(stroke[:, 1]) for stroke in strokes]))
    return [stroke @ bend + generator.normal(0, 0.02 * tall, 2) for stroke in strokes]


def rows_of(strokes: Sequence[np.ndarray]) -> list[list[np.ndarray]]:
    """The ink of a text, row by row."""
    if not several_rows(strokes):
        return [list(strokes)]
    rows = split_lines([bounding_box([stroke]) for stroke in strokes])
    return [[strokes[index] for index in members] for members in rows]


def example(text: str, rows: Sequence[Sequence[np.ndarray]], model: BaseModel) -> Example | None:
    """Prepare a text from its rows of strokes; None where it holds a character that the model does not know."""
    if any(character != " " and character not in model.labels for character in text):
        return None
    segments, breaks = _one_behind_the_other([lattice(as_strokes(row)) for row in rows])
    embeddings, logits = model.run(np.stack([glyph(segments.strokes_of(segment)) for segment in range(len(segments))]))
    words = text.split()
    labels = [model.index(character) for word in words for character in word]
    spaces = [int(bool(number) and not place) for number, word in enumerate(words) for place in range(len(word))]
    return Example(segments, breaks, embeddings, logits, np.array(labels), np.array(spaces), " ".join(words))


def _one_behind_the_other(rows: Sequence[Lattice]) -> tuple[Lattice, list[int]]:
    """The segments of several rows as if of one (its shape is the first row's), and where each but the first begins."""
    strokes, fragments, starts, gaps, breaks = [], [], [], [rows[0].gaps], []
    for row in rows:
        if fragments:
            breaks.append(len(fragments))
            gaps += [np.zeros((1, GAPS), np.float32), row.gaps]
        moved = len(strokes)
        starts.append(row.starts + len(fragments))
        fragments += [
            replace(
                fragment,
                substrokes=tuple(
                    substroke._replace(stroke=substroke.stroke + moved) for substroke in fragment.substrokes
                ),
            )
            for fragment in row.fragments
        ]
        strokes += row.strokes
    firsts = [0, *breaks]
    stops = [row.stops + first for row, first in zip(rows, firsts, strict=True)]
    joined = replace(
        rows[0],
        strokes=strokes,
        fragments=fragments,
        starts=np.concatenate(starts),
        stops=np.concatenate(stops),
        boxes=np.concatenate([row.boxes for row in rows]),
        geometry=np.concatenate([row.geometry for row in rows]),
        gaps=np.concatenate(gaps),
    )
    return joined, breaks


def scores(fitted: PotentialFunctions, one: Example) -> tuple[np.ndarray, np.ndarray]:
    """Scores of labels (n, c) and spaces (m - 1, 2) of a prepared line, without an adapter."""
    observation = Observation(one.embeddings, one.logits, np.zeros((len(one.segments), 4)))
    labels = fitted.trusted(softmax(one.logits)) + fitted.character_scores(one.segments.geometry, observation)[:, None]
    spaces = fitted.space_scores(one.segments.gaps)
    spaces[np.array(one.breaks, dtype=int) - 1] = FORBIDDEN, 0.0
    return labels + fitted.label_scores(one.segments.geometry, one.embeddings), spaces
