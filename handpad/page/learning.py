"""What of a page is learned, and which of its samples a profile holds; without Qt.

A character names the sample that was learned from it. So a page tells, after a crash or a full disk, what the profile
still has to learn, and which samples go when its ink goes.
"""

from collections.abc import Callable, Set
from dataclasses import replace
from math import inf

from handpad.page.line_job import Key
from handpad.page.page import Character, Page
from handpad.sample_ids import new_sample_id

LEAST_SURE = 0.5
"""Characters on lines that are less probable than that are not learned unless the writer says what they are."""


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


def confirmed(
    page: Page,
    read: Set[Key],
    probability: Callable[[Character], float],
    except_row: int | None = None,
    most: float = inf,
) -> tuple[Page, list[Character]]:
    """The page with every character that was left uncorrected marked as learned, and these characters.

    On lines of free writing, what was read with less than LEAST_SURE is left: it may be a drawing.

    Parameters
    ----------
    read : the ink of the characters that have been read.
    except_row : a line to leave out: the one being written.
    most : no further line is begun when so many are to be learned.
    """
    old = page
    found: list[Character] = []
    for row, line in old.lines.items():
        if row == except_row or len(found) >= most:
            continue
        new = []
        for character in line:
            left_standing = character.label and not character.corrected and not character.sample_id
            sure = row in page.box_rows or probability(character) >= LEAST_SURE
            if left_standing and sure and character.substrokes in read:
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
