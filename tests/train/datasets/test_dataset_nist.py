"""NIST SD19 in both layouts. The writers, lists and images are made up, in the form of the real ones."""

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from handpad.errors import DataError
from handpad.glyph import glyph_from_image
from handpad.train import datasets


def png(height=20, width=10, shape=(128, 128), colour=False) -> bytes:
    """A black bar of that size on white."""
    image = np.full(shape, 255, np.uint8)
    image[50 : 50 + height, 60 : 60 + width] = 0
    if colour:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return cv2.imencode(".png", image)[1].tobytes()


def path_of(writer: int, number: int, kind="d") -> str:
    name = f"{kind}{writer:04d}_14"
    return f"f{writer:04d}_14/{name}/{name}_{number:05d}.png"


def made_up() -> dict[str, bytes]:
    """Two writers in two parts, the digits 0 and 1 and the letter A, and the train folder that repeats one part."""
    files = {}
    for code, kind, writers in (("30", "d", (0, 0, 1)), ("31", "d", (1,)), ("41", "u", (1, 0))):
        lines = [str(len(writers))]
        for number, writer in enumerate(writers):
            image = png(20 + number, 10 + int(code), colour=code == "41")
            path = path_of(writer, number + 10 * int(code), kind)
            files[f"by_class/{code}/hsf_0/hsf_0_{number:05d}.png"] = image
            files[f"by_write/hsf_0/{path}"] = image
            lines.append(f"hsf_0_{number:05d}.png {path}")
        files[f"by_class/{code}/hsf_0.mit"] = "\n".join(lines).encode() + b"\n"
        files[f"by_class/{code}/train_{code}/train_{code}_00000.png"] = png()
    path = path_of(500, 3)
    files["by_class/30/hsf_1/hsf_1_00000.png"] = files[f"by_write/hsf_1/{path}"] = png(40, 40)
    files["by_class/30/hsf_1.mit"] = f"1\nhsf_1_00000.png {path}\n".encode()
    return files


