"""Pens on a page: kept by every edit, in its file, in a damaged file, and where two have written at once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from desk import Desk
from pages import labelled, page_of

from handpad.formats.document import HIGHLIGHTER
from handpad.formats.opening import read_ink
from handpad.page import edits
from handpad.page.document import DocumentError, NewerPageError, from_inkml, to_inkml
from handpad.page.merging import merged
from handpad.page.page import Page
from handpad.page.page_file import load_page, save_page
from handpad.page.pen import COLORS, PLAIN, WIDTHS, Pen
from handpad.page.rubbing import left_of
from handpad.page.salvage import salvage_page
from handpad.page.session import PageSession

DATA = Path(__file__).parents[1] / "data"
RED = Pen(COLORS[1], WIDTHS[2])
MARK = Pen(COLORS[4], WIDTHS[1], highlighter=True)
LINE = np.array([[100.0, 60, 0.5, 0], [200, 60, 0.7, 1], [300, 60, 0.5, 2]])
DOWN = np.array([0.0, 106, 0, 0])
BELOW = LINE + DOWN


@pytest.fixture
def page():
    """A read word, a red stroke on the next line, and a mark over the word."""
    base = labelled(page_of("hill"), "hill")
    return base.add(20, BELOW, RED).add(21, LINE, MARK)


def test_a_highlighter_draws_and_says_nothing(page):
    assert page.drawings == page.marks == {21}
    assert page.pictures == () and page.text().splitlines()[0] == "hill"
    assert edits.read_as_writing(page, {21}).drawings == {21}


def test_pens_come_back_from_the_file(page):
    again = from_inkml(to_inkml(page))
    assert again.pens == {20: RED, 21: MARK}
    assert (again.drawings, again.lines) == (page.drawings, page.lines)
    assert to_inkml(again) == to_inkml(page)


def test_others_read_the_pens_as_brushes_of_inkml(page):
    (read,) = read_ink(to_inkml(page), "page.inkml").pages
    assert [read.styles[-2].color, read.styles[-2].width] == [COLORS[1], WIDTHS[2]]
    assert read.styles[-1].tool == HIGHLIGHTER and len(read.writing) == len(page.strokes) - 1


def test_a_page_of_the_fifth_format_opens():
    page = from_inkml((DATA / "page-5.inkml").read_bytes())
    assert page.text() == "t lo" and page.marks == {6} and page.pen(4) == RED and page.pen(1) == PLAIN


def test_a_page_of_the_fourth_format_is_of_one_pen():
    assert not from_inkml((DATA / "page-4.inkml").read_bytes()).pens


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'value="#b3261e"', b'value="red"'),
        (b'name="width" value="4.5"', b'name="width" value="-1"'),
        (b'name="width" value="4.5"', b'name="width" value="nan"'),
        (b'type="drawings">21<', b'type="drawings"><'),
    ],
)
def test_pens_that_no_page_has_are_refused_and_the_ink_is_salvaged(page, good, bad):
    data = to_inkml(page).rpartition(b"<!--")[0]
    assert good in data
    with pytest.raises(DocumentError):
        from_inkml(data.replace(good, bad))
    found = salvage_page(data.replace(good, bad)).page
    assert found.strokes.keys() == page.strokes.keys() and found.marks == {21}


def test_a_later_format_is_refused_as_such(page):
    with pytest.raises(NewerPageError):
        from_inkml(to_inkml(page).replace(b'"format">5<', b'"format">6<'))


def test_of_a_damaged_page_the_pens_are_kept(page):
    data = to_inkml(page).replace(b" 0.5 ", b" half ", 1)
    found = salvage_page(data)
    assert found.page.pens == page.pens and found.page.drawings == {21} and found.lost == 0
    assert found.page.strokes.keys() == page.strokes.keys()


def test_newer_strokes_of_a_damaged_page_keep_their_pens(page, tmp_path):
    path = tmp_path / "page.inkml"
    save_page(page, path)
    save_page(page.add(50, BELOW + DOWN, MARK).add(51, BELOW + 2 * DOWN, RED), path)
    path.write_bytes(path.read_bytes()[:-40])
    loaded = load_page(path).page
    assert (loaded.pen(50), loaded.pen(51), loaded.marks) == (MARK, RED, {21, 50})


def test_renumbered_strokes_keep_pens_drawings_and_what_is_writing(page):
    page = replace(page, writing=frozenset({20}))
    moved = page.renumbered(101)
    last = max(moved.strokes)
    assert min(moved.strokes) == 101 and moved.pens == {last - 1: RED, last: MARK}
    assert {moved.strokes[number].tobytes() for number in moved.drawings} == {LINE.tobytes()}
    assert {moved.strokes[number].tobytes() for number in moved.writing} == {BELOW.tobytes()}


def test_what_another_window_wrote_keeps_its_pen_and_its_marks_are_not_read(page):
    base = labelled(page_of("hill"), "hill")
    ours = base.add(20, BELOW + DOWN)
    one = merged(base, ours, from_inkml(to_inkml(page)))
    of = {stroke.tobytes(): number for number, stroke in one.strokes.items()}
    assert one.pen(of[BELOW.tobytes()]) == RED and one.marks == one.drawings == {of[LINE.tobytes()]}
    assert one.text().splitlines()[0] == "hill"


def test_what_another_window_made_a_drawing_is_one():
    base = labelled(page_of("hill"), "hill")
    first = min(base.strokes)
    assert merged(base, base, from_inkml(to_inkml(edits.drawn(base, {first})))).drawings == {first}


def test_writing_with_pens_is_undone_and_done_again():
    session = PageSession()
    number = session.write(BELOW, RED)
    mark = session.write(LINE, MARK)
    assert session.page.pens == {number: RED, mark: MARK}
    session.undo()
    session.undo()
    assert not session.page.pens and not session.page.drawings
    session.redo()
    session.redo()
    assert session.page.pens == {number: RED, mark: MARK}
    session.erase({number, mark})
    assert session.page == Page()


def test_a_mark_over_a_word_leaves_it_as_it_was_read():
    desk = Desk(None, labelled(page_of("hill"), "hill"))
    lines = desk.page.lines
    mark = desk.session.write(LINE, MARK)
    desk.work()
    desk.do("erase", {mark})
    assert desk.page.lines is lines or dict(desk.page.lines) == dict(lines)


def test_a_character_that_is_deleted_leaves_the_pens_of_its_neighbours():
    page = Page().add(1, LINE, RED)
    character = page.characters[0]
    page = page.split(character)
    left = page.remove(page.characters[0], 7)
    assert left.pens == {7: RED}


def test_an_eraser_leaves_the_pieces_beside_its_way():
    pieces = left_of(LINE, np.array([150.0, 40]), np.array([150.0, 80]), 10.0)
    assert [len(piece) for piece in pieces] == [2, 3]
    (first, second) = pieces
    assert first[0].tolist() == LINE[0].tolist() and 135 <= first[-1, 0] <= 140
    assert 160 <= second[0, 0] <= 165 and second[1:].tolist() == LINE[1:].tolist()
    assert 0.6 < second[0, 2] < 0.7 and 0.6 < second[0, 3] < 0.7
    (untouched,) = left_of(LINE, np.array([150.0, 80]), np.array([350.0, 80]), 10.0)
    assert untouched is LINE
    assert left_of(LINE, np.array([0.0, 60]), np.array([400.0, 60]), 10.0) == []
    assert left_of(LINE[:1], np.array([100.0, 60]), np.array([100.0, 60]), 10.0) == []


def test_what_an_eraser_leaves_of_strokes_keeps_pen_and_kind_and_comes_back_by_undo():
    session = PageSession()
    red, mark = session.write(BELOW, RED), session.write(LINE, MARK)
    page = session.page
    way = np.array([150.0, 0]), np.array([150.0, 300])
    session.erase({red, mark}, {number: left_of(page.strokes[number], *way, 8.0) for number in (red, mark)})
    assert len(session.page.strokes) == 4 and min(session.page.strokes) > mark
    assert sorted(pen.highlighter for pen in session.page.pens.values()) == [False, False, True, True]
    assert len(session.page.marks) == 2 and len(session.page.characters) == 2
    assert from_inkml(to_inkml(session.page)).pens == session.page.pens
    session.undo()
    assert session.page.strokes.keys() == {red, mark} and session.page.pens == page.pens
