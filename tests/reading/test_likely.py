import itertools

import numpy as np
import pytest
from handwriting import write_line

from handpad.adaptation.line import RidgeLineAdapter
from handpad.ink import Guide
from handpad.model.base import BaseModel
from handpad.reading.language import Language
from handpad.reading.lattice import lattice
from handpad.reading.likely import LIKELY, likelihoods
from handpad.reading.reader import Reader

GUIDE = Guide(74.0, 30.0)


@pytest.fixture(scope="module")
def reader():
    return Reader.for_model(BaseModel.load(), Language.load())


def ink_of(text):
    return [stroke for letter in write_line(text, gap=0.3) for stroke in letter]


def paths(segments, start=0):
    """All ways to part a line into groups."""
    if start == len(segments.fragments):
        yield ()
    for segment in np.flatnonzero(segments.starts == start):
        for rest in paths(segments, int(segments.stops[segment])):
            yield (int(segment), *rest)


def test_it_is_the_share_of_all_readings():
    segments, rng = lattice(ink_of("Hit")), np.random.default_rng(0)
    labels, spaces = rng.normal(0, 2, (len(segments), 3)), rng.normal(0, 2, (len(segments.fragments) - 1, 2))
    expected, total = np.zeros((len(segments), 3)), 0.0
    for path in paths(segments):
        for said in itertools.product(range(3), repeat=len(path)):
            for spaced in itertools.product(range(2), repeat=len(path) - 1):
                score = sum(labels[segment, label] for segment, label in zip(path, said, strict=True))
                score += sum(spaces[segments.starts[g] - 1, space] for g, space in zip(path[1:], spaced, strict=True))
                total += np.exp(score)
                expected[list(path), list(said)] += np.exp(score)
    found = likelihoods(segments, labels, spaces, ["a", "b", "d"])
    np.testing.assert_allclose(found, expected / total, rtol=1e-6)


def test_shape_twins_are_counted_together():
    segments, rng = lattice(ink_of("Hit")), np.random.default_rng(0)
    labels, spaces = rng.normal(0, 2, (len(segments), 3)), np.zeros((len(segments.fragments) - 1, 2))
    apart = likelihoods(segments, labels, spaces, ["a", "b", "d"])
    found = likelihoods(segments, labels, spaces, ["c", "C", "d"])
    np.testing.assert_allclose(found, np.stack([apart[:, 0] + apart[:, 1]] * 2 + [apart[:, 2]], axis=1))


def test_one_stroke_alone_is_one_character():
    segments = lattice(ink_of("l"))
    found = likelihoods(segments, np.array([[3.0, 1.0]]), np.zeros((0, 2)), ["a", "b"])
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("written", "typed", "likely"),
    [
        ("The", "The", "The"),
        ("coil", "Coil", "Coil"),
        ("clot", "dot", "dot"),
        ("othe", "The", "he"),
        ("TThe", "The", "he"),
        ("vit", "nit", "it"),
        ("tool", "fool", "ool"),
    ],
)
def test_ink_that_looks_otherwise_is_not_likely(reader, written, typed, likely):
    spelled = reader.spelled(ink_of(written), typed, GUIDE)
    assert "".join(one.label for one in spelled) == typed
    assert "".join(one.label for one in spelled if one.probability >= LIKELY) == likely


def test_what_the_writer_taught_makes_ink_likely(reader):
    adapter, ink = RidgeLineAdapter(), ink_of("vit")
    before = reader.spelled(ink, "nit", GUIDE, adapter)
    character = reader.read_line(ink, GUIDE, adapter).characters[0]
    for number in range(3):
        label = [BaseModel.load().index("n")]
        adapter.learn(
            [number],
            character.observation,
            character.geometry[None],
            reader.in_context(character.observation, character.geometry[None]).__getitem__,
            label,
            [False],
        )
    after = reader.spelled(ink, "nit", GUIDE, adapter)
    assert before[0].probability < LIKELY < after[0].probability
    assert [one.substrokes for one in before] == [one.substrokes for one in after]


def test_other_readings_tell_how_likely_their_ink_is(reader):
    for _, characters in reader.alternatives(ink_of("tool"), GUIDE):
        assert all(0 <= one.probability <= 1 for one in characters)
