import shutil

import numpy as np
import pytest
from handwriting import write_line

from handpad.adaptation import Observation
from handpad.errors import ModelError
from handpad.glyph import glyph
from handpad.model.base import BaseModel
from handpad.model.folder import READING
from handpad.paths import bundled_models
from handpad.reading.lattice import lattice
from handpad.reading.potential_functions import PotentialFunctions


@pytest.fixture
def folder(tmp_path):
    shutil.copy(bundled_models() / "handpad" / READING, tmp_path)
    return tmp_path


def arrays(folder):
    with np.load(folder / READING) as file:
        return dict(file)


def test_a_folder_without_a_scorer_has_none(tmp_path):
    assert PotentialFunctions.load(tmp_path) is None


def test_a_cut_off_file_is_refused(folder):
    data = (folder / READING).read_bytes()
    for length in (0, 10, len(data) // 2, len(data) - 1):
        (folder / READING).write_bytes(data[:length])
        with pytest.raises(ModelError, match=READING):
            PotentialFunctions.load(folder)


def test_flipped_bytes_are_refused_or_harmless(folder):
    data = bytearray((folder / READING).read_bytes())
    for place in np.random.default_rng(1).integers(0, len(data), 60):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        (folder / READING).write_bytes(damaged)
        try:
            PotentialFunctions.load(folder)
        except ModelError as error:
            assert READING in str(error)


@pytest.mark.parametrize("name", ["labels", "trust", "space_0_weight", "geometry_mean", "language", "familiar"])
def test_a_missing_part_is_refused(folder, name):
    held = arrays(folder)
    del held[name]
    np.savez(folder / READING, **held)
    with pytest.raises(ModelError, match="damaged"):
        PotentialFunctions.load(folder)


@pytest.mark.parametrize("name", ["size_0_weight", "space_0_weight"])
def test_networks_for_other_features_are_refused(folder, name):
    held = arrays(folder)
    held[name] = held[name][:, :-1]
    np.savez(folder / READING, **held)
    with pytest.raises(ModelError, match="damaged"):
        PotentialFunctions.load(folder)


def test_another_version_is_refused(folder):
    np.savez(folder / READING, **(arrays(folder) | {"format": np.int64(99)}))
    with pytest.raises(ModelError, match="another version"):
        PotentialFunctions.load(folder)


def test_pickled_arrays_are_refused(folder):
    held = arrays(folder)
    held["labels"] = np.array(list(held["labels"]), dtype=object)
    np.savez(folder / READING, **held)
    with pytest.raises(ModelError, match="damaged"):
        PotentialFunctions.load(folder)


def test_scores_fit_the_groups_and_are_finite(folder):
    model = BaseModel.load()
    potential_functions = PotentialFunctions.load(folder)
    segments = lattice([stroke for letter in write_line("Hot oil") for stroke in letter])
    embeddings, logits = model.run(np.stack([glyph(segments.strokes_of(segment)) for segment in range(len(segments))]))
    observation = Observation(embeddings, logits, np.zeros((len(segments), 4)))
    assert potential_functions.character_scores(segments.geometry, observation).shape == (len(segments),)
    assert potential_functions.label_scores(segments.geometry, observation.embeddings).shape == (
        len(segments),
        len(potential_functions.labels),
    )
    assert potential_functions.space_scores(segments.gaps).shape == (len(segments.fragments) - 1, 2)
    assert np.isfinite(potential_functions.trusted(np.zeros((2, 3)))).all()  # nothing is impossible
    gaps = potential_functions.space_scores(segments.gaps)
    wide = int(np.argmax(segments.gaps[:, 0]))
    assert int(np.argmax(gaps[:, 1] - gaps[:, 0])) == wide
