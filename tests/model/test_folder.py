import json
import shutil

import numpy as np
import pytest
from handwriting import LETTERS, write, write_line

from handpad import Recognizer
from handpad.errors import ModelError
from handpad.glyph import glyph
from handpad.model.base import BaseModel
from handpad.model.folder import (
    DESCRIPTION,
    FILES,
    NEEDED,
    READING,
    REPORT,
    SEQUENCE,
    STYLES,
    _digest,
    add_file,
    files_of,
    read_description,
    read_file,
    seal,
    sealed_files,
    write_description,
)
from handpad.paths import bundled_models
from handpad.reading.potential_functions import PotentialFunctions

FLIPS = 100


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled model, to be spoiled."""
    return shutil.copytree(bundled_models() / "handpad", tmp_path / "model")


def predictions(folder):
    """What a model makes of characters, and of a line with what its folder holds for reading."""
    pad, load, loaded = Recognizer(model=folder), PotentialFunctions.load, []
    seen = pad.model.run(np.stack([glyph(write(label)) for label in LETTERS]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PotentialFunctions, "load", lambda place: loaded.append(place) or load(place))
        line = pad.read([stroke for letter in write_line("the quick fox") for stroke in letter])
    own = loaded == [folder]  # else the bundled model's stands in
    return [array.tobytes() for array in seen], [c.candidates for c in line.characters], line.text, own


@pytest.mark.parametrize("name", ["handpad", "paper"])
def test_the_bundled_models_are_sealed(name):
    info = read_description(bundled_models() / name)
    assert set(info["sha256"]) == {file for file in FILES if (bundled_models() / name / file).exists()} - {
        DESCRIPTION,
        REPORT,
    }
    for file in sealed_files(info):
        read_file(bundled_models() / name, file, info)


def test_no_flipped_bit_changes_a_prediction_in_silence(folder):
    expected, rng, refused = predictions(folder), np.random.default_rng(1), 0
    for flip in range(FLIPS):
        path = folder / FILES[flip % len(FILES)]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            assert predictions(folder) == expected, path.name
        except ModelError as error:
            refused += 1
            assert path.name in str(error) or "newer Handpad" in str(error)
        path.write_bytes(whole)
    assert refused > FLIPS // 2


def test_every_character_of_the_seal_counts(folder):
    text = (folder / DESCRIPTION).read_text(encoding="utf-8")
    for place in range(text.index('"sha256"'), len(text)):
        if text[place].isalnum():
            (folder / DESCRIPTION).write_text(text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :])
            with pytest.raises(ModelError, match=DESCRIPTION):
                BaseModel.load(folder)


def test_the_sentence_names_the_file_and_what_to_do(folder):
    with (folder / STYLES).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="install this model again") as caught:
        BaseModel.load(folder)
    assert str(folder / STYLES) in str(caught.value)


def test_a_file_that_was_sealed_must_be_there(folder):
    (folder / READING).unlink()
    with pytest.raises(ModelError, match=f"{READING} is missing"):
        BaseModel.load(folder)


@pytest.mark.parametrize("sums", [[], "all", {"../model.onnx": "0"}])
def test_a_seal_of_another_form_is_no_way_out_of_the_folder(folder, sums):
    info = read_description(folder)
    info["sha256"] = sums
    info["digest"] = _digest(info)
    (folder / DESCRIPTION).write_text(json.dumps(info))
    if isinstance(sums, dict):
        assert sealed_files(read_description(folder)) == []  # what is no file of a model is not looked at
    else:
        with pytest.raises(ModelError, match=DESCRIPTION):
            BaseModel.load(folder)


def test_sealing_changes_nothing_else_and_sealing_twice_nothing_at_all(folder):
    before = (folder / DESCRIPTION).read_bytes()
    seal(folder)
    assert (folder / DESCRIPTION).read_bytes() == before
    info = read_description(folder)
    write_description(folder, info | {"temperature": 2.0})
    assert read_description(folder) == info | {"temperature": 2.0, "digest": read_description(folder)["digest"]}


def test_the_order_and_layout_of_a_description_do_not_matter(folder):
    info = read_description(folder)
    (folder / DESCRIPTION).write_text(json.dumps(dict(reversed(info.items()))))
    assert read_description(folder) == info


def test_keys_that_json_makes_strings_do_not_break_the_seal(folder):
    write_description(folder, read_description(folder) | {"by_count": {10: 0.1, 9: 0.2}})
    assert read_description(folder)["by_count"] == {"9": 0.2, "10": 0.1}


def test_a_crash_while_the_reading_file_is_replaced_leaves_a_model(folder, monkeypatch):
    data = (folder / READING).read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("handpad.model.folder.write_description", crash)
        with pytest.raises(KeyboardInterrupt):
            add_file(folder, READING, data)
    assert PotentialFunctions.load(BaseModel.load(folder).folder) is not None
    add_file(folder, READING, data)
    assert READING in read_description(folder)["sha256"]


def test_the_files_of_a_model(folder):
    assert files_of(folder) == list(FILES)
    (folder / REPORT).unlink()
    (folder / READING).unlink()
    (folder / SEQUENCE).unlink()
    assert sorted(files_of(folder)) == sorted(NEEDED)
    assert files_of(folder)[-1] == DESCRIPTION
