import numpy as np
import pytest
from handwriting import line, write, write_line

from handpad.reading.trajectory import FEATURES, FRAME, MOST_POINTS, Trajectory, trajectory, writing_size

TEXT = "it tilts upon hills"
PLAIN = 13
"""Features before the bitmap: 5 columns of 8 rows, from above to below."""

PEN, FIRST, LAST, AHEAD, BACK = 6, 7, 8, 9, 12


def ink(text=TEXT, **where):
    return [stroke[:, :2] for letter in write_line(text, **where) for stroke in letter]


def bitmap(observation: Trajectory) -> np.ndarray:
    """(points, 5 columns, 8 rows)."""
    return observation.features[:, PLAIN:].reshape(-1, 5, 8)


def same(one: Trajectory, other: Trajectory) -> bool:
    """Whether two trajectories agree but for rounding, which may move single points to the next cell of a bitmap."""
    return (
        np.array_equal(one.strokes, other.strokes)
        and np.allclose(one.positions, other.positions, atol=1e-3)
        and np.allclose(one.features[:, :PLAIN], other.features[:, :PLAIN], atol=1e-3)
        and float(np.abs(one.features[:, PLAIN:] - other.features[:, PLAIN:]).mean()) < 1e-3
    )


def shapes_fit(observation: Trajectory, strokes) -> None:
    """What holds of every trajectory."""
    assert observation.features.shape == (FRAME * len(observation.strokes), FEATURES)
    assert observation.features.dtype == np.float32
    assert np.isfinite(observation.features).all()
    assert len(observation.positions) == len(observation.strokes)
    assert np.isfinite(observation.positions).all()
    assert set(observation.strokes.tolist()) == set(range(len(strokes)))
    assert (np.diff(observation.strokes) >= 0).all()
    assert observation.size > 0
    lengths = np.array([len(stroke) for stroke in strokes])
    down = observation.positions >= 0
    assert (observation.positions[down] <= lengths[observation.strokes[down]] - 1).all()
    assert (observation.positions[~down] == -1).all()


def test_frames_never_straddle_strokes():
    strokes = ink()
    observation = trajectory(strokes)
    shapes_fit(observation, strokes)
    pen = observation.features[:, PEN].reshape(-1, FRAME)
    assert (pen == pen[:, :1]).all()
    assert ((pen[:, 0] == 0) == (observation.positions < 0)).all()
    # One frame of air before each stroke but the first; each stroke begins and ends once, with its own frames.
    assert (observation.positions < 0).sum() == len(strokes) - 1
    for number in range(len(strokes)):
        own = np.flatnonzero((observation.strokes == number) & (observation.positions >= 0))
        assert (np.diff(own) == 1).all()
        points = slice(FRAME * own[0], FRAME * (own[-1] + 1))
        assert np.flatnonzero(observation.features[points, FIRST]).tolist() == [0]
        assert np.flatnonzero(observation.features[points, LAST]).tolist() == [FRAME * len(own) - 1]
    assert observation.features[:, FIRST].sum() == observation.features[:, LAST].sum() == len(strokes)


def test_the_way_through_the_air_counts_to_the_stroke_that_it_leads_to():
    observation = trajectory([line((0, 0), (0, 10)), line((30, 0), (30, 10)), line((20, 0), (20, 10))])
    air = np.flatnonzero(observation.positions < 0)
    assert observation.strokes[air].tolist() == [1, 2]
    right, left = (observation.features[FRAME * frame : FRAME * (frame + 1), AHEAD] for frame in air)
    assert (right > 0.9).all()
    assert (left < -0.5).all()
    down = np.repeat(observation.positions >= 0, FRAME)
    assert not observation.features[down, AHEAD : AHEAD + 3].any()


@pytest.mark.parametrize(("scale", "shift"), [(0.01, (0, 0)), (37.5, (0, 0)), (1, (5000, -900)), (0.3, (-7, 123.4))])
def test_unit_and_offset_do_not_matter(scale, shift):
    strokes = ink()
    observation, other = trajectory(strokes), trajectory([stroke * scale + np.array(shift) for stroke in strokes])
    assert same(observation, other)
    assert other.size == pytest.approx(scale * observation.size)


