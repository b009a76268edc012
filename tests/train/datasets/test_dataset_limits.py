"""Data sets that ask for more time or memory than any that there are."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest

from handpad import glyph
from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.datasets import allowance, detect
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.dataset import FORMAT, Dataset, read_about
from handpad.train.datasets.unipen import natural

MIB = 1 << 20
INK = b".COORD X Y\n.WRITER_ID w\n" + b".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n" * 3


def header(name, size, kind=tarfile.REGTYPE):
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.GNU_FORMAT)


def tar_of(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def refused(path, content, dataset="unipen"):
    """The sentence that refuses a file, after no more than a share of what it unpacks to was in memory."""
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        datasets.read(dataset, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MIB
    assert "\n" not in str(caught.value)
    return str(caught.value)


PACKINGS = {"gzip": lambda data: gzip.compress(data, 1), "xz": lambda data: lzma.compress(data, preset=0)}
PACKINGS["bzip2"] = lambda data: bz2.compress(data, 1)


@pytest.mark.parametrize("packing", PACKINGS)
def test_an_archive_bomb_is_refused_before_it_is_unpacked(tmp_path, packing):
    pack = PACKINGS[packing]
    zeros = pack(bytes(16 * MIB)) * 64
    assert "too large" in refused(tmp_path / "one", pack(header("data/1a/a/x", 1024 * MIB)) + zeros)
    many = b"".join(pack(header(f"data/1a/a/{n}", 16 * MIB)) + zeros[: len(zeros) // 64] for n in range(12))
    with pytest.raises(DataError, match="unpacks to more than 128 MiB"):
        path = tmp_path / "many"
        path.write_bytes(many)
        read_texts(path)
    name = pack(header("x", 1024 * MIB, tarfile.GNUTYPE_LONGNAME)) + zeros
    assert "no zip or tar archive" in refused(tmp_path / "name", name)
    assert detect.detect(tmp_path / "name") is None


def test_a_zip_bomb_of_texts_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"data/1a/a/{number}", bytes(16 * MIB))
    assert "unpacks to more than 128 MiB" in refused(path, path.read_bytes())


def test_xz_that_asks_for_a_gibibyte_is_refused(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3}]
    assert "no zip or tar archive" in refused(tmp_path / "wide", lzma.compress(header("a", 0), filters=filters))


def test_streams_one_behind_the_other_are_one_archive(tmp_path):
    content = header("data/1a/a/x", 5) + b"hello" + bytes(507)
    (tmp_path / "parts").write_bytes(gzip.compress(content[:700]) + gzip.compress(content[700:]) + bytes(100))
    assert read_texts(tmp_path / "parts") == {"data/1a/a/x": "hello"}


def test_includes_over_and_over_are_refused(tmp_path):
    files = {"include/a/x": INK * 100}
    for level in range(6):
        below = b"a/x" if level == 0 else b"a/%d" % (level - 1)
        files[f"include/a/{level}"] = (b".INCLUDE " + below + b"\n") * 10
    sentence = refused(tmp_path / "laughs", tar_of(files | {"data/1a/a/y": b".INCLUDE a/5\n"}))
    assert "include each other over and over" in sentence


def test_ink_in_many_characters_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(allowance.Allowance.__init__, "__defaults__", (1000, 50_000))
    points = b"\n".join(b"%d %d" % (n, n % 7) for n in range(2000))
    segments = b"\n".join(b'.SEGMENT CHARACTER 0:0-0:%d OK "a"' % (n + 1000) for n in range(500))
    content = {"data/1c/a/x": b".COORD X Y\n.PEN_DOWN\n" + points + b"\n" + segments}
    assert "it is no data set of ink" in refused(tmp_path / "many", tar_of(content))


def test_characters_of_more_than_any_has_are_dropped(tmp_path):
    points = b"\n".join(b"%d %d" % (n, n % 7) for n in range(21_000))
    ink = b".COORD X Y\n" + b".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n" * 200 + b".PEN_DOWN\n" + points + b"\n"
    segments = b'.SEGMENT CHARACTER 0 OK "a"\n.SEGMENT CHARACTER 1-180 OK "b"\n.SEGMENT CHARACTER 200 OK "c"\n'
    (tmp_path / "long").write_bytes(tar_of({"data/1c/a/x": ink + segments}))
    data = datasets.read("unipen", tmp_path / "long")
    assert data.texts().tolist() == ["a"]
    assert set(data.listed) == {"it points outside the ink", "it has more points than a character"}


def test_names_with_a_sign_that_is_no_digit_are_sorted(tmp_path):
    files = {f"data/1c/a/{name}": INK + b'.SEGMENT CHARACTER 0 OK "a"\n' for name in ("²", "10", "9", "1" * 99)}
    (tmp_path / "names").write_bytes(tar_of(files))
    assert len(datasets.read("unipen", tmp_path / "names")) == 4
    assert sorted(["a10", "a9", "a09", "b"], key=natural) == ["a9", "a09", "a10", "b"]


def test_numbers_without_bounds_in_json_are_dropped(tmp_path):
    line = {"word_stroke": [{"x": 10**400, "y": 1, "ev": 0}], "wholeword_segments": []}
    path = tmp_path / "raw.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("7/form/segmented.json", json.dumps({"one": line}))
    assert "lines without points or segments" in refused(path, path.read_bytes(), "deepwriting")


def prepared(path, **changed):
    about = {"format": FORMAT, "preprocessing": glyph.VERSION, "name": "own", "licence": "", "notes": [], "key": ""}
    about |= {"labels": ["a", "b"], "writers": ["w"], "dropped": {}, "listed": {}} | changed.pop("about", {})
    arrays = {
        "label_index": np.array([0, 1], np.int32),
        "writer_index": np.zeros(2, np.int32),
        "points": np.zeros((4, 2), np.float32),
        "stroke_starts": np.array([0, 2, 4]),
        "sample_starts": np.array([0, 1, 2]),
        "glyphs": np.zeros((2, 28, 28), np.uint8),
    }
    np.savez(path, about=np.array(json.dumps(about)), **arrays | changed)
    return path


def test_a_prepared_file_whose_arrays_fit_is_read(tmp_path):
    assert Dataset.load(prepared(tmp_path / "own.npz")).texts().tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "changed",
    [
        {"label_index": np.array([0, 2], np.int32)},
        {"label_index": np.array([0, -1], np.int32)},
        {"label_index": np.array([0.0, 1.0])},
        {"writer_index": np.zeros(3, np.int32)},
        {"points": np.full((4, 2), np.nan, np.float32)},
        {"points": np.float32(1)},
        {"stroke_starts": np.array([0, 3, 2])},
        {"sample_starts": np.array([0, 1, 3])},
        {"glyphs": np.zeros((2, 28, 27), np.uint8)},
        {"measured_cues": np.zeros((2, 3))},
        {"about": {"labels": "ab"}},
        {"about": {"writers": [1]}},
        {"about": {"listed": {"x": 1}}},
    ],
    ids=str,
)
def test_a_prepared_file_whose_arrays_do_not_fit_is_refused(tmp_path, changed):
    with pytest.raises(DataError, match="prepare again"):
        Dataset.load(prepared(tmp_path / "own.npz", **changed))


def test_a_description_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "own.npz"
    np.savez(path, about=np.array("[" * 100_000))
    assert read_about(path) is None
    with pytest.raises(DataError, match="prepare again"):
        Dataset.load(path)
