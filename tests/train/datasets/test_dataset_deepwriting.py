import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from handpad import glyph
from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.datasets import Dataset
from handpad.train.datasets.plain_npz import read_npz

ALPHABET = ["\0", *"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.,-()/"]
SORTED = sorted(ALPHABET)
MEAN, STD = np.float32([0.01, -0.02, 0.1]), np.float32([0.005, 0.008, 0.2])
LOW, HIGH = np.array([-21.0, -53.0, 0.0]), np.array([2087.0, 627.0, 1.0])
ETH, IAM = 123457, 10094

# One line of our own, in units of the canvas, after a first point at 0, 0: (x, y, pen up, label, start, end).
LINE = [
    (0, 0, 0, "a", 1, 0),
    (10, 20, 0, "a", 0, 1),
    (12, 20, 1, "\0", 0, 0),
    (30, 0, 0, "t", 1, 0),
    (30, 40, 1, "t", 0, 0),
    (20, 10, 0, "t", 0, 0),
    (40, 10, 1, "t", 0, 1),
    (50, 0, 0, "t", 1, 0),
    (50, 40, 0, "t", 0, 1),
    (55, 44, 0, "\0", 0, 0),
    (60, 0, 0, "(", 1, 0),
    (64, 10, 0, "\0", 0, 0),
    (66, 40, 1, "(", 0, 1),
]


def objects(items) -> np.ndarray:
    array = np.empty(len(items), object)
    for place, item in enumerate(items):
        array[place] = item
    return array


def chunk(scale, line=LINE) -> dict:
    """A line in the form of the published files: normalised steps, and labels for each point."""
    places = np.array([row[:2] for row in line], float) / scale
    steps = np.diff(places, axis=0, prepend=places[:1])
    return {
        "strokes": np.column_stack([(steps - MEAN[:2]) / STD[:2], [row[2] for row in line]]).astype(np.float32),
        "char_labels": np.array([SORTED.index(row[3]) for row in line], np.int32),
        "soc_labels": np.array([row[4] for row in line], np.int32),
        "eoc_labels": np.array([row[5] for row in line], np.int32),
    }


def content(chunks, writers, **changed) -> dict:
    arrays = {name: objects([each[name] for each in chunks]) for name in chunks[0]}
    about = {"alphabet": np.array(ALPHABET), "min": LOW, "max": HIGH, "mean": MEAN, "std": STD}
    return {
        **arrays,
        "subject_labels": np.array(writers),
        "texts": np.array(["att("] * len(writers)),
        **about,
        **changed,
    }


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "deepwriting_training.npz"
    chunks = [chunk(np.array([2108, 680])), chunk(np.array([7275, 9088]))]
    np.savez_compressed(path, **content(chunks, [ETH, IAM]))
    return path


def test_characters_strokes_and_places(file):
    data = datasets.read("deepwriting", file)
    assert data.texts().tolist() == ["a", "t", "t", "("] * 2
    assert data.writers == ["eth/123457", "iam/10094"]
    for first in (0, 4):
        start = data.strokes(first)[0][0]
        found = [[np.rint(stroke - start).tolist() for stroke in data.strokes(first + row)] for row in range(4)]
        assert found == [
            [[[0, 0], [10, 20]]],
            [[[30, 0], [30, 40]], [[20, 10], [40, 10]]],
            [[[50, 0], [50, 40]]],
            [[[60, 0]], [[66, 40]]],
        ]
    assert data.dropped == {}


def test_size_and_place_are_measured_against_the_line(file):
    cues = datasets.read("deepwriting", file).cues()
    assert cues[:, 3].tolist() == [1.0] * 8
    # The bottoms are 20, 40, 40, 40 and the heights too: both medians are 40.
    assert np.exp(cues[:4, 0]) == pytest.approx([0.5, 1, 1, 1], rel=1e-3)
    assert cues[:4, 2] == pytest.approx([0.75, 0.5, 0.5, 0.5], abs=1e-3)


def test_measured_cues_survive_preparation(file, tmp_path):
    data = datasets.read("deepwriting", file)
    data.save(tmp_path / "prepared.npz")
    assert (Dataset.load(tmp_path / "prepared.npz").cues() == data.cues()).all()


def test_both_spellings(file, tmp_path):
    arrays = read_npz(file)
    renamed = {"strokes": "samples", "soc_labels": "boc_labels"}
    other = tmp_path / "newer.npz"
    np.savez_compressed(other, **{renamed.get(name, name): array for name, array in arrays.items()})
    assert datasets.read("deepwriting", other).texts().tolist() == datasets.read("deepwriting", file).texts().tolist()


def test_a_folder_of_several_files(file, tmp_path):
    (tmp_path / "deepwriting_validation.npz").write_bytes(file.read_bytes())
    assert len(datasets.read("deepwriting", tmp_path)) == 16