def test_a_line_that_rises_is_levelled():
    strokes = ink()
    rising = [stroke + np.column_stack([0 * stroke[:, 0], -0.1 * stroke[:, 0]]) for stroke in strokes]
    heights = [trajectory(written).features[:, 5] for written in (strokes, rising)]
    ends = [np.median(height[: len(height) // 4]) - np.median(height[-len(height) // 4 :]) for height in heights]
    assert ends[1] == pytest.approx(ends[0], abs=0.1)


def test_it_does_not_matter_how_often_the_pen_was_asked():
    strokes = ink()
    denser = [
        np.column_stack([np.interp(np.arange(0, len(s) - 0.75, 0.25), np.arange(len(s)), s[:, a]) for a in (0, 1)])
        for s in strokes
    ]
    observation, other = trajectory(strokes), trajectory(denser)
    assert np.array_equal(observation.strokes, other.strokes)
    down = observation.positions >= 0
    assert np.allclose(4 * observation.positions[down], other.positions[down], atol=0.5)


def test_positions_lead_back_to_the_points_of_the_stroke():
    strokes = ink("hum")
    observation = trajectory(strokes)
    for number, stroke in enumerate(strokes):
        own = observation.positions[(observation.strokes == number) & (observation.positions >= 0)]
        assert (np.diff(own) > 0).all()
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
        there = np.interp(own, np.arange(len(stroke)), along) / along[-1]
        assert there == pytest.approx((np.arange(len(own)) + 0.5) / len(own), abs=0.2 / len(own))


def test_points_that_lie_on_each_other_change_nothing_but_positions():
    strokes = ink("hum")
    halting = [np.concatenate([np.repeat(s[:5], 30, axis=0), s[5:], np.repeat(s[-1:], 50, axis=0)]) for s in strokes]
    observation, other = trajectory(strokes), trajectory([s - np.concatenate(halting).mean(axis=0) for s in halting])
    shapes_fit(other, halting)
    assert np.array_equal(observation.strokes, other.strokes)
    motion = [*range(5), *range(PEN, PLAIN)]  # the mean height is that of the points as they came
    assert np.allclose(observation.features[:, motion], other.features[:, motion], atol=1e-3)
    for number, (stroke, slow) in enumerate(zip(strokes, halting, strict=True)):
        own = (observation.strokes == number) & (observation.positions >= 0)
        places = [
            np.column_stack([np.interp(trace.positions[own], np.arange(len(s)), s[:, axis]) for axis in (0, 1)])
            for trace, s in ((observation, stroke), (other, slow))
        ]
        assert np.abs(places[0] - places[1]).max() < 0.3 * observation.size


@pytest.mark.parametrize(
    "strokes",
    [
        [np.array([[3.0, 4.0]])],
        [np.array([[3.0, 4.0, np.nan, np.nan]])],
        [np.full((20, 2), 7.0)],
        [np.array([[3.0, 4.0]]), np.array([[90.0, 4.0]]), np.array([[90.0, 60.0]])],
        [line((0, 0), (50, 0))],
        [line((0, 0), (0, 50))],
        [np.array([[1e-9, 0.0], [0.0, 2e-9]])],
        [np.array([[1e9, 1e9], [1e9 + 1, 1e9]])],
        [line((0, 0), (3e5, 0)), line((0, 0), (0, 1e-3))],
    ],
    ids=["dot", "dot with time", "one place", "dots", "dash", "bar", "tiny", "far away", "long and flat"],
)
def test_ink_that_is_no_writing_gives_finite_features(strokes):
    observation = trajectory(strokes)
    shapes_fit(observation, strokes)
    assert len(observation.features) <= 2 * MOST_POINTS


def test_a_dot_is_one_frame():
    observation = trajectory([np.array([[3.0, 4.0]])])
    assert (observation.strokes.tolist(), observation.positions.tolist()) == ([0], [0.0])


def test_a_dash_is_not_blown_up_to_the_height_of_a_letter():
    dash = line((0, 0), (60, 0.5), (120, 0))
    assert writing_size([dash]) > 10
    assert len(trajectory([dash]).strokes) < 12


def test_a_stroke_of_a_hundred_thousand_points_stays_bounded():
    turns = np.linspace(0, 4000 * np.pi, 100_000)
    scribble = np.column_stack([20 * np.cos(turns) + turns, 20 * np.sin(turns)])
    observation = trajectory([scribble])
    shapes_fit(observation, [scribble])
    assert len(observation.features) <= MOST_POINTS + FRAME
    longer = trajectory([np.concatenate([scribble, scribble[::-1] + 30])])
    assert len(longer.features) <= MOST_POINTS + FRAME


def test_only_place_and_order_count_not_pressure_or_time():
    with_time = [stroke for letter in write_line(TEXT) for stroke in letter]
    without = [np.column_stack([stroke[:, :2], np.full((len(stroke), 2), np.nan)]) for stroke in with_time]
    one, other = trajectory(with_time), trajectory(without)
    assert np.array_equal(one.features, other.features)


def test_two_lines_written_over_each_other():
    strokes = ink() + ink("over and over", at=(60.0, 74.0))
    observation = trajectory(strokes)
    shapes_fit(observation, strokes)
    assert np.abs(observation.features).max() <= 3
    # Back at the left margin the second line is far behind where the first has reached.
    start = FRAME * int(np.flatnonzero((observation.strokes == len(ink())) & (observation.positions >= 0))[0])
    assert observation.features[start, BACK] < -0.99


def test_a_late_dot_is_seen_from_the_stem_that_it_belongs_to():
    """In "iu" the dot is written last, over the stem or over the u."""
    stem, u = line((0, 30), (0, 60)), write("u", at=(25.0, 60.0))[0][:, :2]
    on_stem = trajectory([stem, u, np.array([[0.0, 15.0], [0.5, 16.0]])])
    on_u = trajectory([stem, u, np.array([[38.0, 15.0], [38.5, 16.0]])])
    of_stem = np.repeat(on_stem.strokes == 0, FRAME)
    right_above = [bitmap(observation)[of_stem][:, 2, :4] for observation in (on_stem, on_u)]
    changed = (right_above[0] - right_above[1]).max(axis=1)
    assert (changed > 0.5).all()
    late = np.repeat(on_stem.strokes == 2, FRAME) & (on_stem.features[:, PEN] == 1)
    assert (bitmap(on_stem)[late][:, 2, 3:].max(axis=1) > 0.5).all()  # and the stem from the dot
    assert (on_stem.features[late, BACK] < -0.2).all()
