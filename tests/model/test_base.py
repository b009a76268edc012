import json
import shutil

import cv2
import numpy as np
import pytest
from handwriting import write

from handpad.errors import LabelError, ModelError
from handpad.glyph import glyph
from handpad.model.base import BaseModel
from handpad.paths import bundled_models


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled model from before there were checksums, to be spoiled."""
    folder = shutil.copytree(bundled_models() / "handpad", tmp_path / "model")
    edit(folder, sha256=None, digest=None)
    return folder


def edit(folder, **changes):
    path = folder / "model.json"
    info = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in info.items() if value is not None}))


def test_a_model_from_before_there_were_checksums_is_accepted(folder):
    pixels = glyph(write("A"))[None]
    assert np.array_equal(BaseModel.load(folder).run(pixels)[1], BaseModel.load().run(pixels)[1])


SPOILERS = {
    "model.json is missing": lambda f: (f / "model.json").unlink(),
    "model.onnx is missing": lambda f: (f / "model.onnx").unlink(),
    "styles.npz is missing": lambda f: (f / "styles.npz").unlink(),
    "model.json cannot be read": lambda f: (f / "model.json").write_text("{"),
    "not a description": lambda f: (f / "model.json").write_text("[]"),
    "does not run as a network": lambda f: (f / "model.onnx").write_bytes(b"\x08\x07" * 50),
    "does not hold style centroids": lambda f: (f / "styles.npz").write_bytes(b"PK\x03\x04zip"),
    "'labels' is missing": lambda f: edit(f, labels=None),
    "different characters": lambda f: edit(f, labels=["a", "a"]),
    "does not fit its model.json": lambda f: edit(f, labels=["a", "b"]),
    "temperature is not above 0": lambda f: edit(f, temperature=-1),
    "newer Handpad": lambda f: edit(f, format=99),
}


@pytest.mark.parametrize("sentence", SPOILERS)
def test_a_bad_model_folder_is_refused_in_a_sentence_that_names_the_file(folder, sentence):
    SPOILERS[sentence](folder)
    with pytest.raises(ModelError, match=sentence) as caught:
        BaseModel.load(folder)
    assert str(folder) in str(caught.value)


def test_a_truncated_network_is_refused(folder):
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match=r"model\.onnx"):
        BaseModel.load(folder)


def test_styles_of_unknown_labels_are_refused(folder):
    with np.load(folder / "styles.npz") as styles:
        np.savez(folder / "styles.npz", centroids=styles["centroids"], labels=styles["labels"] + 500)
    with pytest.raises(ModelError, match="belongs to no label"):
        BaseModel.load(folder)


@pytest.mark.parametrize("name", ["handpad", "paper"])
def test_one_glyph_and_a_batch_give_the_same(name):
    model = BaseModel.load(bundled_models() / name)
    glyphs = np.stack([glyph(write(label)) for label in "oHT"])
    embeddings, logits = model.run(glyphs)
    assert embeddings.shape == (3, model.info["embedding"])
    assert logits.shape == (3, len(model.labels))
    for row in range(3):
        one_embedding, one_logits = model.run(glyphs[row : row + 1])
        assert np.allclose(one_embedding[0], embeddings[row], atol=1e-3)
        assert np.allclose(one_logits[0], logits[row], atol=1e-3)


def test_logits_are_those_of_the_network_over_the_temperature():
    folder = bundled_models() / "handpad"
    model = BaseModel.load(folder)
    pixels = glyph(write("A"))[None]
    net = cv2.dnn.readNetFromONNX(str(folder / "model.onnx"))
    net.setInput(pixels[:, None].astype(np.float32) / 255, "glyph")
    raw = net.forward("logits")
    assert np.allclose(model.run(pixels)[1] * model.info["temperature"], raw, atol=1e-3)


def test_restricting_keeps_the_logits_and_styles_of_the_labels_left():
    model = BaseModel.load()
    digits = model.restricted("9876543210")
    assert digits.labels == list("0123456789")
    pixels = glyph(write("7"))[None]
    assert np.array_equal(digits.run(pixels)[1], model.run(pixels)[1][:, [model.index(d) for d in "0123456789"]])
    for number, label in enumerate(digits.labels):
        mine = digits.centroids[digits.centroid_labels == number]
        theirs = model.centroids[model.centroid_labels == model.index(label)]
        assert np.array_equal(mine, theirs)
    with pytest.raises(LabelError):
        digits.index("a")


def test_the_bundled_model_knows_printable_ascii_and_says_where_it_comes_from():
    model = BaseModel.load()
    assert set(model.labels) == {chr(code) for code in range(33, 127)}
    assert "CC BY 4.0" in json.dumps(model.info["provenance"])
