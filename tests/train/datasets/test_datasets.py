import tarfile
import zipfile

import numpy as np
import pytest

from handpad import glyph
from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.datasets import Dataset
from handpad.train.datasets.archive import read_texts

INK = """.WRITER_ID 7
.PEN_DOWN
0 0
0 40
.PEN_UP
.PEN_DOWN
10 0
20 10
.PEN_UP
.PEN_DOWN
30 0
30 5
30 9
"""


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1")
    return folder


@pytest.fixture
def small(tmp_path):
    return write(
        tmp_path,
        include__ABC__x=INK,
        include__abd__x=INK,
        data__1b__abc__x='.INCLUDE abc/x\n.SEGMENT CHARACTER 2 OK "L"\n.SEGMENT CHARACTER 0-1 OK "K"\n',
        data__1c__abc__x=r""".Include ABC/X
.SEGMENT CHARACTER 1 OK "v"
.SEGMENT CHARACTER 0 OK "\@"
.SEGMENT CHARACTER 7 OK "q"
.SEGMENT CHARACTER 0-2 OK "no"
.SEGMENT CHARACTER 1-2 OK "r"
.SEGMENT CHARACTER 1-2 OK "n"
.SEGMENT CHARACTER 1 OK "v"
""",
        data__1d__abd__x='.INCLUDE abd/x\n.SEGMENT CHARACTER 0 OK "\\""\n',
        data__8__abc__x='.INCLUDE nowhere/x\n.SEGMENT TEXT 0 OK "text is not read"\n',
    )


def test_unipen_writers_labels_order_and_drops(small):
    data = datasets.read("unipen", small)
    assert data.writers == ["abc/7", "abd/7"]
    assert data.texts().tolist() == ["K", "v", "L", '"']
    assert [data.writers[index] for index in data.writer_index] == ["abc/7", "abc/7", "abc/7", "abd/7"]
    assert sum(data.dropped.values()) == 6
    assert data.dropped["the same ink has contradicting labels (first: data/1c/abc/x, component 1)"] == 2
    assert data.listed["the same ink is listed twice"] == ["data/1c/abc/x, component 1"]
    assert len(data) + sum(data.dropped.values()) == 10


def test_unipen_y_is_turned_down_and_kept_in_place(small):
    data = datasets.read("unipen", small)
    assert [stroke.tolist() for stroke in data.strokes(0)] == [[[0, 0], [0, -40]], [[10, 0], [20, -10]]]
    assert data.strokes(2)[0].tolist() == [[30, 0], [30, -5], [30, -9]]
    assert data.cues()[0] == pytest.approx(glyph.cues(data.ink(0)))
    assert (data.glyphs[0] == glyph.glyph(data.ink(0))).all()


def test_a_prepared_file_holds_everything(small, tmp_path):
    data = datasets.read("unipen", small)
    data.save(tmp_path / "prepared.npz")
    again = Dataset.load(tmp_path / "prepared.npz")
    assert (again.name, again.labels, again.writers, again.licence, again.dropped) == (
        data.name,
        data.labels,
        data.writers,
        data.licence,
        data.dropped,
    )
    for key in ("label_index", "writer_index", "points", "stroke_starts", "sample_starts", "glyphs"):
        assert (getattr(again, key) == getattr(data, key)).all()
    assert again.rows_of(["abd/7"]).tolist() == [3]


def test_an_archive_reads_like_its_folder(small, tmp_path):
    archive = tmp_path / "small.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(small / "data", "data")
        tar.add(small / "include", "./include")
    assert datasets.read("unipen", archive).texts().tolist() == datasets.read("unipen", small).texts().tolist()


