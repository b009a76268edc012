"""What is read anew and what becomes of the page by it, on our own ink and without a window."""

from dataclasses import replace

import numpy as np
import pytest
from handwriting import write, write_line

from handpad.ink import Box
from handpad.page import line_job as module
from handpad.page.line_job import BATCH, ReadBack, committed, line_job, merged, opened, whole_line, word_job
from handpad.page.page import Character, Page
from handpad.reading.fragments import Substroke


@pytest.fixture
def page() -> Page:
    """Four words, "to il ox zu", on the first line, read as they were meant."""
    page, characters, text = Page(), [], "to il ox zu"
    for letter in write_line(text):
        numbers = range(len(page.strokes) + 1, len(page.strokes) + 1 + len(letter))
        for number, stroke in zip(numbers, letter, strict=True):
            page = page.add(number, stroke)
        characters.append(Character(tuple(Substroke(number, 0, len(page.strokes[number])) for number in numbers)))
    said = [(label, place > 0 and text[place - 1] == " ") for place, label in enumerate(text) if label != " "]
    return page.with_line(
        0, [replace(c, label=label, space=space) for c, (label, space) in zip(characters, said, strict=True)]
    )


def change(page: Page, place: int, **to) -> Page:
    return page.with_character(page.characters[place], replace(page.characters[place], **to))


def back(character: Character, label: str | None = None) -> ReadBack:
    return ReadBack(character.substrokes, label or character.label, [], character.space)


def test_words_that_the_writer_has_left_behind_are_settled(page):
    last = max(page.strokes)
    assert [c.committed for c in committed(page, 0, last).characters] == [True] * 4 + [False] * 4
    first = page.characters[0].strokes[0]
    assert committed(page, 0, first) is page
    assert all(c.committed for c in committed(page, 0, None).characters)
    unread = change(page, 0, label="")
    assert not committed(unread, 0, None).characters[0].committed


def test_a_line_full_of_loose_ink_is_settled_by_its_age():
    page = Page()
    for number in range(1, BATCH + 41):
        page = page.add(number, np.array([[40.0 + number, 50, 1, 0], [40.0 + number, 74, 1, 1]]))
    page = page.with_line(0, [replace(character, label="l") for character in page.characters])
    after = committed(page, 0, BATCH + 40)
    assert [c.strokes[0] for c in after.characters if c.committed] == list(range(1, 41))


def test_a_line_is_read_with_what_is_settled_and_nothing_is_read_where_nothing_is_open(page):
    page = committed(page, 0, max(page.strokes))
    job = line_job(page, 0)
    assert [c.label for c in job.characters] == list("toiloxzu")
    assert [corrected.label for corrected in job.known_here] == list("toil")
    assert [corrected.space for corrected in job.known_here] == [None, False, True, False]
    assert line_job(committed(page, 0, None), 0) is None
    assert line_job(page, 5) is None


def test_a_whole_line_is_read_with_what_a_line_being_written_is_read_with(page):
    page = committed(page, 0, max(page.strokes))
    whole, open_ones = whole_line(page, 0), line_job(page, 0)
    assert whole.known_here == open_ones.known_here and whole.characters == page.lines[0]
    assert [corrected.label for corrected in whole_line(committed(page, 0, None), 0).known_here] == list("toiloxzu")
    place = {number: index for index, number in enumerate(whole.numbers)}
    assert [[substroke.stroke for substroke in one.substrokes] for one in whole.known] == [
        [place[substroke.stroke] for substroke in one.substrokes] for one in whole.known_here
    ]
    late = change(page, 1, committed=False)  # what precedes the next word is open again, so its space is too
    assert whole_line(late, 0).known_here == line_job(late, 0).known_here
    assert [corrected.space for corrected in whole_line(late, 0).known_here] == [None, None, False]


