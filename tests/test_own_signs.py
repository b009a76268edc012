"""Signs of the writer's own: taught by writing them, read from then on, and kept from costing other characters."""

import numpy as np
import pytest
from handwriting import LETTERS, write, write_line
from signs import write_sign

from handpad import Recognizer
from handpad.adaptation import Observation
from handpad.adaptation.own_signs import ALL_SIGNS, FEWEST, OwnSigns
from handpad.errors import LabelError
from handpad.ink import Guide
from handpad.paths import bundled_models

GUIDE = Guide(74.0, 30.0)
SIGNS = "ä→☐č∞"


def teach(pad: Recognizer, signs: str = SIGNS, times: int = 3) -> list[str]:
    return [pad.learn(write_sign(sign, seed=time), sign, GUIDE) for sign in signs for time in range(times)]


def top(pad: Recognizer, ink: list[np.ndarray]) -> str:
    return pad.recognize(ink, GUIDE)[0].label


@pytest.mark.parametrize("adapter", ["default", "paper"])
def test_signs_are_read_after_three_samples_and_letters_stay_what_they_were(adapter):
    pad = Recognizer(adapter=adapter)
    before = {letter: top(pad, write(letter, at=(60, 74), seed=90)) for letter in LETTERS}
    assert not set(SIGNS) & set(pad.alphabet.known) and "ä" in pad.alphabet
    teach(pad)
    assert [top(pad, write_sign(sign, seed=50)) for sign in SIGNS] == list(SIGNS)
    assert {letter: top(pad, write(letter, at=(60, 74), seed=90)) for letter in LETTERS} == before
    candidates = pad.recognize(write("o", at=(60, 74)), GUIDE)
    assert len(candidates) == len(pad.model.labels) + len(SIGNS)
    assert sum(one.probability for one in candidates) == pytest.approx(1)


def test_a_sign_written_once_is_a_candidate():
    pad = Recognizer()
    teach(pad, "ä", times=1)
    assert "ä" in [one.label for one in pad.recognize(write_sign("ä", seed=50), GUIDE)[:3]]


@pytest.mark.parametrize("adapter", ["default", "paper"])
def test_signs_are_read_on_lines_among_letters(adapter):
    pad = Recognizer(adapter=adapter)
    signs = [*write_sign("ä", at=(60, 74), seed=50), *write_sign("☐", at=(200, 74), seed=51)]
    ink = [*signs, *write("n", at=(98, 74), seed=3)]
    assert "ä" not in pad.read_line(ink, GUIDE).text
    teach(pad)
    line = pad.read_line(ink, GUIDE)
    assert line.text == "än ☐"
    assert [one.label for one in line.characters] == ["ä", "n", "☐"] and not line.drawings
    plain = [stroke for letter in write_line("hot tool till") for stroke in letter]
    assert pad.read_line(plain, GUIDE).text == Recognizer(adapter=adapter).read_line(plain, GUIDE).text


def test_a_shorthand_of_several_characters_is_one_label():
    pad = Recognizer()
    for time in range(3):
        pad.learn(write_sign("∞", seed=time), "kind regards", GUIDE)
    (character,) = pad.read_line(write_sign("∞", seed=50), GUIDE).characters
    assert character.label == "kind regards"
    ((chance, said), *_) = pad.alternatives(write_sign("∞", seed=50), GUIDE)
    assert 0 < chance <= 1 and said[0].label == "kind regards"
    (spelled,) = pad.spelled(write_sign("∞", seed=51), "kind regards", GUIDE)
    assert spelled.label == "kind regards" and spelled.probability > 0.3


def test_signs_go_with_the_profile_and_are_learned_again_for_another_model(tmp_path):
    pad = Recognizer(tmp_path / "me.handpad")
    teach(pad, "ä→")
    expected = pad.recognize(write_sign("ä", seed=50), GUIDE)
    pad.close()
    again = Recognizer(tmp_path / "me.handpad")
    assert again.recognize(write_sign("ä", seed=50), GUIDE) == expected
    again.close()
    other = Recognizer(tmp_path / "me.handpad", model=bundled_models() / "paper")
    assert set(other.alphabet.known) >= {"ä", "→"} and top(other, write_sign("→", seed=1)) == "→"
    other.close()


