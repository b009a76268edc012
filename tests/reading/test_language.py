import numpy as np
import pytest

from handpad.errors import HandpadError
from handpad.reading.language import ALPHABET, Language


@pytest.fixture(scope="module")
def english() -> Language:
    return Language.load()


def states_along(language: Language, text: str) -> list[int]:
    states = [language.start()]
    for character in text:
        states.append(language.next(states[-1], character))
    return states


@pytest.mark.parametrize(
    "text", ["Call me at noon.", "WHAT A DAY", "12345 78901", "238$ + 154% = 366.52", "a'b''c é ~~"]
)
def test_every_state_foresees_every_character(english, text):
    for language in (english, english.with_words(["McTavish", "zzyzx"])):
        for state in states_along(language, text):
            row = language.log_probabilities(state)
            assert row.shape == (len(ALPHABET),) and row.dtype == np.float32
            assert 0 <= state < 2**63
            assert np.exp(row.astype(float)).sum() == pytest.approx(1, abs=1e-4)
            assert row.min() > -10.5


def test_a_score_is_the_sum_along_the_states(english):
    text = "Bring 12 eggs, please."
    states = states_along(english, text)
    rows = [english.log_probabilities(state) for state in states]
    total = sum(float(row[ALPHABET.index(c)]) for row, c in zip(rows, text, strict=False))
    assert english.score(text) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(
    "likely, unlikely",
    [
        ("Please call me tomorrow", "Please call me tomorrcw"),
        ("the house on the hill", "the h0use on the hill"),
        ("THE HOUSE ON THE HILL", "THE HOUsE ON THE HILL"),
        ("THE HOUSE ON THE HILL", "THE HOUSE oN THE HILL"),
        ("the house on the hill", "the houSe on the hill"),
        ("Well, it was cold", "Well, lt was cold"),
        ("in 2019 and 2020", "in 2Ol9 and 2020"),
        ("021 555 0198", "O21 555 0198"),
        ("4.50 + 3.20 = 7.70", "4.5o + 3.2O = 7.7o"),
        ("The Garden Of The King", "The GardEn of The King"),
        ("DON'T TOUCH THE PAINT", "DON't TOUCH THE PAINT"),
    ],
)
def test_what_people_write_scores_higher(english, likely, unlikely):
    assert english.score(likely) > english.score(unlikely)


def test_words_of_the_list_in_any_case(english):
    assert all(map(english.is_word, ["house", "House", "HOUSE", "don't", "Monday"]))
    assert not any(map(english.is_word, ["", "hous3", "housf", "é", "x7"]))


def test_own_words_help_themselves_and_little_else(english):
    own = english.with_words(["Kowalczyk", "housf"])
    assert own.is_word("kowalczyk") and own.is_word("housf") and not english.is_word("Kowalczyk")
    assert own.is_word("house") and not own.is_word("kowal")
    assert own.score("to Kowalczyk") > english.score("to Kowalczyk") + 8
    assert own.score("TO KOWALCZYK") > english.score("TO KOWALCZYK") + 5
    assert own.score("a house in Berlin") == pytest.approx(english.score("a house in Berlin"), abs=0.5)
    assert own.with_words([]).score("Kowalczyk") == pytest.approx(english.score("Kowalczyk"))


def test_odd_own_words_do_no_harm(english):
    own = english.with_words(["", "é", "x7", "'", "a" * 300, "no"])
    assert np.exp(own.log_probabilities(own.start()).astype(float)).sum() == pytest.approx(1, abs=1e-4)
    assert own.score("a" * 300) > english.score("a" * 300)


@pytest.mark.parametrize("text", ["xqzvk 7Q#9", "aB~|^`", "....||||"])
def test_no_character_is_forbidden(english, text):
    assert english.score(text) > -10.5 * len(text)


def test_the_cache_is_bounded_and_states_outlive_it(english, monkeypatch):
    monkeypatch.setattr("handpad.reading.language.CACHED_STATES", 5)
    monkeypatch.setattr("handpad.reading.language.CACHED_CONTEXTS", 5)
    monkeypatch.setattr("handpad.reading.language.CACHED_STEPS", 5)
    text = "a line longer than the cache"
    states = states_along(english, text)
    rows = [english.log_probabilities(state).copy() for state in states]
    assert len(english._rows) <= 5
    for state, row in zip(states, rows, strict=True):
        np.testing.assert_allclose(english.log_probabilities(state), row)


def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(HandpadError, match="cannot be read"):
        Language.load("no such language")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"not a zip file")
    with pytest.raises(HandpadError, match="no language file"):
        Language.load(broken)
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(HandpadError, match="no language file"):
        Language.load(tmp_path / "other.npz")
    np.savez(tmp_path / "short.npz", format=1)
    with pytest.raises(HandpadError, match="damaged"):
        Language.load(tmp_path / "short.npz")
