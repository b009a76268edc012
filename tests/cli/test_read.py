import json
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from doodles import MARKS
from handwriting import write_line

from handpad.cli import read as read_command
from handpad.errors import HandpadError
from handpad.formats import inkml
from handpad.page.page import Character, Page
from handpad.page.page_file import save_page
from handpad.reading.fragments import Substroke
from handpad.reading.images import ink_of_image

TEXT = "Hot oil"  # all letters of handwriting.py; o and O are twins, so texts are compared without case


def strokes(text=TEXT):
    return [stroke for letter in write_line(text) for stroke in letter]


def plain_inkml(ink, channels="XY"):
    columns = {"X": 0, "Y": 1, "F": 2, "T": 3}
    form = "".join(f'<channel name="{name}" type="decimal"/>' for name in channels)
    body = "".join(
        "<trace>" + ", ".join(" ".join(f"{point[columns[c]]:.2f}" for c in channels) for point in one) + "</trace>"
        for one in ink
    )
    return f'<ink xmlns="http://www.w3.org/2003/InkML"><traceFormat>{form}</traceFormat>{body}</ink>'.encode()


def picture(ink, pen=5, dark=0, light=255, scale=1.6):
    points = np.concatenate(ink)[:, :2]
    size = np.ceil((np.ptp(points, axis=0) + 40) * scale).astype(int)
    image = np.full((size[1], size[0]), light, np.uint8)
    for one in ink:
        path = np.round((one[:, :2] - points.min(axis=0) + 20) * scale * 8).astype(np.int32)
        cv2.polylines(image, [path], False, dark, pen, cv2.LINE_AA, 3)
    return image


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.fixture
def run(tmp_path, capsys):
    def run(data, *options, name="file"):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        code = read_command.main([str(path), *options])
        said = capsys.readouterr()
        return code, said.out, said.err.rstrip("\n")

    return run


def says(done, text):
    return done[0] == 0 and done[1].lower() == text.lower() + "\n" and done[2] == ""


def test_reads_inkml_of_another_program(run):
    assert says(run(plain_inkml(strokes(), "YXT")), TEXT)


def test_reads_a_picture_whatever_its_colours(run):
    for colours in ((0, 255), (230, 20), (90, 170)):
        assert says(run(png(picture(strokes(), dark=colours[0], light=colours[1]))), TEXT)


def test_reads_a_jpeg(run):
    assert says(run(cv2.imencode(".jpg", picture(strokes()))[1].tobytes()), TEXT)


def test_json_names_every_character_with_its_box_and_candidates(run):
    code, out, _ = run(plain_inkml(strokes()), "--json")
    (line,) = json.loads(out)["lines"]
    assert code == 0
    assert [word["text"].lower() for word in line["words"]] == TEXT.lower().split()
    characters = [character for word in line["words"] for character in word["characters"]]
    assert [character["label"].lower() for character in characters] == list(TEXT.lower().replace(" ", ""))
    first = np.concatenate(write_line(TEXT)[0])
    assert characters[0]["box"] == pytest.approx([*first[:, :2].min(axis=0), *first[:, :2].max(axis=0)], abs=0.01)
    for character in characters:
        assert character["candidates"][0]["text"] == character["label"]
        assert sum(one["probability"] for one in character["candidates"]) == pytest.approx(1, abs=0.01)


def test_a_page_of_handpad_keeps_what_its_writer_settled(run, tmp_path):
    page = Page()
    for number, stroke in enumerate(strokes(), start=1):
        page = page.add(number, stroke)
    h = tuple(Substroke(number, 0, len(page.strokes[number])) for number in (1, 2, 3))
    row = next(iter(page.lines))
    line = [Character(h, "N", corrected=True), *(c for c in page.lines[row] if c.substrokes[0].stroke > 3)]
    save_page(page.with_line(row, line), tmp_path / "page.inkml")
    done = run(None, name="page.inkml")
    assert says(done, "N" + TEXT[1:])
    assert done[1][0] == "N"


def test_a_long_reading_tells_how_far_it_is_and_can_be_stopped(run, monkeypatch):
    rows = [[stroke + np.array([0, 200.0 * row, 0, 0]) for stroke in strokes()] for row in range(3)]
    ink = plain_inkml([stroke for row in rows for stroke in row])
    told = []
    monkeypatch.setattr(read_command, "_told", lambda begun: lambda *far: told.append(far))
    assert run(ink)[0] == 0
    count = len(rows[0])
    assert told == [(count, 3 * count), (2 * count, 3 * count), (3 * count, 3 * count)]

    def stop(*far):
        raise KeyboardInterrupt

    monkeypatch.setattr(read_command, "_told", lambda begun: stop)
    code, printed, sentence = run(ink)
    assert (code, printed) == (130, "")
    assert "Stopped before the end" in sentence


