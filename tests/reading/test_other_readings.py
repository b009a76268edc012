"""Other readings of ink that the writer asks about: words of the language near it, words joined and parted."""

import numpy as np
import pytest
from handwriting import write_line

from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.language import TREE_CHARACTERS, Language
from handpad.reading.near_words import NearWords
from handpad.reading.other_readings import strangeness
from handpad.recognizer import Recognizer


@pytest.fixture(scope="module")
def pad():
    return Recognizer()


@pytest.fixture(scope="module")
def language():
    return Language.load()


def costs_of(text: str) -> np.ndarray:
    """Of ink that says just this and nothing like it."""
    return np.array([[0.0 if letter == one else 20.0 for one in TREE_CHARACTERS] for letter in text])


def said(characters) -> str:
    return "".join((" " if one.space and place else "") + one.label for place, one in enumerate(characters))


def ink_of(text: str) -> list[np.ndarray]:
    return [stroke for letter in write_line(text, gap=0.3) for stroke in letter]


def test_words_lie_near_that_few_edits_make(language):
    near = NearWords(language)
    for read, meant in (("docoments", "documents"), ("fotitude", "fortitude"), ("commmercial", "commercial")):
        assert near.find(costs_of(read))[0] == meant


def test_a_letter_costs_what_the_ink_says(language):
    costs = costs_of("cot")
    costs[1, TREE_CHARACTERS.index("a")] = 0.5
    assert NearWords(language).find(costs)[:2] == ["cot", "cat"]


def test_own_words_are_near_as_well(language):
    assert "zyxt" in NearWords(language.with_words(["zyxt"])).find(costs_of("zyxl"))
    assert "zyxt" not in NearWords(language).find(costs_of("zyxl"))


def test_words_and_usual_case_are_less_strange(language):
    assert strangeness(language, "know") == strangeness(language, "(Know)") == strangeness(language, "KNOW.") == 0
    assert 0 < strangeness(language, "knwo") < strangeness(language, "kNwo")
    assert strangeness(language, "12:30") == 0


def test_a_word_near_the_ink_is_offered_though_a_letter_is_missing(pad):
    ink = ink_of("documnt")
    texts = [said(characters) for _, characters in pad.alternatives(ink, count=5)]
    assert "document" in texts
    chances = [chance for chance, _ in pad.alternatives(ink, count=5)]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1 + 1e-9


def test_what_is_offered_covers_the_ink_of_the_word_and_nothing_else(pad):
    ink = ink_of("documnt")
    for _, characters in pad.alternatives(ink, count=8):
        strokes = sorted({part.stroke for one in characters for part in one.substrokes})
        assert strokes == list(range(len(ink)))
        assert all(0 <= one.probability <= 1 for one in characters)


def test_a_word_is_also_offered_joined_with_the_next_one(pad):
    first, second = write_line("in", gap=0.3), write_line("side", at=(118.0, 74.0), gap=0.3)
    ink = [stroke for letter in (*first, *second) for stroke in letter]
    known, place = [], sum(map(len, first))
    for number, (letter, label) in enumerate(zip(second, "side", strict=True)):
        parts = tuple(Substroke(place + n, 0, len(stroke)) for n, stroke in enumerate(letter))
        known.append(KnownCharacter(parts, label, space=None if number == 0 else False))
        place += len(letter)
    texts = [said(characters) for _, characters in pad.alternatives(ink, known=known, count=8)]
    assert {"in side", "inside"} <= set(texts)
    apart = [KnownCharacter(known[0].substrokes, "s", space=True), *known[1:]]
    texts = [said(characters) for _, characters in pad.alternatives(ink, known=apart, count=8)]
    assert "inside" not in texts
    assert "in side" in texts
