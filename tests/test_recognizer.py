import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from handwriting import LETTERS, write, write_line

from handpad import Candidate, HandpadError, Recognizer
from handpad.errors import InkError, LabelError, ProfileError
from handpad.profile import Profile
from handpad.reading.language import Language
from handpad.reading.reader import Reader
from handpad.reading.spelling import units_of


def top(pad, label, **how):
    return pad.recognize(write(label, **how))[0].label


def test_most_of_our_own_letters_are_read():
    pad = Recognizer()
    twins = {"o": "oO0", "z": "zZ2", "l": "lI1|/", "i": "ij", "q": "qg9"}
    right = [label for label in LETTERS if top(pad, label) in twins.get(label, label + label.upper())]
    assert len(right) >= len(LETTERS) - 2, right


def test_candidates_are_ranked_probabilities():
    ranked = Recognizer().recognize(write("A"))
    assert isinstance(ranked[0], Candidate)
    assert [c.probability for c in ranked] == sorted((c.probability for c in ranked), reverse=True)
    assert sum(c.probability for c in ranked) == pytest.approx(1)
    assert len({c.label for c in ranked}) == len(ranked) >= 94


def test_the_unit_of_the_ink_does_not_matter():
    pad = Recognizer()
    small, large = (pad.recognize(write("A", size))[0] for size in (2, 2000))
    assert small.label == large.label
    assert small.probability == pytest.approx(large.probability, abs=1e-3)


def test_plain_lists_without_pressure_and_time_will_do():
    strokes = [[[float(x), float(y)] for x, y, *_ in stroke] for stroke in write("T")]
    assert Recognizer().recognize(strokes)[0].label == "T"


def test_an_alphabet_restricts_what_can_be_read_and_learned():
    pad = Recognizer(labels="0123456789")
    assert top(pad, "o") == "0"
    assert len(pad.recognize(write("o"))) == 10
    with pytest.raises(LabelError, match="'o'"):
        pad.learn(write("o"), "o")
    assert pad.sample_count() == 0


@pytest.mark.parametrize("labels", ["", "ж", "a\n"])
def test_an_alphabet_beyond_the_model_is_refused(labels):
    with pytest.raises(LabelError):
        Recognizer(labels=labels)


def strokes_of(text, **how):
    return [stroke for letter in write_line(text, **how) for stroke in letter]


def test_a_line_is_read_with_and_without_its_guide():
    pad = Recognizer()
    ink = strokes_of("the quick brown fox", at=(0.0, 100.0))
    for guide in (None, (100.0, 30.0)):
        reading = pad.read(ink, guide)
        assert reading.text == "the quick brown fox"
        assert [len(word.characters) for word in reading.words] == [3, 5, 5, 3]


def test_a_page_is_parted_by_the_guides_of_its_lines():
    pad = Recognizer()
    ink = [*strokes_of("lower fox", at=(0.0, 160.0)), *strokes_of("upper fox", at=(30.0, 100.0))]
    reading = pad.read(ink, [(100.0, 30.0), (160.0, 30.0)])
    assert reading.text.lower() == "upper fox\nlower fox"
    assert len(pad.read(ink, [(130.0, 30.0)]).lines) == 1  # the caller knows its lines


def test_reading_names_only_labels_of_a_restricted_alphabet():
    reading = Recognizer(labels="0123456789").read(strokes_of("47 74 l"))
    assert set(reading.text) <= set("0123456789 ")
    assert reading.text.replace(" ", "").startswith("4774")


def test_what_was_learned_changes_what_is_read():
    pad = Recognizer()
    assert "v" in pad.read(strokes_of("vvv")).text.lower()
    for seed in range(4):
        pad.learn(write("v", seed=seed), "&")
    assert "&" in pad.read(strokes_of("vvv")).text


@pytest.mark.parametrize(
    ("strokes", "guide"),
    [([], None), ([[]], None), ([[[0, 0]]], (0, -1)), ([[[0, 0]]], [(1,)]), ([[[0, 0]]], 5), ([[[0, 0]]], {"x": 1})],
)
def test_reading_refuses_bad_ink_and_bad_guides(strokes, guide):
    with pytest.raises(InkError):
        Recognizer().read(strokes, guide)


def test_nothing_is_written_without_a_profile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pad = Recognizer()
    pad.learn(write("o"), "Q")
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("adapter", ["default", "paper"])
def test_what_was_learned_is_read_later_and_after_reopening(tmp_path, adapter):
    path = tmp_path / "me.handpad"
    pad = Recognizer(profile=path, adapter=adapter)
    assert top(pad, "o", seed=99) != "Q"
    for seed in range(8):
        pad.learn(write("o", seed=seed), "Q")
    assert top(pad, "o", seed=99) == "Q"
    before = pad.recognize(write("o", seed=99))
    pad.close()
    again = Recognizer(profile=path, adapter=adapter)
    assert again.sample_count() == 8
    after = again.recognize(write("o", seed=99))
    assert [c.label for c in after[:5]] == [c.label for c in before[:5]]
    assert after[0].probability == pytest.approx(before[0].probability, abs=1e-4)


