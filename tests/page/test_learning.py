"""What of a page is learned, and whose samples it has."""

from dataclasses import replace

import pytest
from pages import labelled, page_of

from handpad.page.learning import changed_samples, confirmed, is_certain, is_doubtful, of_profile, unconfirmed


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


def never(character):
    return False


def always(character):
    return True


def test_what_was_left_is_learned_where_it_is_certain_and_stays_doubtful_where_it_was(page):
    _, second, third, _ = page.characters
    after, found = confirmed(page, lambda character: character == third, lambda character: character != third)
    assert [character.substrokes for character in found] == [second.substrokes]
    assert ids(after) == ["1", found[0].sample_id, "", "4"] and found[0].sample_id
    assert [character.doubtful for character in after.characters] == [False, False, True, False]
    again, more = confirmed(after, never, always)  # whatever is learned meanwhile
    assert more == [] and again == after
    assert confirmed(page, never, never) == (page, [])
    assert confirmed(page, always, always, except_row=0) == (page, [])
    assert ids(unconfirmed(after, {found[0].sample_id, "1"})) == ids(page)


def test_when_enough_is_to_be_learned_further_lines_still_stay_doubtful(page):
    two = page.with_line(3, [replace(page.characters[1], doubtful=False)])  # the same ink, as if on another line
    after, found = confirmed(two, lambda character: character.label == "o", always, most=1)
    assert len(found) == 1 and after.lines[3][0].doubtful


@pytest.mark.parametrize(
    ("probability", "by_ink", "certain"), [(1.0, 1.0, True), (0.89, 1.0, False), (1.0, 0.3, False), (0.5, 0.3, False)]
)
def test_certain_is_what_ink_and_language_say_together(probability, by_ink, certain):
    assert is_certain(probability, by_ink) == certain
    assert not (is_certain(probability, by_ink) and is_doubtful(probability))


def test_samples_go_and_come_with_their_ink(page):
    without = page.erase({1})
    assert changed_samples(page, without) == ({"1"}, set())
    assert changed_samples(without, page) == (set(), {"1"})
