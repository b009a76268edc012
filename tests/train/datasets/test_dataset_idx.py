"""Small idx files of our own in the form of EMNIST's and QMNIST's."""

import gzip
import struct

import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.datasets.detect import detect


def idx(array: np.ndarray) -> bytes:
    kind = {"u1": 8, "i4": 12}[array.dtype.str[1:]]
    start = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return start + array.astype(array.dtype.newbyteorder(">")).tobytes()


def bars(count: int) -> np.ndarray:
    """Images of a bar that stands, longer from image to image."""
    images = np.zeros((count, 28, 28), np.uint8)
    for number, image in enumerate(images):
        image[4 : 14 + number, 12:15] = 255
    return images


def stands(glyph: np.ndarray) -> bool:
    return np.ptp(np.flatnonzero(glyph.max(axis=1) > 99)) > 2 * np.ptp(np.flatnonzero(glyph.max(axis=0) > 99))


@pytest.fixture
def emnist(tmp_path):
    images, labels = bars(4).transpose(0, 2, 1), np.array([1, 10, 10, 36], np.uint8)
    (tmp_path / "emnist-balanced-train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (tmp_path / "emnist-balanced-train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    (tmp_path / "emnist-balanced-test-images-idx3-ubyte").write_bytes(idx(images[:1]))
    (tmp_path / "emnist-balanced-test-labels-idx1-ubyte").write_bytes(idx(np.array([99], np.uint8)))
    (tmp_path / "emnist-balanced-mapping.txt").write_text("1 49\n10 65 97\n36 97\n")
    return tmp_path


def test_emnist_is_turned_and_its_numbers_become_labels(emnist):
    data = datasets.read("idx", emnist)
    assert data.texts().tolist() == ["1", "A", "A", "a"]
    assert (data.name, data.writers) == ("emnist-balanced", ["unknown"])
    assert data.dropped == {
        "images whose label is outside the alphabet (first: emnist-balanced-test-images-idx3-ubyte, image 0)": 1
    }
    assert "public domain" in data.licence
    assert all(stands(glyph) for glyph in data.glyphs)
    assert not data.cues().any()
    assert detect(emnist) == detect(emnist / "emnist-balanced-train-images-idx3-ubyte.gz") == "idx"


def test_one_file_alone(emnist):
    data = datasets.read("idx", emnist / "emnist-balanced-train-images-idx3-ubyte.gz")
    assert (len(data), data.dropped) == (4, {})


def test_qmnist_names_its_writers(tmp_path):
    rows = np.array([[7, 4, 2100, 0, 55, 1, 0, 0], [2, 0, 13, 0, 50, 2, 0, 0], [7, 0, 13, 1, 55, 3, 0, 0]], np.int32)
    (tmp_path / "qmnist-train-images-idx3-ubyte").write_bytes(idx(bars(3)))
    (tmp_path / "qmnist-train-labels-idx2-int").write_bytes(idx(rows))
    data = datasets.read("idx", tmp_path)
    assert data.writers == ["hsf_0/0013", "hsf_4/2100"]
    assert data.texts().tolist() == ["2", "7", "7"]
    assert [data.writers[index] for index in data.writer_index] == ["hsf_0/0013"] * 2 + ["hsf_4/2100"]
    assert all(stands(glyph) for glyph in data.glyphs)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("emnist-balanced-train-images-idx3-ubyte.gz", lambda whole: whole[:40]),
        ("emnist-balanced-train-images-idx3-ubyte.gz", lambda whole: b"no gzip"),
        ("emnist-balanced-test-images-idx3-ubyte", lambda whole: whole[:-1]),
        ("emnist-balanced-test-images-idx3-ubyte", lambda whole: whole + b"0"),
        ("emnist-balanced-test-images-idx3-ubyte", lambda whole: whole[:4] + b"\xff" * 12),
        ("emnist-balanced-test-images-idx3-ubyte", lambda whole: b"\0\0\x0d\3" + whole[4:]),
        ("emnist-balanced-test-images-idx3-ubyte", lambda whole: b""),
        ("emnist-balanced-test-labels-idx1-ubyte", lambda whole: idx(np.zeros(2, np.uint8))),
        ("emnist-balanced-test-labels-idx1-ubyte", None),
        ("emnist-balanced-mapping.txt", lambda whole: b"1 49\n10 A\n"),
        ("emnist-balanced-mapping.txt", None),
    ],
)
def test_damaged_files_are_one_sentence(emnist, file, change):
    path = emnist / file
    if change:
        path.write_bytes(change(path.read_bytes()))
    else:
        path.unlink()
    with pytest.raises(DataError) as caught:
        datasets.read("idx", emnist)
    assert file.split("-")[1] in str(caught.value)
    assert str(emnist) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_data_sets_in_one_folder(emnist):
    (emnist / "qmnist-train-images-idx3-ubyte").write_bytes(idx(bars(1)))
    with pytest.raises(DataError, match="emnist-balanced, qmnist"):
        datasets.read("idx", emnist)
