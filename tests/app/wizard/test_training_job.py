"""Child processes for training: their order, their priority, and how they end."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QProcess

from handpad.app.wizard.training_job import TrainingJob, _sentence
from handpad.own_model.training_child import NICE

HELP = ("help", ["prepare", "--help"])

needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture
def endless(tmp_path):
    """A command that waits for ever: it opens a pipe that nobody writes to."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")
    return ("prepare", ["prepare", "--json", "uji", str(tmp_path / "pipe"), str(tmp_path / "out.npz")])


def process_of(job):
    """The number of the job's process; 0 if it has none."""
    return job.findChild(QProcess).processId()


@pytest.fixture
def run(qtbot):
    """Starts a job and waits until its process is there. Ends what is still running."""
    jobs = []

    def start(*commands):
        job = TrainingJob(commands)
        jobs.append(job)
        job.start()
        qtbot.waitUntil(lambda: process_of(job) > 0, timeout=20_000)
        return job

    yield start
    for job in jobs:
        job.kill()


def wait_for_low_priority(qtbot, job):
    """The process has begun its work, and can be told to stop."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    wanted = min(19, before + NICE)
    qtbot.waitUntil(lambda: os.getpriority(os.PRIO_PROCESS, process_of(job)) == wanted, timeout=60_000)


def test_commands_run_in_order(qtbot, run):
    started = []
    job = TrainingJob([("first", HELP[1]), ("second", HELP[1])])
    job.started.connect(started.append)
    with qtbot.waitSignal(job.finished, timeout=60_000):
        job.start()
    assert started == ["first", "second"]
    assert not job.running


def test_a_command_fails_with_its_own_sentence_and_the_rest_is_not_run(qtbot, tmp_path):
    job = TrainingJob([("prepare", ["prepare", "uji", str(tmp_path / "gone"), str(tmp_path / "out.npz")]), HELP])
    started = []
    job.started.connect(started.append)
    with qtbot.waitSignal(job.failed, timeout=60_000) as failed:
        job.start()
    assert failed.args == [f"There is no file or folder {tmp_path / 'gone'}."]
    assert started == ["prepare"]


def test_it_has_low_priority_and_stops_when_asked(qtbot, run, endless):
    job = run(endless, HELP)
    wait_for_low_priority(qtbot, job)
    with qtbot.waitSignal(job.stopped, timeout=30_000):
        job.stop()
    assert not job.running


def test_it_can_be_ended_at_once(qtbot, run, endless):
    job = run(endless)
    job.kill()
    assert not job.running


@needs_fifo
def test_it_ends_when_the_app_is_gone(endless):
    command = [sys.executable, "-m", "handpad.own_model.training_child", *endless[1]]
    child = subprocess.Popen(command, stdin=subprocess.PIPE)
    child.stdin.close()
    assert child.wait(timeout=60) == 1


@pytest.mark.parametrize(
    ("code", "crashed", "errors", "sentence"),
    [
        (1, False, "some warning\nThe disk is full.", "The disk is full."),
        (9, True, "", "The system ended the training, most likely for want of memory: close other programs."),
        (11, True, "Fatal", "Training broke off inside one of the packages it uses; the log has the rest."),
        (1, False, "Traceback (most recent call last):\n  x\nMemoryError", "There was not enough memory"),
        (1, False, "Traceback (most recent call last):\n  x\nOSError: [Errno 28] No space left", "The disk is full"),
        (1, False, "Traceback (most recent call last):\n  x\nKeyError: 'a'", "unforeseen error (KeyError: 'a')"),
        (1, False, "", "Training ended without saying why."),
        (1, False, "There is no data at x: run handpad-train prepare first.", "There is no data at x."),
    ],
)
def test_every_end_is_told_in_one_sentence(code, crashed, errors, sentence):
    told = _sentence(code, crashed, errors)
    assert sentence in told
    assert "Traceback" not in told
    assert told.endswith(".")
