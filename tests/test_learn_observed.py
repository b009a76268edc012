"""Characters of which there is no ink, only a glyph and cues: observed, ranked and learned by the recognizer."""

import numpy as np
import pytest
from handwriting import write, write_line

from handpad import Recognizer
from handpad.errors import InkError, LabelError, ProfileError
from handpad.glyph import cues, glyph
from handpad.model.base import BaseModel
from handpad.paths import bundled_models

MODEL = BaseModel.load()
LINE = [stroke for letter in write_line("vow vex fox") for stroke in letter]


def glyphs_of(characters):
    """Glyphs and cues, as a data set without ink has them."""
    ink = [write(label, seed=seed) for label, seed in characters]
    return np.stack([glyph(strokes) for strokes in ink]), np.stack([cues(strokes) for strokes in ink])


def said(pad):
    """What it makes of characters and of a line, to the last bit."""
    ranked = [pad.recognize(write(letter, seed=99)) for letter in "vox"]
    return ranked, [character.candidates for character in pad.read(LINE).characters]


def test_glyphs_are_observed_as_their_ink_is():
    pad = Recognizer(model=MODEL, labels="vox")
    one, other = pad.observe([(write("v", seed=0), None)]), pad.observe_glyphs(*glyphs_of([("v", 0)]))
    assert np.array_equal(one.embeddings, other.embeddings)
    assert np.array_equal(one.logits, other.logits)
    assert np.array_equal(one.cues, other.cues)


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("adapter", ["default", "paper", "none"])
def test_they_teach_what_their_ink_would_teach(adapter, confirmed):
    with_ink, without = (Recognizer(model=MODEL, adapter=adapter) for _ in range(2))
    before = said(with_ink), said(without)  # the line sides are there, and have to learn too
    characters = [("v", seed) for seed in range(3)] + [("o", 4)]
    for place, (label, seed) in enumerate(characters):
        with_ink.learn(write(label, seed=seed), "&", confirmed=confirmed)
        without.learn_observed(without.observe_glyphs(*glyphs_of(characters[place : place + 1])), "&", confirmed)
    assert said(without) == said(with_ink)
    assert (said(without) in before) == (adapter == "none")


def test_a_confirmation_counts_less_than_a_correction():
    pads = [Recognizer(model=MODEL) for _ in range(2)]
    for pad, confirmed in zip(pads, (False, True), strict=True):
        pad.learn_observed(pad.observe_glyphs(*glyphs_of([("v", 1)])), "&", confirmed)
    corrected, confirmed = ({c.label: c.probability for c in pad.recognize(write("v", seed=99))}["&"] for pad in pads)
    assert corrected > confirmed


def test_they_are_kept_after_what_has_ink_when_the_adapter_is_chosen_anew():
    pad, other = (Recognizer(model=MODEL, adapter="paper") for _ in range(2))
    characters = [("v", 1), ("o", 2), ("x", 3)]
    pad.learn(write("v", seed=0), "&")
    pad.learn_observed(pad.observe_glyphs(*glyphs_of(characters)), "&&x")
    for label, (shape, seed) in zip("&&&x", [("v", 0), *characters], strict=True):
        other.learn(write(shape, seed=seed), label)
    for adapter in ("none", "default", "paper"):
        pad.adapter = other.adapter = adapter
        assert said(pad) == said(other)
    assert pad.sample_count() == len(pad.samples()) == 1


def test_what_fits_neither_model_nor_labels_is_refused_and_changes_nothing(tmp_path):
    pad, digits = Recognizer(model=MODEL), Recognizer(model=MODEL, labels="0123456789")
    observation, before = pad.observe_glyphs(*glyphs_of([("v", 0), ("o", 0)])), said(pad)
    for labels, error in (("", ValueError), ("v", ValueError), ("vox", ValueError), (["v", 61 * "x"], LabelError)):
        with pytest.raises(error):
            pad.learn_observed(observation, labels)
    elsewhere = Recognizer(model=bundled_models() / "paper")
    for other, said_so in ((digits, "00"), (elsewhere, "oo")):
        with pytest.raises(ValueError, match="by this model and alphabet"):
            pad.learn_observed(other.observe([(write("o"), None)] * 2), said_so)
    assert said(pad) == before
    kept = Recognizer(tmp_path / "me.handpad", model=MODEL)
    with pytest.raises(ProfileError, match="ink"):
        kept.learn_observed(observation, "vo")
    assert said(kept) == before
    glyphs, places = glyphs_of([("v", 0), ("o", 0)])
    for bad in (
        (glyphs[:0], places[:0]),
        (glyphs[0], places[0]),
        (glyphs / 255, places),
        (glyphs[:, :20], places),
        (glyphs, places[:1]),
        (glyphs, places[:, :3]),
        (glyphs, places * np.nan),
    ):
        with pytest.raises(InkError):
            pad.observe_glyphs(*bad)


def test_the_classifiers_of_the_papers_adapter_are_told_with_how_far_they_are_trusted():
    pad = Recognizer(model=MODEL, adapter="paper")
    observation = pad.observe([(write("v", seed=99), None)])
    first = pad.rank(observation)[0][0].label
    assert pad.votes(observation) == [{"base": first}]  # the others have nothing to look at
    assert set(np.concatenate(list(pad.confidence().values()))) == {0.5}
    for seed in range(12):
        pad.learn(write("v", seed=seed), "&")
    votes, trusted = pad.votes(observation)[0], pad.confidence()
    assert votes.pop("base") == first
    assert set(votes.values()) == {"&"}
    assert list(trusted) == ["base", *votes]
    assert trusted["base"].shape == (len(pad.model.labels),)
    assert trusted["base"][pad.model.index(first)] < 0.5 < trusted["2 nearest"][pad.model.index("&")]
    pad.adapter = "default"
    assert pad.votes(observation) == [{}]
    assert pad.confidence() == {}


def test_recognizers_that_share_a_loaded_model_learn_apart():
    one, other = Recognizer(model=MODEL), Recognizer(model=MODEL)
    before = said(other)
    for seed in range(4):
        one.learn(write("v", seed=seed), "&")
    assert said(other) == before == said(Recognizer())
    assert said(one) != before
