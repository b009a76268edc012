"""What the options of ``handpad-train fit`` make of a recipe, and what is refused before anything is done."""

import argparse
import json

import pytest

torch = pytest.importorskip("torch")

from handpad.train import cli  # noqa: E402
from handpad.train.commands.fit import add_arguments  # noqa: E402
from handpad.train.console import Console  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit import task as fits  # noqa: E402
from handpad.train.fit.device import Device, fastest_precision, has_bf16, open_device  # noqa: E402
from handpad.train.fit.recipes import PRESETS  # noqa: E402


@pytest.fixture(scope="module")
def prepared(unipen_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "own.npz"
    assert cli.main(["prepare", "unipen", str(unipen_folder), str(path), "--json"]) == 0
    return path


def task(prepared, *options: str) -> fits.Task:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return fits.task_of(parser.parse_args(["handpad", str(prepared), "run", *options]), Dataset.load(prepared))


def test_options_change_the_recipe(prepared):
    own = PRESETS["handpad"].recipe
    assert task(prepared).recipe == own
    changed = task(prepared, "--optimizer", "sgd", "--schedule", "plateau", "--no-augment", "--epochs", "5").recipe
    assert (changed.optimizer, changed.cosine, changed.augment, changed.epochs) == ("sgd", False, False, 5)
    assert changed.learning_rate == own.with_optimizer("sgd").learning_rate


def test_the_paper_split_makes_the_most_prolific_the_application_set(prepared):
    rows = task(prepared, "--split", "paper").rows
    assert [len(rows[part]) for part in ("train", "validation", "test")] == [680, 40, 80]


@pytest.mark.parametrize(("minutes", "epochs"), [(1e-6, 1), (1e6, PRESETS["handpad"].recipe.epochs)])
def test_the_time_decides_the_number_of_epochs(prepared, capsys, minutes, epochs):
    device = Device(torch.device("cpu"), "fp32")
    shortened = fits.within(minutes, task(prepared, "--no-augment"), device, 1, Console(as_json=True))
    assert shortened.recipe.epochs == epochs
    plan = json.loads(capsys.readouterr().out)
    assert (plan["event"], plan["epochs"]) == ("plan", epochs)
    assert plan["seconds"] > 0


def test_the_precision_is_one_that_the_processor_has():
    assert fastest_precision("cpu") == ("bf16" if has_bf16() else "fp32")
    assert fastest_precision("mps") == "fp32"
    with open_device("cpu", None, None) as device:
        assert device.describe() == {"device": "cpu", "precision": fastest_precision("cpu"), "processes": 1}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--precision", "fp16"], "does not train in fp16"),
        (["--minutes", "0"], "--minutes must be more than 0"),
        (["--threads", "-1"], "--threads must be more than 0"),
        (["--epochs", "0"], "at least one epoch"),
        (["--all-writers-after", "earlier", "--epochs", "3"], "leave out --epochs"),
        (["--resume"], "no unfinished fit"),
    ],
)
def test_what_cannot_be_is_one_sentence(prepared, tmp_path, capsys, options, sentence):
    run = tmp_path / "run"
    assert cli.main(["fit", "handpad", str(prepared), str(run), "--device", "cpu", *options]) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not run.exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_there_is_one_sentence(prepared, tmp_path, capsys):
    assert cli.main(["fit", "handpad", str(prepared), str(tmp_path / "run"), "--device", "cuda"]) == 1
    assert "no cuda device" in capsys.readouterr().err


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_gpu_learns_too(prepared, tmp_path, capsys, precision):
    words = [
        "fit",
        "handpad",
        str(prepared),
        str(tmp_path / "run"),
        "--epochs",
        "3",
        "--precision",
        precision,
        "--json",
    ]
    assert cli.main(words) == 0
    losses = [
        event["loss"] for event in map(json.loads, capsys.readouterr().out.splitlines()) if event["event"] == "epoch"
    ]
    assert losses[-1] < 0.9 * losses[0]
