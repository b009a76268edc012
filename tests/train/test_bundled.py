"""What every bundled model must say of itself, and do."""

import numpy as np
import pytest
from handwriting import LETTERS, write

from handpad.glyph import glyph
from handpad.model.base import BaseModel
from handpad.paths import bundled_models

NAMES = ("handpad", "paper")


@pytest.fixture(scope="module", params=NAMES)
def model(request) -> BaseModel:
    return BaseModel.load(bundled_models() / request.param)


def test_it_reads_printable_ascii_from_less_than_4_mb(model):
    assert model.labels == [chr(code) for code in range(33, 127)]
    assert (bundled_models() / model.name / "model.onnx").stat().st_size < 4_000_000
    assert set(model.centroid_labels) == set(range(94))


def test_it_names_its_data_and_licence(model):
    provenance = model.info["provenance"]
    assert provenance["data"]["name"] == "unipen"
    assert "CC BY 4.0" in provenance["data"]["licence"]
    assert provenance["command"].startswith(f"handpad-train fit {model.name} ")


def test_every_figure_says_what_it_was_measured_on(model):
    figures = model.info["figures"]
    for key in ("unipen_test_accuracy_62", "unipen_test_accuracy_62_shapes", "uji_accuracy_62", "uji_accuracy_35"):
        assert 0 < figures[key]["value"] < 1
    for figure in figures.values():
        assert {"value", "count", "writers", "data", "part", "classes", "split", "seed", "fit"} <= set(figure)


def test_one_at_a_time_is_the_same_as_all_at_once(model):
    glyphs = np.stack([glyph(write(label, seed=1)) for label in LETTERS])
    together = model.run(glyphs)
    for row in range(len(glyphs)):
        for one, all_of_them in zip(model.run(glyphs[row : row + 1]), together, strict=True):
            assert np.abs(one[0] - all_of_them[row]).max() < 1e-4


def test_it_reads_plain_letters(model):
    plain = "ocltvxzuwHTLAE74"
    found = model.run(np.stack([glyph(write(label)) for label in plain]))[1].argmax(axis=1)
    twins = {"o": "oO0", "c": "cC", "l": "l1I|", "v": "vV", "x": "xX", "z": "zZ", "u": "uU", "w": "wW"}
    right = [model.labels[index] in twins.get(label, label) for label, index in zip(plain, found, strict=True)]
    assert sum(right) >= len(plain) - 2
