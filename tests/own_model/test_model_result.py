"""A new model beside the one in use."""

import json
import shutil

import numpy as np
import pytest

from handpad.errors import ModelError
from handpad.model.folder import NEEDED, read_description, write_description
from handpad.own_model.model_result import compare
from handpad.paths import bundled_models

GLYPHS = np.zeros((2, 28, 28), np.uint8)


@pytest.fixture
def models(tmp_path):
    """Two copies of a bundled model; a function that writes figures into the description of one."""
    folders = []
    for name in ("new", "old"):
        folder = tmp_path / name
        folder.mkdir()
        for file in NEEDED:
            shutil.copyfile(bundled_models() / "paper" / file, folder / file)
        folders.append(folder)

    def describe(folder, figures, **changes):
        info = read_description(folder) | {"name": folder.name, "figures": figures, "provenance": {}, **changes}
        write_description(folder, info)

    return *folders, describe


def figure(value, count=100, part="test writers"):
    return {"value": value, "count": count, "writers": 7, "data": "mine", "part": part}


def rows(result):
    return {measure.title: measure for group in result.groups for measure in group.measures}


def test_figures_of_the_same_characters_are_compared(models):
    new, old, describe = models
    describe(new, {"mine_test_accuracy_62": figure(0.9), "mine_test_calibration_error": figure(0.03)})
    describe(old, {"mine_test_accuracy_62": figure(0.85), "mine_test_calibration_error": figure(0.02)})
    result = compare(new, old, [], GLYPHS)
    assert (result.new, result.current) == ("new", "old")
    assert result.groups[0].title == "MINE, test writers: 7 writers, 100 characters"
    right, calibration = rows(result)["Digits and letters read right"], rows(result)["Calibration error"]
    assert (right.new, right.current, right.difference) == ("90.0 %", "85.0 %", "5.0 points better")
    assert calibration.difference == "1.0 points worse"
    assert result.notes == []


def test_what_was_compared_takes_the_place_of_the_figures(models):
    new, old, describe = models
    describe(new, {"mine_test_accuracy_62": figure(0.1)})
    describe(old, {})
    values = {"accuracy": 80.0, "shapes": 90.0, "calibration_error": 2.0, "megabytes": 1.0, "milliseconds": 0.3}
    events = [
        {"event": "figure", "model": "old", **values},
        {"event": "figure", "model": "new", **values, "accuracy": 82.0},
        {"event": "difference", "points": 2.0, "low": -0.5, "high": 4.0, "better": 5, "equal": 1, "worse": 2},
        {"event": "result", "data": "mine", "part": "test writers", "writers": 8, "characters": 500},
    ]
    result = compare(new, old, [events], GLYPHS)
    assert [group.title for group in result.groups] == ["MINE, test writers: 8 writers, 500 characters", "Both models"]
    found = rows(result)
    right = found["Digits and letters read right"]
    assert (right.new, right.current, right.difference) == ("82.0 %", "80.0 %", "2.0 points better")
    assert found["the difference lies between"].difference == "-0.5 and +4.0 points"
    assert found["writers for whom it reads"].difference == "5 better, 2 worse"
    assert result.notes == []


def test_lines_are_compared_and_count_in_the_verdict(models):
    new, old, describe = models
    describe(new, {"mine_test_accuracy_62": figure(0.9)})
    describe(old, {"mine_test_accuracy_62": figure(0.85)})
    assert compare(new, old, [], GLYPHS).verdict.better

    def lines(theirs, own):
        about = {"event": "result", "command": "lines", "data": "unipen", "lines": 40, "characters": 900, "writers": 9}
        return [
            *({"event": "lines", "model": name, "cer": cer} for name, cer in (("old", theirs), ("new", own))),
            about,
        ]

    result = compare(new, old, [lines(6.0, 5.0)], GLYPHS)
    assert result.verdict.better and "of lines 95.0 % of characters right, old 94.0 %" in result.verdict.sentence
    row = rows(result)["Characters of lines read right"]
    assert (row.new, row.current, row.difference) == ("95.0 %", "94.0 %", "1.0 points better")
    worse = compare(new, old, [lines(6.0, 20.0)], GLYPHS).verdict
    assert not worse.better and "but lines worse" in worse.sentence


def test_figures_of_other_characters_are_not(models):
    new, old, describe = models
    describe(new, {"mine_test_accuracy_62": figure(0.9)})
    describe(old, {"mine_test_accuracy_62": figure(0.85, count=99)})
    row = rows(compare(new, old, [], GLYPHS))["Digits and letters read right"]
    assert (row.current, row.difference) == ("not measured", "")
    describe(old, {})
    result = compare(new, old, [], GLYPHS)
    assert "old was not measured on these writers of MINE." in result.notes


def test_a_model_that_went_on_to_learn_from_its_test_writers(models):
    new, old, describe = models
    earlier = {"data": {"name": "mine"}, "earlier": {}}
    describe(new, {"mine_test_accuracy_62": figure(0.9)})
    describe(old, {"mine_test_accuracy_62": figure(0.8)}, provenance=earlier)
    assert compare(new, old, [], GLYPHS).notes == [
        "old was measured on MINE before it learned from all of its writers."
    ]
    describe(old, {"mine_test_accuracy_62": figure(0.8)}, provenance=earlier | {"data": {"name": "other"}})
    assert compare(new, old, [], GLYPHS).notes == []


def test_validation_writers_are_not_shown_and_the_exported_weights_count(models):
    new, old, describe = models
    figures = {
        "mine_validation_accuracy_62": figure(0.5, part="validation writers"),
        "exported_mine_accuracy_62": figure(0.7, part="all"),
        "mine_accuracy_62": figure(0.6, part="all"),
    }
    describe(new, figures)
    describe(old, {})
    result = compare(new, old, [], GLYPHS)
    assert [group.title for group in result.groups] == ["MINE, all: 7 writers, 100 characters", "Both models"]
    assert rows(result)["Digits and letters read right"].new == "70.0 %"


def test_what_the_new_one_cannot_read_is_told(models):
    new, old, describe = models
    describe(new, {})
    describe(old, {}, labels=["é", *json.loads((old / "model.json").read_text())["labels"][1:]])
    assert "new cannot read é, which old can." in compare(new, old, [], GLYPHS).notes


def test_size_and_speed_are_measured(models):
    new, old, describe = models
    for folder in (new, old):
        describe(folder, {})
    found = rows(compare(new, old, [], GLYPHS))
    assert found["Size on disk"].difference == "same"
    assert float(found["Time for a character"].new.removesuffix(" ms")) > 0


def test_a_model_that_is_gone(models, tmp_path):
    new, _, describe = models
    describe(new, {})
    with pytest.raises(ModelError):
        compare(new, tmp_path / "gone", [], GLYPHS)
