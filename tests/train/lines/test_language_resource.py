import json

import numpy as np
import pytest

from handpad.reading.language import Language
from handpad.train.cli import main
from handpad.train.lines.language_resource import bits_per_character
from handpad.train.lines.pattern_lines import pattern_lines

TEXT = """The ferry to the island leaves at seven in the morning.
Nobody on the island knew why the ferry was late.
"Is there another ferry?" asked the woman on the pier.
The pier was empty, and the woman waited in the rain.
In the morning the rain stopped and the ferry came.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("language")
    (folder / "text.txt").write_text(TEXT * 60 + "naïve\n", encoding="utf-8")
    (folder / "common.txt").write_text("the\nferry\nisland\nrain\nmorning\nwaited\nit's\n")
    (folder / "rare.txt").write_text("pier\nquay\nQuebec\nquay's\nx-ray\nthe\n")
    arguments = ["language", str(folder / "text.txt"), "--words", str(folder / "common.txt")]
    arguments += ["--words", str(folder / "rare.txt"), "--out"]
    assert main([*arguments, str(folder / "one.npz")]) == 0
    return folder, arguments


def test_learns_the_text_it_was_given(built):
    folder, _ = built
    language = Language.load(folder / "one.npz")
    assert bits_per_character(language, ["The woman waited on the pier"]) < 1.5
    assert bits_per_character(language, ["THE WOMAN WAITED ON THE PIER"]) < 2.5
    assert bits_per_character(language, ["Zwölf Boxkämpfer jagen"]) > 5
    assert bits_per_character(language, ["0174 552871"]) < 6


def test_a_word_list_is_taken_in_any_case_and_possessives_need_no_entry(built):
    language = Language.load(built[0] / "one.npz")
    assert all(map(language.is_word, ["quay", "QUEBEC", "it's", "rain"]))
    assert not any(map(language.is_word, ["quay's", "x-ray", "woman", "qua"]))
    assert language.score("the quay") > language.score("the qury") + 2


def test_frequent_words_lead(built):
    language = Language.load(built[0] / "one.npz")
    state = language.start()
    for character in "the ":
        state = language.next(state, character)
    assert language.alphabet[int(np.argmax(language.log_probabilities(state)))] in "fiwpr"


def test_rows_sum_to_one_in_a_tiny_language(built):
    language = Language.load(built[0] / "one.npz").with_words(["McQuay"])
    state = language.start()
    for character in "The McQuay's ferry, 7:30 RAIN":
        assert np.exp(language.log_probabilities(state).astype(float)).sum() == pytest.approx(1, abs=1e-4)
        state = language.next(state, character)


def test_the_same_texts_build_the_same_file(built, capsys):
    folder, arguments = built
    assert main([*arguments, str(folder / "two.npz"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["bytes"] == (folder / "two.npz").stat().st_size
    assert 0 < result["bits_per_character"] < 3
    with np.load(folder / "one.npz") as one, np.load(folder / "two.npz") as two:
        assert one.files == two.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], two[name])


@pytest.mark.parametrize("content, sentence", [(b"\xff\xfe\xff", "cannot be read as text"), (b"\n\n", "holds no line")])
def test_a_text_that_is_none_is_refused_and_nothing_is_written(built, tmp_path, capsys, content, sentence):
    (tmp_path / "bad.txt").write_bytes(content)
    words = str(built[0] / "rare.txt")
    assert main(["language", str(tmp_path / "bad.txt"), "--words", words, "--out", str(tmp_path / "out.npz")]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out.npz").exists()


def test_too_little_text_is_refused(built, tmp_path, capsys):
    (tmp_path / "short.txt").write_text(TEXT)
    words = str(built[0] / "rare.txt")
    assert main(["language", str(tmp_path / "short.txt"), "--words", words, "--out", str(tmp_path / "out.npz")]) == 1
    assert "more text" in capsys.readouterr().err


def test_patterns_are_printable_and_repeat():
    lines = list(pattern_lines(400, seed=3))
    assert lines == list(pattern_lines(400, seed=3))
    assert all(line and line.isascii() and line.isprintable() for line in lines)
    assert sum("@" in line for line in lines) > 5
