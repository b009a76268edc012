"""What of a page is learned, and whose samples it has."""

from dataclasses import replace

import pytest
from pages import labelled, page_of

from handpad.page.learning import changed_samples, confirmed, of_profile, unconfirmed


@pytest.fixture
def page():
    """ "to lo", whose first character was corrected and whose last was confirmed, under profile "a"."""
    page = labelled(page_of("to lo"), "tolo")
    first, *_, last = page.characters
    page = page.with_character(first, replace(first, corrected=True, sample_id="1"))
    return replace(page.with_character(last, replace(last, sample_id="4")), profile="a")


def ids(page):
    return [character.sample_id for character in page.characters]


def test_a_page_of_the_same_profile_tells_what_was_lost(page):
    assert of_profile(page, "a", {"1", "4"}) == (page, [])
    after, lost = of_profile(page, "a", set())
    assert ids(after) == ["1", "", "", ""]
    assert [character.label for character in lost] == ["t"]


def test_what_another_profile_learned_is_neither_learned_nor_forgotten_here(page):
    after, lost = of_profile(page, "b", {"9"})
    assert lost == []
    assert ids(after) == ["", "", "", ""]
    assert [character.corrected for character in after.characters] == [True, False, False, True]
    assert after.profile == "b"
    assert of_profile(after, "b", {"9"}) == (after, [])


def test_what_was_left_standing_is_confirmed_where_it_was_read_surely(page):
    chances = {
        character.substrokes: chance for character, chance in zip(page.characters, (1, 0.9, 0.4, 1), strict=True)
    }
    after, found = confirmed(page, chances.keys(), lambda character: chances[character.substrokes])
    assert [character.label for character in found] == ["o"]
    assert ids(after)[1] == found[0].sample_id != ""
    assert ids(after)[2] == ""
    assert confirmed(page, set(), lambda _: 1.0) == (page, [])
    assert confirmed(page, chances.keys(), lambda _: 1.0, except_row=0) == (page, [])
    assert ids(unconfirmed(after, {found[0].sample_id, "1"})) == ids(page)


def test_samples_go_and_come_with_their_ink(page):
    without = page.erase({1})
    assert changed_samples(page, without) == ({"1"}, set())
    assert changed_samples(without, page) == (set(), {"1"})
