"""Files of ink opened as pages: where their ink comes to lie, and what is refused."""

import gzip
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from handwriting import write_line
from ink_files import document, page
from pages import labelled, page_of

from handpad.errors import HandpadError
from handpad.formats import export
from handpad.formats.document import ERASER, HIGHLIGHTER, Document, InkPage, StrokeStyle
from handpad.ink import as_strokes
from handpad.notebook.documents import as_ink_page, notebook_as_document
from handpad.notebook.importing import as_page
from handpad.notebook.opening import open_file
from handpad.notebook.reading import read_file
from handpad.notebook.shelf import Shelf
from handpad.page.document import from_inkml, to_inkml
from handpad.page.page import Page, Typed
from handpad.page.page_file import save_page
from handpad.recognizer import Recognizer

SAMPLES = Path(__file__).parents[2].parent / "shared" / "ink_samples"


def quiet(done, total):
    """Nobody listens."""


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "data" / "page.inkml")


def opened(path, shelf, notebook=""):
    return [from_inkml(page.read_bytes()) for page in open_file(path, shelf, notebook, quiet).paths]


def lines_page(x_height, pitch, *texts, unit=None, left=500.0, top=300.0) -> InkPage:
    strokes = []
    for row, text in enumerate(texts):
        strokes += [s for letter in write_line(text, x_height, (left, top + row * pitch)) for s in letter]
    return InkPage(tuple(as_strokes(strokes)), (StrokeStyle(),) * len(strokes), unit=unit)


@pytest.mark.parametrize("x_height", [4.0, 11.0, 300.0])
@pytest.mark.parametrize("unit", [None, 1.0])
def test_each_line_of_small_or_large_writing_stands_on_a_ruled_line_of_its_own(x_height, unit):
    found = as_page(lines_page(x_height, 2.2 * x_height, "tilt on", "hot oil", "nine"))
    assert sorted(found.lines) == [0, 1, 2]
    assert [sum(len(c.substrokes) for c in found.lines[row]) for row in range(3)] == [
        sum(map(len, write_line(text))) for text in ("tilt on", "hot oil", "nine")
    ]
    ruling = found.ruling
    for row in range(3):
        bottoms = [found.box(c).bottom for c in found.lines[row] if found.box(c).height > 20]
        assert np.median(bottoms) == pytest.approx(ruling.baseline(row), abs=0.35 * ruling.x_height)
    heights = [found.box(c).height for c in found.lines[2]]  # small letters, but for a dot
    assert 0.7 * ruling.x_height < np.median(heights) < 1.5 * ruling.x_height
    assert min(box.left for box in found.stroke_boxes.values()) == pytest.approx(ruling.margin)


def test_what_stands_high_above_the_first_line_is_not_cut_off():
    source = lines_page(10, 25, "tilt")
    arrow = as_strokes([np.array([[500, 300], [500, 200]])])
    found = as_page(InkPage((*source.strokes, *arrow), (*source.styles, StrokeStyle())))
    assert min(box.top for box in found.stroke_boxes.values()) >= 0
    assert len(found.lines) == 1


def test_an_empty_line_between_two_stays():
    strokes = lines_page(10, 33, "tilt on", "", "hot oil")
    assert sorted(as_page(strokes).lines) == [0, 2]


def test_what_is_highlighted_or_very_tall_is_a_drawing_and_moves_with_its_line():
    source = lines_page(10, 25, "tilt", "hot oil")
    marked = bottom = max(stroke[:, 1].max() for stroke in source.strokes)
    extra = as_strokes([np.array([[500, marked], [600, bottom]]), np.array([[700, 100], [705, 500]])])
    styles = (*source.styles, StrokeStyle(tool=HIGHLIGHTER), StrokeStyle())
    count = len(source.strokes)
    found = as_page(InkPage((*source.strokes, *extra), styles))
    assert found.drawings == {count + 1, count + 2}
    first, second = sorted(found.lines)
    assert second == first + 1 == found.stroke_row(count + 1)


@pytest.mark.parametrize("kind", ["xopp", "rnote", "inkml"])
def test_a_page_of_handpad_comes_back_from_other_formats_with_the_same_ink(shelf, tmp_path, kind):
    ours = page_of("hot oil")
    for row, text in ((1, "tilt on"), (3, "nine")):
        for letter in write_line(text, 30, (200.0, ours.ruling.baseline(row))):
            for stroke in letter:
                ours = ours.add(len(ours.strokes) + 1, stroke.round(2))
    export(Document((as_ink_page(ours),)), tmp_path / f"file.{kind}")
    (again,) = opened(tmp_path / f"file.{kind}", shelf)
    assert again.strokes.keys() == ours.strokes.keys()
    for number, stroke in ours.strokes.items():
        np.testing.assert_allclose(again.strokes[number][:, :2], stroke[:, :2], atol=0.01)
        np.testing.assert_allclose(again.strokes[number][:, 2], stroke[:, 2], atol=0.01)
    assert sorted(again.lines) == [0, 1, 3]


def test_several_pages_become_a_notebook_called_like_the_file(shelf, tmp_path):
    path = tmp_path / "Lecture 3.xopp"
    export(document("Hot oil", "tilt", "nine"), path)
    before = path.read_bytes()
    found = open_file(path, shelf, "", quiet)
    assert found.notebook == "Lecture 3" and path.read_bytes() == before
    assert [page.path for page in shelf.pages("Lecture 3")] == list(found.paths)  # the first one on top
    assert open_file(path, shelf, "", quiet).notebook == "Lecture 3 2"
    again = notebook_as_document(shelf, "Lecture 3", {}, quiet)
    assert [len(page.strokes) for page in again.pages] == [
        sum(map(len, write_line(text))) for text in ("Hot oil", "tilt", "nine")
    ]