@pytest.mark.parametrize("adapter", ["default", "paper", "none"])
def test_forgetting_leaves_nothing_behind_and_restoring_brings_it_back(adapter):
    pad, other = Recognizer(adapter=adapter), Recognizer(adapter=adapter)
    first = [pad.learn(write("o", seed=seed), "Q") for seed in range(6)]
    for seed in range(6):
        other.learn(write("o", seed=seed), "Q")
    extra = pad.learn(write("v", seed=3), "w")
    with_extra = pad.recognize(write("v", seed=5))
    forgotten = pad.forget(extra)
    for letter in "vow":
        for mine, others in zip(pad.recognize(write(letter)), other.recognize(write(letter)), strict=True):
            assert mine.label == others.label
            assert mine.probability == pytest.approx(others.probability, abs=1e-9)
    pad.restore([forgotten])
    assert [s.id for s in pad.samples()] == [*first, extra]
    restored = pad.recognize(write("v", seed=5))
    assert [c.label for c in restored] == [c.label for c in with_extra]
    with pytest.raises(KeyError):
        pad.forget("12345")


def test_the_adapter_can_be_changed_and_keeps_the_history():
    pad = Recognizer()
    plain = Recognizer(adapter="none").recognize(write("o", seed=99))
    for seed in range(6):
        pad.learn(write("o", seed=seed), "Q")
    pad.adapter = "none"
    assert pad.recognize(write("o", seed=99)) == plain
    pad.adapter = "default"
    assert top(pad, "o", seed=99) == "Q"
    with pytest.raises(ValueError, match="default"):
        pad.adapter = "magic"
    assert pad.adapter == "default"


def test_a_profile_made_with_another_model_is_learned_again_from_the_ink(tmp_path):
    path = tmp_path / "me.handpad"
    pad = Recognizer(profile=path)
    for seed in range(6):
        pad.learn(write("o", seed=seed), "Q")
    fingerprint = pad.model.fingerprint
    expected = pad.recognize(write("o", seed=99))
    pad.close()
    with Profile(path) as profile:
        ours = profile.derived(fingerprint)
        others = zip(ours.ids, ours.embeddings * 0, ours.logits * 0, ours.cues * 0, strict=True)
        profile.store_derived("another model", others)
    pad = Recognizer(profile=path)
    again = pad.recognize(write("o", seed=99))
    assert [c.label for c in again[:3]] == [c.label for c in expected[:3]]
    assert again[0].probability == pytest.approx(expected[0].probability, abs=1e-4)
    pad.close()
    with Profile(path) as profile:
        assert len(profile.derived(fingerprint).ids) == 6


@pytest.mark.parametrize("strokes", [[], [[]], [[[0, float("nan")]]], "ink"])
def test_bad_ink_is_refused_and_nothing_is_learned(strokes):
    pad = Recognizer()
    with pytest.raises(InkError):
        pad.recognize(strokes)
    with pytest.raises(InkError):
        pad.learn(strokes, "a")
    assert pad.sample_count() == 0


@pytest.mark.parametrize("guide", [(74, 1e-300), (1e300, 1), (74, 1e-3), (1e9, 30)])
def test_a_guide_of_other_ink_is_refused_and_nothing_is_learned(guide):
    pad = Recognizer()
    for act in (lambda: pad.recognize(write("a"), guide), lambda: pad.learn(write("a"), "a", guide)):
        with pytest.raises(InkError):
            act()
    assert pad.sample_count() == 0


@pytest.mark.parametrize("adapter", ["default", "paper", "none"])
def test_predictions_stay_finite_whatever_the_size_of_what_was_learned(adapter):
    pad = Recognizer(adapter=adapter)
    magnitudes = [1e-300, 1e-200, 1e-100, 1e-20, 1e-9, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e11]
    inks = [([stroke[:, :2] * size for stroke in write("b", 1.0)], size) for size in magnitudes]
    for ink, size in inks:
        pad.learn(ink, "b")
        if size >= 1e-9:
            pad.learn(ink, "b", (0.0, size))
            pad.learn([ink[0][:1]], ".", (0.0, size))
            pad.learn(ink, "b", (min(900 * size, 1e12), size))
    pad.learn([[[60.0, 30.0], [60.1, 30.0]]], ".", (74, 30))
    for ink, size in [*inks, (write("d"), 30.0)]:
        for guide in (None, (0.0, size)) if size >= 1e-9 else (None,):
            ranked = pad.recognize(ink, guide)
            assert sum(one.probability for one in ranked) == pytest.approx(1)
        assert pad.read(ink).text
    assert pad.recognize(write("d"))[0].label == "d"


def test_bad_profiles_are_told_in_one_sentence(tmp_path):
    path = tmp_path / "me.handpad"
    path.write_text("dear diary")
    with pytest.raises(ProfileError) as caught:
        Recognizer(profile=path)
    assert isinstance(caught.value, HandpadError)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "dear diary"


