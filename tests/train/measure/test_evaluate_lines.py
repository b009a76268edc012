from types import SimpleNamespace

import numpy as np
import pytest
from handwriting import write_line

from handpad.errors import DataError
from handpad.train.console import Console
from handpad.train.datasets.unipen_lines import Line, several_rows
from handpad.train.measure import evaluate_lines, tesseract
from handpad.train.measure.evaluate_lines import TAUGHT, Variant
from handpad.train.report import lines_report

(MOST,) = TAUGHT


def written(text, writer="aaa/ann", number=0, at=(60.0, 74.0)):
    strokes = [stroke[:, :2] for letter in write_line(text, at=at) for stroke in letter]
    return Line(f"{writer}:{number}", writer, writer[:3], strokes, text, writer)


class Memory:
    """Says what it was taught about as many strokes, and else nothing; writes down what happens to it."""

    def __init__(self):
        self.events = []
        self.texts = {}

    def read(self, strokes):
        self.events.append(("read", len(strokes)))
        return self.texts.get(len(strokes), "")

    def learn(self, strokes, text):
        self.events.append(("learn", len(strokes)))
        self.texts[len(strokes)] = text


@pytest.fixture
def by_writer():
    """Ann has twelve lines, of one to four strokes; Bob has three."""
    ann = [written("ovc"[: 1 + number % 3], number=number) for number in range(12)]
    return {"aaa/ann": ann, "bbb/bob": [written("z o", "bbb/bob", number) for number in range(3)]}


def test_each_writer_has_a_fresh_reader_which_reads_all_lines(by_writer):
    made = []

    def make():
        made.append(Memory())
        return made[-1]

    outcome = evaluate_lines.read_by(Variant(make), by_writer, seed=1, most=0)
    assert list(outcome.said) == [line.name for own in by_writer.values() for line in own]
    assert [event for event, _ in made[0].events] == ["read"] * 12
    assert [event for event, _ in made[1].events] == ["read"] * 3


def test_a_learner_is_taught_before_it_reads_the_others_and_only_writers_of_enough_lines(by_writer):
    made = []

    def make():
        made.append(Memory())
        return made[-1]

    outcome = evaluate_lines.read_by(Variant(make, MOST), by_writer, seed=1, most=MOST)
    lessons, rest = evaluate_lines.taught("aaa/ann", by_writer["aaa/ann"], seed=1, most=MOST)
    assert [event for event, _ in made[0].events] == ["learn"] * MOST + ["read"] * 7
    assert list(outcome.said) == [line.name for line in rest]
    assert not {line.name for line in lessons} & {line.name for line in rest}
    assert len(lessons) + len(rest) == 12
    assert made[1].events == []


def test_all_variants_are_compared_on_the_same_lines(by_writer):
    everything = [line for own in by_writer.values() for line in own]
    variants = {"blank": Variant(Memory), "taught": Variant(Memory, MOST)}
    found = evaluate_lines.evaluate(everything, variants, {"z o"}, 1, Console(as_json=True))
    assert set(found["all"]) - {tesseract.NAME} == {"blank"}
    blank = found["all"]["blank"]
    assert blank["overall"]["cer"] == blank["sites"]["aaa"]["cer"] == 100
    assert blank["overall"]["lines"] == 15
    assert blank["new"]["lines"] == 12
    assert {one["overall"]["lines"] for one in found["taught"].values()} == {7}
    assert found["taught"]["taught"]["overall"]["cer"] < 50
    assert blank["kinds"]["space missing"] == 3
    assert blank["kinds"]["joined"] == sum(len(line.text.replace(" ", "")) for line in everything)
    assert (tesseract.NAME in found["all"]) == (tesseract.version() is not None)


def test_writers_of_few_lines_teach_nothing(by_writer, monkeypatch):
    monkeypatch.setenv("PATH", "")  # Tesseract has nothing to do with it
    variants = {"blank": Variant(Memory), "taught": Variant(Memory, MOST)}
    found = evaluate_lines.evaluate(by_writer["bbb/bob"], variants, set(), 1, Console(as_json=True))
    assert found["taught"] == {}
    assert found["all"]["blank"]["overall"]["lines"] == 3


def test_without_tesseract_the_page_says_so(by_writer, monkeypatch):
    monkeypatch.setenv("PATH", "")
    everything = [line for own in by_writer.values() for line in own]
    found = evaluate_lines.evaluate(everything, {"blank": Variant(Memory)}, set(), 1, Console(as_json=True))
    found["about"] = {
        "data": "toy", "part": "test writers", "writers": 2, "lines": 15, "characters": 33, "dropped": {"<b>": 1},
        "taught": MOST, "model": "small", "fingerprint": "x-1", "seed": 1, "command": "handpad-train <x>",
    }  # fmt: skip
    assert found["tesseract"] is None
    assert "Tesseract is not installed" in lines_report.table(found)
    page = lines_report.render(found, {line.name: line.strokes for line in everything})
    assert "Tesseract is not installed" in page
    assert "handpad-train &lt;x&gt;" in page
    assert "1 texts: &lt;b&gt;" in page
    assert page.count("<path d='M") == 4 + 3


def model(name="unipen", **writers):
    return SimpleNamespace(name="small", info={"provenance": {"data": {"name": name}, "writers": writers}})


def test_only_lines_of_writers_held_back_are_read(by_writer):
    everything = [line for own in by_writer.values() for line in own]
    split = model(train=["aaa/ann"], validation=["ccc/c"], test=["bbb/bob"])
    assert {line.writer for line in evaluate_lines.unseen_lines(everything, split, "test")[0]} == {"bbb/bob"}
    with pytest.raises(DataError, match="held back no validation writers"):
        evaluate_lines.unseen_lines(everything, split, "validation")[0]
    with pytest.raises(DataError, match="held back no test writers"):
        evaluate_lines.unseen_lines(everything, model(train=["aaa/ann", "bbb/bob"], test=[]), "test")[0]
    assert len(evaluate_lines.unseen_lines(everything, model(name="uji", train=["aaa/ann"]), "test")[0]) == 15


def test_a_writer_without_characters_is_a_test_writer(by_writer):
    everything = [line for own in by_writer.values() for line in own]
    split = model(train=["ccc/c"], validation=["aaa/ann"], test=["ddd/d"])
    assert {line.writer for line in evaluate_lines.unseen_lines(everything, split, "test")[0]} == {"bbb/bob"}


@pytest.mark.parametrize(
    ("rows", "several"),
    [(["to cut it"], False), (["to", "cut"], True), (["i", "i", "i"], True), (["o"], False)],
)
def test_rows_are_told_by_the_ink(rows, several):
    ink = [s for number, row in enumerate(rows) for s in written(row, at=(60.0, 74.0 + 120 * number)).strokes]
    assert several_rows(ink) is several


def test_marks_above_and_below_a_row_are_no_rows():
    quotes, comma = np.array([[0.0, 0.0], [0, 4]]), np.array([[50.0, 40.0], [48, 48]])
    assert not several_rows([*written("to", at=(0.0, 36.0)).strokes, quotes - [0, 22], comma])
