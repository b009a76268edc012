"""``handpad doctor``: what is damaged is mended from what can be read and from backups, and said."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from handwriting import write
from pages import labelled, page_of

from handpad import Recognizer
from handpad.__main__ import main
from handpad.page.page_file import load_page, save_page
from handpad.paths import bundled_models, user_data
from handpad.profile import Profile
from handpad.profile.backups import back_up


@pytest.fixture
def kept() -> Path:
    """A data folder with a profile of six samples and its backup, a page with its backup, a kept page and settings."""
    folder = user_data()
    pad = Recognizer(profile=folder / "me.handpad")
    for seed in range(6):
        pad.learn(write("o", seed=seed), "Q")
    pad.close()
    back_up(folder / "me.handpad")
    save_page(labelled(page_of("to"), "to"), folder / "page.inkml")
    save_page(labelled(page_of("Hit"), "Hit"), folder / "page.inkml")
    (folder / "pages").mkdir()
    save_page(labelled(page_of("zoo"), "zoo"), folder / "pages" / "2026-11-24-100000.inkml")
    (folder / "settings.json").write_text('{"theme": "dark"}')
    return folder


def states(capsys) -> tuple[int, dict[str, dict]]:
    """The exit code of ``handpad doctor --json``, and its findings by the name of the file."""
    code = main(["doctor", "--json"])
    return code, {Path(finding["path"]).name: finding for finding in json.loads(capsys.readouterr().out)}


def test_what_is_whole_is_left_alone(kept, capsys):
    before = {file: file.read_bytes() for file in kept.rglob("*") if file.is_file()}
    code, found = states(capsys)
    assert code == 0
    assert {finding["state"] for finding in found.values()} == {"fine"}
    assert found["me.handpad"]["counts"] == {"samples": 6, "words": 0, "backups": 1}
    assert found["page.inkml"]["counts"]["strokes"] == len(load_page(kept / "page.inkml").page.strokes)
    assert {"2026-11-24-100000.inkml", "handpad", "paper", "settings.json"} <= found.keys()
    assert {file: file.read_bytes() for file in kept.rglob("*") if file.is_file()} == before
    assert main(["doctor"]) == 0
    assert "Everything is as it should be." in capsys.readouterr().out


def test_a_sample_that_is_not_what_was_stored_comes_back_from_the_backup(kept, capsys):
    with Profile(kept / "me.handpad") as profile:
        before = [(sample.id, sample.label) for sample in profile.samples()]
    with contextlib.closing(sqlite3.connect(kept / "me.handpad")) as db, db:
        db.execute("UPDATE sample SET label = 'O' WHERE number = 2")
        db.execute("UPDATE sample SET ink = X'00' WHERE number = 4")
    code, found = states(capsys)
    assert code == 0
    assert found["me.handpad"]["state"] == "mended"
    assert "2 came from the backup" in found["me.handpad"]["text"]
    with Profile(kept / "me.handpad") as profile:
        assert [(sample.id, sample.label) for sample in profile.samples()] == before
    assert len(list(kept.glob("me-damaged-*.handpad"))) == 1


def test_what_cannot_be_brought_back_is_said(kept, capsys):
    shutil.rmtree(kept / "backups")
    with contextlib.closing(sqlite3.connect(kept / "me.handpad")) as db, db:
        db.execute("UPDATE sample SET ink = X'00' WHERE number = 4")
    for name in ("page.inkml", "page.inkml.bak"):
        (kept / name).write_bytes((kept / name).read_bytes()[:1400])
    code, found = states(capsys)
    assert code == 1
    assert found["me.handpad"]["state"] == found["page.inkml"]["state"] == "lost"
    assert found["me.handpad"]["counts"]["samples"] == 5
    assert "1 learned character could not be brought back" in found["me.handpad"]["text"]
    assert "could be read" in found["page.inkml"]["text"]
    assert states(capsys)[0] == 0  # nothing more to be done


def test_a_damaged_page_comes_back_from_its_backup_and_damaged_settings_are_put_aside(kept, capsys):
    (kept / "page.inkml").write_bytes(b"<ink")
    (kept / "settings.json").write_bytes(b"[1]")
    code, found = states(capsys)
    assert code == 0
    assert found["page.inkml"]["state"] == found["settings.json"]["state"] == "mended"
    assert load_page(kept / "page.inkml").page.text() == "to"
    (aside,) = kept.glob("page-damaged-*.inkml")
    assert aside.read_bytes() == b"<ink"


def test_a_damaged_model_is_named(kept, capsys):
    shutil.copytree(bundled_models() / "handpad", kept / "models" / "mine")
    weights = bytearray((kept / "models" / "mine" / "model.onnx").read_bytes())
    weights[1000] ^= 4
    (kept / "models" / "mine" / "model.onnx").write_bytes(weights)
    code, found = states(capsys)
    assert code == 1
    assert found["mine"]["state"] == "broken"
    assert "model.onnx is damaged" in found["mine"]["text"]


def test_a_profile_elsewhere_and_one_that_is_not_there(kept, tmp_path, capsys):
    shutil.copyfile(kept / "me.handpad", tmp_path / "anna.handpad")
    assert main(["doctor", "--profile", str(tmp_path / "anna.handpad")]) == 0
    assert "anna.handpad: 6 learned characters" in capsys.readouterr().out
    assert main(["doctor", "--profile", str(tmp_path / "nobody.handpad")]) == 1
    assert "There is no profile at" in capsys.readouterr().out
    assert not (tmp_path / "nobody.handpad").exists()


def test_nothing_is_moved_while_the_app_is_open(kept, capsys):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (kept / "handpad.lock").write_text(f"{other.pid}\nhandpad\nhost\n")
    (kept / "page.inkml").write_bytes(b"<ink")
    assert main(["doctor"]) == 1
    assert "Close it first" in capsys.readouterr().err
    assert (kept / "page.inkml").read_bytes() == b"<ink"
    other.communicate(b"\n")
    assert main(["doctor"]) == 0


def test_the_command_runs_without_qt(kept):
    code = "import sys; from handpad.__main__ import main; main(['doctor']); sys.exit('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_wrongly_learned_samples_are_set_aside_and_can_be_brought_back(capsys):
    path = user_data() / "me.handpad"
    pad = Recognizer(profile=path)
    for seed in range(3):
        for label in "tolx":
            pad.learn(write(label, seed=seed), label)
    wrong = {pad.learn(write("l", seed=9), "T"), pad.learn(write("o", seed=9), "h"), pad.learn(write("x", seed=9), "e")}
    before = [(sample.id, sample.number) for sample in pad.samples()]
    words = pad.words()
    pad.close()
    assert states(capsys)[0] == 0  # which leaves them alone
    assert main(["doctor", "--samples", "--json"]) == 0
    found = {finding["kind"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert found["samples"]["counts"] == {"set_aside": 3} and ": T, e, h." in found["samples"]["text"]
    with Profile(path) as profile:
        assert {i for i, _ in before} - {sample.id for sample in profile.samples()} == wrong
        assert wrong <= profile.known_ids()  # so that no page teaches them again
        assert profile.words() == words
    assert main(["doctor", "--samples"]) == 0
    assert "None looks wrongly learned." in capsys.readouterr().out
    assert main(["doctor", "--bring-back"]) == 0
    assert "3 samples learned again" in capsys.readouterr().out
    with Profile(path) as profile:
        assert [(sample.id, sample.number) for sample in profile.samples()] == before
    assert main(["doctor", "--bring-back"]) == 0
    assert "Nothing was set aside." in capsys.readouterr().out
    Recognizer(profile=path).close()
