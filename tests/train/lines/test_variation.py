import itertools

import numpy as np
import pytest
from handwriting import LETTERS, write, write_line

from handpad.reading.trajectory import writing_size
from handpad.train.lines.variation import (
    DESCENDING,
    Letters,
    Sample,
    beside,
    joined_words,
    no_writing,
    on_one_line,
    upside_down,
    varied,
)


def sample(text, size=30.0, writer="ced/1"):
    return Sample([stroke[:, :2] for letter in write_line(text, size) for stroke in letter], text, writer)


def same(one, other):
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def box(strokes):
    every = np.concatenate(strokes)
    return every.min(axis=0), every.max(axis=0)


# Rows and pieces


def test_rows_become_one_line_and_one_line_stays():
    one = sample("to the hills").strokes
    assert same(on_one_line(one), one)
    second = [stroke + np.array([0.0, 150.0]) for stroke in sample("lazy fox").strokes]
    placed = on_one_line([*one, *second])
    assert len(placed) == len(one) + len(second)
    assert box(placed[len(one) :])[0][0] > box(placed[: len(one)])[1][0]
    assert np.ptp(np.concatenate(placed)[:, 1]) < 1.5 * np.ptp(np.concatenate(second)[:, 1])


def test_pieces_stand_beside_each_other_with_their_gaps():
    pieces = [sample(text).strokes for text in ("to", "fox", "it")]
    placed = beside(pieces, [10.0, 25.0, 99.0])
    starts = np.cumsum([0, *map(len, pieces)])
    boxes = [box(placed[a:b]) for a, b in itertools.pairwise(starts)]
    gaps = [after[0][0] - before[1][0] for before, after in itertools.pairwise(boxes)]
    assert gaps == pytest.approx([10, 25])
    assert placed[0].shape == pieces[0][0].shape


# Variants


def test_the_same_seed_gives_the_same_variant_and_another_another():
    ink = sample("the lazy fox").strokes
    one, again, other = (varied(ink, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert same(one, again)
    assert not same(one, other)


@pytest.mark.parametrize("seed", range(8))
def test_a_variant_has_the_strokes_of_its_ink_and_leaves_the_ink_alone(seed):
    ink = sample("the lazy fox").strokes
    before = [stroke.copy() for stroke in ink]
    changed = varied(ink, np.random.default_rng(seed))
    assert same(ink, before)
    assert len(changed) == len(ink)
    for stroke, new in zip(ink, changed, strict=True):
        assert new.shape[1] == 2
        assert 2 <= len(new) <= len(stroke)
        assert np.isfinite(new).all()
    assert 0.5 < writing_size(changed) / writing_size(ink) < 2


def test_a_variant_of_a_dot_is_a_dot():
    (dot,) = varied([np.array([[3.0, 4.0]])], np.random.default_rng(1))
    assert dot.shape == (1, 2)


# Words to lines


def test_words_of_one_writer_become_a_line_of_them():
    words = [sample("to", 30.0), sample("fox", 18.0), sample("hill", 60.0)]
    one, again = (joined_words(words, np.random.default_rng(3)) for _ in range(2))
    assert (one.text, one.writer) == ("to fox hill", "ced/1")
    assert same(one.strokes, again.strokes)
    assert len(one.strokes) == sum(len(word.strokes) for word in words)
    starts = np.cumsum([0, *(len(word.strokes) for word in words)])
    substrokes = [one.strokes[a:b] for a, b in itertools.pairwise(starts)]
    for before, after in itertools.pairwise(substrokes):
        assert box(after)[0][0] > box(before)[1][0]
    sizes = [writing_size(substroke) for substroke in substrokes]
    assert max(sizes) / min(sizes) < 2  # written at 18 and 60


# Letters to words


LEFT, RIGHT = "oclitvxzuwagpy", "bdefhjkmnqrsHTLAE74"


@pytest.fixture(scope="module")
def letters() -> Letters:
    """Two writers who wrote different letters, the second three times as large, and one who wrote too few."""
    characters = [
        ("ced/small", label, [s[:, :2] for s in write(label, 20, seed=1)]) for label in LEFT for _ in range(2)
    ]
    characters += [("ced/large", label, [s[:, :2] for s in write(label, 60, seed=2)]) for label in RIGHT]
    characters += [("ced/few", label, [s[:, :2] for s in write(label, 200, seed=3)]) for label in "ocl"]
    return Letters(characters, ["pita", "goat", "herd", "zebra", "quick"])


def test_a_word_is_spelled_with_the_letters_of_one_writer(letters):
    generator = np.random.default_rng(1)
    words = [letters.word(generator) for _ in range(150)]
    own = {"ced/small": set(LEFT), "ced/large": set(RIGHT)}
    assert {word.writer for word in words} == set(own)
    for word in words:
        assert set(word.text) - {" "} <= own[word.writer]
        assert len(word.strokes) == sum(len(LETTERS[label]) for label in word.text.replace(" ", ""))
    texts = {word.text for word in words}
    assert {"pita", "goat", "herd"} <= texts  # zebra and quick have letters of both
    assert not {"zebra", "quick"} & texts


def test_the_same_seed_spells_the_same_words(letters):
    one, again = ([letters.word(np.random.default_rng(seed)) for seed in range(5)] for _ in range(2))
    assert [word.text for word in one] == [word.text for word in again]
    assert all(same(a.strokes, b.strokes) for a, b in zip(one, again, strict=True))


def test_letters_stand_on_one_line_and_descenders_below_it(letters):
    generator = np.random.default_rng(2)
    lowest: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(60):
        word = letters.word(generator)
        size = 20 if word.writer == "ced/small" else 60
        start, left = 0, -np.inf
        for label in word.text.replace(" ", ""):
            ink = word.strokes[start : start + len(LETTERS[label])]
            start += len(ink)
            assert box(ink)[0][0] > left  # one behind the other
            left = box(ink)[0][0]
            lowest[label in DESCENDING].append(box(ink)[1][1] / size)
    assert np.abs(lowest[False]).max() < 0.4
    assert min(lowest[True]) > 0.1
    assert np.mean(lowest[True]) > 0.4


def test_single_characters_are_as_they_were_written(letters):
    generator = np.random.default_rng(3)
    for _ in range(30):
        one = letters.one(generator)
        size, seed = (20, 1) if one.text in LEFT else (60, 2)
        assert same(one.strokes, [stroke[:, :2] for stroke in write(one.text, size, seed=seed)])


def test_what_is_no_writing_has_ink_and_says_nothing():
    generator = np.random.default_rng(3)
    kinds = [no_writing(generator) for _ in range(60)]
    assert {sample.text for sample in kinds} == {""}
    assert all(np.isfinite(stroke).all() and len(stroke) > 1 for sample in kinds for stroke in sample.strokes)
    assert len({len(sample.strokes) for sample in kinds}) > 3


def test_a_line_upside_down_is_the_same_ink_in_the_same_order():
    line = Sample([np.array([[0.0, 1.0], [2.0, 3.0]])], "no", "ced/1")
    turned = upside_down(line)
    assert turned.text == ""
    np.testing.assert_array_equal(turned.strokes[0], [[0, -1], [-2, -3]])