def test_the_core_loads_neither_qt_nor_torch():
    code = (
        "import sys, handpad.recognizer, handpad.page.document; "
        "print([m for m in ('PySide6', 'torch', 'sklearn', 'scipy') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_app_loads_no_torch_and_no_opencv_before_the_window():
    code = "import sys, handpad.app.main; print([m for m in ('cv2', 'torch', 'sklearn') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_bundled_files_are_found():
    from handpad.paths import bundled_models, resources

    assert (bundled_models() / "handpad" / "model.onnx").is_file()
    assert (bundled_models() / "paper" / "model.onnx").is_file()
    assert (resources() / "icons" / "pen.svg").is_file()
    assert Path(resources()).is_absolute()


def test_a_read_character_gives_its_ink_as_it_came_in():
    given = [[[float(x), float(y)] for x, y, *_ in stroke] for stroke in strokes_of("the fox")]
    page = Recognizer().read(given)
    assert page.text == "the fox"
    ink = [stroke.tolist() for character in page.characters for stroke in character.strokes]
    assert sorted(ink) == sorted(given)
    assert [character.text for character in page.characters] == list("thefox")
    assert page.words[1].characters[0].strokes[0].shape[1] == 2


def test_a_character_put_right_is_learned_with_its_ink():
    pad = Recognizer()
    page = pad.read(strokes_of("vox"), (74, 30))
    (sample_id,) = pad.correct(page.characters[0], "w")
    (sample,) = pad.samples()
    assert (sample.id, sample.label, sample.confirmed) == (sample_id, "w", False)
    assert sample.predicted == page.characters[0].label
    assert [stroke.tolist() for stroke in sample.strokes] == [s.tolist() for s in page.characters[0].line.strokes[:1]]
    for text in ("xvo", "oxv", "voo"):
        pad.correct(pad.read(strokes_of(text), (74, 30)).characters[text.index("v")], "w")
    assert pad.read(strokes_of("the vox jumps"), (74, 30)).text == "the wox jumps"


def test_a_word_put_right_teaches_its_letters_and_confirms_what_was_right():
    pad = Recognizer()
    page = pad.read(strokes_of("the vox jumps"))
    done = pad.correct(page.words[1], "wox")
    samples = {sample.id: sample for sample in pad.samples()}
    assert done.text == "wox" and list(samples) == done
    taught = [(sample.label, sample.confirmed) for sample in samples.values()]
    assert taught == [("o", True), ("x", True)]
    assert [one.label for one in done.skipped] == ["w"]  # its ink looks like a v


def test_a_line_put_right_word_by_word_or_at_once():
    pad = Recognizer()
    line = pad.read(strokes_of("the vox")).lines[0]
    done = pad.correct(line, "the vox")
    assert done.text == "the vox" and len(done) == 6
    assert all(sample.confirmed for sample in pad.samples())


def test_a_text_for_other_ink_teaches_none_of_it():
    pad = Recognizer()
    word = pad.read(strokes_of("lthe")).words[0]
    done = pad.correct(word, "The")
    assert done.text == "The"
    assert [one.label for one in done.skipped] == ["T"]
    labels = {sample.label: len(sample.strokes) for sample in pad.samples()}
    assert labels == {"h": 1, "e": 1}  # with their own ink, not the crossbar


@pytest.mark.parametrize(
    "text",
    [
        "a much longer word than that ink can be",
        "transubstantiation",
        "vöx",
        "Ω€",
        "e\u0301a\u0308\u0323",
        "v o x",
        "v",
        "\U0001f469\u200d\U0001f52c!",
    ],
)
def test_any_text_can_be_given_to_any_ink(text):
    pad = Recognizer()
    done = pad.correct(pad.read(strokes_of("vox")).words[0], text)
    assert done.text == unicodedata.normalize("NFC", text)
    ink = sorted(substroke for one in done.characters for substroke in one.substrokes)
    assert {substroke.stroke for substroke in ink} == {0, 1, 2, 3}
    known = set(pad.model.labels)
    assert all(one.label not in known for one in done.text_only)
    assert all(len(units_of(one.label)) == 1 for one in done.characters if one not in done.text_only)
    again = Recognizer()
    dot = again.read([np.array([[10.0, 10.0]])])
    assert again.correct(dot.words[0], text).text == unicodedata.normalize("NFC", text)
    assert again.correct(dot.characters[0], text).text == unicodedata.normalize("NFC", text)
    assert all(len(units_of(sample.label)) == 1 for sample in again.samples())


def test_what_is_no_text_or_no_reading_cannot_be_put_right():
    pad = Recognizer()
    page = pad.read(strokes_of("vox"))
    with pytest.raises(InkError, match="no text"):
        pad.correct(page.words[0], " \n")
    assert pad.correct(page.characters[0], "ch") == []
    assert pad.sample_count() == 0
    reader = Reader.for_model(pad.model, Language.load())
    with pytest.raises(InkError, match="Only what was read"):
        pad.correct(reader.read_line(page.characters[0].line.strokes).characters[0], "w")
