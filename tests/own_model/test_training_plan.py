"""What is still to be run of a training, whatever has been done of it."""

import json
import shutil
from dataclasses import replace

import pytest

from handpad.model.folder import NEEDED, READING, SEQUENCE, add_file, read_description, write_description
from handpad.own_model.training_plan import PLAN, SEQUENCE_MINUTES, Plan, left_over, shared_out
from handpad.paths import bundled_models
from handpad.train.fit.run_files import CHECKPOINT, RECORD


@pytest.fixture
def plan(tmp_path):
    parts = (tmp_path / "a.npz", tmp_path / "b.npz")
    whole, measured, ink = tmp_path / "both.npz", tmp_path / "uji.npz", tmp_path / "unipen"
    plan = Plan(tmp_path / "home" / "one", whole, parts, (measured,), "handpad", 24, "mine", (ink,), 30)
    plan.save()
    return plan


def steps(plan, as_it_is=False):
    return [name for name, _ in plan.commands(as_it_is)]


def make_model(plan, *more):
    plan.model.mkdir(parents=True)
    for name in (*NEEDED, *more):
        shutil.copyfile(bundled_models() / "paper" / name, plan.model / name)


def test_it_is_there_another_day_and_one_of_an_earlier_version_too(plan):
    assert left_over(plan.folder.parent) == [plan]
    old = {"learn": "a.npz", "measure": None, "preset": "paper", "minutes": None, "model_name": "old"}
    (plan.folder / PLAN).write_text(json.dumps(old))
    (loaded,) = left_over(plan.folder.parent)
    assert (loaded.parts, loaded.measure, loaded.lines) == ((loaded.learn,), (), ())
    (plan.folder / PLAN).write_text(json.dumps(old | {"measure": "u.npz"}))
    assert [path.name for path in left_over(plan.folder.parent)[0].measure] == ["u.npz"]


def test_reading_lines_follows_the_characters_and_goes_on_where_it_was(plan):
    assert steps(plan) == ["fit", "export", "segments", "sequence"]
    assert steps(replace(plan, lines=())) == ["fit", "export"]
    plan.run.mkdir(parents=True)
    (plan.run / CHECKPOINT).touch()
    assert plan.commands()[0][1][-4:] == ["--minutes", "24", "--unseen", str(plan.measure[0])]
    assert "--resume" in plan.commands()[0][1]
    (plan.run / RECORD).touch()
    assert steps(plan, as_it_is=True) == ["export"]
    (plan.run / CHECKPOINT).unlink()
    assert steps(plan) == ["export", "segments", "sequence"]
    make_model(plan)
    assert steps(plan) == ["segments", "sequence"]
    assert steps(plan, as_it_is=True) == [] and plan.usable_before_its_end and not plan.finished
    add_file(plan.model, READING, b"reading")
    assert plan.commands()[0][1][-2:] == ["--sequence", "30"]
    add_file(plan.model, SEQUENCE, b"network")
    plan.note_line_minutes(12.5)
    assert plan.commands()[0][1][-3:] == ["--sequence", "17.5", "--go-on"]
    assert plan.planned()["sequence"] < 30 * 60
    write_description(plan.model, read_description(plan.model) | {"sequence": {}})
    assert steps(plan) == [] and plan.finished and not plan.usable_before_its_end


def test_what_is_compared_is_each_data_set_by_itself_and_the_lines(plan, tmp_path):
    for path in (*plan.parts, *plan.measure, *plan.lines):
        path.touch()
    current = tmp_path / "current"
    compared = [arguments for _, arguments in plan.comparisons(current)]
    assert [arguments[2] for arguments in compared[:3]] == [str(path) for path in (*plan.parts, *plan.measure)]
    assert compared[3] == ["lines", "--json", str(current), str(plan.model), "--unipen", str(plan.lines[0])]
    plan.lines[0].unlink()
    assert len(plan.comparisons(current)) == 3


@pytest.mark.parametrize("minutes", [1, 2, 10, 60, 600])
def test_a_set_time_is_shared_out(minutes):
    of_fit, of_lines = shared_out(minutes)
    assert of_fit >= 1 and of_lines >= 1
    assert of_fit + of_lines <= max(minutes, 2)
    assert shared_out(None) == (None, SEQUENCE_MINUTES)
