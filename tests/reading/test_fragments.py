import itertools

import numpy as np
import pytest
from handwriting import LETTERS, line, write, write_line

from handpad.reading.fragments import CROWDED, KnownCharacter, Substroke, cuts, fragments_of, ink_of, joined

SIZE = 40.0


def joined_letters(count, step=1.0):
    """Arches joined at the baseline in one stroke, as in a written m or uuu: low points at 0, step, 2 step ..."""
    corners = [(0.0, 0.0)]
    for number in range(count):
        corners += [((number + 0.5) * step, -1.0), ((number + 1) * step, 0.0)]
    return np.pad(line(*corners) * SIZE, ((0, 0), (0, 2)), constant_values=np.nan)


def test_a_wide_stroke_is_cut_at_its_low_points():
    stroke = joined_letters(4)
    rows = cuts(stroke, SIZE)
    assert stroke[rows, 0] == pytest.approx([SIZE, 2 * SIZE, 3 * SIZE])


@pytest.mark.parametrize("stroke", [joined_letters(1), joined_letters(4, step=0.3), write("o", 30.0)[0]])
def test_a_narrow_stroke_is_not_cut(stroke):
    assert cuts(stroke, SIZE) == []


def test_cuts_of_a_scribble_are_bounded_and_leave_no_sliver():
    walk = np.cumsum(np.random.default_rng(3).normal(0, 10, (5000, 2)), axis=0)
    rows = cuts(walk, SIZE)
    assert 0 < len(rows) <= 24
    assert all(np.diff([0, *rows, len(walk) - 1]) > 0)
    assert min(np.diff(np.sort(walk[rows, 0]))) >= 0.25 * SIZE


def test_the_parts_of_a_cut_stroke_share_their_ends_and_lose_nothing():
    stroke = joined_letters(4)
    fragments = fragments_of([stroke], SIZE)
    assert len(fragments) == 4
    for before, after in itertools.pairwise(fragments):
        assert before.substrokes[0].stop - 1 == after.substrokes[0].start
    assert joined(substroke for fragment in fragments for substroke in fragment.substrokes) == (
        Substroke(0, 0, len(stroke)),
    )
    assert joined(fragments[0].substrokes + fragments[2].substrokes) == (
        fragments[0].substrokes[0],
        fragments[2].substrokes[0],
    )
    both = fragments[1].substrokes + fragments[2].substrokes
    ends = [both[0].start, both[1].stop - 1]
    np.testing.assert_array_equal(ink_of(joined(both), [stroke])[0][[0, -1]], stroke[ends])


def test_pieces_come_from_left_to_right_however_they_were_written():
    letters = write_line("oxtow")
    ink = [stroke for letter in reversed(letters) for stroke in letter]
    centers = [fragment.box.center[0] for fragment in fragments_of(ink, SIZE)]
    assert centers == sorted(centers)


def test_the_dot_of_a_slanted_i_follows_its_stem():
    stem, dot = write("i", 30.0)
    dot = dot + np.array([14.0, 0, 0, 0])  # further right than the next letter's stem
    fragments = fragments_of([stem, dot, write("l", 30.0, at=(8.0, 0.0))[0]], SIZE)
    assert [fragment.substrokes[0].stroke for fragment in fragments] == [0, 1, 2]


def test_a_fixed_character_is_one_piece_whatever_it_is_made_of():
    stroke = joined_letters(4)
    far = write("l", 30.0, at=(400.0, 0.0))[0]
    rows = cuts(stroke, SIZE)
    substrokes = (Substroke(0, rows[0], rows[2] + 1), Substroke(1, 0, len(far)))
    character = KnownCharacter(substrokes, "a", True)
    fragments = fragments_of([stroke, far], SIZE, [character])
    held = [fragment for fragment in fragments if fragment.known]
    assert [fragment.substrokes for fragment in held] == [substrokes]
    assert held[0].known is character
    free = sorted(fragment.substrokes for fragment in fragments if not fragment.known)
    assert free == [(Substroke(0, 0, rows[0] + 1),), (Substroke(0, rows[2], len(stroke)),)]


def test_two_fixed_neighbours_on_one_stroke_leave_nothing_between_them():
    stroke = joined_letters(4)
    rows = cuts(stroke, SIZE)
    known = [
        KnownCharacter((Substroke(0, 0, rows[1] + 1),), "a"),
        KnownCharacter((Substroke(0, rows[1], len(stroke)),), "b"),
    ]
    assert [fragment.known for fragment in fragments_of([stroke], SIZE, known)] == known


@pytest.mark.parametrize("label", sorted(LETTERS))
def test_letters_of_ordinary_width_stay_whole(label):
    ink = write(label, 30.0)
    if max(np.ptp(stroke[:, 0]) for stroke in ink) < 1.3 * SIZE:
        assert len(fragments_of(ink, SIZE)) == len(ink)


def test_a_tangle_is_one_piece_and_the_writing_beside_it_stays():
    rng = np.random.default_rng(0)
    scribble = [rng.uniform(0, 60, (2, 4)) for _ in range(4 * CROWDED)]
    word = [stroke + np.array([200, 60, 0, 0]) for letter in write_line("Hot", 40, (0, 0)) for stroke in letter]
    fragments = fragments_of([*scribble, *word], 60)
    assert {substroke.stroke for substroke in fragments[0].substrokes} == set(range(len(scribble)))
    assert sorted(fragment.substrokes[0].stroke - len(scribble) for fragment in fragments[1:]) == list(range(len(word)))


def test_what_is_settled_inside_a_tangle_stays_a_piece():
    strokes = [np.random.default_rng(n).uniform(0, 60, (2, 4)) for n in range(4 * CROWDED)]
    character = KnownCharacter((Substroke(7, 0, 2),), "x")
    tangle, own = fragments_of(strokes, 60, [character])
    assert own.known is character
    assert {substroke.stroke for substroke in tangle.substrokes} == set(range(len(strokes))) - {7}


def test_a_line_has_a_bounded_number_of_pieces():
    wave = np.column_stack([np.arange(300) * 9.0, 30.0 * (np.arange(300) % 2), np.zeros((300, 2))])
    strokes = [wave + np.array([3000.0 * number, 0, 0, 0]) for number in range(100)]
    assert len(fragments_of(strokes[:20], 30)) > 200
    assert len(fragments_of(strokes, 30)) == 100


def test_a_stroke_of_very_many_turns_is_cut_at_once():
    noise = np.random.default_rng(0).uniform(0, 1000, (200_000, 4))
    assert 0 < len(cuts(noise, 30)) <= 24
