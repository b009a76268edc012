"""The words of a page as a search sees them: what was read, what else each may say, and where its ink is."""

import functools
import heapq
from dataclasses import dataclass

from handpad.ink import Box
from handpad.page.page import Character, Page

MOST_ALTERNATIVES = 6
"""A word is found by so many other ways to read it."""

LONGEST_NAME = 60


@dataclass(frozen=True)
class Word:
    """A word on a page.

    Attributes
    ----------
    text : what was read. alternatives : what else it may say, likeliest first.
    strokes : the numbers of its strokes, ascending.
    box : around its ink, in page units.
    row : the line of paper.
    """

    text: str
    alternatives: tuple[str, ...]
    strokes: tuple[int, ...]
    box: Box
    row: int


def words_of(page: Page) -> list[Word]:
    """All words of a page that have been read, in reading order."""
    found = []
    for row in sorted(page.lines):
        for word in page.words(row):
            text = "".join(character.label for character in word)
            if text:
                strokes = sorted({number for character in word for number in character.strokes})
                box = functools.reduce(Box.union, map(page.box, word))
                found.append(Word(text, alternatives(word), tuple(strokes), box, row))
    return found


def alternatives(word: tuple[Character, ...]) -> tuple[str, ...]:
    """What else a word may say by the alternatives of its characters, fewest and likeliest changes first."""
    choices = [(character.label, *character.alternatives) for character in word]
    start = (0,) * len(choices)
    waiting, known = [(0, start)], {start}
    found: list[str] = []
    while waiting and len(found) <= MOST_ALTERNATIVES:
        cost, taken = heapq.heappop(waiting)
        found.append("".join(choice[rank] for choice, rank in zip(choices, taken, strict=True)))
        for place, rank in enumerate(taken):
            after = (*taken[:place], rank + 1, *taken[place + 1 :])
            if rank + 1 < len(choices[place]) and after not in known:
                known.add(after)
                heapq.heappush(waiting, (cost + 1 + (rank == 0), after))
    return tuple(dict.fromkeys(found[1:]))


def name_of(page: Page) -> str:
    """What a page is called: its first line that says something, shortened; "" for a page that says nothing."""
    for row in sorted(page.lines):
        text = " ".join(page.line_text(row).split())
        if any(character.isalnum() for character in text):
            return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "\u2026"
    return ""
