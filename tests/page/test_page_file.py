"""The file of a page: never lost, never written over unread."""

import errno
import os
import random
import re
from dataclasses import replace

import pytest
import unprivileged
from pages import labelled, page_of

from handpad import files
from handpad.files import backup_path
from handpad.page.document import FORMAT, DocumentError, from_inkml, to_inkml
from handpad.page.page import Page
from handpad.page.page_file import keep_page, load_page, save_page

SPOILED = [
    lambda data: b"",
    lambda data: data[: len(data) // 2],
    lambda data: b"<html/>",
    lambda data: data.replace(b"'utf-8'", b"'utf-9'"),
    lambda data: data.replace(b"106 74 30 28 56", b"0 74 30 28 56"),
    lambda data: re.sub(rb'"s1">[^ ]+ [^ ]+', b'"s1">60 1e11', data),
    lambda data: data.replace(b'"#s1"', b'"#s9"'),
    lambda data: data.replace(b" 0.5 ", b" many ", 1),
    lambda data: data.replace(b" 0.5 ", b" 0.7 ", 1),
]


def ink(page: Page) -> set[bytes]:
    return {stroke.tobytes() for stroke in page.strokes.values()}


@pytest.fixture
def saved(tmp_path):
    """A page that was saved twice, and what it was each time."""
    path = tmp_path / "page.inkml"
    old = labelled(page_of("Hi"), "Hi")
    new = old.add(40, page_of("L", row=1).strokes[1])
    save_page(old, path)
    save_page(new, path)
    return path, old, new


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_damaged_page_comes_from_its_backup_and_stays_beside_it(saved, spoil):
    path, old, _ = saved
    damaged = spoil(path.read_bytes())
    assert damaged != path.read_bytes()
    path.write_bytes(damaged)
    loaded = load_page(path)
    assert ink(old) <= ink(loaded.page)
    assert loaded.page.text() == "Hi"
    assert (loaded.path, loaded.written) == (path, False)
    (aside,) = path.parent.glob("page-damaged-*.inkml")
    assert aside.read_bytes() == damaged
    assert aside.name in loaded.notice and "cannot be opened" in loaded.notice
    assert not path.exists()
    again = load_page(path)  # as after a crash before it was saved again
    assert ink(old) <= ink(again.page)
    assert not again.written


def test_ink_newer_than_the_backup_is_taken_from_the_damaged_page(saved):
    path, _, new = saved
    path.write_bytes(path.read_bytes().replace(b">Handpad<", b">Handpod<"))
    loaded = load_page(path)
    assert ink(loaded.page) == ink(new)
    assert "1 newer stroke" in loaded.notice


@pytest.mark.parametrize("spoil", SPOILED[1:2] + SPOILED[3:])
def test_without_a_good_backup_every_readable_stroke_comes_back(saved, spoil):
    path, _, new = saved
    damaged = {path: spoil(path.read_bytes()), backup_path(path): b"no page"}
    for file, data in damaged.items():
        file.write_bytes(data)
    loaded = load_page(path)
    assert len(ink(new) - ink(loaded.page)) <= (len(new.strokes) // 2 + 1 if spoil is SPOILED[1] else 1)
    assert f"{len(loaded.page.strokes)} of its" in loaded.notice
    kept = [file.read_bytes() for file in path.parent.glob("*-damaged-*")]
    assert sorted(kept) == sorted(damaged.values())
    assert not path.exists() and not backup_path(path).exists()
    save_page(loaded.page, path)
    assert load_page(path).page.strokes.keys() == loaded.page.strokes.keys()


def test_an_error_that_nobody_thought_of_costs_nothing(saved, monkeypatch):
    """Wherever it happens: the page stays as it is, and what is written next goes elsewhere."""
    path, _, _ = saved
    before = {file: file.read_bytes() for file in path.parent.iterdir()}

    def break_down(*_):
        raise RuntimeError("nobody thought of this")

    for name in ("page_file.from_inkml", "salvage.salvage_page"):
        monkeypatch.setattr(f"handpad.page.{name}", break_down)
        loaded = load_page(path)
        assert loaded.path != path and not loaded.path.exists()
        assert "nobody thought of this" in loaded.notice
        assert {file: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_missing_page_is_empty_and_one_with_a_backup_is_not(saved, tmp_path):
    path, old, _ = saved
    loaded = load_page(tmp_path / "other.inkml")
    assert (loaded.page, loaded.path, loaded.notice, loaded.written) == (Page(), tmp_path / "other.inkml", "", True)
    path.unlink()
    loaded = load_page(path)
    assert ink(loaded.page) == ink(old)
    assert "saved before it" in loaded.notice and not loaded.written


def test_a_page_of_a_later_version_is_left_as_it_is(saved):
    path, _, _ = saved
    newer = to_inkml(page_of("Hit")).replace(b'"format">%d<' % FORMAT, b'"format">%d<' % (FORMAT + 1))
    path.write_bytes(newer)
    loaded = load_page(path)
    assert "update Handpad" in loaded.notice and loaded.path.name == "page-2.inkml"
    assert path.read_bytes() == newer and not list(path.parent.glob("*damaged*"))
    save_page(page_of("to"), loaded.path)
    again = load_page(path)
    assert again.path == loaded.path and ink(again.page) == ink(page_of("to"))


REPORT = """
import sys
from pathlib import Path
from handpad.page.page_file import load_page, save_page
from handpad.page.document import FORMAT, DocumentError
loaded = load_page(Path(sys.argv[1]))
try:
    save_page(loaded.page, loaded.path)
except DocumentError as error:
    print("not saved:", error)
print(loaded.path.name, len(loaded.page.strokes), loaded.written)
print(loaded.notice)
"""


def test_a_page_without_permission_is_not_called_damaged_and_is_kept(saved):
    path, _, new = saved
    path.chmod(0)
    ended = unprivileged.run(REPORT, path)
    path.chmod(0o600)
    assert "page-2.inkml 0 True" in ended.stdout, ended.stderr
    assert "not allowed to read" in ended.stdout and "damaged" not in ended.stdout
    assert ink(load_page(path).page) == ink(new)


def test_a_damaged_page_that_cannot_be_moved_is_not_written_over(saved):
    path, _, _ = saved
    damaged = path.read_bytes()[:2000]
    path.write_bytes(damaged)
    backup = backup_path(path).read_bytes()
    path.parent.chmod(0o500)
    ended = unprivileged.run(REPORT, path)
    path.parent.chmod(0o700)
    assert "left as it is" in ended.stdout and "page-2.inkml" in ended.stdout, ended.stderr
    assert "not saved: The page could not be saved" in ended.stdout
    assert (path.read_bytes(), backup_path(path).read_bytes()) == (damaged, backup)
    assert len(list(path.parent.iterdir())) == 2


def test_what_is_no_file_is_no_page(tmp_path):
    folder, pipe = tmp_path / "page.inkml", tmp_path / "pipe.inkml"
    folder.mkdir()
    (folder / "inside").write_text("kept")
    loaded = load_page(folder)
    assert loaded.path != folder and (folder / "inside").read_text() == "kept"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
        assert load_page(pipe).page == Page()


@pytest.mark.parametrize("step", ["fsync", "replace", "fdopen"])
def test_a_save_that_fails_leaves_the_old_page_and_no_litter(tmp_path, monkeypatch, step):
    path = tmp_path / "page.inkml"
    save_page(page_of("to"), path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if step == "replace":
        monkeypatch.setattr(files.Path, "replace", full)
    else:
        monkeypatch.setattr(files.os, step, full)
    with pytest.raises(DocumentError, match="the disk is full"):
        save_page(page_of("Hit"), path)
    with pytest.raises(DocumentError, match="the disk is full"):
        keep_page(page_of("Hit"), tmp_path / "pages" / "kept.inkml")
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp")) and not list((tmp_path / "pages").iterdir())


def test_a_page_that_cannot_be_written_at_all_is_told(tmp_path):
    page = page_of("Hit")
    odd = page.with_character(page.characters[0], replace(page.characters[0], label=7))
    for write in (save_page, keep_page):
        with pytest.raises(DocumentError, match="could not be saved"):
            write(odd, tmp_path / "page.inkml")
    assert not list(tmp_path.iterdir())


def test_pages_kept_in_one_second_are_all_there(tmp_path):
    for text in ("to", "Hit", "zoo"):
        keep_page(page_of(text), tmp_path / "pages" / "2026-01-01-120000.inkml")
    kept = [ink(from_inkml(file.read_bytes())) for file in (tmp_path / "pages").iterdir()]
    assert sorted(map(len, kept)) == sorted(len(page_of(text).strokes) for text in ("to", "Hit", "zoo"))


def test_flipped_bits_change_no_ink_in_silence_and_lose_none(saved):
    """What was flipped is told; with the version before beside it, nothing is lost."""
    path, old, _ = saved
    data, backup = path.read_bytes(), backup_path(path).read_bytes()
    choose = random.Random(2)
    for bit in choose.sample(range(8 * len(data.rstrip())), 100):
        for file in path.parent.iterdir():
            file.unlink()
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        backup_path(path).write_bytes(backup)
        loaded = load_page(path)
        assert loaded.notice and ink(old) <= ink(loaded.page)
