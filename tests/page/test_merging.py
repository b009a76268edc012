from dataclasses import replace

import numpy as np
from pages import labelled, page_of

from handpad.page import edits
from handpad.page.document import from_inkml, to_inkml
from handpad.page.merging import merged
from handpad.page.page import Page

STROKE = np.array([[300.0, 100.0, 0.5, 0.0], [310.0, 120.0, 0.5, 0.1]])
OTHER = STROKE + np.array([60.0, 0.0, 0.0, 0.0])
BASE = labelled(page_of("hill"), "hill")


def ink(page):
    return {stroke.tobytes() for stroke in page.strokes.values()}


def again(page):
    """The page as it comes from disk."""
    return from_inkml(to_inkml(page))


def test_a_page_that_nobody_else_changed_stays_the_very_same():
    ours = BASE.add(40, STROKE)
    assert merged(BASE, ours, again(BASE)) is ours
    assert merged(BASE, BASE, again(BASE)) is BASE


def test_two_windows_that_numbered_their_strokes_otherwise_come_to_rest():
    number = max(BASE.strokes) + 1
    ours, theirs = BASE.add(number, STROKE), again(BASE.add(number, OTHER))
    one = merged(BASE, ours, theirs)
    two = merged(BASE, theirs, again(ours))
    assert merged(one, one, again(two)) is one and merged(two, two, again(one)) is two
    fewer = again(two.erase({number for number, stroke in two.strokes.items() if stroke.tobytes() == STROKE.tobytes()}))
    assert ink(merged(one, one, fewer)) == ink(one) - {STROKE.tobytes()}


def test_ink_of_both_is_there_even_under_one_number():
    number = max(BASE.strokes) + 1
    ours, theirs = BASE.add(number, STROKE), again(BASE.add(number, OTHER))
    page = merged(BASE, ours, theirs)
    assert ink(page) == ink(ours) | ink(theirs)
    assert ink(from_inkml(to_inkml(page))) == ink(page)  # whole: every point in a character


def test_ink_that_either_erased_is_gone():
    first, last = min(BASE.strokes), max(BASE.strokes)
    page = merged(BASE, BASE.erase({first}), again(BASE.erase({last})))
    assert page.strokes.keys() == BASE.strokes.keys() - {first, last}


def test_ink_that_came_to_both_is_there_once():
    number = max(BASE.strokes) + 1
    both = BASE.add(number, STROKE)
    assert len(merged(BASE, both, again(both)).strokes) == len(both.strokes)


def test_what_they_wrote_says_what_they_read():
    word = labelled(page_of("to", row=3), "to")
    number, theirs = max(BASE.strokes), BASE
    lines = {}
    for character in word.characters:
        moved = []
        for substroke in character.substrokes:
            number += 1
            theirs = theirs.add(number, word.strokes[substroke.stroke])
            moved.append(substroke._replace(stroke=number))
        lines.setdefault(3, []).append(replace(character, substrokes=tuple(moved), corrected=True))
    theirs = again(theirs.with_line(3, lines[3]))
    page = merged(BASE, BASE, theirs)
    assert page.text() == theirs.text()
    assert all(character.corrected for character in page.lines[3])


def test_a_correction_of_either_stays_and_of_both_ours():
    first, second = BASE.characters[:2]
    ours = edits.corrected(BASE, first, "b", "")
    theirs = edits.corrected(edits.corrected(BASE, first, "k", ""), second, "l", "")
    page = merged(BASE, ours, again(theirs))
    assert [character.label for character in page.characters] == ["b", "l", "l", "l"]
    assert page.find(second.substrokes).corrected


def test_without_a_common_page_all_ink_is_kept():
    ours, theirs = labelled(page_of("to"), "to"), again(labelled(page_of("oil", row=2), "oil"))
    page = merged(Page(), ours, theirs)
    assert ink(page) == ink(ours) | ink(theirs)
    assert page.text().split() == ["to", "oil"]


def test_paper_that_they_changed_is_changed():
    assert merged(BASE, BASE, replace(again(BASE), boxes=True)).boxes