def test_a_whole_line_of_boxes_is_read_as_the_boxes_say():
    page = Page(boxes=True)
    for number, column in enumerate((0, 1, 3), start=1):
        at = (page.ruling.margin + page.ruling.box_width * (column + 0.3), page.ruling.baseline(0))
        page = page.add(number, write("o", 30, at)[0])
    page = change(change(page, 0, label="O", corrected=True), 1, label="0")
    assert [(corrected.label, corrected.space) for corrected in whole_line(page, 0).known_here] == [
        ("O", True),
        (None, False),
        (None, True),
    ]


def test_what_the_writer_fixed_keeps_its_label_while_what_may_change_keeps_only_its_ink(page):
    page = change(committed(page, 0, None), 1, corrected=True)
    keys = {page.characters[0].substrokes, page.characters[1].substrokes, page.characters[2].substrokes}
    job = line_job(page, 0, keys, {page.characters[0].substrokes})
    assert [corrected.label for corrected in job.known_here] == [None, "o", None, *"loxzu"]
    assert job.relabel == {page.characters[0].substrokes}
    reading = [back(c, "Q") for c in page.characters]
    assert merged(page, job, reading).text() == "Qo il ox zu"


def test_a_reading_groups_open_ink_anew_and_keeps_new_strokes(page):
    job = line_job(page, 0)
    i, o = page.characters[2], page.characters[3]
    both = ReadBack((*i.substrokes, *o.substrokes), "d", [], True)
    reading = [*map(back, page.characters[:2]), both, *map(back, page.characters[4:])]
    more = page.add(99, write("x", 30, (700, 74))[0])
    after = merged(more, job, reading)
    assert after.text() == "to d ox zu"
    assert after.characters[-1].strokes == (99,)
    assert not after.characters[-1].label


def test_a_reading_of_a_line_that_has_changed_is_refused(page):
    job, reading = line_job(page, 0), list(map(back, page.characters))
    assert merged(page, job, reading) is page
    assert merged(page.erase([1]), job, reading) is None
    assert merged(change(page, 0, label="l", corrected=True), job, reading) is None
    assert merged(committed(page, 0, None), job, reading) is None


def test_a_sample_goes_with_the_reading_that_it_was_learned_from(page):
    page = change(page, 0, sample_id="7")
    job, reading = line_job(page, 0), list(map(back, page.characters))
    assert merged(page, job, reading).characters[0].sample_id == "7"
    reading[0] = back(page.characters[0], "f")
    assert merged(page, job, reading).characters[0].sample_id == ""


def test_a_late_dot_opens_its_word_and_a_line_through_everything_does_not(page):
    page = committed(page, 0, None)
    box = page.box(page.characters[2])
    dot = Box(box.left, box.top, box.left + 2, box.top + 2)
    assert [c.committed for c in opened(page, 0, dot).characters] == [True] * 2 + [False] * 2 + [True] * 4
    assert opened(page, 0, Box(40, 60, 900, 62)) is page


def test_parts_of_one_stroke_are_read_together(page, monkeypatch):
    """A letter far left that shares its stroke with an unread one comes along, though the context ends before it."""
    monkeypatch.setattr(module, "CONTEXT", 1)
    split = page.split(page.characters[-1])
    far, unread = replace(split.characters[-2], label="l"), split.characters[-1]
    known = committed(split.with_line(0, [far, *split.characters[:-2]]), 0, None)
    moved = known.with_line(0, [*known.lines[0], unread])
    job = line_job(moved, 0)
    assert [c.substrokes for c in job.characters] == [far.substrokes, page.characters[-2].substrokes, unread.substrokes]


def test_around_a_word_that_is_asked_about_all_stays(page):
    page = change(page, 2, corrected=True)
    job = word_job(page, page.words(0)[1], keep_corrected=True)
    assert [corrected.label for corrected in job.known_here] == list("toioxzu")
    assert [corrected.label for corrected in word_job(page, page.words(0)[1], keep_corrected=False).known_here] == list(
        "tooxzu"
    )
    assert word_job(change(page, 0, label=""), page.words(0)[1], True) is None
