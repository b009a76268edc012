"""What readings do to a page: labels of characters in boxes, and which characters are others by it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handpad.page.line_job import Key
from handpad.page.page import Page

if TYPE_CHECKING:
    from handpad.recognizer import Candidate

Candidates = Mapping[Key, Sequence["Candidate"]]
"""The ink of a character to its candidates, best first."""


@dataclass(frozen=True)
class Difference:
    """What a reading changed.

    Attributes
    ----------
    appeared : ink of characters that were read for the first time.
    relabelled : ink of those that learning gave another label.
    contradicted : ids of samples that were learned from what is read otherwise now.
    """

    appeared: set[Key]
    relabelled: set[Key]
    contradicted: set[str]


def labelled(page: Page, ranked: Candidates, may_change: Set[Key] = frozenset()) -> Page:
    """The page after characters in boxes were ranked: those without a label, and those that may change, get the best.

    What the writer fixed stays. A character that gets another label has no sample any more.
    """
    for row in page.box_rows:
        line = list(page.lines[row])
        for index, character in enumerate(line):
            key = character.parts
            best = ranked[key][0].label if key in ranked else character.label
            if best != character.label and not character.fixed and (not character.label or key in may_change):
                line[index] = replace(character, label=best, sample_id="")
        if tuple(line) != page.lines[row]:
            page = page.with_line(row, line)
    return page


def difference(old: Page, new: Page, after_learning: bool) -> Difference:
    """What a reading changed on a page; after_learning: because something had been learned."""
    appeared, relabelled = set(), set()
    contradicted: set[str] = set()
    for before, line in new.changed_lines(old).values():
        contradicted |= {c.sample_id for c in before if c.sample_id} - {c.sample_id for c in line}
        known = {c.parts: c.label for c in before if c.label}
        said = {(part.stroke, c.label) for c in before for part in c.parts}
        for character in line:
            if known.get(character.parts) == character.label:
                continue
            if character.parts in known and after_learning:
                relabelled.add(character.parts)
            elif not any((part.stroke, character.label) in said for part in character.parts):
                appeared.add(character.parts)
    return Difference(appeared, relabelled, contradicted)
