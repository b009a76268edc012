"""Arrays are read as they were written, and hostile headers are refused before there is room made for them."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from handpad.npz import Npz, NpzError


def npy(shape, descr="<i4", content=bytes(80)):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode("latin-1")
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + content


@pytest.fixture
def put(tmp_path):
    def put(content, packing=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "some.npz", "w", packing) as archive:
            archive.writestr("some.npy", content)
        return Npz(tmp_path / "some.npz")

    return put


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)),
        np.array("text of one ü"),
        np.array([b"ab", b"c"]),
        np.zeros((0, 28, 28), np.uint8),
        np.array([True, False]),
        np.arange(200_000, dtype=np.float32),
    ],
    ids=["floats", "fortran", "text", "bytes", "empty", "truth", "pieces"],
)
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_arrays_are_those_that_numpy_wrote(put, array, version):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    stored = put(file.getvalue())
    found = stored.array("some")
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert (found == array).all()
    assert stored.header("some").shape == array.shape


@pytest.mark.parametrize(
    "content",
    [
        npy("("),
        npy("(" * 9000),
        npy("(20,)", descr="<i4', 'x': __import__('os'), 'y': '"),
        npy("(-20,)"),
        npy(f"({1 << 50},)"),
        npy("(20, 20)"),
        npy(f"({1 << 40}, 0)", content=b""),
        npy("(20,)", descr="|O8"),
        npy("(20,)", descr="(99999999,)i4"),
        npy("()", descr="<U20", content=b"\xff" * 80),
        b"\x93NUMPY\1\0\xff\xff",
        b"\x93NUMPY\2\0\xff\xff\xff\xff" + bytes(20),
        b"",
    ],
    ids=[
        *("not closed", "brackets", "code", "negative", "a pebibyte", "too few", "rows without bytes", "objects"),
        *("a nested type", "beyond Unicode", "cut off", "a huge header", "nothing"),
    ],
)
def test_crooked_members_are_one_sentence_and_take_no_room(put, content):
    stored = put(content)
    tracemalloc.start()
    with pytest.raises(NpzError) as caught:
        stored.array("some")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
    assert peak < 10_000_000


def test_a_member_that_holds_more_than_the_list_says_is_not_unpacked(put, tmp_path):
    put(npy(f"({100 << 20},)", "|u1", bytes(100 << 20)))
    content = bytearray((tmp_path / "some.npz").read_bytes())
    at = content.index(b"PK\1\2") + 24
    content[at : at + 4] = (1000).to_bytes(4, "little")
    (tmp_path / "some.npz").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(NpzError):
        Npz(tmp_path / "some.npz").array("some")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_member_packed_in_another_way_is_refused(put):
    with pytest.raises(NpzError, match="packed in an unknown way"):
        put(npy("(20,)"), zipfile.ZIP_LZMA).array("some")


def test_a_changed_byte_is_noticed(put, tmp_path):
    put(npy("(20,)"), zipfile.ZIP_STORED)
    content = bytearray((tmp_path / "some.npz").read_bytes())
    content[content.index(b"shape") + 40] ^= 1
    (tmp_path / "some.npz").write_bytes(content)
    with pytest.raises(NpzError, match="damaged"):
        Npz(tmp_path / "some.npz").array("some")


def test_an_array_that_is_not_there(put):
    with pytest.raises(NpzError, match="it has no array other"):
        put(npy("(20,)")).array("other")
