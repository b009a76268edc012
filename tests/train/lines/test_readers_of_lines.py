import numpy as np
import pytest
from handwriting import write_line

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.reading.lattice import GAPS, GEOMETRY
from handpad.reading.potential_functions import PotentialFunctions
from handpad.reading.reader import Reader
from handpad.recognizer import Recognizer
from handpad.train.lines import readers
from handpad.train.lines.readers import GapReader, NetworkAlone, PadReader, PartOfReader, by_row


@pytest.fixture(scope="module")
def model():
    return BaseModel.load()


def ink(text, at=(60.0, 74.0)):
    return [stroke[:, :2] for letter in write_line(text, at=at) for stroke in letter]


def arrays(model, **others):
    """A scorer of one unit each that likes every group and label alike, parts no words, and trusts the base model."""
    dimensions = {"geometry": GEOMETRY, "gaps": GAPS, "embedding": model.info["embedding"]}
    found = {name: one for key, size in dimensions.items() for name, one in scale(key, size).items()}
    networks = {
        "size": (GEOMETRY, len(model.labels)),
        "whole": (GEOMETRY + dimensions["embedding"] + 3, 1),
        "space": (GAPS, 2),
        "shape": (dimensions["embedding"], len(model.labels)),
    }
    for name, (width, height) in networks.items():
        found[f"{name}_0_weight"] = np.zeros((height, width), np.float32)
        found[f"{name}_0_bias"] = np.zeros(height, np.float32)
    found["space_0_bias"] = np.array([5.0, 0.0], np.float32)
    values = {
        "fingerprint": np.array("own"),
        "labels": np.array(model.labels),
        "trust": 1.0,
        "language": 0.5,
        "character": 0.0,
        "temperature": 1.0,
        "familiar": 100.0,
    }
    return found | values | others


def scale(name, size):
    return {f"{name}_mean": np.zeros(size, np.float32), f"{name}_deviation": np.ones(size, np.float32)}


def test_the_words_of_a_text_are_dealt_out_to_its_rows():
    assert by_row("to be or not", ["to bc", "or n0t"]) == ["to be", "or not"]
    assert by_row("to be", ["to be", "..."]) == ["to be", ""]
    assert by_row("to be", ["x", "to", "be"]) == ["", "to", "be"]


def test_gaps_part_characters_and_words(model):
    said = GapReader(model).read(ink("Tz Ho") + ink("u", at=(60.0, 200.0)))
    assert [len(word) for word in said.split()] == [2, 2, 1]
    assert said.lower().startswith("tz")


def test_the_pad_reads_a_line_and_learns_what_its_users_would_teach_it():
    pad = Recognizer()
    reader = PadReader(pad)
    assert reader.read(ink("the vox")) == "the vox"
    for text in ("vit vox", "vox tool", "tool vi"):
        reader.learn(ink(text), text)
    assert {sample.confirmed for sample in pad.samples()} == {True}
    taught = pad.sample_count()
    assert 10 <= taught <= sum(len(text.replace(" ", "")) for text in ("vit vox", "vox tool", "tool vi"))
    reader.learn(ink("vox"), "č is no label here")
    assert pad.sample_count() == taught


def test_the_network_alone_hears_nothing_of_size_and_place(model):
    liking = np.zeros(len(model.labels), np.float32)
    liking[model.index("%")] = 50
    fitted = PotentialFunctions(arrays(model, size_0_bias=liking))
    line = ink("z")
    assert PartOfReader(Reader(model, model, fitted, None)).read(line) == "%"
    assert PartOfReader(Reader(model, model, NetworkAlone(fitted), None)).read(line) != "%"


def test_a_model_without_a_scorer_is_refused(model, tmp_path):
    with pytest.raises(DataError, match=r"has no reading\.npz: make it with handpad-train reading"):
        readers.variants(tmp_path, model)
