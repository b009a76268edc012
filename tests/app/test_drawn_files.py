"""PDF, SVG and PNG of documents; with Poppler's tools, if they are there, as others see them."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace

import cv2
import numpy as np
import pytest
from ink_files import page
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter

from handpad.app import drawn_files
from handpad.formats.document import ERASER, HIGHLIGHTER, Document, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.placing import placed
from handpad.ink import Box, as_strokes, bounding_box
from handpad.notebook.documents import as_ink_page
from handpad.page.page import Page, Typed

pytestmark = pytest.mark.usefixtures("qapp")


GAP = 50
"""Between two words, at most."""


def read_page(*texts, unit=0.75):
    """A page with a line for each text, read rightly; the boxes of the words are those of their ink."""
    lines, strokes = [], []
    for row, text in enumerate(texts):
        words = []
        for place, word in enumerate(text.split()):
            ink = [stroke + np.array([110 * place, 150 * row, 0, 0]) for stroke in page("oil").strokes]
            box = bounding_box(as_strokes(ink))
            words.append(Word(word, box, tuple(range(len(strokes), len(strokes) + len(ink)))))
            strokes += ink
        lines.append(TextLine(tuple(words), 74.0 + 150 * row, 30.0))
    checked = as_strokes(strokes)
    return InkPage(tuple(checked), (StrokeStyle(width=2.0),) * len(checked), unit=unit, lines=tuple(lines))


def poppler(tool, *arguments):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not there (poppler-utils)")
    return subprocess.run([tool, *arguments], capture_output=True, timeout=60, check=True).stdout


def words_of(path):
    """By page what pdftotext finds: words with their boxes, in points."""
    pages = poppler("pdftotext", "-bbox", path, "-").decode().split("<page ")[1:]
    form = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
    return [[(word, Box(*map(float, sides))) for *sides, word in form.findall(one)] for one in pages]


def test_pdftotext_finds_each_word_at_its_place_on_every_page(tmp_path):
    pages = (read_page("Grüße aus Köln", "naïve 100% €5"), read_page("Σ-algebra", unit=None))
    path = tmp_path / "out.pdf"
    path.write_bytes(drawn_files.pdf(Document(pages)))
    found = words_of(path)
    assert len(found) == 2
    for one, seen in zip(pages, found, strict=True):
        place = placed(one)
        wanted = [(word.text, place.box(word.box), line) for line in one.lines for word in line.words]
        assert len(seen) == len(wanted)
        assert sorted(word for word, _ in seen) == sorted(text for text, *_ in wanted)
        for text, box, line in wanted:
            there = dict(seen)[text]
            assert there.left == pytest.approx(box.left, abs=1)
            reach = 0 if text == line.words[-1].text else GAP * place.scale
            assert box.right - 1 < there.right < box.right + reach + 1
            assert there.top < (line.baseline - line.x_height - place.top) * place.scale
            assert there.bottom > (line.baseline - place.top) * place.scale


def test_the_text_of_a_pdf_reads_in_its_order_and_is_not_seen(tmp_path):
    shown = read_page("one two", "three")
    path = tmp_path / "out.pdf"
    path.write_bytes(drawn_files.pdf(Document((shown,))))
    assert poppler("pdftotext", path, "-").decode().split() == ["one", "two", "three"]
    path.with_name("bare.pdf").write_bytes(drawn_files.pdf(Document((replace(shown, lines=()),))))
    pictures = [
        poppler("pdftoppm", "-r", "50", "-singlefile", "-png", one) for one in (path, path.with_name("bare.pdf"))
    ]
    with_text, bare = (cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_GRAYSCALE) for one in pictures)
    assert (with_text < 128).any()
    np.testing.assert_array_equal(with_text, bare)


def pixels(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def test_ink_is_on_its_place_in_a_png_with_its_colour():
    ink = as_strokes([[[100.0, 100.0], [200, 100]], [[100, 200], [200, 200]], [[150.0, 50.0]]])
    styles = (StrokeStyle("#ff0000", width=8), StrokeStyle("#00ff00", width=4), StrokeStyle(width=6))
    image = pixels(drawn_files.png(InkPage(tuple(ink), styles, Box(0, 0, 300, 300), 1.0)))
    scale = len(image) / 300
    at = lambda x, y: image[round(y * scale), round(x * scale)].tolist()  # noqa: E731
    assert at(150, 100) == [0, 0, 255]
    assert at(150, 103) == [0, 0, 255]
    assert at(150, 200) == [0, 255, 0]
    assert at(150, 203) == [255, 255, 255]
    assert at(150, 51) == [0, 0, 0]


def test_a_sheet_that_ends_within_a_pixel_has_its_colour_to_the_edge():
    for color, shade in (("#ffffff", 255), ("#202020", 0x20)):
        image = pixels(drawn_files.png(InkPage((), (), Box(0, 0, 100.3, 200.3), 1.0, paper_color=color)))
        assert np.unique(image).tolist() == [shade]


def test_pressure_makes_a_stroke_wider_and_an_eraser_has_the_colour_of_the_paper():
    ink = as_strokes([[[20.0, 50.0, 0.2], [280, 50, 0.2]], [[20, 150, 1.0], [280, 150, 1.0]]])
    paper = Box(0, 0, 300, 300)
    image = pixels(drawn_files.png(InkPage(tuple(ink), (StrokeStyle(width=10),) * 2, paper, 1.0)))
    column = (image[:, len(image) // 2, 0] < 128).astype(int)
    assert 2 * column[: len(column) // 3].sum() < column[len(column) // 3 :].sum()
    rubber = StrokeStyle("#ffffff", width=20, tool=ERASER)
    ink = as_strokes([[[20.0, 50.0], [280, 50]], [[20.0, 50.0], [280, 50]]])
    image = pixels(
        drawn_files.png(InkPage(tuple(ink), (StrokeStyle(width=5), rubber), paper, 1.0, paper_color="#202020"))
    )
    assert np.unique(image).tolist() == [0x20]


def test_what_is_highlighted_lies_beneath_the_writing():
    ink = as_strokes([[[50.0, 50.0], [250, 50]], [[50, 50], [250, 50]]])
    styles = (StrokeStyle("#0000ff", width=4), StrokeStyle("#ffff00", 1.0, 40.0, HIGHLIGHTER))
    image = pixels(drawn_files.png(InkPage(tuple(ink), styles, Box(0, 0, 300, 100), 1.0)))
    assert image[len(image) // 2, image.shape[1] // 2].tolist() == [255, 0, 0]


def test_an_svg_is_drawn_by_others_and_tells_its_text():
    from PySide6.QtSvg import QSvgRenderer

    shown = read_page("a<b & c", "Köln")
    data = drawn_files.svg(shown)
    texts = [element.text.strip() for element in ET.fromstring(data).iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["a<b", "&", "c", "Köln"]
    renderer = QSvgRenderer(data)
    assert renderer.isValid()
    place = placed(shown)
    assert renderer.viewBoxF().size().toTuple() == pytest.approx((place.width, place.height))
    image = QImage(QSize(300, 400), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    assert min(image.pixelColor(x, y).value() for x in range(300) for y in range(400)) < 128


def test_a_page_of_any_size_without_ink_or_with_long_text_is_drawn():
    empty = InkPage((), ())
    long = read_page("x" * 5000)
    for data in (drawn_files.pdf(Document((empty, long))), drawn_files.svg(long), drawn_files.png(empty)):
        assert len(data) > 200
    image = pixels(drawn_files.png(replace(empty, paper=Box(0, 0, 1e9, 100), unit=1.0)))
    assert max(image.shape) <= drawn_files.MOST_PIXELS


def test_typed_words_are_seen():
    typed = replace(Page(), typed=(Typed(0, 60.0, "salt"),))
    picture = QImage.fromData(drawn_files.png(as_ink_page(typed)))
    dark = [
        (x, y)
        for x in range(0, picture.width(), 2)
        for y in range(0, 250, 2)
        if picture.pixelColor(x, y).lightness() < 128
    ]
    assert dark and min(dark)[0] > 80
