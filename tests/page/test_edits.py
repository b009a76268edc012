"""What the writer does to a page, without any window."""

from dataclasses import replace
from string import ascii_letters

import numpy as np
import pytest
from pages import labelled, page_of, whole

from handpad.labels import Alphabet
from handpad.page import edits
from handpad.page.line_job import committed
from handpad.reading.fragments import KnownCharacter

ALPHABET = Alphabet(tuple(ascii_letters))


@pytest.fixture
def page():
    """Two words that were read and left: "to lo"."""
    return committed(labelled(page_of("to lo"), "tolo"), 0, None)


def test_a_stroke_opens_the_word_that_it_touches_and_settles_the_line_that_was_left(page):
    open_page = page.with_line(0, [replace(c, committed=False) for c in page.lines[0]])
    below = page_of("x", row=1).strokes[1]
    after = edits.written(open_page, 50, below, left=0)
    assert all(character.committed for character in after.lines[0])
    late_dot = page.strokes[1][:1] + np.array((2.0, -3.0, 0.0, 0.0))
    after = edits.written(page, 50, late_dot, left=0)
    assert [c.committed for c in after.lines[0] if c.label] == [False, False, True, True]


def test_erasing_tells_the_lines_and_leaves_the_rest(page):
    after, rows = edits.erased(page, {1, 99})
    assert rows == {0}
    assert 1 not in after.strokes and 2 in after.strokes
    assert after.text() == "o lo"


def test_joining_and_splitting_opens_the_word(page):
    first, second = page.characters[:2]
    after = edits.joined(page, first, second)
    (made, *_) = after.characters
    assert made.grouped and made.substrokes == whole(page, 1, 2, 3)
    apart = edits.split(after, made)
    assert len(apart.characters) == len(page.characters)
    assert not any(character.committed for character in apart.characters[:2])


def test_a_character_and_a_space_put_right(page):
    first, _, third, _ = page.characters
    after = edits.corrected(page, first, "f", "id")
    assert (after.characters[0].label, after.characters[0].corrected, after.characters[0].sample_id) == (
        "f",
        True,
        "id",
    )
    assert after.text() == "fo lo"
    assert edits.with_space(page, third, False).text() == "tolo"


def test_a_word_put_right_teaches_what_its_ink_looks_like(page):
    word = page.words(0)[0]
    now = [KnownCharacter(word[0].substrokes, "f", None, 0.9), KnownCharacter(word[1].substrokes, "o", False, 0.9)]
    done = edits.corrected_word(page, word, now, True, ALPHABET)
    assert done.page.text() == "fo lo"
    assert [(sample.label, sample.right) for _, sample in done.samples] == [("f", False), ("o", True)]
    assert [c.sample_id for c in done.page.characters[:2]] == [sample_id for sample_id, _ in done.samples]
    assert (done.skipped, done.text_only, done.right) == ((), (), False)
    unlike = [replace(now[0], probability=0.01), now[1]]
    done = edits.corrected_word(page, word, unlike, True, ALPHABET)
    assert done.page.text() == "fo lo"
    assert [sample.label for _, sample in done.samples] == ["o"]
    assert (done.skipped, done.page.characters[0].sample_id) == ((unlike[0],), "")
    assert edits.corrected_word(page, word, now, False, ALPHABET).samples == []


def test_a_word_that_was_right_is_confirmed_once(page):
    word = page.words(0)[0]
    now = [KnownCharacter(character.substrokes, character.label, False, 0.9) for character in word]
    done = edits.corrected_word(page, word, now, True, ALPHABET)
    assert done.right and all(sample.right for _, sample in done.samples)
    again = edits.corrected_word(done.page, done.page.words(0)[0], now, True, ALPHABET)
    assert again.samples == []
    assert [c.sample_id for c in again.page.characters] == [c.sample_id for c in done.page.characters]