def test_a_zip_reads_like_its_folder(small, tmp_path):
    path = tmp_path / "small.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(small.rglob("*/*")):
            archive.write(file, file.relative_to(small))
    assert datasets.read("unipen", path).texts().tolist() == datasets.read("unipen", small).texts().tolist()
    member = archive.getinfo("include/abd/x")
    content = bytearray(path.read_bytes())
    content[member.header_offset + 30 + len(member.filename) + 5] ^= 255
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"small\.zip, include/abd/x: this is one of the files that are damaged"):
        read_texts(path)


@pytest.mark.parametrize("damage", ["cut", "text", "missing", "empty"])
def test_a_damaged_archive_is_one_sentence(small, tmp_path, damage):
    archive = tmp_path / "bad.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(small / "include", "include")
    whole = archive.read_bytes()
    if damage == "missing":
        archive.unlink()
    else:
        archive.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no archive", "empty": b""}[damage])
    with pytest.raises(DataError) as caught:
        read_texts(archive)
    assert str(archive) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_include_names_the_file(tmp_path):
    write(tmp_path, data__1a__abc__x='.INCLUDE abc/gone.dat\n.SEGMENT CHARACTER 0 OK "1"\n')
    with pytest.raises(DataError, match=r"include/abc/gone\.dat is missing"):
        datasets.read("unipen", tmp_path)


def test_a_damaged_file_does_not_spoil_the_others(small):
    write(small, data__1a__abc__y='.INCLUDE abc/x\n.PEN_DOWN\n1 2\n3\n.PEN_UP\n.SEGMENT CHARACTER 0 OK "1"\n')
    data = datasets.read("unipen", small)
    assert data.texts().tolist() == ["K", "v", "L", '"']
    assert data.listed["files that cannot be read"] == [
        "data/1a/abc/y: the component from line 2 on has a row that is no point."
    ]


def test_a_folder_without_characters_is_refused(tmp_path):
    for name in datasets.READERS:
        with pytest.raises(DataError, match="holds no labelled character"):
            datasets.read(name, tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_a_bad_prepared_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "prepared.npz"
    if content is None:
        np.savez(path, something=np.zeros(3))
    else:
        path.write_bytes(content)
    with pytest.raises(DataError, match="prepare again"):
        Dataset.load(path)


def test_ink_whose_strokes_lost_their_places_is_dropped(tmp_path):
    dots = [".PEN_DOWN\n0 0\n0 0\n.PEN_UP"] * 3
    strokes = [".PEN_DOWN\n0 0\n10 40\n.PEN_UP", ".PEN_DOWN\n5 5\n10 40\n.PEN_UP"]
    segments = [f'.SEGMENT CHARACTER {n} OK "{label}"' for n, label in enumerate("...TX")]
    write(
        tmp_path,
        include__ibm__x="\n".join([".WRITER_ID 7", *dots, *strokes]),
        include__kai__x="\n".join([".WRITER_ID 7", *strokes]),
        data__1b__ibm__x="\n".join([".INCLUDE ibm/x", *segments]),
        data__1b__kai__x='.INCLUDE kai/x\n.SEGMENT CHARACTER 0 OK "l"\n',
    )
    data = datasets.read("unipen", tmp_path)
    assert data.texts().tolist() == ["X", "l"]
    assert list(data.dropped.values()) == [4]


def test_ink_that_cannot_be_drawn_is_dropped(small):
    write(small, include__ABC__x=INK.replace("20 10", "2e30 10"))
    data = datasets.read("unipen", small)
    assert data.texts().tolist() == ["L", '"']
    assert "characters without points, or far outside any page" in data.listed


UJI = """.LEXICON "a" "b"
.HIERARCHY CHARACTER
.SEGMENT CHARACTER 0 ? "a"
.COMMENT Class [A]

.PEN_DOWN
 1  2
 3  4
.PEN_UP
.DT 100
.PEN_DOWN
 5  6
.PEN_UP
.SEGMENT CHARACTER 1 ? "B"
.PEN_DOWN
 7  8
.PEN_UP
"""


def test_uji_keeps_y_down(tmp_path):
    write(tmp_path, **{"UJIpenchars-w03": UJI, "index.txt": "nothing"})
    data = datasets.read("uji", tmp_path)
    assert data.writers == ["w03"]
    assert data.texts().tolist() == ["a", "B"]
    assert [stroke.tolist() for stroke in data.strokes(0)] == [[[1, 2], [3, 4]], [[5, 6]]]


@pytest.mark.parametrize("row", ["7 nan", "7", "seven 8"])
def test_uji_rows_that_are_no_points(tmp_path, row):
    write(tmp_path, **{"UJIpenchars-w03": UJI.replace("7  8", row)})
    with pytest.raises(DataError, match="UJIpenchars-w03, line 16"):
        datasets.read("uji", tmp_path)


def test_the_real_uji(shared_data):
    data = datasets.read("uji", shared_data / "uji_pen_characters_v1.tar.xz")
    assert (len(data), len(data.labels), len(data.writers)) == (1364, 62, 11)
    assert data.dropped == {}
    counts = np.zeros((11, 62), int)
    np.add.at(counts, (data.writer_index, data.label_index), 1)
    assert (counts == 2).all()


def test_the_real_unipen(shared_data):
    data = datasets.read("unipen", shared_data / "unipen_train_r01_v07.tar.xz")
    assert len(data) + sum(data.dropped.values()) == 112_108
    (unnamed,) = (data.dropped[reason] for reason in data.dropped if "could not name it" in reason)
    assert unnamed == 1585
    assert {len(entries) for entries in data.listed.values()} == {min(100, count) for count in data.dropped.values()}
    assert sum(data.dropped.values()) == 1585 + 2406
    assert (len(data.labels), len(data.writers)) == (94, 263)
    assert len({writer.split("/")[0] for writer in data.writers}) == 19
    assert data.labels == [chr(code) for code in range(33, 127)]
    assert data.glyphs.any(axis=(1, 2)).all()
