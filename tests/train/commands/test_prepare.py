import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_up_nist import write_by_class

from handpad import glyph
from handpad.errors import DataError
from handpad.train import cli, datasets
from handpad.train.console import Console
from handpad.train.datasets import Dataset, content_key, images, prepared_file, processes

resource = pytest.importorskip("resource", reason="file size limits are not to be had here")


def pngs(count: int) -> list[bytes]:
    """Different bars of black on white, 128 x 128."""
    made = []
    for number in range(count):
        image = np.full((128, 128), 255, np.uint8)
        image[20 : 40 + number % 80, 30 : 40 + number // 80] = 0
        made.append(cv2.imencode(".png", image)[1].tobytes())
    return made


@pytest.fixture
def by_class(tmp_path) -> Path:
    """500 images of 62 classes, and the copies in the train folders."""
    write_by_class(tmp_path / "by_class.zip", pngs(500), 500)
    return tmp_path / "by_class.zip"


def prepared(capsys, *words: object) -> dict:
    """The result of the command, run in this process."""
    assert cli.main(["prepare", "--json", *map(str, words)]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def refused(capsys, *words: object) -> str:
    """The sentence with which the command refuses."""
    assert cli.main(["prepare", "--json", *map(str, words)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    return sentence


def test_the_whole_way(by_class, tmp_path, capsys):
    result = prepared(capsys, "nist", by_class, tmp_path / "new" / "nist.npz")
    assert (result["samples"], result["labels"], result["writers"]) == (500, 62, 14)
    assert (result["dropped"], result["listed"], result["notes"]) == ({}, {}, [])
    assert not result["already_prepared"]
    data = Dataset.load(tmp_path / "new" / "nist.npz")
    assert np.bincount(data.label_index).tolist() == [14] * 9 + [10] + [7] * 52
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["nist.npz"]


def test_a_second_time_nothing_is_done(by_class, tmp_path, capsys):
    first = prepared(capsys, "nist", by_class, tmp_path / "nist.npz")
    before = (tmp_path / "nist.npz").stat()
    again = prepared(capsys, "nist", by_class.rename(tmp_path / "moved.zip"), tmp_path / "nist.npz")
    assert again.pop("already_prepared") and not first.pop("already_prepared")
    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    assert (tmp_path / "nist.npz").stat() == before


@pytest.mark.parametrize("change", ["content", "reading", "damage"])
def test_it_is_prepared_again_when_anything_has_changed(by_class, tmp_path, capsys, monkeypatch, change):
    prepared(capsys, "nist", by_class, tmp_path / "nist.npz")
    if change == "content":
        write_by_class(by_class, pngs(510), 510)
    elif change == "reading":
        monkeypatch.setattr(content_key, "READING", content_key.READING + 1)
    else:
        (tmp_path / "nist.npz").write_bytes((tmp_path / "nist.npz").read_bytes()[:-100])
    result = prepared(capsys, "nist", by_class, tmp_path / "nist.npz")
    assert not result["already_prepared"]
    assert result["samples"] == len(Dataset.load(tmp_path / "nist.npz")) == (510 if change == "content" else 500)


def test_the_key_of_a_folder_follows_its_files(tmp_path):
    for name in ("a/b/1.png", "a/c/2.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"one")
    keys = [content_key.content_key("folder", [tmp_path])]
    (tmp_path / "a/c/2.png").write_bytes(b"more")
    keys.append(content_key.content_key("folder", [tmp_path]))
    (tmp_path / "a/c/2.png").rename(tmp_path / "a/c/3.png")
    keys.append(content_key.content_key("folder", [tmp_path]))
    keys.append(content_key.content_key("nist", [tmp_path]))
    assert len(set(keys)) == 4
    assert content_key.content_key("folder", [tmp_path]) == keys[2]


def test_both_zips_of_nist_count(by_class, tmp_path):
    assert datasets.parts("nist", by_class) == [by_class]
    (tmp_path / "by_write.zip").write_bytes(b"")
    assert datasets.parts("nist", by_class) == datasets.parts("nist", tmp_path) == [by_class, tmp_path / "by_write.zip"]


def test_finished_parts_are_not_made_again(by_class, tmp_path, monkeypatch):
    """The third of five parts fails on a full disk; the next run makes it and those after it."""
    monkeypatch.setattr(images, "PART", 100)
    monkeypatch.setattr(processes, "MAX_PROCESSES", 1)
    whole = datasets.read("nist", by_class)
    folder = tmp_path / "unfinished"
    folder.mkdir()
    made = []
    really = images.make_part

    def make(portion, image, path):
        made.append(path.name)
        if len(made) == 3:
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
            try:
                return really(portion, image, path)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        return really(portion, image, path)

    monkeypatch.setattr(images, "make_part", make)
    work = datasets.Work(folder=folder)
    with pytest.raises(DataError, match="200 of 500 images are done and kept there") as caught:
        datasets.read("nist", by_class, work)
    assert str(folder) in str(caught.value)
    assert sorted(path.name for path in folder.glob("*.*")) == ["000000.npz", "000001.npz"]
    data = datasets.read("nist", by_class, work)
    assert made == [f"{number:06}.npz" for number in (0, 1, 2, 2, 3, 4)]
    assert (data.glyphs == whole.glyphs).all()
    assert (data.cues() == whole.cues()).all()
    assert (data.label_index == whole.label_index).all()


def test_several_processes_make_what_one_makes(by_class, monkeypatch):
    whole = datasets.read("nist", by_class)
    monkeypatch.setattr(images, "PART", 150)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert (datasets.read("nist", by_class).glyphs == whole.glyphs).all()


MANY, SMALL_PART = 1500, 100
INTERRUPTED = """
import os, signal, sys
from handpad.train.datasets import images
images.PART, os.sched_getaffinity = {part}, lambda _: {{0, 1}}
from handpad.train import cli
from handpad.train.datasets import prepared_file
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the shell that began the tests made of it

def tell(self, done, total, text):
    if done >= 2 * {part}:
        os.{kill}

prepared_file.Telling.__call__ = tell
sys.exit(cli.main({words}))
"""


def interrupt(tmp_path: Path, kill: str) -> tuple[int, str]:
    """Prepare 1,500 images with two processes, in a group of their own, and end them after 200.

    Returns exit code and stderr, when all of them have ended: until then the pipe of stderr is open.
    """
    write_by_class(tmp_path / "by_class.zip", pngs(500), MANY)
    words = ["prepare", "--json", "nist", str(tmp_path / "by_class.zip"), str(tmp_path / "nist.npz")]
    code = INTERRUPTED.format(part=SMALL_PART, kill=kill, words=words)
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, start_new_session=True)
    return done.returncode, done.stderr


def test_after_kill_9_it_goes_on_and_no_process_is_left(tmp_path, capsys, monkeypatch):
    code, _ = interrupt(tmp_path, "kill(os.getpid(), signal.SIGKILL)")
    assert code == -signal.SIGKILL
    folder = tmp_path / f"nist.npz{prepared_file.UNFINISHED}"
    assert not (tmp_path / "nist.npz").exists()
    made = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npz")}
    assert 2 <= len(made) < MANY // SMALL_PART

    monkeypatch.setattr(images, "PART", SMALL_PART)
    monkeypatch.setattr(content_key, "PART", SMALL_PART)
    again = []
    really = images.make_part
    monkeypatch.setattr(processes, "MAX_PROCESSES", 1)
    monkeypatch.setattr(images, "make_part", lambda *task: again.append(task[2].name) or really(*task))
    result = prepared(capsys, "nist", tmp_path / "by_class.zip", tmp_path / "nist.npz")
    assert result["samples"] == MANY
    assert sorted([*again, *made]) == [f"{number:06}.npz" for number in range(MANY // SMALL_PART)]
    assert not folder.exists()
    assert (Dataset.load(tmp_path / "nist.npz").glyphs == datasets.read("nist", tmp_path / "by_class.zip").glyphs).all()


def test_ctrl_c_stops_it_and_keeps_what_is_done(tmp_path):
    assert interrupt(tmp_path, "killpg(0, signal.SIGINT)") == (130, "Stopped.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["by_class.zip", f"nist.npz{prepared_file.UNFINISHED}"]


def test_a_source_that_cannot_be_read_leaves_nothing(by_class, tmp_path, capsys):
    by_class.write_bytes(by_class.read_bytes()[:-50_000])
    assert str(by_class) in refused(capsys, "nist", by_class, tmp_path / "nist.npz")
    assert "There is no file" in refused(capsys, "nist", tmp_path / "gone.zip", tmp_path / "nist.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["by_class.zip"]


def test_the_source_is_not_overwritten(by_class, tmp_path, capsys):
    before = by_class.read_bytes()
    assert "cannot be the prepared file" in refused(capsys, "nist", by_class, by_class)
    assert "cannot be the prepared file" in refused(capsys, "nist", by_class, tmp_path)
    assert by_class.read_bytes() == before


def test_a_disk_that_is_full_at_the_end_keeps_the_parts(by_class, tmp_path, capsys):
    target = tmp_path / "nist.npz"
    target.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    folder = tmp_path / f"nist.npz{prepared_file.UNFINISHED}"
    data = datasets.read("nist", by_class, datasets.Work(folder=None))
    key = content_key.content_key("nist", [by_class])
    folder.mkdir()
    (folder / "key").write_text(key)
    datasets.read("nist", by_class, datasets.Work(folder=folder))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        sentence = refused(capsys, "nist", by_class, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"{target} cannot be written" in sentence
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in folder.iterdir()) == ["000000.npz", "key"]
    prepared(capsys, "nist", by_class, target)
    assert (Dataset.load(target).glyphs == data.glyphs).all()


def test_what_is_left_out_is_listed(tmp_path, capsys):
    made = pngs(100)
    made[7] = made[8] = b"no image"
    write_by_class(tmp_path / "by_class.zip", made, 100)
    result = prepared(capsys, "nist", tmp_path / "by_class.zip", tmp_path / "nist.npz")
    (reason,) = result["listed"]
    assert reason == "files that are no PNG images"
    assert len(result["listed"][reason]) == sum(result["dropped"].values()) == 100 - result["samples"] == 2
    assert all(name.startswith("by_class/3") for name in result["listed"][reason])
    assert Dataset.load(tmp_path / "nist.npz").listed == result["listed"]


def test_older_prepared_files_are_prepared_again(by_class, tmp_path, capsys, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(glyph, "VERSION", glyph.VERSION - 1)
        prepared(capsys, "nist", by_class, tmp_path / "nist.npz")
    assert not prepared(capsys, "nist", by_class, tmp_path / "nist.npz")["already_prepared"]


class Clock:
    """A time that the test sets."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_progress_is_told_twice_a_second_at_most(capsys, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(prepared_file, "time", clock)
    tell = prepared_file.Telling(Console(as_json=True))
    for done in range(101):
        tell(done, 100, "images")
        clock.now += 0.125
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(events) == 26
    assert {event["stage"] for event in events} == {"prepare"}
    assert [event["done"] for event in events] == list(range(0, 101, 4))
    assert events[0]["seconds_left"] is None
    assert [event["seconds_left"] for event in events[-3:]] == [1.0, 0.5, 0.0]
    assert events[5]["text"] == "20 of 100 images"
