"""What the readers of ink and pictures refuse before it takes memory or time."""

import zlib

import cv2
import numpy as np
import pytest
from handwriting import write_line

from handpad.cli.read import read_file
from handpad.errors import HandpadError, InkError
from handpad.formats import inkml
from handpad.reading import images
from handpad.reading.images import ImageError, ink_of_image
from handpad.train.datasets.images import decoded
from handpad.train.datasets.stores import EntryError


def ink(trace: str, head: str = "") -> bytes:
    return f"{head}<ink><trace>{trace}</trace></ink>".encode()


def test_blanks_take_time_in_proportion_to_them():
    blanks = " " * 1_000_000  # where each costs as much as those before it, this takes hours
    (stroke,) = inkml.read(ink(f"1{blanks}2, 3{blanks}4")).pages[0].strokes
    assert stroke[:, :2].tolist() == [[1, 2], [3, 4]]
    with pytest.raises(InkError, match="is no number"):
        inkml.read(ink(f"'{blanks}x"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (ink("1 2", "<?xml version='1.0' encoding='utf-9'?>"), "It is no InkML"),
        (ink("1 2", "<?xml version='1.0' encoding='foo-8'?>"), "It is no InkML"),
        (ink("1 2", "<?xml version='1.0' encoding='idna'?>"), "It is no InkML"),
        (ink("foo-8 2"), "is no number"),
        (ink("#" + "f" * 400 + " 2"), "is no number that ink can have"),
        (ink("9" * 5000 + " 2"), "without x or y"),
        (ink("&a;", "<!DOCTYPE ink [<!ENTITY a '1 2'>]>"), "It has a document type"),
    ],
)
def test_hostile_inkml_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(InkError, match=sentence) as caught:
        inkml.read(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("document.MOST_POINTS", 5),
        ("document.MOST_STROKES", 1),
        ("inkml.MOST_BYTES", 50),
        ("inkml_format.MOST_ELEMENTS", 2),
    ],
)
def test_more_ink_than_a_file_may_hold_is_refused(monkeypatch, limit, most):
    data = b"<ink><trace>1 2, 3 4, 5 6</trace><trace>1 2, 3 4, 5 6</trace></ink>"
    assert len(inkml.read(data).pages[0].strokes) == 2
    monkeypatch.setattr(f"handpad.formats.{limit}", most)
    with pytest.raises(InkError, match="split it into smaller files"):
        inkml.read(data)


def test_a_reading_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("handpad.cli.read.MOST_SECONDS", -1)
    rows = [
        stroke + np.array([0, 200 * row, 0, 0]) for row in range(2) for letter in write_line("oil") for stroke in letter
    ]
    body = "".join(f"<trace>{', '.join(f'{x} {y}' for x, y in stroke[:, :2])}</trace>" for stroke in rows)
    path = tmp_path / "two-lines.inkml"
    path.write_text(f"<ink>{body}</ink>")
    with pytest.raises(HandpadError, match="split it into smaller files"):
        read_file(path)


def picture(pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def test_pictures_that_are_no_writing_are_refused_before_they_are_thinned(monkeypatch):
    monkeypatch.setattr("handpad.reading.images._thinned", None)
    noise = np.random.default_rng(0).random((1000, 1000))
    dots = np.full((1400, 1400), 255, np.uint8)
    dots[::10, ::10] = 0
    for pixels in (*(((noise > share) * 255).astype(np.uint8) for share in (0.02, 0.1, 0.3, 0.5)), dots):
        with pytest.raises(ImageError, match=r"too much ink|too many to be read"):
            ink_of_image(picture(pixels))


def test_a_picture_whose_header_lies_is_refused():
    sound = picture(np.full((20, 30), 255, np.uint8))
    for width, height in ((31, 20), (30, 21), (1 << 30, 1 << 30), (0, 20)):
        header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + sound[24:29]
        with pytest.raises(ImageError):
            ink_of_image(sound[:12] + header + zlib.crc32(header).to_bytes(4, "big") + sound[33:])


def test_many_scraps_of_one_blob_are_walked_in_one_pass():
    scraps = [(2 * column, 2 * row) for column in range(150) for row in range(150)]
    assert images._walks(scraps) == [[scrap] for scrap in sorted(scraps, key=lambda pixel: pixel[::-1])]


@pytest.mark.parametrize("length", [1 << 10, 0xFFFFFFD3])
def test_a_chunk_that_says_it_is_longer_than_the_file_never_reaches_the_decoder(monkeypatch, length):
    sound = picture(np.full((20, 30), 255, np.uint8))
    monkeypatch.setattr(images.cv2, "imdecode", None)
    with pytest.raises(ImageError, match="damaged"):
        ink_of_image(sound[:33] + length.to_bytes(4, "big") + sound[37:])
    with pytest.raises(EntryError, match="damaged"):
        decoded(sound[:33] + length.to_bytes(4, "big") + sound[37:], None)