def lay_out(folder: Path, files: dict[str, bytes], zipped: bool) -> Path:
    """Write the files below a folder, or into its by_class.zip and by_write.zip."""
    folder.mkdir(exist_ok=True)
    if zipped:
        for top in {name.split("/")[0] for name in files}:
            with zipfile.ZipFile(folder / f"{top}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name in (name for name in files if name.startswith(top)):
                    archive.writestr(name, files[name])
    else:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def first(dropped: dict[str, int]) -> dict[str, int]:
    return {reason.replace(" (first: by_class/", " at "): count for reason, count in dropped.items()}


@pytest.mark.parametrize("zipped", [True, False])
def test_labels_and_writers_are_joined(tmp_path, zipped):
    data = datasets.read("nist", lay_out(tmp_path / "nist", made_up(), zipped))
    assert data.writers == ["hsf_0/0000", "hsf_0/0001", "hsf_1/0500"]
    assert [data.writers[index] for index in data.writer_index] == ["hsf_0/0000"] * 3 + ["hsf_0/0001"] * 3 + [
        "hsf_1/0500"
    ]
    assert data.texts().tolist() == ["0", "0", "A", "0", "1", "A", "0"]
    assert data.dropped == {}
    assert data.notes[0].startswith("These classes are missing: 2 3")
    bar = np.zeros((128, 128), np.uint8)
    bar[:21, :51] = 255
    assert (data.glyphs[2] == glyph_from_image(bar)).all()
    assert np.exp(data.cues()[:, :2]).round().tolist()[:3] == [[20, 40], [21, 40], [21, 51]]


def test_by_class_alone_is_enough(tmp_path):
    files = {name: content for name, content in made_up().items() if name.startswith("by_class")}
    folder = lay_out(tmp_path / "nist", files, True)
    assert len(datasets.read("nist", folder / "by_class.zip")) == 7
    assert len(datasets.read("nist", lay_out(tmp_path / "open", files, False) / "by_class")) == 7


def test_images_that_only_by_write_holds(tmp_path):
    files = {name: content for name, content in made_up().items() if "by_class" not in name or name.endswith(".mit")}
    data = datasets.read("nist", lay_out(tmp_path / "nist", files, True))
    assert data.texts().tolist() == ["0", "0", "A", "0", "1", "A", "0"]


def test_images_without_a_writer(tmp_path):
    files = {name: content for name, content in made_up().items() if "train" in name}
    data = datasets.read("nist", lay_out(tmp_path / "nist", files, True))
    assert (data.texts().tolist(), data.writers) == (["0", "1", "A"], ["unknown"])
    assert data.notes[0] == "Only the train folders are there, which name no writer."


BAD_IMAGES = {
    "images that are not 128 x 128": png(shape=(127, 128)),
    "files that are no PNG images": b"GIF89a" + bytes(100),
    "images that are damaged": png()[:60],
    "images without ink": png(0, 0),
}


@pytest.mark.parametrize("reason", BAD_IMAGES)
@pytest.mark.parametrize("zipped", [True, False])
def test_bad_images_are_counted_and_named(tmp_path, reason, zipped):
    files = made_up()
    files["by_class/30/hsf_0/hsf_0_00001.png"] = BAD_IMAGES[reason]
    whole = datasets.read("nist", lay_out(tmp_path / "whole", made_up(), zipped))
    data = datasets.read("nist", lay_out(tmp_path / "nist", files, zipped))
    assert data.dropped == {f"{reason} (first: by_class/30/hsf_0/hsf_0_00001.png)": 1}
    assert (data.glyphs == np.delete(whole.glyphs, 1, axis=0)).all()
    assert (data.cues() == np.delete(whole.cues(), 1, axis=0)).all()


def test_lists_that_are_wrong(tmp_path):
    files = made_up()
    files["by_class/30/hsf_0.mit"] = files["by_class/30/hsf_0.mit"].replace(b"3\n", b"4\n", 1)
    files["by_class/31/hsf_0.mit"] = b"1\nhsf_0_00000.png ../../f0001_14/d0001_14/d0001_14_00310.png\n"
    files["by_class/41/hsf_0.mit"] = files["by_class/41/hsf_0.mit"].replace(
        b"f0000_14/u0000_14/u0000_14_004", b"f0007_14/u0007_14/u0007_14_004"
    )
    del files["by_class/30/hsf_1/hsf_1_00000.png"], files[f"by_write/hsf_1/{path_of(500, 3)}"]
    data = datasets.read("nist", lay_out(tmp_path / "nist", files, True))
    assert data.texts().tolist() == ["0", "0", "0", "A"]
    assert first(data.dropped) == {
        ".mit files whose count is not that of their lines at 30/hsf_0.mit)": 1,
        "images that a .mit file lists and that are missing at 30/hsf_1/hsf_1_00000.png)": 1,
        ".mit lines without the path of a writer at 31/hsf_0.mit)": 1,
        "images that no .mit file gives a writer at 31/hsf_0/hsf_0_00000.png)": 1,
        "images whose path in the .mit file is not in by_write at 41/hsf_0/hsf_0_00001.png)": 1,
    }


def test_classes_outside_the_alphabet(tmp_path):
    files = made_up()
    files["by_class/2f/hsf_0/hsf_0_00000.png"] = png()
    data = datasets.read("nist", lay_out(tmp_path / "nist", files, True))
    assert len(data) == 7
    assert data.dropped == {"labels outside the alphabet (first: by_class/2f/hsf_0)": 1}


def test_paths_that_climb_out(tmp_path):
    folder = lay_out(tmp_path / "nist", made_up(), True)
    with zipfile.ZipFile(folder / "by_class.zip", "a") as archive:
        archive.writestr("../../by_class/30/hsf_0/hsf_0_00009.png", png())
    data = datasets.read("nist", folder)
    assert data.dropped == {"paths that climb out of the archive (first: ../../by_class/30/hsf_0/hsf_0_00009.png)": 1}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["by_class.zip", "by_write.zip", "nist"]


def test_a_zip_bomb_and_a_damaged_member(tmp_path):
    folder = lay_out(tmp_path / "nist", made_up(), True)
    path = folder / "by_class.zip"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("by_class/31/hsf_1/hsf_1_00000.png", bytes(20 << 20))
        archive.writestr("by_class/31/hsf_1.mit", f"1\nhsf_1_00000.png {path_of(500, 4)}\n")
        damaged = archive.getinfo("by_class/30/hsf_1/hsf_1_00000.png")
    with zipfile.ZipFile(folder / "by_write.zip", "a") as archive:
        archive.writestr(f"by_write/hsf_1/{path_of(500, 4)}", b"")
    content = bytearray(path.read_bytes())
    content[damaged.header_offset + 90] ^= 255
    path.write_bytes(content)
    data = datasets.read("nist", folder)
    assert len(data) == 6
    assert first(data.dropped) == {
        "files that are damaged or cut off at 30/hsf_1/hsf_1_00000.png)": 1,
        "files too large for a character at 31/hsf_1/hsf_1_00000.png)": 1,
    }


@pytest.mark.parametrize("damage", ["cut", "text", "missing"])
def test_a_damaged_zip_is_one_sentence(tmp_path, damage):
    path = lay_out(tmp_path / "nist", made_up(), True) / "by_class.zip"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no zip", "missing": b""}[damage])
    if damage == "missing":
        path.unlink()
    with pytest.raises(DataError) as caught:
        datasets.read("nist", path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
