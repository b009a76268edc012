"""What of a page is learned, and which of its samples a profile holds; without Qt.

A character names the sample that was learned from it. So a page tells, after a crash or a full disk, what the profile
still has to learn, and which samples go when its ink goes.
"""

from collections.abc import Callable, Set
from dataclasses import replace
from math import inf

from handpad.page.page import Character, Page
from handpad.sample_ids import new_sample_id

UNSURE = 0.6
"""A character that is less probable than that is doubtful."""

CERTAIN = 0.9
"""A character that was left is learned only if it is at least so probable, given ink, place, writer and language.

Fitted together with the weight of confirmations on validation writers who correct a third of the errors
(``tests/bench/bench_lazy_writer.py``, each writer in three orders): a lower threshold gains more on the whole, but lets
silence teach twice as many wrong characters; from 0.97 on it gains nothing.
"""

CERTAIN_BY_INK = 0.5
"""Its ink by itself must also be at least so likely to be one character of that shape."""


def of_profile(page: Page, profile: str, known: Set[str]) -> tuple[Page, list[Character]]:
    """The page as a profile goes on with it that knows samples of these ids, and the corrections that it still lacks.

    A page of the same profile may refer to samples that a crash or a full disk kept from being stored: corrections
    among them are given, to be learned now; confirmations can be confirmed again. What another profile learned from
    the page stays there, as it is, and is not learned a second time.
    """
    old = page
    lost: list[Character] = []
    for row, line in old.lines.items():
        missing = {c.substrokes for c in line if c.sample_id and c.sample_id not in known}
        if missing and old.profile == profile:
            lost += [c for c in line if c.substrokes in missing and c.corrected]
            new = [replace(c, sample_id="") if c.substrokes in missing and not c.corrected else c for c in line]
        else:
            new = [replace(c, sample_id="", corrected=True) if c.substrokes in missing else c for c in line]
        page = page.with_line(row, new)
    return (page if page.profile == profile else replace(page, profile=profile)), lost


def is_doubtful(probability: float) -> bool:
    """Whether a character is doubtful that is so probable."""
    return probability < UNSURE


def is_certain(probability: float, by_ink: float) -> bool:
    """Whether a character was read with such certainty that leaving it says something about it.

    Parameters
    ----------
    probability : of its label, given ink, place, writer and language, so that no other label is likely.
    by_ink : how likely its ink by itself is for that.
    """
    return probability >= CERTAIN and by_ink >= CERTAIN_BY_INK


def confirmed(
    page: Page,
    doubtful: Callable[[Character], bool],
    certain: Callable[[Character], bool],
    except_row: int | None = None,
    most: float = inf,
) -> tuple[Page, list[Character]]:
    """The page after the writer has left what is on it as it is, and the characters that are learned by that.

    To leave a character is weak evidence. What is certain is marked as learned; what is doubtful is marked as
    doubtful, whatever else is learned, until the writer says what it is; the rest stays as it is.

    Parameters
    ----------
    doubtful, certain : whether a character is; neither is one that has not been read.
    except_row : a line to leave out: the one being written.
    most : no further line is learned when so many characters are to be.
    """
    old = page
    found: list[Character] = []
    for row, line in old.lines.items():
        if row == except_row:
            continue
        new, full = [], len(found) >= most
        for character in line:
            if character.label and not character.corrected and not character.sample_id:
                if doubtful(character):
                    character = replace(character, doubtful=True)
                elif not full and not character.doubtful and certain(character):
                    character = replace(character, sample_id=new_sample_id())
                    found.append(character)
            new.append(character)
        page = page.with_line(row, new)
    return page, found


def unconfirmed(page: Page, sample_ids: Set[str]) -> Page:
    """The page after some samples were not learned after all: those left uncorrected can be confirmed another time.

    Corrections keep their ids: they are learned when the profile is opened the next time.
    """
    for row, line in page.lines.items():
        new = [replace(c, sample_id="") if c.sample_id in sample_ids and not c.corrected else c for c in line]
        page = page.with_line(row, new)
    return page


def changed_samples(old: Page, new: Page) -> tuple[set[str], set[str]]:
    """The ids of the samples that a page has no more, and of those that it has again, after it became another."""
    changed = new.changed_lines(old).values()
    before = {c.sample_id for line, _ in changed for c in line if c.sample_id}
    after = {c.sample_id for _, line in changed for c in line if c.sample_id}
    return before - after, after - before