def test_a_page_of_handpad_keeps_what_was_corrected_but_no_samples(shelf, tmp_path):
    ours = labelled(page_of("oil"), "oil")
    first = ours.characters[0]
    ours = ours.with_character(first, replace(first, corrected=True, sample_id="a1"))
    path = tmp_path / "sent.inkml"
    path.write_bytes(to_inkml(ours))
    (again,) = opened(path, shelf)
    assert again.text() == "oil"
    assert again.characters[0].corrected and not again.characters[0].sample_id


def test_a_page_on_the_shelf_is_not_copied(shelf):
    path = shelf.new_page("")
    save_page(page_of("oil"), path)
    assert open_file(path, shelf, "", quiet).paths == (path,)
    assert len(shelf.pages()) == 1


def test_what_is_no_ink_is_told(shelf, tmp_path):
    source = page("oil")
    styles = [*source.styles[:-1], StrokeStyle(tool=ERASER)]
    export(Document((replace(source, styles=tuple(styles)),)), tmp_path / "a.xopp")
    found = open_file(tmp_path / "a.xopp", shelf, "", quiet)
    assert found.left_out == "1 eraser stroke"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a picture; Handpad opens files of ink"),
        (b"%PDF-1.7", "is a PDF; Handpad opens files of ink"),
        (b"hello", "It is no InkML, Xournal\\+\\+ or Rnote file"),
        (gzip.compress(b"<xournal/>", mtime=0)[:-9], "cannot be read"),
        (b"<ink><annotation>Handpad</annotation></ink>", "It is no InkML page of Handpad"),
        (b"", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_nothing_made(shelf, tmp_path, data, sentence):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(HandpadError, match=sentence):
        open_file(path, shelf, "", quiet)
    assert shelf.pages() == [] and shelf.notebooks() == [""]


def test_a_stop_leaves_nothing_behind(shelf, tmp_path):
    export(document("Hot oil", "tilt", "nine"), tmp_path / "a.xopp")
    calls = []

    def stop(done, total):
        calls.append(done)
        if calls.count(2) == 2 and done == 2:  # while the last page is written
            raise HandpadError("Stopped.")

    for _ in range(2):
        with pytest.raises(HandpadError, match="Stopped"):
            open_file(tmp_path / "a.xopp", shelf, "", stop)
        assert shelf.pages() == [] and shelf.notebooks() == [""]
        calls.clear()


def test_more_ink_than_a_page_holds_is_refused(monkeypatch):
    monkeypatch.setattr("handpad.notebook.importing.MOST_POINTS", 10)
    with pytest.raises(HandpadError, match="more than 10 points"):
        as_page(page("oil"))


def test_typed_words_are_in_the_text_of_what_is_exported():
    ours = labelled(page_of("oil"), "oil")
    ours = replace(ours, typed=(Typed(0, 900.0, "and salt"), Typed(2, 60.0, "typed")))
    sheet = as_ink_page(ours)
    assert sheet.text == "oil and salt\ntyped"
    assert [word.strokes for word in sheet.lines[1].words] == [()]
    assert sheet.paper.right > 900


def test_a_page_without_ink_is_a_sheet():
    sheet = as_ink_page(Page())
    assert sheet.strokes == () and sheet.paper.width > 700


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs ../shared/ink_samples")
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*")), ids=lambda path: path.name)
def test_files_of_other_programs_are_opened_and_exported_again_or_refused(shelf, tmp_path, path):
    if path.suffix == ".md":
        return
    before = path.read_bytes()
    try:
        pages = opened(path, shelf)
    except HandpadError as error:
        assert path.name in str(error) and "\n" not in str(error)
        pages = []
    assert path.read_bytes() == before
    for one in pages:
        for kind in ("xopp", "rnote", "inkml", "txt", "md"):
            export(Document((as_ink_page(one),)), tmp_path / f"again.{kind}")


@pytest.fixture(scope="module")
def recognizer():
    with closing(Recognizer(None)) as opened:
        yield opened


def test_a_page_in_a_file_is_read_and_keeps_its_time(shelf, tmp_path, recognizer):
    export(document("oil"), tmp_path / "a.xopp")
    (path,) = open_file(tmp_path / "a.xopp", shelf, "", quiet).paths
    before = path.stat().st_mtime_ns
    assert read_file(path, recognizer)
    again = from_inkml(path.read_bytes())
    assert again.text().lower() == "oil" and not any(c.sample_id for c in again.characters)
    assert path.stat().st_mtime_ns == before


def test_a_page_that_is_written_or_thrown_away_while_it_is_read_is_left_alone(shelf, tmp_path, recognizer):
    export(document("oil"), tmp_path / "a.xopp")
    (path,) = open_file(tmp_path / "a.xopp", shelf, "", quiet).paths
    theirs = page_of("nine")
    assert not read_file(path, recognizer, lambda: save_page(theirs, path))
    assert len(from_inkml(path.read_bytes()).strokes) == len(theirs.strokes)
    assert not read_file(path, recognizer, lambda: path.unlink(missing_ok=True))
    assert not path.exists()
