import json
import shutil

import numpy as np
import pytest
from handwriting import line, width, write, write_line

from handpad.errors import ModelError
from handpad.model.base import BaseModel
from handpad.model.folder import READING
from handpad.paths import bundled_models
from handpad.reading.evidence import REMEMBERED
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.language import Language
from handpad.reading.reader import Reader


@pytest.fixture(scope="module")
def reader():
    return Reader.for_model(BaseModel.load(), Language.load())


def ink_of(text, **how):
    return [stroke for letter in write_line(text, **how) for stroke in letter]


def whole(ink, *numbers):
    return tuple(Substroke(number, 0, len(ink[number])) for number in numbers)


@pytest.mark.parametrize("text", ["the quick brown fox", "jumps over the lazy dog", "pack my box"])
def test_plain_text_is_read(reader, text):
    assert reader.read(ink_of(text)).text == text


def test_every_stroke_is_read_once_and_boxes_hold_the_ink(reader):
    ink = ink_of("the quick brown fox")
    reading = reader.read(ink)
    substrokes = [substroke for character in reading.characters for substroke in character.substrokes]
    covered = dict.fromkeys(range(len(ink)), 0)
    for substroke in sorted(substrokes):
        assert substroke.start == max(covered[substroke.stroke] - 1, 0)
        covered[substroke.stroke] = substroke.stop
    assert covered == {number: len(stroke) for number, stroke in enumerate(ink)}
    for character in reading.characters:
        points = np.concatenate(
            [ink[substroke.stroke][substroke.start : substroke.stop] for substroke in character.substrokes]
        )
        assert character.box == pytest.approx((*points[:, :2].min(axis=0), *points[:, :2].max(axis=0)))


def test_probabilities_are_probabilities_and_candidates_are_ranked(reader):
    reading = reader.read(ink_of("the quick fox"))
    for character in reading.characters:
        chances = [chance for _, chance in character.candidates]
        assert character.candidates[0] == (character.label, character.probability)
        assert sum(chances) == pytest.approx(1)
        assert chances[1:] == sorted(chances[1:], reverse=True)
        assert character.observation.embeddings.shape[0] == 1
    for word in reading.words:
        assert 0 <= word.probability <= 1
        assert word.alternatives[0][0] == word.text
    assert sum(chance for _, chance in reading.lines[0].alternatives) <= 1 + 1e-6


def test_rows_are_read_from_top_to_bottom_and_name_the_strokes_of_the_page(reader):
    upper, lower = ink_of("quick fox"), ink_of("jumps over", at=(60.0, 160.0))
    reading = reader.read([*lower, *upper])
    assert reading.text == "quick fox\njumps over"
    first = {substroke.stroke for character in reading.lines[0].characters for substroke in character.substrokes}
    assert first == set(range(len(lower), len(lower) + len(upper)))


def test_a_fixed_character_is_never_cut_joined_or_renamed(reader):
    letters = write_line("lot")
    ink = [stroke for letter in letters for stroke in letter]
    known = [KnownCharacter(whole(ink, 1, 2), "K"), KnownCharacter(whole(ink, 0), "Q")]  # nonsense, to the reader
    (word,) = reader.read_line(ink, known=known).words
    assert [(c.label, c.substrokes) for c in word.characters[:2]] == [("Q", whole(ink, 0)), ("K", whole(ink, 1, 2))]
    assert [substroke.stroke for c in word.characters[2:] for substroke in c.substrokes] == list(range(3, len(ink)))


def test_where_only_the_grouping_is_fixed_the_label_is_open(reader):
    ink = ink_of("tool")
    known = [KnownCharacter(whole(ink, 0, 1))]
    first = reader.read_line(ink, known=known).characters[0]
    assert (first.label, first.substrokes) == ("t", whole(ink, 0, 1))


@pytest.mark.parametrize("space", [True, False])
def test_the_space_before_a_fixed_character_is_respected(reader, space):
    ink = ink_of("tool") if space else ink_of("to ol")
    numbers = [3]  # the second o
    line_read = reader.read_line(ink, known=[KnownCharacter(whole(ink, *numbers), "o", space)])
    place = [c.substrokes for c in line_read.characters].index(whole(ink, *numbers))
    assert line_read.characters[place].space is space