def test_what_cannot_be_used_is_counted_and_named(tmp_path):
    good, cut, strange, short = (chunk(HIGH[:2] - LOW[:2]) for _ in range(4))
    cut["eoc_labels"][-1] = 0
    strange["char_labels"][0:2] = 70
    strange["char_labels"][5] = 9
    short["char_labels"] = short["char_labels"][1:]
    nan = chunk(HIGH[:2] - LOW[:2])
    nan["strokes"][3, 0] = np.nan
    path = tmp_path / "some.npz"
    np.savez_compressed(path, **content([good, cut, strange, short, nan], [ETH] * 5))
    data = datasets.read("deepwriting", path)
    assert data.texts().tolist() == [*"att(", *"att", *"t("]
    assert data.dropped == {
        "characters cut off by the end of their chunk (first: some.npz, chunk 1)": 1,
        "characters whose label is outside the alphabet (first: some.npz, chunk 2)": 1,
        "characters that hold points of another (first: some.npz, chunk 2)": 1,
        "chunks whose arrays do not fit each other (first: some.npz, chunk 3)": 2,
    }


class Evil:
    """Unpickling this makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("place", ["item", "deep", "whole"])
def test_code_in_a_file_is_never_run(tmp_path, place):
    victim, path = tmp_path / "victim", tmp_path / "evil.npz"
    evil = Evil(victim)
    strokes = {"item": objects([evil]), "deep": objects([[1, [evil]]]), "whole": objects([evil, evil])}[place]
    np.savez_compressed(path, **content([chunk(1)], [ETH], strokes=strokes))
    with pytest.raises(DataError, match=r"evil\.npz, strokes\.npy: this is refused.*it names .pathlib"):
        datasets.read("deepwriting", path)
    assert not victim.exists()


def member(pickled: bytes) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return file.getvalue() + pickled


RECONSTRUCT = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R"
CROOKED = {
    "a list that is no array": pickle.dumps([1]),
    "fewer objects than places": RECONSTRUCT + b"(K\x01K\x02\x85cnumpy\ndtype\nX\x01\x00\x00\x00O\x85R\x89]NatbN.",
    "a state of no tuple": RECONSTRUCT + b"K\x01b.",
    "a state for a string": b"\x80\x02X\x01\x00\x00\x00aK\x01b.",
    "an object without state": RECONSTRUCT + b".",
    "a class by its number": b"\x80\x02\x82\x01)\x81.",
    "a huge memo": b"\x80\x02Nr\xff\xff\xff\xff.",
    "a huge text": b"\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\x00.",
    "a number that is called": b"\x80\x02K\x01)R.",
    "a dict in a dict": pickle.dumps(objects([{"a": {}}]), protocol=2),
    "a dict by numbers": pickle.dumps(objects([{1: "a"}]), protocol=2),
    "an item set in a text": b"\x80\x02X\x01\x00\x00\x00aK\x00K\x01s.",
    "a list of itself": RECONSTRUCT + b"(K\x01K\x01\x85cnumpy\ndtype\nX\x01\x00\x00\x00O\x85R\x89]q\x01h\x01atb.",
    "no end": b"\x80\x02K\x01",
    "nothing": b"",
}


@pytest.mark.parametrize("name", CROOKED)
def test_crooked_pickles_are_one_sentence(tmp_path, name):
    path = tmp_path / "crooked.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("strokes.npy", member(CROOKED[name]))
    with pytest.raises(DataError) as caught:
        read_npz(path)
    assert "crooked.npz, strokes.npy: this is " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dicts_of_plain_things(tmp_path):
    settings = {"mean": np.arange(3.0), "name": "x", "none": None, "sizes": [1, 2]}
    np.savez_compressed(tmp_path / "some.npz", one=np.array(settings), two=objects([settings, {}]))
    found = read_npz(tmp_path / "some.npz")
    assert found["one"].shape == ()
    for one in (found["one"].item(), found["two"][0]):
        assert one.pop("mean").tolist() == [0, 1, 2]
        assert one == {"name": "x", "none": None, "sizes": [1, 2]}
    assert found["two"][1] == {}


def test_code_in_a_dict_is_never_run(tmp_path):
    for number, evil in enumerate(({"a": Evil(tmp_path / "victim")}, {"a": [Evil(tmp_path / "victim")]})):
        path = tmp_path / f"evil{number}.npz"
        np.savez_compressed(path, settings=np.array(evil))
        with pytest.raises(DataError, match=r"settings\.npy: this is refused.*it names .pathlib"):
            read_npz(path)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("protocol", range(2, 5))
def test_every_protocol_that_numpy_saves_with(tmp_path, protocol):
    array = objects([np.arange(6, dtype=">i4").reshape(2, 3).T, np.array(["ab", "c"]), "text", 3, None, [1.5, "x"]])
    pickled = pickle.dumps(array, protocol=protocol)
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (6,)})
    path = tmp_path / "plain.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some.npy", file.getvalue() + pickled)
    found = read_npz(path)["some"]
    assert found[0].tolist() == array[0].tolist()
    assert found[1].tolist() == ["ab", "c"]
    assert list(found[2:]) == ["text", 3, None, [1.5, "x"]]


@pytest.mark.parametrize("damage", ["cut", "text", "missing", "changed", "other"])
def test_damaged_files_are_one_sentence(file, damage):
    whole = bytearray(file.read_bytes())
    if damage == "missing":
        file.unlink()
    elif damage == "other":
        np.savez(file, something=np.zeros(3))
    else:
        whole[200] ^= 255
        file.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no npz", "changed": whole}[damage])
    with pytest.raises(DataError) as caught:
        datasets.read("deepwriting", file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_array_that_claims_more_than_it_holds(tmp_path):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)})
    path = tmp_path / "big.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mean.npy", file.getvalue() + bytes(80))
    with pytest.raises(DataError, match=r"mean\.npy: .* contradicts its header"):
        read_npz(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "bomb.npz", strokes=np.zeros(200 << 20, np.uint8))
    monkeypatch.setattr("handpad.npz.unpacked", None)
    with pytest.raises(DataError, match="unpacks to more than 128 MiB"):
        read_npz(tmp_path / "bomb.npz")


def test_a_pickle_of_more_operations_than_data_has_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "lists.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("strokes.npy", member(b"\x80\x02" + b"]" * 6_000_000 + b"."))
    with pytest.raises(DataError, match=r"strokes\.npy: this is refused.*more than 5,000,000 operations"):
        read_npz(tmp_path / "lists.npz")


def test_the_real_validation_file(shared_data):
    path = shared_data / "deepwriting_validation.npz"
    data = datasets.read("deepwriting", path)
    assert (len(data), len(data.labels), len(data.writers)) == (7350, 61, 259)
    assert sum(data.dropped.values()) == 3
    assert sum(writer.startswith("eth/") for writer in data.writers) == 76
    assert data.glyphs.any(axis=(1, 2)).all()
    cues, texts = data.cues(), data.texts()
    # Against the line: small letters are about one x-height tall, capitals two, and g hangs below the baseline.
    height = {letter: np.exp(np.median(cues[texts == letter, 0])) for letter in "aceoTH"}
    assert all(0.7 < height[letter] < 1 for letter in "aceo")
    assert all(height[letter] > 1.8 for letter in "TH")
    assert np.median(cues[texts == "g", 2]) < 0.1 < 0.3 < np.median(cues[texts == "a", 2])
    assert (data.glyphs[7] == glyph.glyph(data.ink(7))).all()


def test_plain_reading_equals_numpys(shared_data):
    """numpy's own reader is trusted with this one known file."""
    path = shared_data / "deepwriting_validation.npz"
    ours = read_npz(path)
    with np.load(path, allow_pickle=True) as known:
        assert sorted(ours) == sorted(known.files)
        for name in known.files:
            assert ours[name].dtype == known[name].dtype
            assert all(np.array_equal(a, b) for a, b in zip(ours[name], known[name], strict=True))


