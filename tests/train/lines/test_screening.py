import numpy as np
import pytest
from handwriting import line, write_line

from handpad.train.datasets.unipen_lines import TEXTS, WORDS, Line
from handpad.train.lines.screening import reason_against, screened


def written(text, transcript=None, category=WORDS):
    strokes = [stroke[:, :2] for letter in write_line(text) for stroke in letter]
    return of(strokes, text if transcript is None else transcript, category)


def of(strokes, transcript, category=WORDS):
    return Line("one", "ced/1", "ced", strokes, transcript, "page", category=category)


@pytest.mark.parametrize("text", ["to", "hill", "fox", "the lazy fox", "l", "mm"])
def test_writing_is_kept(text):
    assert reason_against(written(text)) == ""


@pytest.mark.parametrize("transcript", [".", "-"])
def test_a_dot_may_be_a_single_character(transcript):
    assert reason_against(of([np.array([[5.0, 5.0]])], transcript)) == ""
    assert reason_against(of([np.full((7, 2), 5.0)], transcript)) == ""


def test_several_characters_in_one_point_are_not():
    assert reason_against(of([np.full((7, 2), 5.0)], "...")) == "all its ink lies in one point"


def test_marks_of_labellers_are_in_words_only():
    assert "could not be read" in reason_against(written("hill", "hi@l"))
    assert reason_against(written("hill", "hi@l", TEXTS)) == ""


def test_ink_needs_a_frame_for_each_character_and_one_between_two_that_are_equal():
    bar = [line((0, 0), (0, 30))]
    assert reason_against(of(bar, "l")) == ""
    assert "too short" in reason_against(of(bar, "a whole sentence"))
    bars = [line((10 * place, 0), (10 * place, 30)) for place in range(2)]
    most = next(count for count in range(1, 50) if reason_against(of(bars, ("ab" * count)[:count]))) - 1
    assert reason_against(of(bars, ("ab" * most)[:most])) == ""
    assert "too short" in reason_against(of(bars, "a" * most))


def test_a_page_of_ink_is_not_a_letter():
    page = written("the lazy fox will vex us all and then the lazy fox goes home to sleep in the hills").strokes
    assert "too long" in reason_against(of(page, "a"))


def test_upright_and_endless_ink_is_left_out():
    column = [line((0, 60 * place), (0, 60 * place + 30)) for place in range(60)]
    assert reason_against(of(column, "l" * 60)) == "it stands upright"
    scribble = np.column_stack([np.arange(30_000) / 100, np.sin(np.arange(30_000))])
    assert "more points" in reason_against(of([scribble], "scribble"))


def test_what_is_left_out_is_counted():
    good = [written("to"), written("fox")]
    wrong = [written("fox", "f@x"), written("hill", "h@"), of([np.full((2, 2), 1.0)], "no")]
    kept, left_out = screened([wrong[0], good[0], *wrong[1:], good[1]])
    assert kept == good
    assert sorted(left_out.values()) == [1, 2]
    assert left_out["all its ink lies in one point"] == 1
