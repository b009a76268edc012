import gzip
import json

import numpy as np
import pytest
from ink_files import brushstroke, element, rnote

from handpad.errors import InkError
from handpad.formats import rnote as format_of_rnote
from handpad.formats.document import HIGHLIGHTER
from handpad.formats.opening import read_ink

LINE = {"start": element(1, 2, 0.1), "segments": [{"lineto": {"end": element(3, 4, 0.2)}}]}


def read(data):
    return format_of_rnote.read(gzip.decompress(data))


def test_points_with_pressure_colour_and_width():
    (page,) = read(rnote([brushstroke(LINE)])).pages
    assert page.strokes[0][:, :3].tolist() == [[1, 2, 0.1], [3, 4, 0.2]]
    assert (page.styles[0].color, page.styles[0].width, page.unit) == ("#ff0000", 2.0, 0.75)
    assert page.paper == (0, 0, 100, 200)


def test_strokes_come_in_the_order_of_their_writing():
    other = {"start": element(5, 6), "segments": []}
    (page,) = read(rnote([brushstroke(LINE, t=9), brushstroke(other, t=3)])).pages
    assert [stroke[0, 0] for stroke in page.strokes] == [5, 1]


def test_curves_are_followed():
    curve = {
        "start": element(0, 0, 0.0),
        "segments": [
            {"quadbezto": {"cp": [1.0, 2.0], "end": element(2, 0, 1.0)}},
            {"cubbezto": {"cp1": [2.0, 1.0], "cp2": [4.0, 1.0], "end": element(4, 0, 0.0)}},
        ],
    }
    (stroke,) = read(rnote([brushstroke(curve)])).pages[0].strokes
    middle = format_of_rnote.CURVE_STEPS // 2
    np.testing.assert_allclose(stroke[middle, :3], [1, 1, 0.5])
    np.testing.assert_allclose(stroke[3 * middle, :3], [3, 0.75, 0.5])
    np.testing.assert_allclose(stroke[-1, :3], [4, 0, 0])


def test_sheets_below_each_other_are_pages_and_an_endless_one_is_one():
    low = {"start": element(5, 420), "segments": [{"lineto": {"end": element(6, 430)}}]}
    strokes = [brushstroke(LINE), brushstroke(low)]
    pages = read(rnote(strokes)).pages
    assert [len(page.strokes) for page in pages] == [1, 0, 1]
    assert pages[2].strokes[0][0, :2].tolist() == [5, 20]
    (page,) = read(rnote(strokes, layout="infinite")).pages
    assert page.strokes[1][0, :2].tolist() == [5, 420]


def test_the_highlighter_is_on_its_layer_in_old_files_too():
    strokes = [brushstroke(LINE, layer) for layer in ("highlighter", "Highlighter", {"UserLayer": 0})]
    (page,) = read(rnote(strokes)).pages
    assert [style.tool for style in page.styles] == [HIGHLIGHTER, HIGHLIGHTER, "pen"]


def test_newer_files_have_their_settings_in_a_table_of_their_own():
    def newer(snapshot):
        sheet = snapshot["document"]
        return {"engine_snapshot": snapshot | {"document": {"config": sheet, "x": 0.0, "y": 0.0}}}

    assert read(rnote([brushstroke(LINE)], "0.14.2", data=newer)).pages[0].paper == (0, 0, 100, 200)


def test_files_until_0_5_8_have_lists_of_segments():
    path = [
        {"line": {"start": element(1, 2), "end": element(3, 4)}},
        {"line": {"start": element(3, 4), "end": element(5, 6)}},
    ]

    def older(snapshot):
        return {"sheet": snapshot.pop("document"), "store_snapshot": snapshot}

    dot = [{"dot": {"element": element(7, 8)}}]
    (page,) = read(rnote([brushstroke(path), brushstroke(dot)], "0.5.4", data=older)).pages
    assert [stroke[:, 0].tolist() for stroke in page.strokes] == [[1, 3, 5], [7]]


def test_what_is_no_ink_is_counted():
    shape = {"value": {"shapestroke": {"shape": {}}}, "version": 1}
    assert read(rnote([brushstroke(LINE), (shape, {"value": {"t": 2, "layer": "x"}})])).left_out == {"shapes": 1}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (rnote([], "0.15.0"), "comes from Rnote 0.15"),
        (rnote([], "1.0"), "comes from Rnote 1.0"),
        (rnote([], "0.4.0"), "with a newer Rnote first"),
        (rnote([], "new"), "no Rnote file"),
        (gzip.compress(b"{}"), "no Rnote file"),
        (gzip.compress(b"{" * 100_000), "no Rnote file"),
        (gzip.compress(b'{"a":' * 100_000), "no Rnote file"),
        (gzip.compress(b'{"version": "0.9.4", "data": 3}'), "damaged Rnote file"),
        (rnote([brushstroke({"start": element(1, float("nan")), "segments": []})]), "not a finite number"),
        (rnote([brushstroke({"start": element(1, 2), "segments": [{"arcto": 3}]})]), "damaged Rnote file"),
        (rnote([brushstroke({"start": [1, 2], "segments": []})]), "damaged Rnote file"),
        (rnote([brushstroke({"start": element(0, 1e9), "segments": []})]), "pages: split it"),
        (b"RNOTE\xce\xa6\xce\x9b" + bytes(60), "newer Rnote"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, data, sentence):
    with pytest.raises(InkError, match=sentence) as caught:
        read_ink(data, tmp_path)
    assert "\n" not in str(caught.value)


def test_more_than_a_file_may_hold_is_refused(monkeypatch):
    many = rnote([brushstroke(LINE)] * 3)
    for limit, most in (("document.MOST_POINTS", 5), ("document.MOST_STROKES", 2), ("rnote.MOST_OBJECTS", 9)):
        with monkeypatch.context() as patch:
            patch.setattr(f"handpad.formats.{limit}", most)
            with pytest.raises(InkError, match="split it into smaller files"):
                read(many)
    lists = json.dumps({"version": "0.9.4", "data": [[]] * 7_000_000}, separators=(",", ":")).encode()
    with pytest.raises(InkError, match="more than any page"):
        format_of_rnote.read(lists)
