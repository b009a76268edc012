import gzip

import numpy as np
import pytest
from ink_files import document, xournal, zipped

from handpad.errors import InkError
from handpad.formats import xopp
from handpad.formats.document import ERASER, HIGHLIGHTER
from handpad.formats.opening import read_ink


def stroke(points="10 20 11 22 13 24", width="1.41", tool="pen", color="#0000ffff"):
    return f'<stroke tool="{tool}" color="{color}" width="{width}" capStyle="round">{points}</stroke>'


def test_points_colours_widths_and_paper():
    (page,) = xopp.read(xournal(stroke())).pages
    assert page.strokes[0][:, :2].tolist() == [[10, 20], [11, 22], [13, 24]]
    assert np.isnan(page.strokes[0][:, 2:]).all()
    assert (page.styles[0].color, page.styles[0].width, page.unit) == ("#0000ff", 1.41, 1.0)
    assert page.paper == (0, 0, 595, 842)


def test_widths_of_stretches_are_pressure():
    (page,) = xopp.read(xournal(stroke(width="2.0 0.5 1.0"))).pages
    assert page.strokes[0][:, 2].tolist() == [0.25, 0.5, 0.5]
    (page,) = xopp.read(xournal(stroke(width="2.0 1.0 4.0"))).pages
    assert page.strokes[0][:, 2].tolist() == [0.25, 1, 1]
    assert page.styles[0].width == 4


@pytest.mark.parametrize(
    ("width", "pressures"),
    [
        ("2 nan 1.0", [0.5, 0.5, 0.5]),
        ("2 1 -1", [0.5, 0.5, 0.5]),
        ("2 0 0", [np.nan] * 3),
        ("2 nan -nan", [np.nan] * 3),
    ],
)
def test_widths_that_are_none_are_those_before_them(width, pressures):
    (page,) = xopp.read(xournal(stroke(width=width))).pages
    np.testing.assert_array_equal(page.strokes[0][:, 2], pressures)


def test_only_what_a_pen_wrote_is_writing():
    body = stroke(tool="highlighter", color="yellow") + stroke() + stroke(tool="eraser", color="#ffffffff")
    (page,) = xopp.read(xournal(body)).pages
    assert [style.tool for style in page.styles] == [HIGHLIGHTER, "pen", ERASER]
    assert (page.styles[0].color, page.styles[0].opacity) == ("#ffff00", 0.5)
    assert page.writing == (1,)


def test_what_is_no_ink_is_counted():
    found = xopp.read(xournal('<text x="1" y="2">a</text><image left="0">iVBOR</image><image>iV</image>' + stroke()))
    assert found.left_out == {"typed texts": 1, "pictures": 2}


def test_a_file_of_xournal_has_no_version_and_names_for_colours(tmp_path):
    data = xournal(stroke(points="\n1 2 3 4 \n", color="blue"), 'version="0.4.5"')
    (page,) = read_ink(gzip.compress(data), tmp_path).pages
    assert page.styles[0].color == "#3333cc"
    assert page.strokes[0][:, :2].tolist() == [[1, 2], [3, 4]]


def test_a_zip_is_opened_too(tmp_path):
    path = tmp_path / "a.xopp"
    path.write_bytes(zipped("content.xml", xournal(stroke())))
    assert len(read_ink(path.read_bytes(), path).pages[0].strokes) == 1
    path.write_bytes(zipped("other.xml", b""))
    with pytest.raises(InkError, match=r"without content\.xml"):
        read_ink(path.read_bytes(), path)


@pytest.mark.parametrize(
    ("body", "head", "sentence"),
    [
        (stroke("1 2 x 4"), "", "Its stroke 1 has a point whose x or y is no number"),
        (stroke() + stroke("1 2 nan 4"), "", "Its stroke 2 has a point whose x or y is no number"),
        (stroke("1 2 inf 4"), "", "is no number"),
        (stroke("1 2 1e99 4"), "", "too far out"),
        (stroke(), 'fileversion="6"', "newer Xournal"),
    ],
)
def test_what_cannot_be_read_is_refused(body, head, sentence):
    with pytest.raises(InkError, match=sentence):
        xopp.read(xournal(body, head))


def test_a_stroke_without_points_is_none_and_half_a_point_is_dropped():
    (page,) = xopp.read(xournal(stroke("") + stroke("7") + stroke("1 2 3 4 5"))).pages
    assert [len(one) for one in page.strokes] == [2]


def test_what_is_written_suits_xournal():
    """Widths are positive and one more than the stretches; a stroke has two points at least."""
    sent = document("oil")
    sent.pages[0].strokes[0][:, 2] = 0
    written = gzip.decompress(xopp.write(sent)).decode()
    for line in written.split("<stroke ")[1:]:
        widths = line.partition('width="')[2].partition('"')[0].split()
        numbers = line.partition(">")[2].partition("<")[0].split()
        assert len(numbers) >= 4
        assert len(widths) in (1, len(numbers) // 2)
        assert min(map(float, widths)) > 0
