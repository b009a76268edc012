"""A page that was changed in two places at once, by another window or through a synchronised folder: merged by stroke.

Ink that either has written since they were alike is on the merged page, ink that either has erased is not, and what
either says of its characters is kept; where both say something of the same character, ours stays.
"""

from collections.abc import Mapping
from dataclasses import replace

from handpad.page.page import Character, Page
from handpad.reading.fragments import Substroke


def merged(base: Page, ours: Page, theirs: Page) -> Page:
    """Our page with what was done to theirs since both were base; the very same page if that is nothing.

    Strokes are the same if all their points are: numbers may have been given twice.

    base : the page that both come from, as far as it is known; an empty one: all ink of both is kept.
    """
    in_base, in_ours, in_theirs = (_numbers(page) for page in (base, ours, theirs))
    page = ours
    gone = {number for ink, number in in_ours.items() if ink in in_base and ink not in in_theirs}
    if gone:
        page = page.erase(gone)
    number = max((*ours.strokes, *base.strokes, *theirs.strokes), default=0)
    new = set()
    for own in theirs.strokes:
        ink = theirs.strokes[own].tobytes()
        if ink not in in_ours and ink not in in_base:
            number += 1
            page = page.add(number, theirs.strokes[own], theirs.pen(own))
            in_ours[ink] = number
            new.add(number)
    to_ours = {own: in_ours[ink] for ink, own in in_theirs.items() if ink in in_ours}
    to_base = {own: in_base[ink] for ink, own in in_theirs.items() if ink in in_base}
    for character in theirs.characters:
        if to_ours.keys() >= set(character.strokes):
            before = base.find(_moved(character, to_base)) if to_base.keys() >= set(character.strokes) else None
            page = _with_character(page, replace(character, substrokes=_moved(character, to_ours)), before, new)
    for kind, turned in (("drawings", Page.drawn), ("writing", Page.written)):
        known = {in_base[base.strokes[own].tobytes()] for own in getattr(base, kind)}
        said = {to_ours[own] for own in getattr(theirs, kind) if own in to_ours and to_base.get(own) not in known}
        if said - getattr(page, kind):
            page = turned(page, said)
    if theirs.boxes != base.boxes and ours.boxes == base.boxes:
        page = replace(page, boxes=theirs.boxes)
    if theirs.typed != base.typed:
        kept = [typed for typed in ours.typed if typed in theirs.typed or typed not in base.typed]
        new_ones = [typed for typed in theirs.typed if typed not in base.typed and typed not in ours.typed]
        page = replace(page, typed=(*kept, *new_ones))
    return page


def _numbers(page: Page) -> dict[bytes, int]:
    return {stroke.tobytes(): number for number, stroke in page.strokes.items()}


def _moved(character: Character, numbers: Mapping[int, int]) -> tuple[Substroke, ...]:
    return tuple(sorted(Substroke(numbers[s.stroke], s.start, s.stop) for s in character.substrokes))


def _with_character(page: Page, theirs: Character, before: Character | None, new: set[int]) -> Page:
    """The page with a character of theirs, where its ink is new or we did nothing to it since it was as before."""
    mine = page.find(theirs.substrokes)
    if mine is not None:
        untouched = set(mine.strokes) <= new or (before is not None and _says(mine) == _says(before))
        return page.with_character(mine, theirs) if untouched and _says(mine) != _says(theirs) else page
    strokes = set(theirs.strokes)
    loose = [other for other in page.lines.get(page.row(theirs), ()) if not strokes.isdisjoint(other.strokes)]
    whole = all(s.start == 0 and s.stop == len(page.strokes[s.stroke]) for s in theirs.substrokes)
    if whole and strokes <= new and {number for other in loose for number in other.strokes} == strokes:
        return page.with_characters(loose, [theirs])
    return page


def _says(character: Character) -> tuple:
    return character.label, character.corrected, character.sample_id, character.space, character.spaced
