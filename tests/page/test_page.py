"""What edits make of a page."""

from dataclasses import replace

import numpy as np
import pytest
from handwriting import write
from pages import labelled, page_of, two_in_one_stroke, whole

from handpad.page.document import from_inkml, to_inkml
from handpad.page.page import Character, Page, Ruling
from handpad.reading.fragments import Substroke


def test_a_new_stroke_is_a_character_by_itself_in_its_place():
    page = labelled(page_of("to"), "to")
    between = page.add(9, write("l", 30, (84, 74))[0])
    assert [c.label for c in between.characters] == ["t", "", "o"]
    assert between.characters[1] == Character(whole(between, 9))
    assert between.text() == "to"


def test_text_has_spaces_and_lines():
    page = labelled(page_of("to lo"), "tolo")
    assert page.text() == "to lo"
    assert [len(word) for word in page.words(0)] == [2, 2]
    assert page.word(page.characters[3]) == page.characters[2:]
    for stroke in write("x", 30, (60, page.ruling.baseline(2))):
        page = page.add(len(page.strokes) + 1, stroke)
    page = page.with_line(2, [replace(c, label=label) for c, label in zip(page.lines[2], "xy", strict=True)])
    assert page.text() == "to lo\n\nxy"


def test_boxes_part_what_touches_and_an_empty_box_is_a_space():
    page = Page(boxes=True)
    ruling = page.ruling
    for number, column in enumerate((0, 1, 3)):
        x = ruling.margin + column * ruling.box_width + 2
        stroke = np.array([[x, 50, 1, 0], [x + ruling.box_width - 4, 60, 1, 1]])
        page = page.add(number + 1, stroke)
    assert len(page.characters) == 3
    assert labelled(page, "abc").text() == "ab c"
    page = page.add(8, stroke)
    assert [c.strokes for c in page.characters] == [(1,), (2,), (3, 8)]
    page = replace(page, boxes=False)  # for lines without ink
    assert page.has_boxes(0)
    assert not page.has_boxes(1)
    assert len(page.add(9, stroke + np.array([80, 0, 0, 0])).characters) == 4
    assert from_inkml(to_inkml(page)).box_rows == {0}
    assert page.erase([1, 2, 3, 8]).box_rows == frozenset()


def test_an_edit_leaves_the_page_before_as_it_was_and_keeps_other_characters():
    before = labelled(page_of("to"), "to")
    after = before.add(99, write("x", 30, (300, 74))[0])
    assert before.text() == "to"
    assert after.characters[:2] == before.characters
    assert after.erase([99]).characters == before.characters


def test_what_the_writer_fixed_takes_no_more_strokes():
    page = Page(boxes=True).add(1, write("l", 30, (61, 74))[0])
    corrected = replace(page.characters[0], label="l", corrected=True)
    page = page.with_character(page.characters[0], corrected)
    page = page.add(2, write("l", 30, (62, 74))[0])
    assert corrected in page.characters
    assert len(page.characters) == 2


def test_joined_and_split_characters_are_kept():
    page = page_of("ll")
    joined = page.join(*page.characters)
    (one,) = joined.characters
    assert one == Character(whole(page, 1, 2), grouped=True)
    assert joined.add(9, write("o", 30, (300, 74))[0]).characters[0] == one
    assert [c.strokes for c in joined.split(one).characters] == [(1,), (2,)]
    assert from_inkml(to_inkml(joined)).characters == joined.characters


def test_one_stroke_is_split_inside_and_saved_so():
    page = two_in_one_stroke()
    split = page.split(page.characters[0])
    first, second = split.characters
    assert first.substrokes[0].start == 0
    assert first.substrokes[0].stop == second.substrokes[0].start + 1
    assert second.substrokes[0].stop == 61
    assert 20 <= second.substrokes[0].start <= 40
    assert split.box(first).right == split.box(second).left
    assert from_inkml(to_inkml(split)).characters == (first, second)
    assert len(split.join(first, second).characters[0].substrokes) == 1
    assert not page.can_split(Character((Substroke(1, 0, 2),)))
    with pytest.raises(ValueError):
        page.split(Character((Substroke(1, 0, 2),)))


def test_removing_a_letter_of_a_joined_stroke_leaves_the_other():
    page = two_in_one_stroke()
    page = labelled(page.split(page.characters[0]), "uv")
    left = page.remove(page.characters[0], 7)
    assert left.text() == "v"
    assert list(left.strokes) == [7]
    assert left.box(left.characters[0]) == page.box(page.characters[1])
    assert from_inkml(to_inkml(left)).text() == "v"


def test_erasing_a_joined_stroke_leaves_what_other_strokes_the_letters_have():
    page = two_in_one_stroke()
    page = page.split(page.characters[0]).add(2, write("l", 30, (61, 74))[0])
    line = page.lines[0]
    bar = next(c for c in line if c.strokes == (2,))
    page = page.join(bar, next(c for c in line if c.substrokes[0].start == 0 and c is not bar))
    assert [c.substrokes for c in page.erase([1]).characters] == [whole(page, 2)]
    assert not page.erase([1]).characters[0].grouped


def test_only_the_same_line_follows():
    page = page_of("ll")
    page = page.add(3, write("l", 30, (60, page.ruling.baseline(1)))[0])
    first, second, third = page.characters
    assert page.following(first) == second
    assert page.following(second) is None
    assert page.following(third) is None


def test_erasing_a_part_of_a_character_makes_it_unread():
    page = labelled(page_of("t"), "t")
    page = page.erase([2])
    assert page.characters == (Character(whole(page, 1)),)


@pytest.mark.parametrize(("y", "row"), [(-50, 0), (74, 0), (74 + 30, 0), (74 + 106, 1), (74 + 106 - 40, 1)])
def test_heights_belong_to_lines(y, row):
    assert Ruling().row(y) == row
