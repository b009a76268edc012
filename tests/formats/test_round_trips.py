"""Ink comes back from every format as it went in, as exactly as the format has it."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
from ink_files import document, page

from handpad.formats import export, inkml, inkml_writing, open_ink, rnote, xopp
from handpad.formats.document import ERASER, HIGHLIGHTER, Document, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.placing import placed
from handpad.ink import Box, as_strokes
from handpad.train.datasets import unipen_lines


def there_and_back(kind, sent):
    if kind == "inkml":
        return inkml.read(inkml_writing.write(sent))
    module = {"xopp": xopp, "rnote": rnote}[kind]
    return module.read(gzip.decompress(module.write(sent)))


def assert_same_ink(kind, sent, got):
    """On the sheet, every point at its place; pressure too, but of a stroke's last point in .xopp."""
    assert len(sent.strokes) == len(got.strokes)
    before, after = placed(sent), placed(got)
    for one, other in zip(sent.strokes, got.strokes, strict=True):
        other = other[: len(one)]  # a dot is two equal points in .xopp
        assert np.abs(before.points(one) - after.points(other)).max() < 1e-9
        last = -1 if kind == "xopp" and len(one) > 1 else None
        np.testing.assert_allclose(other[:last, 2], one[:last, 2], atol=5e-4)


@pytest.mark.parametrize("kind", ["inkml", "xopp", "rnote"])
def test_pages_strokes_pressure_colour_and_width_come_back(kind):
    paper = Box(0, 0, 700, 1000)
    styles = [StrokeStyle("#1a5fb3", 1.0, 2.5), StrokeStyle("#ffff00", 0.5, 12.0, HIGHLIGHTER)]
    first = page("Hot", paper=paper, paper_color="#202020")
    first = replace(first, styles=tuple(styles[number % 2] for number in range(len(first.strokes))))
    sent = Document((first, page("oil", paper=paper)))
    got = there_and_back(kind, sent)
    assert len(got.pages) == 2
    for one, other in zip(sent.pages, got.pages, strict=True):
        assert_same_ink(kind, one, other)
    assert [style.tool for style in got.pages[0].styles] == [style.tool for style in first.styles]
    for style, other in zip(first.styles, got.pages[0].styles, strict=True):
        assert other.color == style.color
        assert other.opacity == pytest.approx(style.opacity, abs=0.003)
        assert placed(got.pages[0]).width_of(other) == pytest.approx(placed(first).width_of(style))
    assert got.pages[0].paper_color == "#202020"


@pytest.mark.parametrize("kind", ["inkml", "xopp", "rnote"])
def test_unipen_lines_come_back(kind, shared_data, unipen):
    for line in unipen:
        strokes = as_strokes(line.strokes)
        sent = InkPage(tuple(strokes), (StrokeStyle(width=20.0),) * len(strokes), unit=0.02)
        (got,) = there_and_back(kind, Document((sent,))).pages
        for stroke in got.strokes if kind == "rnote" else ():
            stroke[:, 2] = np.nan  # Rnote has no stroke without pressure
        assert_same_ink(kind, sent, got)


@pytest.fixture(scope="module")
def unipen(shared_data):
    lines, _ = unipen_lines.read(shared_data / "unipen_train_r01_v07.tar.xz")
    return lines[::100]


def test_inkml_keeps_every_bit_and_the_times():
    sent = page()
    (got,) = there_and_back("inkml", Document((sent,))).pages
    for one, other in zip(sent.strokes, got.strokes, strict=True):
        np.testing.assert_array_equal(one, other)
    assert got.unit == pytest.approx(sent.unit)


def test_inkml_tells_others_what_was_read_and_of_which_traces():
    word = Word("Hot & <oil>", Box(0, 0, 1, 1), (0, 2))
    sent = Document((page(lines=(TextLine((word,), 10.0, 5.0),)),))
    written = inkml_writing.write(sent).decode()
    assert written.count('<annotation type="transcription">Hot &amp; &lt;oil&gt;</annotation>') == 2
    assert '<traceView traceDataRef="#p1s1" /><traceView traceDataRef="#p1s3" />' in written
    assert len(inkml.read(written.encode()).pages) == 1


def test_an_eraser_stays_one_in_xopp():
    sent = page("o", styles=[StrokeStyle("#ffffff", tool=ERASER)])
    assert there_and_back("xopp", Document((sent,))).pages[0].styles[0].tool == ERASER


@pytest.mark.parametrize("ending", ["inkml", "xopp", "rnote"])
def test_what_is_exported_is_opened(tmp_path, ending):
    path = tmp_path / f"ink.{ending}"
    export(document("Hot", "oil"), path)
    assert [len(page.strokes) for page in open_ink(path).pages] == [
        len(page.strokes) for page in document("Hot", "oil").pages
    ]