def test_two_rows_of_a_picture_are_two_lines(run):
    ink = [*strokes("Hot oil"), *(stroke + np.array([0, 80, 0, 0]) for stroke in strokes("tilt it"))]
    assert run(png(picture(ink)))[1].count("\n") == 2


def test_a_profile_must_be_there(run, tmp_path):
    code, out, error = run(plain_inkml(strokes()), "--profile", str(tmp_path / "none.handpad"))
    assert (code, out) == (1, "")
    assert error == f"There is no profile at {tmp_path / 'none.handpad'}."
    assert not (tmp_path / "none.handpad").exists()


def huge_png(width, height):
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\r" + header + zlib.crc32(header).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is no InkML, Xournal++ or Rnote file."),
        (b"hello", "It is no InkML, Xournal++ or Rnote file."),
        (b"<ink", "It is no InkML"),
        (b"<svg/>", "It is XML, but no InkML."),
        (b"<ink/>", "There is no ink"),
        (b"<ink><trace>1 2, 3 x</trace></ink>", "Its trace 1 cannot be read: 'x' is no number."),
        (b"<ink><trace>1 2 3</trace></ink>", "has more than 2 values"),
        (b"<ink><trace>1, 2</trace></ink>", "has a point without x or y"),
        (b'<ink><traceFormat><channel name="F"/></traceFormat><trace>1</trace></ink>', "no X and Y"),
        (b"<ink><annotation>Handpad</annotation></ink>", "It is no InkML page of Handpad"),
        (b"\x89PNG\r\n\x1a\nshort", "It is no PNG or JPEG picture."),
        (png(picture(strokes()))[:300], "The picture is damaged."),
        (huge_png(100_000, 100_000), "too many to read"),
        (png(np.full((50, 80), 255, np.uint8)), "There is no ink in the picture"),
        (png(np.full((50, 80), 0, np.uint8)), "There is no ink in the picture"),
        (png(np.tile(np.uint8([[200, 205]]), (50, 40))), "that stands out from the paper"),
        (png(np.tile(np.uint8([[0, 255], [255, 255]]), (200, 200))), "separate spots"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(run, data, sentence):
    code, out, error = run(data)
    assert (code, out) == (1, "")
    assert sentence in error
    assert "\n" not in error


def test_a_missing_file_and_a_folder_are_refused(run, tmp_path):
    assert run(None)[::2] == (1, f"There is no file {tmp_path / 'file'}.")
    with pytest.raises(HandpadError, match="cannot be read"):
        read_command.read_file(tmp_path)


def test_the_command_starts_without_qt(tmp_path):
    path = tmp_path / "page.inkml"
    path.write_bytes(plain_inkml(strokes("oil")))
    code = (
        "import sys; from handpad.__main__ import main; "
        "print(main(sys.argv[1:]), any(name.startswith(('PySide6', 'torch')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, "read", str(path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.lower().split() == ["oil", "0", "false"]


def test_inkml_values_may_be_differences_and_need_no_space_between_them():
    data = b"<ink><trace>1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2,6 8,3 6</trace><trace type='penUp'>1 2</trace></ink>"
    (stroke,) = inkml.read(data).pages[0].strokes
    # the example of the specification, section 3.2.1, with its decoded values
    wanted = [[1125, 18432], [1148, 18475], [1178, 18510], [1211, 18540], [1251, 18567], [1297, 18596],
              [1349, 18633], [1404, 18676]]  # fmt: skip
    np.testing.assert_array_equal(stroke[:, :2], wanted)


def test_inkml_channels_are_found_by_name_and_turned_by_orientation():
    data = (
        b'<i:ink xmlns:i="http://www.w3.org/2003/InkML"><i:definitions><i:traceFormat><i:channel name="T"/>'
        b'<i:channel name="Y" orientation="-ve"/><i:channel name="OTx"/><i:channel name="X"/></i:traceFormat>'
        b"</i:definitions><i:trace>5 10 0 1, ? 20 ? 2</i:trace></i:ink>"
    )
    (stroke,) = inkml.read(data).pages[0].strokes
    np.testing.assert_array_equal(stroke, [[1, -10, np.nan, 5], [2, -20, np.nan, np.nan]])


def test_ink_of_another_unit_of_pressure_is_read_without_it():
    data = plain_inkml([np.array([[1.0, 2.0, 700.0], [3.0, 4.0, 800.0]])], "XYF")
    assert np.isnan(inkml.read(data).pages[0].strokes[0][:, 2]).all()


def test_a_page_without_ink_is_refused(run, tmp_path):
    save_page(Page(), tmp_path / "page.inkml")
    code, _, error = run(None, name="page.inkml")
    assert code == 1
    assert "There is no ink in it." in error


def test_every_blob_becomes_a_stroke_where_it_stands():
    image = np.full((120, 200), 255, np.uint8)
    cv2.line(image, (30, 20), (30, 90), 0, 5)
    cv2.line(image, (100, 60), (160, 60), 0, 5)
    cv2.circle(image, (30, 5), 3, 0, -1)
    dot, upright, level = ink_of_image(png(image))
    assert np.abs(dot - [30.5, 5.5]).max() < 3
    assert np.abs(upright[:, 0] - 30.5).max() < 1.5
    assert (upright[:, 1].min(), upright[:, 1].max()) == pytest.approx((20, 90), abs=5)
    assert np.abs(level[:, 1] - 60.5).max() < 1.5


def test_a_transparent_picture_is_read_on_white():
    image = np.zeros((60, 60, 4), np.uint8)
    cv2.line(image, (30, 10), (30, 50), (0, 0, 0, 255), 4)
    assert len(ink_of_image(png(image))) == 1


def test_letters_that_touch_are_parted_where_the_line_crosses_a_column_once():
    image = np.full((80, 260), 255, np.uint8)
    for x in (40, 120, 200):
        cv2.circle(image, (x, 40), 20, 0, 3)
    cv2.line(image, (60, 40), (180, 40), 0, 3)
    found = sorted(ink_of_image(png(image)), key=lambda stroke: stroke[:, 0].min())
    assert len(found) == 3
    for stroke, x in zip(found, (40, 120, 200), strict=True):
        assert stroke[:, 0].min() < x - 18 < x + 18 < stroke[:, 0].max()


def ringed():
    ink = strokes("little oval")
    ring = MARKS["ring"]([stroke[:, :2] for stroke in ink], 30.0, np.random.default_rng(0))
    return ink, np.pad(ring, ((0, 0), (0, 2)), constant_values=0.5)


def test_what_is_no_writing_is_left_out_of_the_text_and_told(run):
    ink, ring = ringed()
    said = run(plain_inkml(ink))[1]
    code, out, told = run(plain_inkml([ring, *ink]))
    assert (code, out) == (0, said) and told.endswith(": 1 drawing left out of the text.")
    code, out, told = run(plain_inkml([ring, *ink]), "--json")
    found = json.loads(out)
    assert found["text"] == said.rstrip("\n")
    (drawing,) = found["drawings"]
    assert drawing["strokes"] == [1] and drawing["page"] == 1
    sides = [*ring[:, :2].min(axis=0), *ring[:, :2].max(axis=0)]
    assert drawing["box"] == pytest.approx(sides, abs=0.01)


def test_drawings_of_a_saved_page_stay_drawings_and_what_its_writer_had_read_is_read(run, tmp_path):
    ink, ring = ringed()
    page = Page()
    for number, stroke in enumerate([*ink, ring], start=5):
        page = page.add(number, stroke.round(2))
    page = page.drawn({5})
    save_page(page, tmp_path / "page.inkml")
    code, out, _ = run(None, "--json", name="page.inkml")
    assert code == 0
    assert sorted(stroke for one in json.loads(out)["drawings"] for stroke in one["strokes"]) == [1, len(ink) + 1]
    last = 5 + len(ink)
    save_page(page.drawn({last}).written({last}), tmp_path / "page.inkml")
    assert [one["strokes"] for one in json.loads(run(None, "--json", name="page.inkml")[1])["drawings"]] == [[1]]


def test_a_page_of_drawings_alone_has_no_text(run, tmp_path):
    page = Page().add(1, ringed()[1].round(2)).drawn({1})
    save_page(page, tmp_path / "page.inkml")
    code, out, told = run(None, name="page.inkml")
    assert (code, out) == (0, "\n") and told.endswith(": 1 drawing left out of the text.")
