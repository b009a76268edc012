"""What is dropped on the wizard, and what it says of it."""

import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from handpad import glyph
from handpad.own_model.training_data import KINDS, recognise
from handpad.train.datasets import READERS
from handpad.train.datasets.dataset import FORMAT


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return [folder / name for name in names]


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


def test_every_reader_has_a_name_for_people():
    assert set(KINDS) == set(READERS) | {"prepared"}


def test_it_loads_neither_torch_nor_qt():
    code = "import sys, handpad.own_model.training_data; assert not {'torch', 'sklearn', 'PySide6'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_real_files(shared_data):
    found, problems = recognise([path for path in shared_data.iterdir() if path.name != "README.md"])
    assert not problems
    assert sorted(each.kind for each in found) == ["deepwriting", "nist", "uji", "unipen"]
    assert not any(each.problem for each in found)
    assert any("deepwriting_training.npz" in hint for each in found for hint in each.hints)


def test_both_halves_of_nist_are_one_data_set(tmp_path):
    by_class = zipped(tmp_path / "by_class.zip", "by_class/41/hsf_0/hsf_0_00000.png")
    by_write = zipped(tmp_path / "by_write.zip", "by_write/hsf_0/f0000_14/d0000_14/d0000_14_00000.png")
    found, problems = recognise([by_write, by_class])
    assert [(each.kind, each.source, each.hints) for each in found] == [("nist", by_class, ())]
    assert not problems


def test_the_half_of_nist_without_labels_asks_for_the_other(tmp_path):
    found, problems = recognise([zipped(tmp_path / "by_write.zip", "by_write/hsf_0/f0000_14/d0000_14/1.png")])
    assert not found
    assert "drop by_class.zip" in problems[0]


def test_the_half_of_nist_in_another_folder_is_not_needed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    by_class = zipped(tmp_path / "by_class.zip", "by_class/41/hsf_0/hsf_0_00000.png")
    found, problems = recognise([by_class, zipped(tmp_path / "elsewhere" / "by_write.zip", "x")])
    assert "not needed" in found[0].hints[0]
    assert not problems


def test_images_and_labels_are_one_data_set(tmp_path):
    files = touch(tmp_path, "qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int")
    for chosen in (files, files[:1], [tmp_path]):
        found, problems = recognise(chosen)
        assert [(each.kind, each.source, each.title) for each in found] == [("idx", tmp_path, "qmnist")]
        assert not found[0].problem
        assert not problems


def test_labels_without_images(tmp_path):
    found, problems = recognise(touch(tmp_path, "qmnist-train-labels-idx2-int"))
    assert not found
    assert "drop qmnist-train-images-idx3-ubyte" in problems[0]


def test_images_without_labels(tmp_path):
    (found,), _ = recognise(touch(tmp_path, "qmnist-train-images-idx3-ubyte.gz"))
    assert "put qmnist-train-labels-idx1-ubyte" in found.problem


def test_several_data_sets_in_one_folder(tmp_path):
    names = [f"emnist-{name}-{part}" for name in ("digits", "letters") for part in ("images-idx3", "labels-idx1")]
    files = touch(tmp_path, *(f"{name}-ubyte" for name in names))
    (found,), _ = recognise([tmp_path])
    assert "emnist-digits, emnist-letters" in found.problem
    (found,), _ = recognise(files[:2])
    assert (found.source, found.problem) == (files[0], "")
    assert "do not name their writers" in found.hints[0]


def test_the_packed_download_of_emnist_is_to_be_unpacked(tmp_path):
    (found,), _ = recognise([zipped(tmp_path / "gzip.zip", "gzip/emnist-digits-train-images-idx3-ubyte.gz")])
    assert found.problem == "Unpack gzip.zip and drop the folder that comes out of it."


def test_profiles(tmp_path):
    from handpad.profile import Profile

    for name in ("anna", "ben"):
        Profile(tmp_path / f"{name}.handpad").close()
    both = [tmp_path / "anna.handpad", tmp_path / "ben.handpad"]
    (found,), _ = recognise(both)
    assert (found.kind, found.source, found.hints) == ("profile", tmp_path, ())
    (found,), _ = recognise(both[:1])
    assert "One profile is one writer" in found.hints[0]


def test_prepared_data(tmp_path):
    path = tmp_path / "some.npz"
    about = json.dumps({"name": "mine", "format": FORMAT, "preprocessing": glyph.VERSION})
    np.savez(path, about=np.array(about), glyphs=np.zeros((1, 28, 28), np.uint8), label_index=np.zeros(1, np.int32))
    (found,), _ = recognise([path])
    assert (found.kind, found.title) == ("prepared", "Prepared data: mine")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("diary.txt", b"dear diary", "does not know what diary.txt is"),
        ("unipen.tar.xz", b"", "unipen.tar.xz is empty"),
        ("by_class.zip.part", b"PK", "has not been finished"),
        ("notes.npz", b"no zip", "does not know what notes.npz is"),
    ],
)
def test_what_is_no_data_set(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    found, (problem,) = recognise([tmp_path / name])
    assert not found
    assert sentence in problem


def test_an_empty_folder_and_what_is_gone(tmp_path):
    (tmp_path / "empty").mkdir()
    _, problems = recognise([tmp_path / "empty", tmp_path / "gone"])
    assert problems == ["The folder empty is empty.", f"There is no file or folder {tmp_path / 'gone'}."]


def test_unipen_with_texts_teaches_lines_and_its_words_come_along(tmp_path):
    characters, words = tmp_path / "characters", tmp_path / "words"
    touch(characters, "data/1a/apa/x.dat", "data/8/apa/x.dat", "include/apa/x.dat")
    touch(words, "data/7/kar/x.dat", "data/8/kar/x.dat", "include/kar/x.dat")
    ((both,), problems) = recognise([characters, words])
    assert (both.kind, both.source, both.lines, problems) == ("unipen", characters, (characters, words), [])
    found, (problem,) = recognise([words])
    assert not found
    assert "choose unipen_train_r01_v07.tar.xz together with it" in problem
    shutil.rmtree(characters / "data" / "8")
    assert recognise([characters])[0][0].lines == ()


def test_what_is_read_is_told_where_a_file_is_no_data_set(tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    _, (problem,) = recognise([tmp_path / "diary.txt"])
    assert "UNIPEN, NIST Special Database 19" in problem and "below" not in problem
