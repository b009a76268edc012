"""A fit that is killed, stopped and resumed ends where one that was left alone does."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from handpad.train import cli  # noqa: E402
from handpad.train.fit import checkpoint  # noqa: E402
from handpad.train.fit.run_files import CHECKPOINT  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402

EPOCHS = 6  # the rows to keep are chosen before the third


def words(prepared: Path, run: Path, *more: str) -> list[str]:
    return ["fit", "handpad", str(prepared), str(run), "--epochs", str(EPOCHS), "--threads", "1", "--json", *more]


def broken_off(arguments: list[str], epoch: int, number: signal.Signals) -> tuple[int, list[dict], str]:
    """Send a signal as soon as an epoch is reported. Returns the exit code, all events, and stderr."""
    command = [sys.executable, "-m", "handpad.train.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "epoch" and events[-1]["epoch"] == epoch:
                process.send_signal(number)
        return process.wait(), events, process.stderr.read()


def epochs(events: list[dict]) -> list[int]:
    return [event["epoch"] for event in events if event["event"] == "epoch"]


@pytest.fixture(scope="module")
def made(unipen_folder, tmp_path_factory):
    """A fit left alone, in ``whole``, and one that was killed after an epoch and stopped after three, in ``broken``."""
    folder = tmp_path_factory.mktemp("resume")
    prepared = folder / "own.npz"
    threads = torch.get_num_threads()
    try:
        assert cli.main(["prepare", "unipen", str(unipen_folder), str(prepared), "--json"]) == 0
        killed = broken_off(words(prepared, folder / "broken"), 1, signal.SIGKILL)
        stopped = broken_off(words(prepared, folder / "broken", "--resume"), 3, signal.SIGINT)
        after_stop = Fitted.load(folder / "broken")
        assert cli.main(words(prepared, folder / "whole")) == 0
        yield prepared, folder, killed, stopped, after_stop
    finally:
        torch.set_num_threads(threads)


def test_ctrl_c_keeps_the_best_model_so_far(made):
    _, folder, killed, stopped, fitted = made
    assert killed[0] == -signal.SIGKILL
    assert epochs(killed[1]) == [1]
    code, events, errors = stopped
    assert code == 130
    assert epochs(events) == [2, 3]
    assert f"Stopped after 3 of {EPOCHS} epochs. The best model so far is in {folder / 'broken'}" in errors
    assert "--resume" in errors
    assert "Traceback" not in errors
    assert fitted.record["stopped"] == f"after 3 of {EPOCHS} epochs"
    assert [epoch["epoch"] for epoch in fitted.record["history"]] == [1, 2, 3]
    assert "stopped after 3" in fitted.record["figures"]["unipen_test_accuracy_62"]["fit"]


def test_progress_is_told(made):
    events = [event for event in made[3][1] if event["event"] == "progress"]
    assert events
    for event in events:
        assert event["stage"] == "fit"
        assert 0 < event["done"] <= event["total"] == 600
        assert event["epochs"] == EPOCHS
        assert event["loss"] > 0
        assert 0 <= event["accuracy"] <= 1
        assert event["seconds_left"] >= 0


def test_a_resumed_fit_is_the_same_to_the_last_bit(made, capsys):
    prepared, folder, *_ = made
    assert checkpoint.exists(folder / "broken")
    assert cli.main(words(prepared, folder / "broken", "--resume")) == 0
    assert epochs([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == [4, 5, 6]
    assert not checkpoint.exists(folder / "broken")
    whole, resumed = Fitted.load(folder / "whole"), Fitted.load(folder / "broken")
    assert resumed.record["stopped"] is None
    assert resumed.record["figures"] == whole.record["figures"]
    assert resumed.record["temperature"] == whole.record["temperature"]
    for one, other in zip(resumed.record["history"], whole.record["history"], strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
    first, second = whole.network.state_dict(), resumed.network.state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_an_unfinished_fit_is_not_mixed_with_another(made, tmp_path, capsys):
    prepared = made[0]
    checkpoint.write(tmp_path, {"settings": {"seed": 2, "preset": "handpad"}})
    before = (tmp_path / CHECKPOINT).read_bytes()
    assert cli.main(words(prepared, tmp_path)) == 1
    assert "holds an unfinished fit" in capsys.readouterr().err
    assert cli.main(words(prepared, tmp_path, "--resume")) == 1
    assert "was begun with seed 2" in capsys.readouterr().err
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [CHECKPOINT]


@pytest.mark.parametrize("damage", ["gone", "cut", "older"])
def test_a_checkpoint_that_cannot_be_used_is_one_sentence(made, tmp_path, capsys, damage):
    if damage != "gone":
        checkpoint.write(tmp_path, {"settings": {}})
    path = tmp_path / CHECKPOINT
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:300])
    elif damage == "older":
        torch.save({"format": 0}, path)
    assert cli.main(words(made[0], tmp_path, "--resume")) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert {"gone": "no unfinished fit", "cut": "is damaged", "older": "another version"}[damage] in line
