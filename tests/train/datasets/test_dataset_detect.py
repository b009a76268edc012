import tarfile

import pytest

from handpad.train.datasets import READERS
from handpad.train.datasets.detect import SIGNS, detect


def test_there_is_a_sign_for_every_reader():
    assert sorted(SIGNS) == sorted(READERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unipen_train_r01_v07.tar.xz", "unipen"),
        ("uji_pen_characters_v1.tar.xz", "uji"),
        ("nist_sd19_by_class_sample.zip", "nist"),
        ("deepwriting_validation.npz", "deepwriting"),
        ("README.md", None),
    ],
)
def test_the_real_files(shared_data, name, expected):
    assert detect(shared_data / name) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("by_class/41/hsf_0/hsf_0_00000.png", "nist"),
        ("data/1a/apa/x.dat", "unipen"),
        ("UJIpenchars-w01", "uji"),
        ("10094/a01-001/a01-001-segmented.json", "deepwriting"),
        ("me.handpad", "profile"),
        ("emnist-letters-train-images-idx3-ubyte", "idx"),
        ("anna/U+0041/1.png", "folder"),
        ("photos/summer/1.png", None),
    ],
)
def test_folders(tmp_path, path, expected):
    file = tmp_path / "some" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    assert detect(tmp_path / "some") == expected


def test_the_class_folder_itself(tmp_path):
    (tmp_path / "by_class" / "41").mkdir(parents=True)
    (tmp_path / "by_class" / "41" / "hsf_0.mit").write_text("0\n")
    assert detect(tmp_path / "by_class") == "nist"


def test_what_cannot_be_read(tmp_path):
    archive = tmp_path / "some.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(__file__, "some.py")
    whole = archive.read_bytes()
    for content in (b"", b"PK\3\4", b"PK\3\4" + bytes(26), whole[: len(whole) // 2], whole):
        archive.write_bytes(content)
        assert detect(archive) is None
    assert detect(tmp_path / "gone") is None
