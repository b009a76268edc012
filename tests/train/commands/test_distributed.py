"""Two processes that train together come to what one comes to alone."""

import json
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
if not torch.distributed.is_available():
    pytest.skip("this PyTorch has no distributed engine", allow_module_level=True)

from handpad.train import cli  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402

# With SGD, unlike Adam, gradients that are summed where they should be averaged make another fit.
OPTIONS = ["--epochs", "6", "--optimizer", "sgd", "--no-augment", "--threads", "1", "--json"]
NOISE = 0.05  # each normalises its own half of a batch, and drops out other units


def test_two_processes_learn_what_one_learns(unipen_folder, tmp_path, capsys):
    threads = torch.get_num_threads()
    prepared, one, two = (str(tmp_path / name) for name in ("own.npz", "one", "two"))
    try:
        assert cli.main(["prepare", "unipen", str(unipen_folder), prepared, "--json"]) == 0
        assert cli.main(["fit", "handpad", prepared, one, *OPTIONS]) == 0
    finally:
        torch.set_num_threads(threads)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, "-m", "handpad.train.cli", "fit", "handpad", prepared, two, *OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2, 3, 4, 5, 6]  # told once
    alone, together = Fitted.load(one), Fitted.load(two)
    assert together.record["machine"]["processes"] == 2
    for expected, found in zip(alone.record["history"], together.record["history"], strict=True):
        assert found["loss"] == pytest.approx(expected["loss"], rel=NOISE)
        assert found["validation_loss"] == pytest.approx(expected["validation_loss"], rel=NOISE)
        assert found["rate"] == expected["rate"]