def test_fixed_neighbours_on_one_stroke_keep_their_cut(reader):
    arches = line((0, 0), (0.5, -1), (1, 0), (1.5, -1), (2, 0)) * 40
    stroke = np.pad(arches, ((0, 0), (0, 2)), constant_values=np.nan)
    middle = len(stroke) // 2
    known = [
        KnownCharacter((Substroke(0, 0, middle + 1),), "n"),
        KnownCharacter((Substroke(0, middle, len(stroke)),), "n"),
    ]
    found = reader.read_line([stroke], known=known)
    assert [(c.label, c.substrokes) for c in found.characters] == [("n", one.substrokes) for one in known]


def test_a_model_without_a_scorer_leaves_the_grouping_to_the_bundled_one(tmp_path):
    folder = tmp_path / "paper"
    shutil.copytree(bundled_models() / "paper", folder)
    (folder / READING).unlink(missing_ok=True)
    reader = Reader.for_model(BaseModel.load(folder), Language.load())
    assert reader.read(ink_of("the quick fox")).text.lower() == "the quick fox"
    assert reader.read(ink_of("oil")).characters[0].observation.logits.shape[1] == len(BaseModel.load(folder).labels)


def test_a_scorer_of_another_network_is_not_used(tmp_path):
    folder = tmp_path / "paper"
    shutil.copytree(bundled_models() / "paper", folder)
    shutil.copy(bundled_models() / "handpad" / READING, folder)
    assert Reader.for_model(BaseModel.load(folder), None).read(ink_of("oil")).characters


