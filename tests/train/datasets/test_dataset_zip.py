"""The list of members of zip files, held against Python's own zipfile."""

import io
import struct
import zipfile

import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train.datasets import stores
from handpad.train.datasets.stores import Both, EntryError, Folder, Zip
from handpad.zip_files import Names, read_directory


def packed(count: int, before: bytes = b"", comment: bytes = b"") -> bytes:
    """A zip of so many members with all that real ones have: folders, long fields, names beyond ASCII."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{'ä' * (number % 3)}{number}", bytes(number % 5))
        archive.writestr("folder/", b"")
        with archive.open("long", "w", force_zip64=True) as member:
            member.write(b"long")
        archive.comment = comment
    return before + file.getvalue()


@pytest.mark.parametrize(
    "content",
    [packed(3), packed(65_600, b"before"), packed(3, b"#!/bin/sh\n"), packed(2, comment=b"comment")],
    ids=["few", "more than 16 bits count, and something before", "something before", "comment"],
)
def test_it_is_what_zipfile_reads(tmp_path, content):
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    names, members = read_directory(path)
    expected = [member for member in zipfile.ZipFile(path).infolist() if not member.is_dir()]
    assert list(names) == [member.filename for member in expected]
    for field, attribute in (
        ("offset", "header_offset"),
        ("packed", "compress_size"),
        ("size", "file_size"),
        ("crc", "CRC"),
        ("method", "compress_type"),
    ):
        assert members[field].tolist() == [getattr(member, attribute) for member in expected]
    assert list(Zip(path).portion(np.array([len(names) - 1, 1]))) == [b"long", bytes(1)]


def test_any_cut_and_any_changed_byte_is_one_sentence_or_harmless(tmp_path):
    """Every way to cut a small zip, and each byte of its list changed: never anything but a DataError."""
    whole, path = packed(3), tmp_path / "some.zip"
    variants = [whole[:length] for length in range(len(whole))]
    for place in range(whole.index(b"PK\1\2"), len(whole)):
        variants += [whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :] for change in (1, 255)]
    refused = 0
    for content in variants:
        path.write_bytes(content)
        try:
            store = Zip(path)
            for found in store.portion(np.arange(len(store.names))):
                assert isinstance(found, bytes | EntryError)
        except DataError as error:
            refused += 1
            assert str(path) in str(error)
            assert "\n" not in str(error)
    assert refused > len(whole)


def test_more_than_any_data_set_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "some.zip"
    path.write_bytes(packed(50))
    monkeypatch.setattr(stores, "MAX_TOTAL", 100)
    with pytest.raises(DataError, match="unpacks to more than"):
        Zip(path)


def test_members_that_need_a_password(tmp_path):
    content = bytearray(packed(1))
    struct.pack_into("<H", content, content.index(b"PK\1\2") + 8, 1)
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    (first,) = Zip(path).portion(np.array([0]))
    assert str(first) == "files that need a password"


def test_a_member_that_holds_more_than_it_says(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    content = bytearray(file.getvalue())
    struct.pack_into("<L", content, content.index(b"PK\1\2") + 24, 10)
    path = tmp_path / "some.zip"
    path.write_bytes(content)
    (found,) = Zip(path).portion(np.array([0]))
    assert str(found) == "files that are damaged or cut off"


def test_two_stores_as_one(tmp_path):
    (tmp_path / "folder" / "b").mkdir(parents=True)
    for name in ("b/1", "b/0", "a"):
        (tmp_path / "folder" / name).write_text(name)
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("../up", "no")
        archive.writestr("x", "x")
    store = Both(Folder(tmp_path / "folder"), Zip(tmp_path / "some.zip"))
    assert list(store.names) == ["a", "b/0", "b/1", "../up", "x"]
    assert [store.names[place] for place in store.refused] == ["../up"]
    portion = store.portion(np.array([1, 2, 4]))
    assert (len(portion), list(portion)) == (3, [b"b/0", b"b/1", b"x"])


def test_names_are_text_of_any_kind():
    names = ["a", "", "ß/\udcff", "日本"]
    assert list(Names(iter(names))) == names
    with pytest.raises(IndexError):
        Names(iter(names))[4]
