"""What a writer's corrections teach the reading of lines."""

import numpy as np
import pytest
from handwriting import write_line

from handpad.adaptation.line import NO_ADAPTER, RidgeLineAdapter
from handpad.model.base import BaseModel
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.language import Language
from handpad.reading.lattice import GEOMETRY
from handpad.reading.reader import Reader

MODEL = BaseModel.load()


@pytest.fixture(scope="module")
def reader():
    return Reader.for_model(MODEL, Language.load())


def ink_of(text, **how):
    return [stroke for letter in write_line(text, **how) for stroke in letter]


def teach(reader, adapter, ink, characters, regrouped=False):
    """Let an adapter learn a line as it is right: characters as (label, numbers of its strokes)."""
    fixed = [
        KnownCharacter(tuple(Substroke(n, 0, len(ink[n])) for n in numbers), label) for label, numbers in characters
    ]
    read = reader.read_line(ink, known=fixed).characters
    for place, character in enumerate(read):
        line_context = reader.line_context(ink, fixed, place, character.label, adapter=adapter, regrouped=regrouped)
        number = len(adapter) + 1
        label = MODEL.index(character.label)
        geometry = line_context.geometry[None]
        adapter.learn(
            [number],
            character.observation,
            geometry,
            reader.in_context(character.observation, geometry).__getitem__,
            [label],
            [False],
        )
        misparted = reader.misparted(character.observation, line_context)
        if misparted is not None:
            adapter.learn_grouping(number, *misparted)


def line_of(text, **labels):
    """The ink of a text, and its characters for `teach`, some of them with other labels."""
    ink, characters = [], []
    for label, letter in zip(text, write_line(text), strict=True):
        characters.append((labels.get(label, label), range(len(ink), len(ink) + len(letter))))
        ink += letter
    return ink, characters


def as_read(reader, ink, adapter):
    return [
        (c.label, tuple(substroke.stroke for substroke in c.substrokes))
        for c in reader.read_line(ink, adapter=adapter).characters
    ]


def test_an_adapter_that_knows_nothing_changes_nothing(reader):
    ink = ink_of("pack my box")
    plain, other = reader.read_line(ink), reader.read_line(ink, adapter=RidgeLineAdapter())
    assert [c.candidates for c in plain.characters] == [c.candidates for c in other.characters]


def test_what_is_corrected_is_read_so_elsewhere_and_the_rest_stays(reader):
    adapter = RidgeLineAdapter()
    for text in ("vox", "cvo", "xov"):
        teach(reader, adapter, *line_of(text, v="r"))
    assert "".join(label for label, _ in as_read(reader, ink_of("toxvo"), adapter)) == "toxro"
    assert reader.read_line(ink_of("the quick"), adapter=adapter).text == "the quick"


def test_forgetting_all_is_as_if_nothing_had_been_learned(reader):
    adapter, (ink, characters) = RidgeLineAdapter(), line_of("vox", v="%")
    teach(reader, adapter, ink, characters, regrouped=True)
    assert reader.read_line(ink, adapter=adapter).text != reader.read_line(ink).text
    for number in (1, 2, 3):
        adapter.forget(number)
    assert len(adapter) == 0
    plain, other = reader.read_line(ink), reader.read_line(ink, adapter=adapter)
    assert [c.candidates for c in plain.characters] == [c.candidates for c in other.characters]
    with pytest.raises(KeyError):
        adapter.forget(1)


def test_parts_that_the_writer_joined_are_joined_the_next_time(reader):
    ink = ink_of("lcit")  # a K of a bar and an arc
    right = [("K", (0, 1)), ("i", (2, 3)), ("t", (4, 5))]
    assert as_read(reader, ink, NO_ADAPTER)[0] != right[0]
    adapter = RidgeLineAdapter()
    for _ in range(2):
        teach(reader, adapter, ink, right, regrouped=True)
    again = [stroke * (1.1, 1.1, 1, 1) for stroke in ink]
    assert as_read(reader, again, adapter)[0] == right[0]
    alone = ink_of("quick lox")  # an l alone is no part of a K
    assert reader.read_line(alone, adapter=adapter).text == reader.read_line(alone).text


def test_what_was_learned_off_any_line_counts_by_its_shape(reader):
    adapter = RidgeLineAdapter()
    for number, text in enumerate(("vo", "vox", "vol"), start=1):
        observation = reader.read_line(ink_of(text)).characters[0].observation
        nowhere = np.full((1, GEOMETRY), np.nan, np.float32)
        adapter.learn(
            [number],
            observation,
            nowhere,
            reader.in_context(observation, nowhere).__getitem__,
            [MODEL.index("%")],
            [False],
        )
    chance = reader.read_line(ink_of("ov")).characters[1].probability
    after = dict(reader.read_line(ink_of("ov"), adapter=adapter).characters[1].candidates)
    assert after.get("v", 0.0) < chance
    assert after["%"] > 0
