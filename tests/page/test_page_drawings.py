"""Drawings on a page: ink that says nothing, in every act, in the file, and in what is learned."""

from pathlib import Path

import numpy as np
import pytest
from desk import Desk, put, samples
from doodles import MARKS, drawing
from pages import labelled, page_of, two_in_one_stroke, whole

from handpad.page.document import DocumentError, from_inkml, to_inkml
from handpad.page.edits import drawn, read_as_writing
from handpad.page.line_job import committed, line_job
from handpad.page.page import Page
from handpad.page.page_file import load_page, save_page
from handpad.page.salvage import salvage_page
from handpad.page.walk import row_beside, word_beside

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def page():
    """Two words that were read and left: "to lo"; the t has two strokes."""
    return committed(labelled(page_of("to lo"), "tolo"), 0, None)


def test_a_drawing_says_nothing_is_not_read_and_is_turned_back_into_ink_to_be_read(page):
    after = drawn(page, {3})
    assert after.text() == "t lo" and after.strokes.keys() == page.strokes.keys()
    assert not any(3 in character.strokes for character in after.characters)
    assert line_job(after, 0) is None
    back = read_as_writing(after, {3})
    assert [(c.strokes, c.label) for c in back.characters][1] == ((3,), "")
    assert (back.drawings, back.writing) == (frozenset(), {3})
    job = line_job(back, 0)
    assert [job.numbers[place] for place in job.writing] == [3]


def test_what_is_left_of_a_character_is_read_anew(page):
    after = drawn(page, {1})
    assert [(c.strokes, c.label) for c in after.characters[:2]] == [((2,), ""), ((3,), "o")]
    halves = two_in_one_stroke()
    halves = halves.split(halves.characters[0])
    assert not drawn(halves, {1}).characters


def test_a_drawing_is_erased_and_keeps_its_line_free_for_others(page):
    after = drawn(page, page.strokes)
    assert not after.lines and not after.text()
    assert after.erase({3}).drawings == page.strokes.keys() - {3}
    assert not after.erase(set(page.strokes)).strokes


def test_in_boxes_a_drawing_is_read_again_in_its_box():
    page = labelled(page_of("it", boxes=True), "it")
    after = drawn(page, {1, 2})
    back = read_as_writing(after, {1, 2})
    assert after.box_rows == {0} == back.box_rows
    assert {1, 2} <= set(back.characters[0].strokes) and not back.characters[0].label


def test_strokes_of_a_drawing_that_touch_are_one_and_keys_go_there_in_their_place(page):
    sketch = [stroke.round(2) for stroke in drawing("house", np.random.default_rng(1), 12.0, (700.0, 20.0))]
    for number, stroke in enumerate(sketch, start=20):
        page = page.add(number, np.pad(stroke, ((0, 0), (0, 2)), constant_values=0.5))
    page = drawn(page, {3, *range(20, 20 + len(sketch))})
    assert [len(picture) for picture in page.pictures] == [1, len(sketch)]
    assert [item.label for item in page.items] == ["t", "", "l", "o", ""]
    house = page.items[-1]
    assert page.item(house.substrokes) == house and page.find(house.substrokes) is None
    assert word_beside(page, house, -1) == page.items[2]
    assert word_beside(page, page.items[0], 1) == page.items[1]
    assert word_beside(page, house, 1) == house
    assert row_beside(page, house, 1) == house


def test_the_file_keeps_drawings_and_what_is_none(page):
    page = read_as_writing(drawn(page, {1, 2, 3}), {3})
    again = from_inkml(to_inkml(page))
    assert (again.drawings, again.writing, again.lines) == ({1, 2}, {3}, page.lines)


def test_a_page_of_the_fourth_format_has_a_drawing():
    page = from_inkml((DATA / "page-4.inkml").read_bytes())
    assert (page.text(), page.drawings, page.writing) == ("t lo", {3}, {4})


@pytest.mark.parametrize(
    ("kind", "now"),
    [(b'"drawings">3<', b'"drawings">1<'), (b'"drawings">3<', b'"drawings">99<'), (b'"drawings">3<', b'"drawings"><')],
)
def test_a_drawing_that_does_not_fit_the_page_is_refused(page, kind, now):
    data = to_inkml(drawn(page, {3}))
    assert kind in data
    with pytest.raises(DocumentError):
        from_inkml(data.replace(kind, now).rpartition(b"<!--")[0])


def test_of_a_damaged_page_drawings_stay_drawings(page):
    page = read_as_writing(drawn(page, {1, 2, 3}), {3})
    found = salvage_page(to_inkml(page).replace(b" 0.5 ", b" half ", 1)).page
    assert (found.drawings, found.writing) == ({1, 2}, {3})
    assert found.text() == page.text()


def test_newer_strokes_of_a_damaged_page_stay_drawings(page, tmp_path):
    path = tmp_path / "page.inkml"
    save_page(page, path)
    newer = drawn(page.add(50, page.strokes[1] + [300.0, 0, 0, 0]), {50})
    save_page(newer, path)
    path.write_bytes(path.read_bytes()[:-40])
    assert load_page(path).page.drawings == {50}


# With a recogniser


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "me.handpad")
    yield desk
    desk.recognizer.close()


def test_what_was_learned_of_a_drawing_is_forgotten_and_undo_brings_all_back(desk):
    put(desk, "vit tool")
    first = desk.page.characters[0]
    desk.do("correct", first.substrokes, "n")
    before = desk.page
    desk.do("draw", first.strokes)
    assert samples(desk.profile) == []
    assert desk.page.text() == before.text()[1:] and desk.page.strokes.keys() == before.strokes.keys()
    desk.do("undo")
    assert desk.page.text() == before.text() and [label for label, *_ in samples(desk.profile)] == ["n"]
    desk.do("redo")
    assert desk.page.drawings == set(first.strokes) and samples(desk.profile) == []


def test_a_drawing_is_not_confirmed_when_the_page_is_left(desk):
    put(desk, "tool")
    desk.do("draw", desk.page.characters[0].strokes)
    desk.do("confirm")
    assert "t" not in {label.lower() for label, *_ in samples(desk.profile)}


def ring_around(page: Page) -> np.ndarray:
    ink = MARKS["ring"]([s[:, :2] for s in page.strokes.values()], page.ruling.x_height, np.random.default_rng(0))
    return np.pad(ink, ((0, 0), (0, 2)), constant_values=0.5).round(2)


def test_a_ring_around_a_word_is_a_drawing_by_itself_until_the_writer_says_otherwise(desk):
    put(desk, "little tool")
    said = desk.page.text()
    desk.do("write", ring_around(desk.page))
    ring = max(desk.page.strokes)
    assert desk.page.drawings == {ring} and desk.page.text() == said
    assert desk.page.pictures == (whole(desk.page, ring),)
    desk.do("read_drawing", {ring})
    assert not desk.page.drawings and any(ring in c.strokes and c.label for c in desk.page.characters)
    desk.do("review", {c.substrokes for c in desk.page.characters})
    assert not desk.page.drawings and desk.page.writing == {ring}
    desk.do("undo")
    assert desk.page.drawings == {ring} and desk.page.text() == said