def test_a_damaged_scorer_is_refused(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(bundled_models() / "handpad", folder)
    model = BaseModel.load(folder)
    (folder / READING).write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(ModelError, match=READING):
        Reader.for_model(model, None)


def test_reading_again_gives_the_same(reader):
    ink = ink_of("lazy dog")
    first = reader.read(ink)
    reader.read(ink_of("quick fox"))
    again = reader.read(ink)
    assert json.dumps([c.candidates for c in again.characters]) == json.dumps([c.candidates for c in first.characters])


def test_reading_can_be_ended_between_steps_and_begun_again():
    model = BaseModel.load()
    ink, whole, steps = ink_of("the quick fox jumps"), Reader.for_model(model, Language.load()), []
    whole.between_steps = lambda: steps.append(1)
    expected = whole.read(ink)
    assert len(steps) > 10
    for last in (1, 3, len(steps)):
        reader, left = Reader.for_model(model, Language.load()), [1] * (last - 1)
        reader.between_steps = left.pop  # raises when none is left
        with pytest.raises(IndexError):
            reader.read(ink)
        reader.between_steps = None
        again = reader.read(ink)
        assert [c.candidates for c in again.characters] == [c.candidates for c in expected.characters]


def walk(rng, count, step, at=(0.0, 0.0)):
    return np.pad(np.cumsum(rng.normal(0, step, (count, 2)), axis=0) + at, ((0, 0), (0, 2)), constant_values=np.nan)


def odd_ink():
    rng = np.random.default_rng(1)
    text = ink_of("Hot oil")

    def turned(angle):
        c, s = np.cos(angle), np.sin(angle)
        return [np.concatenate([stroke[:, :2] @ [[c, s], [-s, c]], stroke[:, 2:]], axis=1) for stroke in text]

    def moved(scale, by):
        return [np.concatenate([stroke[:, :2] * scale + by, stroke[:, 2:]], axis=1) for stroke in text]

    dot = np.array([[5.0, 5.0, np.nan, np.nan]])
    return {
        "upside down": turned(np.pi),
        "from top to bottom": turned(np.pi / 2),
        "drawing": [walk(rng, 80, 8, rng.uniform(0, 600, 2)) for _ in range(40)],
        "stroke over everything": [*text, np.pad(line((0, 0), (400, 30), (0, 60)), ((0, 0), (0, 2)))],
        "one long stroke": [walk(rng, 20_000, 2)],
        "one wide wave": [np.pad(line(*[(9 * n, 30 * (n % 2)) for n in range(300)]), ((0, 0), (0, 2)))],
        "a dot": [dot],
        "the same dot": [dot] * 30,
        "dots": [dot + np.array([*rng.uniform(0, 300, 2), 0, 0]) for _ in range(30)],
        "the same stroke": [text[0]] * 40,
        "two points at the ends of the world": [dot * 1e11, dot * -1e11],
        "huge": moved(1e9, 1e11),
        "tiny": moved(1e-9, 0),
        "more strokes than a stretch": [
            stroke + np.array([12.0 * n, 0, 0, 0]) for n in range(450) for stroke in write("l", 20)
        ],
        "Hangul": [*write("T", 30), *write("o", 20, (10, 25)), *write("T", 30, (50, 0)), *write("L", 20, (55, 30))],
    }


@pytest.mark.parametrize("name", odd_ink())
def test_odd_ink_is_read_as_something(reader, name):
    ink = odd_ink()[name]
    reading = reader.read(ink)
    read = dict.fromkeys(range(len(ink)), 0)
    for character in reading.characters:
        assert 0 <= character.probability <= 1
        for substroke in character.substrokes:
            read[substroke.stroke] = max(read[substroke.stroke], substroke.stop)
    drawn = {number for drawing in reading.drawings for number in drawing.strokes}
    assert not drawn & {number for number, stop in read.items() if stop}
    read |= {number: len(ink[number]) for number in drawn}
    assert read == {number: len(stroke) for number, stroke in enumerate(ink)}


def test_rubbish_is_less_likely_than_writing(reader):
    def sure(ink):
        return np.mean([word.probability for word in reader.read(ink).words] or [0.0])

    odd = odd_ink()
    text = sure(ink_of("the quick brown fox"))
    for name in ("drawing", "upside down", "from top to bottom", "dots", "one wide wave"):
        assert sure(odd[name]) < text, name


def test_what_is_settled_stays_on_a_line_that_is_read_in_stretches(reader):
    ink = [stroke + np.array([12.0 * n, 0, 0, 0]) for n in range(450) for stroke in write("l", 20)]
    known = [KnownCharacter(whole(ink, number), "%") for number in (0, 420)]
    found = {character.substrokes: character.label for character in reader.read_line(ink, known=known).characters}
    assert [found[one.substrokes] for one in known] == ["%", "%"]


def test_what_looks_like_no_writing_at_all_is_unsure(reader):
    odd = {name: odd_ink()[name] for name in ("drawing", "one long stroke")}
    odd["zigzag"] = [np.pad(line(*[(3 * n, 40 * (n % 2)) for n in range(30)]), ((0, 0), (0, 2)))]
    for name, ink in odd.items():
        assert np.mean([word.probability for word in reader.read(ink).words] or [0.0]) < 0.5, name


@pytest.fixture
def observation(monkeypatch):
    """How many glyphs went through the base model, each time."""
    observation, run = [], BaseModel.run_unrestricted
    monkeypatch.setattr(
        BaseModel, "run_unrestricted", lambda model, glyphs: observation.append(len(glyphs)) or run(model, glyphs)
    )
    return observation


@pytest.mark.parametrize("room", [10, REMEMBERED])
def test_what_is_remembered_is_bounded(monkeypatch, observation, room):
    monkeypatch.setattr("handpad.reading.evidence.REMEMBERED", room)
    reader = Reader.for_model(BaseModel.load(), Language.load())
    first, other = (ink_of(text, at=(3.0, 0.0)) for text in ("oil", "the quick fox"))
    for ink in (first, other, first):
        observation.clear()
        reader.read(ink)
    assert bool(sum(observation)) == (room == 10)  # the others have taken the place of the first


def test_thousands_of_crossing_strokes_take_bounded_work(observation):
    reader = Reader.for_model(BaseModel.load(), Language.load())
    rng = np.random.default_rng(0)
    ink = [np.pad(rng.uniform(0, 1000, (2, 2)), ((0, 0), (0, 2)), constant_values=np.nan) for _ in range(3000)]
    reading = reader.read(ink)
    assert 0 < sum(observation) < 300
    read = [substroke.stroke for c in reading.characters for substroke in c.substrokes]
    assert sorted([*read, *(stroke for one in reading.drawings for stroke in one.strokes)]) == list(range(3000))
    assert max(c.probability for c in reading.characters) < 0.9


def test_progress_is_told_and_can_end_a_long_line(reader, monkeypatch):
    monkeypatch.setattr("handpad.reading.reader.TELL_S", 0.0)
    ink, told = ink_of("hot oil " * 20, at=(3.0, 0.0)), []
    reader.read(ink, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (len(ink), len(ink))
    assert told.count((0, len(ink))) > 10

    def end(done: int, of: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        reader.read(ink, progress=end)
    steps = len(told)
    reader.read_line(ink)  # is told to nobody
    assert len(told) == steps


def test_letters_far_apart_are_words_of_their_own(reader):
    x, ink = 0.0, []
    for label in "HAT":
        ink += write(label, 30, (x, 0))
        x += width(label, 30) + 200
    assert len(reader.read(ink).words) == 3
