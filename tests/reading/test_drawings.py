"""What is clearly no writing is told apart from words, and leaves their reading alone."""

import numpy as np
import pytest
from doodles import MARKS, drawing
from handwriting import line, write_line

from handpad.ink import Box, Guide
from handpad.reading.drawings import MOST_GROUPED, around_lines, close_together
from handpad.recognizer import Recognizer


@pytest.fixture(scope="module")
def pad():
    pad = Recognizer()
    yield pad
    pad.close()


def words(text, at=(60.0, 74.0)):
    return [stroke[:, :2] for letter in write_line(text, 30.0, at, gap=0.3) for stroke in letter]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_at_words_is_a_drawing_and_does_not_change_what_they_say(pad, mark):
    ink = words("little oval table")
    said = pad.read(ink).text
    for seed in range(3):
        line_of = MARKS[mark](ink, 30.0, np.random.default_rng(seed))
        reading = pad.read([*ink, line_of])
        assert [drawing.strokes for drawing in reading.drawings] == [(len(ink),)]
        assert reading.text == said
        box = reading.drawings[0].box
        assert box == Box(*line_of.min(axis=0), *line_of.max(axis=0))


def test_the_bar_of_a_t_and_other_silent_parts_of_letters_are_none(pad):
    for text in ("little title", "HEAT THE TEA", "it", "TT"):
        assert not pad.read(words(text)).drawings, text


def test_ink_of_which_the_writer_says_that_it_is_writing_is_read(pad):
    ink = words("little oval table")
    ring = MARKS["ring"](ink, 30.0, np.random.default_rng(0))
    read = pad.read_line([*ink, ring], writing=[len(ink)])
    assert not read.drawings
    assert any(part.stroke == len(ink) for one in read.characters for part in one.substrokes)


@pytest.mark.parametrize("name", ["scrawl", "loops", "spiral", "hatching"])
def test_scribbles_on_ruled_paper_are_drawings_and_no_words(pad, name):
    drawn = 0
    for seed in range(6):
        ink = drawing(name, np.random.default_rng(seed), 30.0, (60.0, 20.0))
        reading = pad.read(ink, Guide(74.0, 30.0))
        drawn += not reading.lines
        assert all(word.probability < 0.5 for word in reading.words)
    assert drawn >= 3


def test_a_line_of_drawings_alone_has_no_words_and_the_lines_around_stay(pad):
    scribble = drawing("loops", np.random.default_rng(0), 30.0, (60.0, 300.0))
    above, below = words("tool"), words("vital", (60.0, 550.0))
    guides = [Guide(74.0, 30.0), Guide(340.0, 30.0), Guide(550.0, 30.0)]
    reading = pad.read([*above, *scribble, *below], guides)
    assert [line.text.lower() for line in reading.lines] == ["tool", "vital"]
    assert [one.strokes for one in reading.drawings] == [(len(above),)]
    nothing = pad.read(scribble, guides[1])
    assert (nothing.text, nothing.lines, nothing.words) == ("", (), ())


def test_a_frame_around_several_lines_does_not_run_them_together(pad):
    ink = [*words("little oval"), *words("table tool", (60.0, 160.0)), *words("little oval", (60.0, 246.0))]
    said = pad.read(ink).text
    assert said.count("\n") == 2
    frame = MARKS["frame"](ink, 30.0, np.random.default_rng(0))
    reading = pad.read([*ink, frame])
    assert reading.text == said
    assert [one.strokes for one in reading.drawings] == [(len(ink),)]


def test_tall_strokes_of_a_line_go_around_no_lines():
    tall = [Box(10.0 * n, 0.0, 10.0 * n + 4, 200.0) for n in range(5)]
    small = [Box(10.0 * n, 80.0, 10.0 * n + 4, 100.0) for n in range(30)]
    assert not around_lines([*tall, *small])
    assert not around_lines([Box(0, 0, 0, 0)] * 5)


def test_what_touches_is_one_drawing():
    boxes = [Box(0, 0, 2, 2), Box(10, 0, 12, 2), Box(2.5, 1, 4, 3), Box(1, 20, 2, 21)]
    assert close_together(boxes, 1.0) == [[0, 2], [1], [3]]
    assert close_together([], 1.0) == []
    assert len(close_together(boxes * MOST_GROUPED, 1.0)) == 4 * MOST_GROUPED


def test_a_long_line_across_the_paper_is_a_drawing(pad):
    rule = line((40, 76), (900, 74), points=80)
    reading = pad.read([rule], Guide(74.0, 30.0))
    assert not reading.words and [one.strokes for one in reading.drawings] == [(0,)]
    dash = line((40, 60), (90, 60), points=20)
    assert pad.read([dash], Guide(74.0, 30.0)).words
