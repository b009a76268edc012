import numpy as np
import pytest
from ink_files import page

from handpad.formats.document import HIGHLIGHTER, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.placing import A4, LARGEST, MARGIN, PEN_WIDTH, placed
from handpad.ink import Box, as_strokes


def on_sheet(page):
    place = placed(page)
    points = np.concatenate([place.points(stroke) for stroke in page.strokes])
    return place, points.min(axis=0), points.max(axis=0)


def scaled(factor, shift=0.0, **more):
    strokes = as_strokes([stroke[:, :2] * factor + shift for stroke in page().strokes])
    return InkPage(tuple(strokes), (StrokeStyle(),) * len(strokes), **more)


def test_paper_and_unit_of_the_file_are_kept():
    place = placed(page(unit=0.75, paper=Box(10, 20, 410, 620)))
    assert (place.width, place.height) == (300, 450)
    assert place.points(np.array([[10.0, 20.0], [11, 22]])).tolist() == [[0, 0], [0.75, 1.5]]


def test_ink_of_a_unit_on_no_paper_stays_where_it_is_on_a4():
    place, low, _ = on_sheet(scaled(1.0, unit=0.75))
    assert (place.width, place.height) == A4
    assert low[0] == pytest.approx(0.75 * min(stroke[:, 0].min() for stroke in page().strokes))


def test_ink_that_lies_off_the_sheet_is_brought_onto_one_large_enough():
    place, low, high = on_sheet(scaled(5.0, -4000.0, unit=1.0))
    assert low == pytest.approx([MARGIN, MARGIN])
    assert high[0] == pytest.approx(place.width - MARGIN)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_ink_of_no_unit_is_written_in_the_size_of_writing(factor):
    place, low, high = on_sheet(scaled(factor))
    assert low == pytest.approx([MARGIN, MARGIN])
    assert (place.width, place.height) == pytest.approx(A4)
    assert 10 < (high - low)[1] < 40
    lines = (TextLine((Word("o", Box(0, 0, 1, 1)),), 0.0, 30.0 * factor),)
    assert placed(scaled(factor, lines=lines)).scale == pytest.approx(9 / (30 * factor))


def test_a_sheet_is_never_larger_than_readers_of_pdf_take():
    place, low, high = on_sheet(scaled(1000.0, unit=1.0))
    assert max(place.width, place.height) == pytest.approx(LARGEST)
    assert (high < [place.width, place.height]).all()
    assert (low > 0).all()


def test_widths_that_a_file_does_not_tell_are_those_of_a_pen():
    place = placed(page(unit=2.0))
    assert place.width_of(StrokeStyle(width=3.0)) == 6
    assert place.width_of(StrokeStyle()) == PEN_WIDTH
    assert place.width_of(StrokeStyle(tool=HIGHLIGHTER)) > PEN_WIDTH
    assert place.width_of(StrokeStyle(width=1e9)) < 1000


def test_a_dot_and_a_page_without_ink_have_a_sheet():
    dot = InkPage(tuple(as_strokes([[[5.0, 5.0]]])), (StrokeStyle(),))
    assert placed(dot).points(dot.strokes[0])[0] == pytest.approx([MARGIN, MARGIN], abs=1)
    assert (placed(InkPage((), ())).width, placed(InkPage((), ())).height) == pytest.approx(A4)
