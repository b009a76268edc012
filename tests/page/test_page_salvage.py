"""Every readable stroke of a damaged page."""

import random
from dataclasses import replace

import pytest
from pages import labelled, page_of

from handpad.page.document import to_inkml
from handpad.page.page import Page, Typed
from handpad.page.salvage import salvage_page


@pytest.fixture(scope="module")
def page():
    return labelled(page_of("Hit zoo"), "Hitzoo")


def ink(page: Page) -> set[bytes]:
    return {stroke.tobytes() for stroke in page.strokes.values()}


def assert_sound(page: Page) -> None:
    """All ink of a page is in its characters, on the lines that it stands on."""
    covered = {number for character in page.characters for number in character.strokes}
    assert covered == page.strokes.keys()
    for row, line in page.lines.items():
        assert all(page.row(character) == row for character in line)


def test_typed_text_is_found_in_a_damaged_page(page):
    typed = (Typed(0, 300.0, "so & so"), Typed(3, 28.0, "below"))
    data = to_inkml(replace(page, typed=typed))
    assert salvage_page(data[:-400]).page.typed == typed
    assert len(salvage_page(data[:-400]).page.strokes) == len(page.strokes)
    assert salvage_page(data[:-400].replace(b"3 28 below", b"3 28\xff")).page.typed == typed[:1]


def test_a_whole_page_is_itself(page):
    found = salvage_page(to_inkml(page))
    assert found.page.characters == page.characters
    assert (found.whole, found.mended, found.lost) == (len(page.strokes), 0, 0)


def test_cut_off_anywhere_every_whole_stroke_before_is_there(page):
    data = to_inkml(page)
    for end in range(0, len(data), 41):
        found = salvage_page(data[:end])
        whole = data[:end].count(b"</trace>")
        assert len(ink(found.page) & ink(page)) >= whole
        if end > data.index(b"<traceFormat"):
            assert found.whole + found.mended + found.lost == len(page.strokes)
        assert_sound(found.page)


def test_a_flipped_bit_costs_one_stroke_at_most(page):
    data = to_inkml(page)
    choose = random.Random(3)
    for bit in choose.sample(range(8 * len(data)), 400):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        found = salvage_page(bytes(flipped))
        assert len(ink(page) - ink(found.page)) <= 1
        assert_sound(found.page)


def test_bad_numbers_cost_their_points_alone_and_labels_stay(page):
    data = to_inkml(page).replace(b" 0.5 ", b" half ", 1)
    found = salvage_page(data)
    assert (found.whole, found.mended, found.lost) == (len(page.strokes) - 1, 1, 0)
    assert len(found.page.strokes[1]) == len(page.strokes[1]) - 1
    assert found.page.text().endswith("it zoo")
    assert all(character.label == "" for character in found.page.characters if 1 in character.strokes)


def test_numbers_that_no_page_holds_do_not_come_back(page):
    data = to_inkml(page)
    first = data.index(b'"s1">') + 5
    far = data[:first] + b"1e300 60 0.5 0, 60 1e11 0.5 0, 60 60 7e9 1e999, " + data[first:]
    far = far.replace(b"106 74 30 28 56", b"0 74 30 28 0")
    found = salvage_page(far)
    assert (found.mended, found.lost) == (1, 0)
    assert len(found.page.strokes[1]) == len(page.strokes[1]) + 1
    assert found.page.ruling == Page().ruling
    to_inkml(found.page)


@pytest.mark.parametrize(
    "data",
    [
        b"<" + b"9" * 100_000 + b">",
        b"9" * 100_000 + b" 1 2 x," + b"1 2 " + b"3" * 100_000,
        b"",
        b"no page",
        bytes(1000),
        b"<" * 100_000,
        b"<traceGroup>" * 100_000,
        b"1 2 3 4," * 100_000,
    ],
)
def test_what_holds_no_page_gives_an_empty_one(data):
    found = salvage_page(data)
    assert len(found.page.strokes) <= 1
    assert_sound(found.page)


def test_characters_that_no_longer_fit_their_strokes_become_unread_ink(page):
    data = to_inkml(page)
    views = data.count(b"<traceView")
    spoiled = data.replace(b'traceDataRef="#s1" />', b'traceDataRef="#s1" from="1" to="4" />').replace(b">H<", b">H&<")
    spoiled = spoiled.replace(b"</ink>", b"")
    found = salvage_page(spoiled)
    assert ink(found.page) == ink(page) and views > 1
    assert found.page.text().endswith("it zoo")
    assert_sound(found.page)
