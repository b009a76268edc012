import numpy as np
import pytest
from handwriting import line, write_line
from unipen_ink import component

from handpad.errors import DataError
from handpad.train.datasets import unipen_lines


def put(folder, path, lines):
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="latin-1")


@pytest.fixture
def folder(tmp_path):
    """Two files: one of a single line, one of two lines and four that cannot be used."""
    one = [stroke for letter in write_line("to A") for stroke in letter]
    put(tmp_path, "include/aaa/a.dat", [".COORD X Y", ".WRITER_ID Ann", *(row for s in one for row in component(s))])
    put(tmp_path, "data/8/aaa/a10.dat", [".INCLUDE aaa/a.dat", f'.SEGMENT TEXT 0-{len(one) - 1} ? "to  A"'])
    ink = [".COORD X Y", ".WRITER_ID 7", ".PEN_DOWN", "0 0", "5 9", ".PEN_UP", "6 6", ".PEN_DOWN", "7 1", "7 3"]
    put(tmp_path, "include/bbb/b.dat", ink)
    texts = [
        '.SEGMENT TEXT 2 OK "say \\"I\\\\\\""',
        '.SEGMENT TEXT 0-1 OK "@V"',
        '.SEGMENT TEXT 0 OK "\\@"',
        '.SEGMENT TEXT 0 OK " "',
        '.SEGMENT TEXT 0 OK "caf\xe9"',
        '.SEGMENT TEXT 2-3 OK "outside"',
        '.SEGMENT TEXT 1 OK "up"',
    ]
    put(tmp_path, "data/8/bbb/b2.dat", [".INCLUDE bbb/b.dat", *texts])
    return tmp_path


def test_lines_have_text_writer_page_and_ink_with_y_down(folder):
    lines, _ = unipen_lines.read(folder)
    assert [line.name for line in lines] == ["aaa/a10.dat:0-4", "bbb/b2.dat:0-1", "bbb/b2.dat:2-2"]
    assert [line.text for line in lines] == ["to A", "@V", 'say "I\\"']
    assert [line.writer for line in lines] == ["aaa/Ann", "bbb/7", "bbb/7"]
    assert [line.page for line in lines] == ["aaa/a10.dat", "bbb/b2.dat", "bbb/b2.dat"]
    written = [stroke for letter in write_line("to A") for stroke in letter]
    for read, true in zip(lines[0].strokes, written, strict=True):
        assert read == pytest.approx(true[:, :2], abs=0.06)
    assert [stroke.tolist() for stroke in lines[1].strokes] == [[[0, 0], [5, -9]]]
    assert lines[1].strokes[0].dtype == np.float64


def test_what_is_dropped_is_counted_with_the_first_of_its_kind(folder):
    assert unipen_lines.read(folder)[1] == {
        "it has no transcript (first: bbb/b2.dat:0-0)": 2,
        "the transcript is not printable ASCII (first: bbb/b2.dat:0-0)": 1,
        "it points outside the ink (first: bbb/b2.dat:2-3)": 1,
        "it has no pen-down point (first: bbb/b2.dat:1-1)": 1,
    }


# Words


@pytest.fixture
def words(folder):
    """Two files of words beside the texts: of a hand whose style changes, and one without any that can be used."""
    ink = [".COORD X Y", ".WRITER_ID Ann", ".STYLE PRINTED", *strokes(2), ".STYLE cursive", *strokes(1)]
    ink += [".STYLE scrawled", *strokes(1), ".STYLE MIXED", ".WRITER_ID Ben", *strokes(1)]
    put(folder, "include/ccc/c.dat", ink)
    segments = [
        '.SEGMENT WORD 3 OK "wild"',
        '.SEGMENT WORD 0-1 OK "two"',
        '.SEGMENT WORD 2:0-2:3 ? "an \\"m"',
        '.SEGMENT WORD 4 BAD "last"',
        '.SEGMENT WORD 4 OK "\\@"',
        '.SEGMENT TEXT 0-4 OK "a text among words"',
        '.SEGMENT CHARACTER 0 OK "t"',
    ]
    put(folder, "data/7/ccc/c1.dat", [".INCLUDE ccc/c.dat", *segments])
    put(folder, "data/7/ccc/c2.dat", [".INCLUDE ccc/none.dat", '.SEGMENT WORD 0 OK "gone"'])
    put(folder, "data/6/ccc/c3.dat", [".INCLUDE ccc/c.dat", '.SEGMENT WORD 0 OK "six"'])
    return folder


