import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train.datasets.unipen_text import parse, parse_label, parse_ranges, strokes_of

INK = """.VERSION 1.0
.COMMENT prose with an indented keyword is no keyword:
   .PEN_DOWN and .PEN_UP
.WRITER_ID anna
.PEN_DOWN
1 10
2 20
3 30
.PEN_UP
.PEN_DOWN
.PEN_UP
4 40
.PEN_DOWN
5 50
6 60
.WRITER_ID bert
.PEN_DOWN
7 70
"""


def read(**files: str):
    def fetch(name):
        if name not in files:
            raise DataError(f"UNIPEN file {name} is missing.")
        return files[name]

    return parse("main", fetch)


def test_components_are_the_non_empty_ones_with_their_writer():
    components = read(main=INK).components
    assert [part.pen_down for part in components] == [True, False, True, True]
    assert [len(part.points) for part in components] == [3, 1, 2, 1]
    assert [part.writer for part in components] == ["anna", "anna", "anna", "bert"]
    assert components[0].points.tolist() == [[1, 10], [2, 20], [3, 30]]


def test_coord_names_the_columns_whatever_their_order():
    components = read(main=".COORD T Y X\n.PEN_DOWN\n9 2 1\n8 4 3\n").components
    assert components[0].points.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("keyword", [".INCLUDE", ".include", ".Include"])
def test_includes_are_read_in_place(keyword):
    document = read(main=f'{keyword} ink\n.SEGMENT CHARACTER 0 ? "a"\n', ink=INK)
    assert len(document.components) == 4
    assert document.segments[0].label == "a"


@pytest.mark.parametrize(
    ("text", "label"), [("a", "a"), (r"\"", '"'), (r"\\", "\\"), ("@", "@"), (r"\@", None), ("ab", "ab"), ("", "")]
)
def test_labels_lose_their_escapes(text, label):
    assert parse_label(text) == label


@pytest.mark.parametrize(
    ("text", "strokes"),
    [
        ("0", [[1, 2, 3]]),
        ("0-2", [[1, 2, 3], [5, 6]]),
        ("0:1-2:0", [[2, 3], [5]]),
        ("0:1-0:1", [[2]]),
        ("2,3-3", [[5, 6], [7]]),
        ("1", []),
        ("3-4", None),
        ("2-0", None),
        ("0:3-2", None),
        ("0-2:2", None),
    ],
)
def test_delineations(text, strokes):
    document = read(main=INK + f'.SEGMENT CHARACTER {text} OK "a"\n')
    found = strokes_of(document.segments[0], document.components)
    assert (None if found is None else [stroke[:, 0].tolist() for stroke in found]) == strokes


def test_texts_are_kept_apart_from_characters():
    document = read(main=INK + '.SEGMENT WORD 0 OK "Bad"\n.SEGMENT TEXT 0-3 GOOD "Bad Homburg"\n')
    assert document.segments == []
    assert [text.label for text in document.texts] == ["Bad Homburg"]


def test_a_quotation_mark_can_be_a_label():
    assert read(main=INK + '.SEGMENT CHARACTER 0 GOOD "\\""\n').segments[0].label == '"'


@pytest.mark.parametrize("text", ["x", "1-y", "", "1:2:3", "1:2"])
def test_bad_delineations_are_refused(text):
    with pytest.raises(ValueError):
        parse_ranges(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (".INCLUDE lost/file.dat\n", "lost/file.dat is missing"),
        (".INCLUDE main\n", "in circles"),
        (".PEN_DOWN\n1 2\n3\n", "line 1 on has a row that is no point"),
        (".PEN_DOWN\n1 2\nx y\n", "line 1 on has a row that is no point"),
        (".PEN_DOWN\n1 nan\n", "no finite number"),
        (".PEN_DOWN\n1 inf\n", "no finite number"),
        (".COORD T Y\n", ".COORD names no X and Y"),
        ('.SEGMENT CHARACTER one OK "a"\n', "line 1: this segment cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(text, part):
    with pytest.raises(DataError) as caught:
        read(main=text)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_points_are_finite_float64():
    points = read(main=INK).components[0].points
    assert points.dtype == np.float64


def test_a_file_included_over_and_over_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr("handpad.train.datasets.unipen_text.MOST_COMPONENTS_IN_FILE", 20)
    files = {"whole": ".INCLUDE ink\n" * 1000, "ink": ".COORD X Y\n" + ".PEN_DOWN\n1 2\n" * 3}
    with pytest.raises(DataError, match="more than 20 components"):
        parse("whole", files.__getitem__)
