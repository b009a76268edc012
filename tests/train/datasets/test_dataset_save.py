import json

import cv2
import numpy as np
import pytest

from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.datasets import Dataset
from handpad.train.datasets.dataset import read_about

resource = pytest.importorskip("resource", reason="file size limits are not to be had here")


@pytest.fixture
def images(tmp_path):
    """A data set without ink: 200 different images of our own."""
    random = np.random.default_rng(1)
    folder = tmp_path / "images" / "anna" / "a"
    folder.mkdir(parents=True)
    for number in range(200):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 255, (40, 40)).astype(np.uint8))
    return datasets.read("folder", tmp_path / "images")


@pytest.fixture
def little_room():
    """No file may grow beyond 20,000 bytes: writing fails half-way, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_data_set_without_ink_is_prepared_and_read_again(images, tmp_path):
    images.save(tmp_path / "prepared.npz")
    again = Dataset.load(tmp_path / "prepared.npz")
    assert (again.glyphs == images.glyphs).all()
    assert (again.cues() == images.cues()).all()
    assert again.strokes(7) == []
    assert again.rows_of(["anna"]).tolist() == list(range(200))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("listed", {"blank": 5}),
        ("listed", {"blank": None}),
        ("listed", {"blank": "a.png"}),
        ("listed", {"blank": [5]}),
        ("listed", ["blank"]),
        ("dropped", {"blank": "many"}),
        ("dropped", 5),
        ("labels", [["a"]]),
        ("writers", None),
        ("notes", [{}]),
        ("name", 7),
    ],
)
def test_a_description_of_another_form_is_refused_in_a_sentence(images, tmp_path, key, value):
    path = tmp_path / "prepared.npz"
    images.save(path)
    with np.load(path) as stored:
        arrays = dict(stored)
    about = json.loads(str(arrays["about"])) | {key: value}
    np.savez(path, **arrays | {"about": np.array(json.dumps(about))})
    with pytest.raises(DataError, match="is damaged: run handpad-train prepare again") as caught:
        Dataset.load(path)
    assert "\n" not in str(caught.value)
    assert read_about(path) is None


def test_a_full_disk_leaves_nothing_half_written(images, tmp_path, little_room):
    path = tmp_path / "prepared.npz"
    path.write_bytes(b"old")
    with pytest.raises(DataError, match=r"prepared\.npz cannot be written") as caught:
        images.save(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.part"))


def test_a_place_that_is_no_folder(images, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be written"):
        images.save(tmp_path / "file" / "prepared.npz")
