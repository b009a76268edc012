"""How much the sequence network, the segments and the language count beside each other: chosen on validation writers.

Print and joined writing get weights of their own (:data:`handpad.reading.potential_functions.JOINING`). One weight
after the other is moved to the value with the fewest character errors, as a mean over contributors, until none moves.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from handpad.ink import as_strokes
from handpad.reading.evidence import Evidence, Potentials
from handpad.reading.language import Language
from handpad.reading.potential_functions import JOINING, WEIGHED, WITH_SEQUENCE
from handpad.reading.search import Weights, search, text_of
from handpad.train.console import Console
from handpad.train.datasets.unipen_lines import Line
from handpad.train.lines.variation import on_one_line
from handpad.train.measure.text_errors import edits

GRID = {
    "sequence": (0.5, 0.7, 1.0, 1.4),
    "segments": (0.0, 0.15, 0.3, 0.5, 0.75, 1.0),
    "spaces": (0.3, 0.6, 1.0, 1.5, 2.0),
    "language": (0.4, 0.55, 0.7, 0.85, 1.0, 1.2),
    "character": (0.0, 0.75, 1.5, 2.5, 3.5, 4.5),
}
"""The values tried of each weight of the search, in this order."""

CHARACTERS_OF_SITE = 400
"""So many characters of each contributor and category are read, drawn at random."""

FEWEST = 100
"""Contributors with fewer characters of a kind are left aside."""

ROUNDS = 2

KINDS = "print", "joined"


@dataclass(frozen=True)
class Example:
    """A line with what each part says of it."""

    text: str
    site: str
    potentials: Potentials

    @property
    def kind(self) -> str:
        """One of KINDS, whose weights count the most for the line."""
        return KINDS[self.potentials.joining > sum(JOINING) / 2]


def drawn(lines: Sequence[Line], seed: int) -> list[Line]:
    """About CHARACTERS_OF_SITE characters of each contributor's words and of its texts."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.site, line.category].append(line)
    generator, chosen = np.random.default_rng(seed), []
    for _, own in sorted(groups.items()):
        written = 0
        for place in generator.permutation(len(own)):
            if written >= CHARACTERS_OF_SITE:
                break
            written += len(own[place].text)
            chosen.append(own[place])
    return chosen


def examples(lines: Sequence[Line], evidence: Evidence) -> list[Example]:
    """Lines with what each part says of them, long lines of several rows as one."""
    found = []
    for line in lines:
        ink = as_strokes(on_one_line(line.strokes))
        potentials = evidence.potentials(ink, None, (), lambda: None)
        found.append(Example(line.text, line.site, potentials))
    return found


def choose(lines: Sequence[Example], alphabet: list[str], language: Language, console: Console) -> np.ndarray:
    """The weights of print and of joined writing: float64 (2, 6), with a temperature of 1, as in ``reading.npz``.

    Where there are no lines of a kind, its weights stay :data:`handpad.reading.potential_functions.WITH_SEQUENCE`.
    """
    chosen = []
    for kind, start in zip(KINDS, WITH_SEQUENCE, strict=True):
        own = [one for one in lines if one.kind == kind]
        weights = replace(Weights(**dict(zip(WEIGHED, start.tolist(), strict=True))), temperature=1.0)
        best = error_rate(own, alphabet, language, weights)
        for _ in range(ROUNDS):
            before = weights
            for name, values in GRID.items():
                rates = {v: error_rate(own, alphabet, language, replace(weights, **{name: v})) for v in values}
                value = min(rates, key=lambda v: rates[v])
                if own and rates[value] < best:
                    weights, best = replace(weights, **{name: value}), rates[value]
            console.line("weights", kind=kind, lines=len(own), character_error_rate=best, **_plain(weights))
            if weights == before:
                break
        chosen.append(list(_plain(weights).values()))
    return np.array(chosen)


def _plain(weights: Weights) -> dict[str, float]:
    return {name: getattr(weights, name) for name in WEIGHED}


def error_rate(lines: Sequence[Example], alphabet: list[str], language: Language, weights: Weights) -> float:
    """Characters read wrongly, 0 to 1 and more: the mean over contributors with FEWEST characters."""
    wrong: dict[str, int] = defaultdict(int)
    written: dict[str, int] = defaultdict(int)
    for one in lines:
        wrong[one.site] += edits(one.text, text(one.potentials, alphabet, language, weights))
        written[one.site] += len(one.text)
    rates = [wrong[site] / written[site] for site in written if written[site] >= FEWEST]
    return float(np.mean(rates)) if rates else 0.0


def text(potentials: Potentials, alphabet: list[str], language: Language | None, weights: Weights) -> str:
    """What a line is read as with these weights."""
    labels, spaces = potentials.weighed(weights)
    segments = potentials.segments
    steps = search(segments.starts, segments.stops, labels, spaces, alphabet, language, weights)[0].steps
    return text_of(steps, alphabet)
