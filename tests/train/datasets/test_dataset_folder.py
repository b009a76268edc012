import zipfile

import cv2
import numpy as np
import pytest

from handpad.errors import DataError
from handpad.glyph import glyph_from_image
from handpad.train import datasets
from handpad.train.datasets.detect import detect


def drawing(height: int, width: int) -> np.ndarray:
    """A bar of that size, black on white, with a margin of ten pixels."""
    image = np.full((height + 20, width + 20), 255, np.uint8)
    image[10:-10, 10:-10] = 0
    return image


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    for name, image in {
        "ben/1/one.png": drawing(50, 4),
        "anna/U+0041/x.png": drawing(30, 20),
        "anna/a/x.png": drawing(15, 12),
        "anna/ß/y.PNG": drawing(40, 12),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(cv2.imencode(".png", image)[1])
    return folder


def test_writers_labels_and_sizes(images):
    data = datasets.read("folder", images)
    assert data.writers == ["anna", "ben"]
    assert data.texts().tolist() == ["A", "a", "ß", "1"]
    assert data.writer_index.tolist() == [0, 0, 0, 1]
    assert np.exp(data.cues()[:, :2]).round().tolist() == [[30, 20], [15, 12], [40, 12], [50, 4]]
    assert (data.glyphs[3] == glyph_from_image(255 - drawing(50, 4))).all()
    assert data.dropped == {}
    assert data.strokes(0) == []


def test_a_zip_reads_like_its_folder(images, tmp_path):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(images.rglob("*.*")):
            archive.write(file, file.relative_to(images))
    assert (datasets.read("folder", path).glyphs == datasets.read("folder", images).glyphs).all()
    assert detect(images) == detect(path) == "folder"


def test_what_cannot_be_used_is_counted_and_named(images):
    for name, content in {
        "ben/hello/x.png": b"",
        "ben/U+0020/x.png": b"",
        "ben/U+FFFFFF/x.png": b"",
        "ben/2/empty.png": b"",
        "ben/2/note.txt": b"ignored",
    }.items():
        (images / name).parent.mkdir(exist_ok=True)
        (images / name).write_bytes(content)
    (images / "ben/1/link.png").symlink_to(images / "anna/a/x.png")
    data = datasets.read("folder", images)
    assert len(data) == 4
    assert data.dropped == {
        "images in a folder that is not named by a character (first: ben/U+0020/x.png)": 3,
        "files that are no PNG images (first: ben/2/empty.png)": 1,
    }


def test_a_png_that_claims_to_be_huge_is_not_decoded(images):
    content = bytearray((images / "ben/1/one.png").read_bytes())
    content[16:20] = (1 << 30).to_bytes(4)
    (images / "ben/1/one.png").write_bytes(content)
    assert "images wider or higher than 4096 pixels (first: ben/1/one.png)" in datasets.read("folder", images).dropped


def test_no_folder(tmp_path):
    with pytest.raises(DataError, match="There is no file or folder"):
        datasets.read("folder", tmp_path / "gone")
