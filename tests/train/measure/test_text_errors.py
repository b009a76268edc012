import pytest

from handpad.train.measure.text_errors import KINDS, Reading, align, edits, errors, errors_inside, kind, plain, rates


@pytest.mark.parametrize(
    ("true", "said", "count"),
    [("", "", 0), ("abc", "abc", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)],
)
def test_edits_is_the_levenshtein_distance_and_what_an_alignment_has(true, said, count):
    assert edits(true, said) == count
    pairs = align(true, said)
    assert sum(one != other for one, other in pairs) == count
    assert "".join(one for one, _ in pairs) == true
    assert "".join(other for _, other in pairs) == said


def test_an_alignment_prefers_to_leave_spaces_to_spaces():
    assert align("a b", "acb") == [("a", "a"), (" ", "c"), ("b", "b")]
    assert align("it is", "itis") == [("i", "i"), ("t", "t"), (" ", ""), ("i", "i"), ("s", "s")]
    assert (" ", " ") in align("xy z", "xw v")


@pytest.mark.parametrize(
    ("true", "said", "name"),
    [
        ("a", "a", None), ("a", "A", "case"), ("O", "o", "0/o/O"), ("0", "O", "0/o/O"), ("l", "1", "1/l/I"),
        ("!", "l", "1/l/I"), ("a", "d", "other"), ("7", "T", "other"), (",", "l", "punctuation"),
        (",", ".", "punctuation"), ("a", "", "joined"), ("", "a", "split"), (" ", "", "space missing"),
        ("", " ", "space extra"), (" ", "t", "space missing"), ("t", " ", "space extra"),
    ],
)  # fmt: skip
def test_kinds(true, said, name):
    assert kind(true, said) == name
    assert name is None or name in KINDS


def test_white_space_of_any_sort_is_one_space():
    assert plain(" a\n b\t\tc ") == "a b c"


def test_rates_are_all_edits_over_all_that_was_written():
    readings = [
        Reading("a", "Hello you", "hello\nyou"),
        Reading("a", "x", "xyz"),
        Reading("b", "0123456789", "0123456789"),
    ]
    found = rates(readings)
    assert found["cer"] == pytest.approx(100 * 3 / 20)
    assert found["cer_no_case"] == pytest.approx(100 * 2 / 20)
    assert found["wer"] == pytest.approx(100 * 2 / 4)
    assert (found["writers"], found["lines"], found["characters"], found["edits"]) == (2, 3, 20, 3)
    assert (found["low"], found["high"]) == (pytest.approx(0), pytest.approx(30))


def test_one_writer_has_no_interval():
    found = rates([Reading("a", "ab", "ab"), Reading("a", "ab", "b")])
    assert found["low"] is None
    assert found["high"] is None


def test_errors_are_counted_by_kind_and_pair():
    kinds, pairs = errors([Reading("a", "to be", "tobe"), Reading("b", "Oh", "0h"), Reading("b", "OO", "00")])
    assert {name: count for name, count in kinds.items() if count} == {"space missing": 1, "0/o/O": 3}
    assert pairs == [("O", "0", 3), (" ", "", 1)]


def test_errors_inside_some_words_leave_the_others_and_the_spaces_out():
    readings = [Reading("w", "see bob7 now", "sec bo8 mow"), Reading("w", "bob7 is", "bob 7is")]
    assert errors_inside(readings, lambda word: word == "bob7") == (2, 8)
    assert errors_inside(readings, lambda word: word != "bob7") == (2, 8)
