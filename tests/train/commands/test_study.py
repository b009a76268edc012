"""Studies: every kind of value on small ink, the page, stopping and going on, and what is refused."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from handpad.train import cli  # noqa: E402
from handpad.train.fit import study_driver  # noqa: E402
from handpad.train.fit.recipes import PRESETS, STEPS  # noqa: E402
from handpad.train.fit.studies import STUDIES, varied  # noqa: E402
from handpad.train.report.study_report import verdict  # noqa: E402


@pytest.fixture(scope="module")
def prepared(unipen_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "own.npz"
    assert cli.main(["prepare", "unipen", str(unipen_folder), str(path), "--json"]) == 0
    return path


def study(prepared, folder, what: str, *options: str) -> int:
    quick = ["--epochs", "2", "--seeds", "1", "--threads", "1", "--characters", "150"]
    return cli.main(["study", what, str(prepared), "--results", str(folder), *quick, *options])


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("l2", ["1e-7", "0.1"]),
        ("rate", ["0.1", "1"]),
        ("dropout", ["0", "0.5"]),
        ("activation", ["leaky-relu", "prelu"]),
        ("order", []),
        ("pooling", ["stride"]),
        ("optimizer", ["sgd", "adam"]),
        ("batch", ["16", "64"]),
        ("augmentation", ["and pixels"]),
    ],
)
def test_a_study_trains_each_value(prepared, tmp_path, what, values):
    options = ["--values", *values] if values else []
    assert study(prepared, tmp_path, what, *options) == 0
    found = json.loads((tmp_path / f"{what}.json").read_text(encoding="utf-8"))
    names = values or list(STUDIES[what].values)
    assert len(found["values"]) == len(found["summary"]) == len(names)
    assert all(len(fit["history"]) == 2 for one in found["values"] for fit in one["fits"])
    assert all(one["verdict"] for one in found["summary"])
    page = (tmp_path / f"{what}.html").read_text(encoding="utf-8")
    assert STUDIES[what].title in page
    assert all(one["verdict"].split(":")[0] in page for one in found["summary"])


def test_widths_and_seeds_stand_on_the_page(prepared, tmp_path, capsys):
    words = ("--values", "10", "50", "100", "--seeds", "2")
    assert study(prepared, tmp_path, "width", *words) == 0
    said = capsys.readouterr().out
    assert "plan: fits 6, epochs 2" in said
    assert "verdict" in said
    found = json.loads((tmp_path / "width.json").read_text(encoding="utf-8"))
    assert [one["value"] for one in found["values"]] == [10, 50, 100]
    first, second = found["values"][0]["fits"]
    assert first["history"][-1]["loss"] != second["history"][-1]["loss"]
    assert np.array(first["weights"]).shape == (8, 28, 28)
    assert found["values"][1]["fits"][0]["weights"] is None  # 50 is not among those shown
    page = (tmp_path / "width.html").read_text(encoding="utf-8")
    for wanted in (
        "A straight line explains",
        "class='band'",
        "Weights of one neuron, width 100",
        "study width own.npz",
    ):
        assert wanted in page, wanted


def test_a_stopped_study_goes_on_to_the_same_figures(prepared, tmp_path, monkeypatch):
    words = ("--values", "0.1", "1", "--epochs", "3")
    assert study(prepared, tmp_path / "whole", "rate", *words) == 0
    begun = []

    def breaking(*arguments, **values):
        begun.append(arguments)
        if len(begun) == 3:
            raise KeyboardInterrupt("Stopped.")
        return step(*arguments, **values)

    monkeypatch.setattr(study_driver, "_SAVE_EVERY", 0.0)
    step = study_driver.checkpoint.write
    monkeypatch.setattr(study_driver.checkpoint, "write", breaking)
    assert study(prepared, tmp_path / "broken", "rate", *words) == 130
    assert not (tmp_path / "broken" / "rate.html").exists()
    assert len(begun) == 3
    assert study(prepared, tmp_path / "broken", "rate", *words) == 0
    assert len(begun) < 3 + 6
    whole, broken = (
        json.loads((tmp_path / name / "rate.json").read_text(encoding="utf-8")) for name in ("whole", "broken")
    )
    losses = [[[fit["history"][-1]["validation_loss"] for fit in one["fits"]] for one in found["values"]]
              for found in (whole, broken)]  # fmt: skip
    assert losses[0] == losses[1]


def test_a_study_that_takes_long_says_so_first(prepared, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(study_driver, "LIMIT", 0.0)
    assert study(prepared, tmp_path, "l2", "--values", "0.1") == 1
    captured = capsys.readouterr()
    assert "add --yes to begin" in captured.err
    assert "plan: fits 1" in captured.out
    assert not list(tmp_path.iterdir())
    assert study(prepared, tmp_path, "l2", "--values", "0.1", "--yes") == 0


@pytest.mark.parametrize(
    ("what", "options", "sentence"),
    [
        ("colour", [], "There is no study colour; these are: l2, width"),
        ("l2", ["--values", "much"], "much is no value of L2 strength; these are: 1e-07"),
        ("activation", ["--values", "tanh"], "these are: relu, leaky-relu, prelu"),
        ("width", ["--values", "0"], "0 is no value of width"),
        ("width", ["--classifier", "linear"], "linear has no width to study; these have: shallow, deep"),
        ("dropout", ["--classifier", "forest"], "forest has no dropout to study"),
        ("l2", ["--epochs", "0"], "--epochs must be at least 1"),
    ],
)
def test_what_cannot_be_studied_is_one_sentence(prepared, tmp_path, capsys, what, options, sentence):
    assert study(prepared, tmp_path, what, *options) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert len(captured.err.splitlines()) == 1


def test_fits_of_another_study_are_not_mixed_in(prepared, tmp_path, capsys):
    assert study(prepared, tmp_path, "dropout", "--values", "0") == 0
    assert study(prepared, tmp_path, "dropout", "--values", "0", "--epochs", "3") == 1
    assert "another study's fit" in capsys.readouterr().err


def test_augmentation_is_taken_up_step_by_step():
    one = STUDIES["augmentation"]
    recipes = [varied(one, PRESETS["deep"], value, 5)[0] for value in one.values]
    assert [recipe.augment for recipe in recipes] == [False, *[True] * len(STEPS)]
    assert [len(recipe.steps) for recipe in recipes[1:]] == list(range(1, len(STEPS) + 1))
    assert {recipe.weight_decay for recipe in recipes} == {0.0}


def test_a_strength_is_the_gradients():
    recipe, settings = varied(STUDIES["l2"], PRESETS["deep"], 1e-3, 7)
    assert (recipe.weight_decay, recipe.epochs, recipe.batch_size(0), settings) == (2e-3, 7, 100, {})


@pytest.mark.parametrize(
    ("losses", "training", "gap", "said"),
    [
        ([2.3, 2.3, 2.3], 10, 0, "does not learn"),
        ([2.0, float("nan"), float("nan")], 10, 0, "does not learn"),
        ([1.0, 0.5, 0.4, 0.5, 0.6], 99, 15, "overfits after epoch 3: validation loss rose by 50 %"),
        ([1.5, 1.2, 1.2, 1.2], 60, 2, "underfits: even training stays 35 points"),
        ([1.0, 0.8, 0.6, 0.5], 94, 2, "still learning"),
        ([1.0, 0.5, 0.5, 0.5], 94, 20, "learns by heart: 20 points"),
        ([1.0, 0.5, 0.5, 0.5], 94, 3, "balanced"),
    ],
)
def test_the_verdict_in_words(losses, training, gap, said):
    assert verdict(np.array(losses), training, gap, best=95, chance=np.log(10)).startswith(said)


def test_mini_batches_are_ranked_and_chosen(prepared, tmp_path, capsys):
    words = ("--values", "ink", "stroke width", "--epochs", "3", "--seeds", "2")
    assert study(prepared, tmp_path, "minibatch", *words) == 0
    assert "epochs sooner" in capsys.readouterr().out
    found = json.loads((tmp_path / "minibatch.json").read_text(encoding="utf-8"))
    assert found["about"]["batches"] == 10
    assert np.array(found["metrics"]["ink"]["distances"]).shape == (3, 10)
    assert found["metrics"]["ink"]["means"][0] < found["metrics"]["ink"]["means"][1]
    assert set(found["trained"]) == {"shuffled", "ink", "stroke width"}
    page = (tmp_path / "minibatch.html").read_text(encoding="utf-8")
    for wanted in ("Distances, ink, epochs 1 to 1", "What is the best mini-batch?", "study minibatch own.npz"):
        assert wanted in page, wanted
    (tmp_path / "minibatch" / "ink-trained-seed2.json").unlink()
    assert study(prepared, tmp_path, "minibatch", *words) == 0
    assert "plan: fits 1" in capsys.readouterr().out
    again = json.loads((tmp_path / "minibatch.json").read_text(encoding="utf-8"))
    assert again["trained"] == found["trained"]