def test_forgetting_a_sign_leaves_nothing_behind_and_restoring_brings_it_back(tmp_path):
    pad = Recognizer(tmp_path / "me.handpad")
    ink = write_sign("č", seed=50)
    before = pad.recognize(ink, GUIDE)
    ids = teach(pad, "č")
    expected = pad.recognize(ink, GUIDE)
    assert expected != before
    forgotten = [pad.forget(sample_id) for sample_id in ids]
    assert pad.recognize(ink, GUIDE) == before and "č" not in pad.alphabet.known
    pad.restore(forgotten)
    assert pad.recognize(ink, GUIDE) == expected
    pad.close()


def test_a_letter_that_is_put_right_is_not_taken_for_the_sign_again():
    pad = Recognizer()
    pad.learn(write("o", at=(60, 74), seed=1), "ø", GUIDE)
    assert top(pad, write("o", at=(60, 74), seed=2)) == "ø"
    pad.learn(write("o", at=(60, 74), seed=2), "o", GUIDE)
    assert top(pad, write("o", at=(60, 74), seed=2)) in "oO0"


def test_a_sign_that_looks_just_like_a_letter_is_told():
    pad = Recognizer()
    assert pad.looks_like(write("T", at=(60, 74)), GUIDE) == "T"
    assert pad.looks_like(write_sign("→"), GUIDE) == ""
    pad.learn(write("T", at=(60, 74)), "τ", GUIDE)
    assert pad.looks_like(write("T", at=(60, 74)), GUIDE) == "T"


def test_without_an_adapter_no_sign_is_taught():
    pad = Recognizer()
    teach(pad, "ä")
    pad.adapter = "none"
    assert "ä" not in pad.alphabet and top(pad, write_sign("ä", seed=1)) != "ä"
    with pytest.raises(LabelError, match="'ö'"):
        pad.learn(write("o"), "ö")
    pad.adapter = "default"
    assert top(pad, write_sign("ä", seed=1)) == "ä"


def test_a_restricted_alphabet_holds_only_the_signs_that_it_names(tmp_path):
    pad = Recognizer(tmp_path / "me.handpad")
    teach(pad, "ä→")
    pad.close()
    digits = Recognizer(tmp_path / "me.handpad", labels="0123456789")
    assert digits.alphabet.known == tuple("0123456789") and "ä" not in digits.alphabet
    with pytest.raises(LabelError):
        digits.learn(write_sign("ä"), "ä")
    digits.close()
    some = Recognizer(tmp_path / "me.handpad", labels=["a", "o", "ä"])
    assert some.alphabet.known == ("a", "o", "ä") and top(some, write_sign("ä", seed=1)) == "ä"
    assert "→" not in some.alphabet
    some.close()


@pytest.mark.parametrize("label", ["", " ", "\n", "\x00", "\ud800", "x" * 61, None, 7])
def test_what_cannot_be_shown_is_no_sign(label):
    pad = Recognizer()
    with pytest.raises(LabelError):
        pad.learn(write_sign("ä"), label)
    assert pad.sample_count() == 0


def test_a_sign_is_learned_in_its_composed_form():
    pad = Recognizer()
    pad.learn(write_sign("ä"), " a\u0308", GUIDE)
    assert [sample.label for sample in pad.samples()] == ["ä"]


def test_a_read_character_is_put_right_as_a_sign_and_several_characters_are_text_only():
    pad = Recognizer()
    reading = pad.read([*write("T", at=(60, 74)), *write("o", at=(130, 74))], GUIDE)
    done = pad.correct(reading.characters[1], "ö")
    assert done.text == "ö" and len(done) == 1 and not done.text_only
    done = pad.correct(reading.characters[0], "ch")
    assert done.text == "ch" and not len(done)
    pad.learn(write("T", at=(60, 74)), "ch", GUIDE)
    assert len(pad.correct(reading.characters[0], "ch")) == 1


def test_five_hundred_signs_are_compared_in_bounded_time():
    random = np.random.default_rng(0)
    signs = OwnSigns(random.normal(size=(90, 16)))
    count = 500
    seen = Observation(random.normal(size=(8 * count, 16)), np.zeros((8 * count, 1)), np.zeros((8 * count, 4)))
    signs.learn(range(8 * count), seen, [f"sign {number % count}" for number in range(8 * count)])
    odds = signs.log_odds(seen[-5:])
    assert odds.shape == (5, count) and odds.argmax(axis=1).tolist() == list(range(count - 5, count))
    assert len(signs._compared()[0]) <= max(ALL_SIGNS, FEWEST * count)
