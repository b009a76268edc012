"""What was learned, sample by sample: listed, mended, set aside, taken back, and doubted where it contradicts."""

import numpy as np
import pytest
from handwriting import write

from handpad import Recognizer
from handpad.doubts import doubts
from handpad.errors import LabelError
from handpad.handwriting import CONFIRMATION, CORRECTION, FEW, PARTED, kind_of
from handpad.suspects import aside_path

PROBE = "n"


@pytest.fixture(params=["default", "paper"])
def pad(request, tmp_path):
    made = Recognizer(tmp_path / "me.handpad", adapter=request.param)
    for seed in range(4):
        for label in "nhu":
            made.learn(write(label, seed=seed), label, confirmed=seed > 1)
    made.learn(write("n", seed=9), "h", shown="n")
    yield made
    made.close()


def says(pad) -> dict[str, float]:
    return {one.label: one.probability for one in pad.recognize(write(PROBE, seed=20))}


def ids(pad, label) -> list[str]:
    return [entry.id for entry in pad.handwriting.entries() if entry.label == label]


def anew(pad, tmp_path) -> dict[str, float]:
    """What a recognizer says that opens the profile now."""
    other = Recognizer(tmp_path / "me.handpad", adapter=pad.adapter)
    found = says(other)
    other.close()
    return found


def same(one, other) -> bool:
    return one.keys() == other.keys() and np.allclose(list(one.values()), [other[label] for label in one], atol=1e-9)


def test_entries_are_the_samples_without_their_ink(pad):
    entries, samples = pad.handwriting.entries(), pad.samples()
    assert [entry.id for entry in entries] == [sample.id for sample in samples]
    assert [entry.label for entry in entries] == [sample.label for sample in samples]
    assert {kind_of(entry) for entry in entries} == {CORRECTION, CONFIRMATION}
    pad.learn(write("o"), "o", shown="")
    assert kind_of(pad.handwriting.entries()[-1]) == PARTED
    ink = pad.handwriting.ink([entries[0].id, "no such sample"])
    assert list(ink) == [entries[0].id] and np.array_equal(ink[entries[0].id][0], samples[0].strokes[0], equal_nan=True)


@pytest.mark.parametrize("label", ["h", None])
def test_what_is_deleted_comes_back_as_it_was(pad, tmp_path, label):
    before, listed = says(pad), pad.handwriting.entries()
    wanted = ids(pad, label) if label else [entry.id for entry in listed]
    assert (len(wanted) > FEW) == (label is None)
    gone = pad.handwriting.delete(wanted)
    assert {sample.id for sample in gone} == set(wanted)
    assert not set(wanted) & {entry.id for entry in pad.handwriting.entries()}
    assert same(says(pad), anew(pad, tmp_path))
    assert pad.adapter == "paper" or not same(says(pad), before)  # which gives probabilities of the base model
    pad.handwriting.restore(gone)
    assert pad.handwriting.entries() == listed
    assert same(says(pad), before) and same(anew(pad, tmp_path), before)
    pad.handwriting.restore(gone)  # twice is once
    assert pad.handwriting.entries() == listed


def test_deleting_nothing_or_what_is_gone_changes_nothing(pad):
    before = pad.handwriting.entries()
    assert pad.handwriting.delete(["no such sample"]) == [] and pad.handwriting.delete([]) == []
    assert pad.handwriting.entries() == before


def test_a_sample_is_relabelled_in_its_place_and_given_back(pad, tmp_path):
    before, listed, wrong = says(pad), pad.handwriting.entries(), ids(pad, "h")[-1]
    old = pad.handwriting.relabel(wrong, "n")
    assert old.label == "h" and wrong in ids(pad, "n")
    assert [entry.id for entry in pad.handwriting.entries()] == [entry.id for entry in listed]
    assert same(says(pad), anew(pad, tmp_path)) and says(pad)["h"] <= before["h"]
    pad.handwriting.give_back(old)
    assert pad.handwriting.entries() == listed and same(says(pad), before)


