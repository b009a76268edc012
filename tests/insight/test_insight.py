"""Figures of one writer: counted by hand, said in plain words, and written to files."""

import json
import re
from html.parser import HTMLParser

import pytest
from handwriting import write

from handpad import Recognizer
from handpad.insight.figures import BASE, DEFAULT, PAPER, SEQUENCE, SHOWN, WINDOW, Effect, Share, insight
from handpad.insight.files import to_html, to_json
from handpad.insight.words import as_text, details, effect_sentence, headline


@pytest.fixture(scope="module")
def taught():
    """A profile in which n is read as h for its first half, and rightly in the second; o is always right."""
    pad = Recognizer()
    for turn in range(120):
        label = "no"[turn % 2]
        shown = "h" if label == "n" and turn < 60 else label
        pad.learn(write(label, seed=turn % 12), label, confirmed=shown == label, shown=shown)
    return pad.handwriting.written()


@pytest.fixture(scope="module")
def found(taught):
    return insight(taught)


def test_what_was_shown_is_counted_then_and_now(found):
    assert found.characters == 120 and found.corrected == 30
    assert found.shown.name == SHOWN
    assert (found.shown.then, found.shown.now) == (Share(30, 60), Share(60, 60))
    assert sum(share.counted for _, share in found.shown.course) == 120 and found.shown.course[-1][0] == 120


def test_then_and_now_do_not_overlap_and_end():
    pad = Recognizer()
    for seed in range(3):
        pad.learn(write("n", seed=seed), "n", shown="n")
    few = insight(pad.handwriting.written()).shown
    assert (few.then.counted, few.now.counted) == (1, 1)
    assert WINDOW == 200


def test_each_way_is_asked_before_it_learns():
    """A shape that the base model cannot know is wrong the first time for every adapter, and right soon after."""
    pad = Recognizer()
    for seed in range(60):
        pad.learn(write("o", seed=seed % 12), "Q", shown="o")
    found = insight(pad.handwriting.written())
    methods = {method.name: method for method in found.methods}
    assert methods[BASE].then.right == methods[BASE].now.right == 0
    assert methods[DEFAULT].course[0][1].right == 0 and methods[DEFAULT].now.rate > 0.9
    assert methods[PAPER].then.right < methods[PAPER].then.counted and methods[PAPER].now.rate > 0.9


def test_the_base_model_loses_trust_where_it_was_wrong(found):
    base = {one.label: one for one in found.reliabilities if one.classifier == BASE}
    assert sum(one.right + one.wrong for one in base.values()) == 120
    for one in found.reliabilities:
        assert one.mean == (1 + one.right) / (2 + one.right + one.wrong) and 0 < one.deviation < 0.3
    assert len([name for name in found.classifiers if "nearest" in name]) == 5
    assert SEQUENCE not in found.classifiers  # nothing stood on a line


def test_confusions_then_and_now(found):
    assert [(one.label, one.shown, one.then, one.now) for one in found.confusions] == [
        ("n", "h", Share(30, 30), Share(0, 30))
    ]


def test_what_became_of_a_mistake(found):
    assert found.effects == (Effect("n", "h", 1, Share(30, 59)),)
    assert (
        effect_sentence(found.effects[0])
        == "You put “n” right, which was read as “h”; of 59 since, 29 were read so again."
    )
    assert "not happened again, in 4" in effect_sentence(Effect("n", "h", 1, Share(4, 4)))
    assert "not written one since" in effect_sentence(Effect("n", "h", 1, Share(0, 0)))


def test_coverage_names_what_is_missing(found):
    own = {one.label: one for one in found.coverage}
    assert (own["n"].corrections, own["n"].confirmations, own["o"].samples) == (30, 30, 60)
    assert own["x"].samples == 0
    assert "2 of 62 characters" in as_text(found) and "None yet of: 0 1" in as_text(found)


def test_plain_words_come_first(found):
    assert headline(found) == "After 120 characters: 20 of 20 right; at the start 10."
    assert as_text(found).startswith(headline(found))
    assert any("n" in sentence and "No longer" in sentence for sentence in details(found))


def test_too_few_characters_are_no_figure():
    pad = Recognizer()
    assert "Nothing is learned yet" in headline(insight(pad.handwriting.written()))
    assert as_text(insight(pad.handwriting.written()))
    pad.learn(write("n"), "n", shown="h")
    assert headline(insight(pad.handwriting.written())) == (
        "After 1 character it is too early for a figure: so far 0 of 1 were read right."
    )


def test_without_a_replay_only_what_was_shown_is_known(taught, found):
    quick = insight(taught, replayed=False)
    assert quick.shown == found.shown and len(quick.methods) == 1 and not quick.reliabilities
    assert headline(quick) == headline(found)


def test_it_can_be_ended():
    pad = Recognizer()
    pad.learn(write("n"), "n")

    def end():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        insight(pad.handwriting.written(), between_steps=end)


@pytest.mark.parametrize(("right", "counted", "low", "high"), [(19, 20, 0.764, 0.991), (0, 10, 0, 0.278), (0, 0, 0, 1)])
def test_the_interval_is_wilsons(right, counted, low, high):
    assert Share(right, counted).interval == pytest.approx((low, high), abs=1e-3)


def test_json_holds_all_figures(found):
    values = json.loads(to_json(found))
    assert values["headline"] == headline(found) and values["format"] == 1
    assert values["methods"][0]["now"] == {"right": 60, "counted": 60, "rate": 1.0, "low": 0.9398, "high": 1.0}
    assert len(values["reliabilities"]) == len(found.reliabilities)


class Checker(HTMLParser):
    """Opened and closed tags, and all text."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "line", "polygon", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("line", "polygon", "polyline"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html_is_whole_and_safe():
    pad = Recognizer()
    for seed in range(60):
        pad.learn(write("v", seed=seed % 12), "<", shown="&")
    found = insight(pad.handwriting.written())
    page, checker = to_html(found), Checker()
    checker.feed(page)
    assert not checker.open and headline(found) in checker.text
    assert "<td><</td>" not in page and "<td>&lt;</td>" in page
    assert not re.search(r"(src|href)=", page)  # it needs nothing else


def test_a_sample_on_a_line_lets_the_sequence_reader_speak():
    pad = Recognizer()
    read = pad.read([stroke for place in range(3) for stroke in write("o", 30, (60 + 40 * place, 74))], (74, 30))
    for character in read.characters:
        pad.correct(character, "o")
    found = insight(pad.handwriting.written())
    said = [one for one in found.reliabilities if one.classifier == SEQUENCE]
    assert sum(one.right + one.wrong for one in said) == found.characters > 0
