"""The report of a training, from a record made up here."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from handpad.train.measure.mistakes import diagnose
from handpad.train.measure.scores import Outcome, summary
from handpad.train.report import training_report
from handpad.train.report.training_report import Facts, Gallery

LABELS = list("ab<")


def record(**others) -> dict:
    history = [
        {"epoch": n, "epochs": 2, "batch": 64 * n, "rate": 0.1 / n, "loss": 2 / n, "accuracy": 0.4 * n,
         "validation_loss": 2.1 / n, "validation_accuracy": 0.35 * n, "rows_left_out": 7 * (n - 1), "seconds": 60.0}
        for n in (1, 2)
    ]  # fmt: skip
    figure = {
        "value": 0.814,
        "count": 1234,
        "writers": 3,
        "data": "own",
        "part": "test writers",
        "fit": "the split fit",
    }
    return {
        "network": "paper", "labels": LABELS, "temperature": 1.25, "seed": 1, "split": "by writer", "history": history,
        "writers": {"train": ["u", "v"], "validation": ["w"], "test": ["x", "y", "z"]},
        "recipe": {"series": [[1, 64], [1, 128]], "optimizer": "adam", "clean": None, "average": 0.998},
        "data": {"name": "own", "samples": 5678, "licence": "free & open", "dropped": {"too <small>": 12}},
        "preprocessing": 1, "versions": {"torch": "2.13.0"}, "created": "2026-01-01T00:00:00+00:00",
        "command": "handpad-train fit paper own.npz run --seed 1",
        "figures": {
            "own_test_accuracy_62": figure,
            "own_test_accuracy_62_shapes": {**figure, "value": 0.927},
            "own_test_calibration_error": {**figure, "value": 0.021},
        },
        **others,
    }  # fmt: skip


def facts(**others) -> Facts:
    true, read = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    logits = 3.0 * np.eye(3)[read]
    found = diagnose("Test writers of own", LABELS, logits, true, np.arange(5), np.arange(5), 1.25, 24)
    glyphs = np.full((5, 28, 28), 90, np.uint8)
    gallery = Gallery(np.array([0, 0, 2]), glyphs[:3], np.array([0.25, 0.75, 1.0]), {1: 0.71, 2: 0.64, 3: 0.7})
    values = {
        "name": "mine",
        "record": record(),
        "commands": ["handpad-train prepare own SOURCE own.npz", "handpad-train export run own.npz mine"],
        "images": {"train": 4000, "validation": 444, "test": 1234},
        "base": {"train": 0.9, "validation": 0.85, "test": 0.8},
        "diagnosis": found,
        "examined": SimpleNamespace(glyphs=glyphs),
        "gallery": gallery,
        "evaluation": None,
    }
    return Facts(**{**values, **others})


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", html, flags=re.S))


def test_the_report_tells_all_it_knows():
    html = training_report.render(facts())
    text = text_of(html)
    for wanted in (
        "Training report: mine",
        "81.4 %", "92.7 %", "2.1 points",  # the figures
        "2 epochs; 2 minutes", "batches of 64 → 128", "7 characters whose label",
        "3 of 5 characters of 5 writers right over all 3 labels (60.0 %)",
        "a → b 1 of 2, 50 %",
        "&lt; → a 1 of 1, 100 %",
        "temperature of 1.250",
        "3 ways of writing 2 labels", "name 71.0 % of the", "(k = 1)",
        "659,541", "4,000", "87.39 %", "85.00 %",  # the paper's Table 2 and ours
        "handpad-train prepare own SOURCE own.npz handpad-train export run own.npz mine",
        "free &amp; open", "12: too &lt;small&gt;", "1 x 64 + 1 x 128", "optimizer adam", "average 0.998", "clean none",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert html.count("class='glyph'") == 3 + 2  # styles and mistakes


def test_the_commonest_style_comes_first():
    html = training_report.render(facts())
    shares = re.findall(r"title='a: (\d+) %'", html)
    assert shares == ["75", "25"]


def test_it_needs_no_other_file():
    html = training_report.render(facts())
    sources = re.findall(r"(?:src|href)=['\"]([^'\"]{0,20})", html)
    assert sources
    assert all(source.startswith(("data:image/png;", "#s")) for source in sources)


def test_an_evaluation_stands_beside_table_3():
    def outcomes(said):
        return [Outcome("w", np.zeros(4, int), np.array([0, 1, 1, 1]), np.array(said), np.zeros(4, bool), 0.0, 0.0)]

    said = {"paper": [0, 0, 1, 1], "default": [0, 0, 0, 0]}
    holdout = {name: summary(outcomes(labels), np.arange(2)) for name, labels in said.items()}
    about = {"data": "own", "part": "test writers", "writers": 1, "fewest": 150, "labels": "abc", "model": "split",
             "resamples": 10, "command": "handpad-train evaluate own.npz split results"}  # fmt: skip
    text = text_of(training_report.render(facts(evaluation={"about": about, "holdout": holdout})))
    assert "adapted accuracy 89.60 % 84.77 % 50.00 % 100.00 %" in text
    assert "167 / 9 / 24" in text
    assert about["command"] in text


def test_a_fit_on_all_writers_says_whose_figures_they_are():
    first = record()
    later = [{**epoch, "validation_loss": None, "validation_accuracy": None} for epoch in first["history"]]
    writers = {"train": list("uvwxyz"), "validation": [], "test": []}
    refit = record(writers=writers, history=later, earlier=first)
    gallery = Gallery(np.array([0]), np.zeros((1, 28, 28), np.uint8), np.ones(1), None)
    unknown = dict.fromkeys(("train", "validation", "test"))
    html = training_report.render(facts(record=refit, diagnosis=None, examined=None, gallery=gallery, base=unknown))
    text = text_of(html)
    assert "left 3 writers out, and then trained further on all 6" in text
    assert "Every writer of its data has trained it" in text
    assert "2 further epochs on all writers" in text
    assert "nan" not in text.lower()
    assert "How honest its confidence is" not in text


@pytest.mark.parametrize("missing", ["accuracy", "rows_left_out"])
def test_runs_of_older_versions_have_a_report_too(missing):
    old = record()
    old["history"] = [{key: value for key, value in epoch.items() if key != missing} for epoch in old["history"]]
    assert "2 epochs" in training_report.render(facts(record=old))
