"""Edits of a page's text: which ink they are about, without a recogniser."""

import pytest
from handwriting import write_line

from handpad.page.document import LONGEST_LABEL
from handpad.page.page import Character, Page, Typed
from handpad.page.text_edit import Place, align, edit_of, merged_text, paragraphs, same_text
from handpad.reading.fragments import Substroke


def page_of(*lines: str, boxes: tuple[int, ...] = ()) -> Page:
    """A page whose lines say these texts, one character for each letter."""
    page, number = Page(), 1
    rows = {}
    for row, text in enumerate(lines):
        characters, space = [], False
        letters = iter(write_line(text, at=(60.0, page.ruling.baseline(row))))
        for label in text:
            if label == " ":
                space = True
                continue
            parts = []
            for stroke in next(letters):
                page = page.add(number, stroke)
                parts.append(Substroke(number, 0, len(stroke)))
                number += 1
            characters.append(Character(tuple(parts), label, space=space))
            space = False
        rows[row] = characters
    for row, characters in rows.items():
        if characters:
            page = page.with_line(row, characters)
    assert page.text() == "\n".join(lines).strip("\n")
    return page


def said(page, edit):
    """The edit in letters: what becomes of which word."""
    letters = {character.substrokes: character.label for character in page.characters}
    return (
        {letters[key]: text for key, text in edit.says.items()},
        {letters[key]: space for key, space in edit.spaces.items()},
        ["".join(letters[key] for key in word) for word in edit.silent],
        [typed.text for typed in edit.typed_new],
    )


@pytest.mark.parametrize(
    ("lines", "text", "says", "spaces", "silent", "typed"),
    [
        (["the dot"], "the dot", {}, {}, [], []),
        (["the dot"], "the\n  dot\n", {}, {}, [], []),
        (["ithe dot"], "The dot", {"i": "The"}, {"d": True}, [], []),
        (["the dot"], "the dots", {"d": "dots"}, {"d": True}, [], []),
        (["the dot"], "dot", {}, {}, ["the"], []),
        (["to day"], "today", {"t": "today"}, {"d": False}, [], []),
        (["to dax"], "today", {"t": "today"}, {"d": False}, [], []),
        (["toda"], "to da", {"t": "to da"}, {}, [], []),
        (["the dot"], "the big dot", {}, {}, [], ["big"]),
        (["the dot"], "the old big dot", {}, {}, [], ["old big"]),
        (["the dot"], "so the dot", {}, {}, [], ["so"]),
        (["the dot"], "the dot and\nmore of it", {}, {}, [], ["and", "more of it"]),
        (["to"], "Ω", {"t": "Ω"}, {}, [], []),
        (["the dot", "a pot"], "the dot\na pit", {"p": "pit"}, {"p": True}, [], []),
        (["the dot", "a pot"], "", {}, {}, ["the", "dot", "a", "pot"], []),
        ([""], "hello\nworld", {}, {}, [], ["hello", "world"]),
    ],
)
def test_what_an_edit_asks_for(lines, text, says, spaces, silent, typed):
    page = page_of(*lines)
    edit = edit_of(page, text)
    assert said(page, edit) == (says, spaces, silent, typed)
    assert edit.note == ""


def with_edit(page: Page, text: str) -> Page:
    edit = edit_of(page, text)
    return Page(page.strokes, page.lines, typed=tuple(set(page.typed) - set(edit.typed_gone)) + tuple(edit.typed_new))


@pytest.mark.parametrize(
    "text",
    [
        "so the dot and\n\na pot",
        "the dot\n\na big pot",
        "the dot\nbetween\na pot",
        "first\nthe dot\n\na pot of\nlast line",
        "the dot\n\na pot\n\n\nfar below",
    ],
)
def test_text_that_was_typed_is_read_back_and_can_be_edited_again(text):
    page = page_of("", "the dot", "", "a pot")
    page = with_edit(page, text)
    words = text.split()
    assert [word for word in page.text().split() if word in words] == words
    assert edit_of(page, page.text()).typed_new == list(page.typed)
    assert [t.text for t in edit_of(page, page.text().replace("big", "small")).typed_new] == [
        t.text.replace("big", "small") for t in page.typed
    ]


def test_a_typed_line_stands_on_an_empty_line_of_paper():
    page = with_edit(page_of("the dot", "", "a pot"), "the dot\nbetween\na pot\nbelow")
    assert [(t.row, t.text) for t in page.typed] == [(1, "between"), (3, "below")]
    assert page.text() == "the dot\nbetween\na pot\nbelow"


def test_where_no_line_is_empty_it_stands_behind_the_writing_and_that_is_told():
    page = page_of("the dot", "a pot")
    edit = edit_of(page, "the dot\nbetween\na pot")
    assert "no empty line" in edit.note
    assert with_edit(page, "the dot\nbetween\na pot").text() == "the dot between\na pot"


def test_typed_text_goes_when_it_is_deleted():
    page = with_edit(page_of("the dot"), "the big old dot")
    (typed,) = page.typed
    assert edit_of(page, "the old dot").typed_new == [Typed(0, typed.x, "old")]
    edit = edit_of(page, "the dot")
    assert (edit.typed_gone, edit.typed_new) == ([typed], [])


def test_in_boxes_characters_change_and_none_is_put_in():
    page = page_of("pot")
    page = Page(page.strokes, page.lines, box_rows=frozenset({0}))
    text = page.text()
    edit = edit_of(page, text.replace("o", "a"))
    assert list(edit.labels.values()) == ["a"] and not edit.says
    assert "box holds one" in edit_of(page, "p" * 9).note


def test_too_much_text_and_too_long_a_word_are_refused():
    page = page_of("dot")
    assert "more text than one page holds" in edit_of(page, "dot " + "word " * 50_000).note
    assert "at most" in edit_of(page, "d" * (LONGEST_LABEL + 1)).note


def test_a_long_text_is_aligned():
    old = [f"word{number}" for number in range(1500)]
    new = [*old[:300], "put", "in", *old[301:900], *old[905:]]
    steps = align([Place(text, joins=True) for text in old], [Place(text) for text in new])
    kept = sum(old[m[0]] == new[t[0]] for m, t in steps if len(m) == len(t) == 1)
    assert kept == len(old) - 6
    assert [i for m, _ in steps for i in m] == list(range(len(old)))
    assert [i for _, t in steps for i in t] == list(range(len(new)))


def test_paragraphs_are_parted_by_empty_lines_of_paper():
    page = page_of("the dot", "a pot", "", "", "hit", "it")
    assert page.text() == "the dot\na pot\n\n\nhit\nit"
    assert paragraphs(page.text()) == "the dot a pot\n\nhit it"


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "merged"),
    [
        ("a b c", "a b c", "a x c", "a x c"),
        ("a b c", "a b cd", "a b c", "a b cd"),
        ("a b c", "a b cd", "A b c", "A b cd"),
        ("a b c", "zoo a b c", "a b c d", "zoo a b c d"),
        ("the dot", "the big dot", "the dot\nand", "the big dot\nand"),
        ("the dot", "the ", "The dot", "The "),
        ("the dot ", "the dot too", "the dot", "the dot too"),
        ("", "hello", "a", "helloa"),
    ],
)
def test_an_edit_stays_in_a_text_that_changes_meanwhile(before, mine, theirs, merged):
    assert same_text(merged_text(before, mine, theirs), merged)