def test_what_cannot_be_relabelled_stays(pad):
    before = pad.handwriting.entries()
    with pytest.raises(LabelError):
        pad.handwriting.relabel(before[0].id, "no label")
    with pytest.raises(KeyError):
        pad.handwriting.relabel("no such sample", "n")
    assert pad.handwriting.entries() == before


def test_what_is_set_aside_teaches_nothing_until_it_is_brought_back(pad, tmp_path):
    before, listed, wrong = says(pad), pad.handwriting.entries(), ids(pad, "h")[-1]
    assert pad.handwriting.aside() == []
    pad.handwriting.set_aside([wrong])
    assert [entry.id for entry in pad.handwriting.aside()] == [wrong] and aside_path(tmp_path / "me.handpad").exists()
    assert wrong not in {entry.id for entry in pad.handwriting.entries()} and wrong not in pad.deciding()
    assert wrong in pad.handwriting.ink([wrong])
    pad.handwriting.bring_back([wrong])
    assert pad.handwriting.entries() == listed and pad.handwriting.aside() == [] and same(says(pad), before)


def test_without_a_file_it_is_set_aside_in_memory():
    pad = Recognizer()
    sample_id = pad.learn(write("n"), "n")
    pad.handwriting.set_aside([sample_id])
    assert not pad.handwriting.entries() and [entry.id for entry in pad.handwriting.aside()] == [sample_id]
    pad.handwriting.bring_back([sample_id])
    assert [entry.id for entry in pad.handwriting.entries()] == [sample_id]


def test_many_that_come_back_are_learned_bit_by_bit_where_nobody_waits(tmp_path):
    pad = Recognizer(tmp_path / "me.handpad", wait=False)
    for seed in range(70):
        pad.learn(write("nhu"[seed % 3], seed=seed), "nhu"[seed % 3])
    before = says(pad)
    pad.handwriting.restore(pad.handwriting.delete([entry.id for entry in pad.handwriting.entries()]))
    assert pad.behind() == 70
    while pad.catch_up():
        pass
    assert same(says(pad), before)


def test_the_samples_that_decide_are_told():
    pad = Recognizer(adapter="none")
    sample_id = pad.learn(write("n"), "n")
    assert pad.deciding() == set()
    for adapter in ("default", "paper"):
        pad.adapter = adapter
        assert pad.deciding() == {sample_id}


@pytest.mark.parametrize("adapter", ["default", "paper"])
def test_what_looks_like_ink_speaks_for_it_or_against_it(adapter):
    pad = Recognizer(adapter=adapter)
    own = pad.learn(write("o", seed=1), "Q")
    other = pad.learn(write("o", seed=2), "o")
    behind = pad.behind_reading(write("o", seed=3), "Q")
    assert behind[own] > 0 > behind[other]
    assert Recognizer(adapter="none").behind_reading(write("o"), "o") == {}


def test_a_sample_that_contradicts_the_others_is_doubted_with_its_reason():
    pad = Recognizer()
    for seed in range(8):
        for label in "nw":
            pad.learn(write(label, seed=seed), label)
    wrong = pad.learn(write("w", seed=30), "n")
    found = doubts(pad.handwriting.written())
    assert list(found) == [wrong]
    assert (found[wrong].label, found[wrong].looks_like, found[wrong].by_samples) == ("n", "w", True)
    assert found[wrong].reason == "It looks like your other “w”, not like your “n”."


def test_ink_that_no_sample_looks_like_is_doubted_too():
    pad = Recognizer()
    wrong = pad.learn(write("w"), "n")
    found = doubts(pad.handwriting.written())
    assert list(found) == [wrong] and found[wrong].looks_like in "wW" and not found[wrong].by_samples


def test_nothing_learned_is_nothing_doubted():
    assert doubts(Recognizer().handwriting.written()) == {}