def strokes(count):
    """Components with the pen down, in UNIPEN's form without pen-up ones: each of seven points."""
    return [row for _ in range(count) for row in component(line((0, 0), (5, 9), (10, 0), points=3))[:-1]]


def test_words_are_read_where_they_are_asked_for(words):
    lines, _ = unipen_lines.read(words, (unipen_lines.WORDS,))
    assert [line.text for line in lines] == ["two", 'an "m', "wild", "last"]
    assert [line.name for line in lines] == [f"ccc/c1.dat:{place}" for place in ("0-1", "2-2", "3-3", "4-4")]
    assert [line.style for line in lines] == ["printed", "cursive", "", "mixed"]
    assert [line.writer for line in lines] == ["ccc/Ann", "ccc/Ann", "ccc/Ann", "ccc/Ben"]
    assert {(line.category, line.site, line.page) for line in lines} == {(unipen_lines.WORDS, "ccc", "ccc/c1.dat")}
    assert [[len(stroke) for stroke in line.strokes] for line in lines] == [[7, 7], [4], [7], [7]]


def test_words_that_cannot_be_used_are_counted_with_their_files(words):
    _, dropped = unipen_lines.read(words, (unipen_lines.WORDS,))
    assert dropped["it has no transcript (first: ccc/c1.dat:4-4)"] == 1
    (unread,) = [reason for reason in dropped if "files that cannot be read" in reason]
    assert "none.dat" in unread
    assert dropped[unread] == 1
    assert len(dropped) == 2


def test_texts_alone_are_as_they_were_without_words_beside_them(words):
    lines, _ = unipen_lines.read(words)
    assert [line.text for line in lines] == ["to A", "@V", 'say "I\\"']
    assert {(line.category, line.style) for line in lines} == {(unipen_lines.TEXTS, "")}


def test_words_come_before_texts_where_both_are_asked_for(words):
    lines, _ = unipen_lines.read(words, (unipen_lines.TEXTS, unipen_lines.WORDS))
    assert [line.category for line in lines] == [unipen_lines.WORDS] * 4 + [unipen_lines.TEXTS] * 3
    assert [line.name for line in lines[4:]] == [line.name for line in unipen_lines.read(words)[0]]


def test_a_text_that_cannot_be_read_is_refused_alone_and_dropped_among_words(words):
    put(words, "data/8/ccc/c9.dat", [".INCLUDE ccc/none.dat", '.SEGMENT TEXT 0 OK "gone"'])
    with pytest.raises(DataError, match=r"none\.dat"):
        unipen_lines.read(words)
    lines, _ = unipen_lines.read(words, (unipen_lines.TEXTS, unipen_lines.WORDS))
    assert len(lines) == 7


def test_a_source_without_words_is_refused(folder):
    with pytest.raises(DataError, match=r"no data/7 in it"):
        unipen_lines.read(folder, (unipen_lines.WORDS,))


def test_a_source_without_texts_is_refused(unipen_folder):
    with pytest.raises(DataError, match="no UNIPEN texts"):
        unipen_lines.read(unipen_folder)


def test_real_lines(shared_data):
    lines, dropped = unipen_lines.read(shared_data / "unipen_train_r01_v07.tar.xz")
    counts = {site: sum(line.site == site for line in lines) for site in ("apa", "apb", "app", "art", "pri")}
    assert counts == {"apa": 527, "apb": 590, "app": 745, "art": 186, "pri": 49}
    assert dropped == {}
    pangram = next(line for line in lines if line.name == "apa/apa00/app0001.dat:0-23")
    assert pangram.text == "a quick brown fox jumps"