def raw_form() -> dict:
    """One line of our own in the raw JSON: an a in one stroke, and an i whose dot comes after the n."""
    places = [(0, 10), (5, 30), (20, 10), (20, 30), (30, 10), (35, 30), (20, 2), (40, 8)]
    ends = [1, 3, 5, 6, 7]
    points = [{"x": str(x), "y": str(y), "ev": "2" if n in ends else "1"} for n, (x, y) in enumerate(places)]
    chars = [
        {"char": "a", "ranges": [[0, 1]]},
        {"char": "i", "ranges": [[2, 3], [6]]},
        {"char": "n", "ranges": [[4, 5]]},
        {"char": "&", "ranges": [[7]]},
        {"char": "b", "ranges": [[7, 8]]},
        {"char": ["c"], "ranges": [[7]]},
        {"char": "d"},
    ]
    lines = {"sample0": {"word_stroke": points, "wholeword_segments": [{"chars": chars[:3]}, {"chars": chars[3:]}]}}
    return lines | {"sample1": {"word_stroke": "x=1"}, "sample2": None}


@pytest.mark.parametrize("zipped", [True, False])
def test_raw_json(tmp_path, zipped):
    path = tmp_path / "raw" / "123460" / "form1" / "form1-segmented.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(raw_form()))
    (path.parent / "bad-segmented.json").write_text("[" * 100_000)
    source = tmp_path / "raw"
    if zipped:
        source = tmp_path / "raw.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for file in sorted(path.parent.iterdir()):
                archive.write(file, file.relative_to(tmp_path / "raw"))
    data = datasets.read("deepwriting", source)
    assert data.texts().tolist() == ["a", "i", "n"]
    assert data.writers == ["eth/123460"]
    assert [stroke.tolist() for stroke in data.strokes(1)] == [[[20, 10], [20, 30]], [[20, 2]]]
    assert data.cues()[:, 2] == pytest.approx([0.5, 0.7, 0.5])
    line = "123460/form1/form1-segmented.json, sample"
    assert data.dropped == {
        "files that are no JSON of lines (first: 123460/form1/bad-segmented.json)": 1,
        f"characters whose label is outside the alphabet (first: {line}0)": 3,
        f"characters that point outside the line (first: {line}0)": 1,
        f"lines without points or segments (first: {line}1)": 2,
    }
