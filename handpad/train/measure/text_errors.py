"""What a reading of text gets wrong: edits between transcripts, error rates with intervals, and kinds of errors.

Spaces count as characters everywhere; a line break counts as a space.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from handpad.labels import ALPHANUMERIC
from handpad.train.measure.intervals import drawn_interval

ROUND = frozenset("0oO")
UPRIGHT = frozenset("1lI|!")

KINDS = {
    "case": "a letter in the other case",
    "0/o/O": "0, o and O taken for each other",
    "1/l/I": "1, l, I, | and ! taken for each other",
    "other": "another letter or digit",
    "punctuation": "one of the two is no letter or digit",
    "joined": "a character too few",
    "split": "a character too many",
    "space missing": "a space too few",
    "space extra": "a space too many",
}
"""The kinds of errors, in the order in which they are tried, and what each means."""

DRAWS = 2000


@dataclass(frozen=True)
class Reading:
    """What was read where a writer wrote ``true``. Both are compared after :func:`plain`."""

    writer: str
    true: str
    said: str


def plain(text: str) -> str:
    """The text with all white space made single spaces, none at the ends."""
    return " ".join(text.split())


def align(true: Sequence[str], said: Sequence[str]) -> list[tuple[str, str]]:
    """The fewest edits that turn one sequence of characters (or words) into the other.

    Returns
    -------
    Pairs (true, said) from left to right: equal ones, substitutions, and with "" on one side deletions and
    insertions. Of several alignments with the fewest edits, one in which the fewest spaces meet a character: no
    library's alignment knows that rule.
    """
    rows, columns = len(true) + 1, len(said) + 1
    edit = 1 << 20  # an edit outweighs any number of misplaced spaces
    cost = [[edit * (row + column) if not row or not column else 0 for column in range(columns)] for row in range(rows)]
    for row in range(1, rows):
        above, here, one = cost[row - 1], cost[row], true[row - 1]
        for column in range(1, columns):
            other = said[column - 1]
            change = 0 if one == other else edit + ((one == " ") != (other == " "))
            here[column] = min(above[column - 1] + change, above[column] + edit, here[column - 1] + edit)
    pairs, row, column = [], len(true), len(said)
    while row or column:
        here = cost[row][column]
        if row and here == cost[row - 1][column] + edit:
            pairs.append((true[row - 1], ""))
            row -= 1
        elif column and here == cost[row][column - 1] + edit:
            pairs.append(("", said[column - 1]))
            column -= 1
        else:
            pairs.append((true[row - 1], said[column - 1]))
            row, column = row - 1, column - 1
    return pairs[::-1]


def edits(true: Sequence[str], said: Sequence[str]) -> int:
    """The Levenshtein distance: substitutions, deletions and insertions."""
    return Levenshtein.distance(true, said)


def kind(true: str, said: str) -> str | None:
    """The kind (a key of :data:`KINDS`) of one pair of :func:`align`; None where they are equal."""
    if true == said:
        return None
    if " " in (true, said):
        return "space missing" if true == " " else "space extra"
    if not said:
        return "joined"
    if not true:
        return "split"
    if true in ROUND and said in ROUND:
        return "0/o/O"
    if true in UPRIGHT and said in UPRIGHT:
        return "1/l/I"
    if true.lower() == said.lower():
        return "case"
    return "other" if true in ALPHANUMERIC and said in ALPHANUMERIC else "punctuation"


def errors_inside(readings: Sequence[Reading], wanted: Callable[[str], bool]) -> tuple[int, int]:
    """Errors in some of the words written, and the characters of those words.

    Wrong, missing and inserted characters count where they stand in or right behind such a word's characters; wrong
    spaces around it do not.
    """
    wrong = written = 0
    for reading in readings:
        true = plain(reading.true)
        inside = [wanted(word) for word in true.split() for _ in word]
        place, here = -1, False
        for one, other in align(true, plain(reading.said)):
            if one and one != " ":
                place += 1
                here = inside[place]
                written += here
            elif one == " ":
                here = False
            wrong += here and one != other and " " not in (one, other)
    return wrong, written


def rates(readings: Sequence[Reading], seed: int = 1) -> dict:
    """Error rates of n >= 1 readings, in per cent of what was written.

    Returns
    -------
    cer : character error rate: all edits over all characters written; low, high : its 95 % interval, from drawing
        the writers anew DRAWS times; None where all is by one writer.
    cer_no_case : the same with all letters made small on both sides; wer : the same of words.
    writers, lines, characters, edits : counts.
    """
    counts = np.array([_counts(reading) for reading in readings], dtype=float)
    writers = sorted({reading.writer for reading in readings})
    number = {writer: index for index, writer in enumerate(writers)}
    sums = np.zeros((len(writers), counts.shape[1]))
    np.add.at(sums, [number[reading.writer] for reading in readings], counts)
    edited, folded, wrong_words, characters, words = sums.sum(axis=0).tolist()
    low = high = None
    if len(writers) > 1:
        low, high = (100 * value for value in drawn_interval(sums[:, 0], sums[:, 3], seed, DRAWS))
    return {
        "cer": 100 * edited / characters,
        "low": low,
        "high": high,
        "cer_no_case": 100 * folded / characters,
        "wer": 100 * wrong_words / words,
        "writers": len(writers),
        "lines": len(readings),
        "characters": int(characters),
        "edits": int(edited),
    }


def _counts(reading: Reading) -> tuple[int, int, int, int, int]:
    true, said = plain(reading.true), plain(reading.said)
    words = true.split()
    return edits(true, said), edits(true.lower(), said.lower()), edits(words, said.split()), len(true), len(words)


def errors(readings: Sequence[Reading]) -> tuple[dict[str, int], list[tuple[str, str, int]]]:
    """How often each kind of error was made, and each pair (true, said), the most frequent first."""
    pairs = Counter(
        pair for reading in readings for pair in align(plain(reading.true), plain(reading.said)) if pair[0] != pair[1]
    )
    kinds = dict.fromkeys(KINDS, 0)
    for pair, count in pairs.items():
        kinds[kind(*pair)] += count
    return kinds, [(*pair, count) for pair, count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))]
