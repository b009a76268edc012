"""Pages on disk."""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import labelled, page_of

from handpad import files
from handpad.document import DocumentError, from_inkml, load_page, save_page, to_inkml
from handpad.files import backup_path
from handpad.page import Page
from handpad.profile import Profile

DATA = Path(__file__).parent / "data"


def test_inkml_keeps_everything():
    page = labelled(page_of("Hit"), "<&g")
    first = page.characters[0]
    page = page.with_character(first, replace(first, fixed=True, sample_id="7a"))
    second = page.characters[1]
    page = page.with_character(second, replace(second, space=True, spaced=True, settled=True))
    page = page.add(50, np.array([[300.25, 80.5, np.nan, np.nan]]))
    back = from_inkml(to_inkml(page))
    assert back.characters == page.characters
    assert back.ruling == page.ruling
    assert back.boxes == page.boxes
    assert back.strokes.keys() == page.strokes.keys()
    for number in page.strokes:
        assert np.allclose(back.strokes[number], page.strokes[number], atol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"<html/>",
        lambda data: data.replace(b'"#s1"', b'"#s9"'),
        lambda data: data.replace(b'<traceView traceDataRef="#s1" />', b""),
        lambda data: data.replace(b">3<", b">4<", 1),
        lambda data: data.replace(b'"#s1"', b'"#s1" from="1" to="4"'),
        lambda data: data.replace(b'"#s1"', b'"#s1" from="0" to="400"'),
        lambda data: data.replace(b" 0.5 ", b" many "),
    ],
)
def test_a_damaged_page_is_refused_and_its_backup_offered(tmp_path, spoil):
    path = tmp_path / "page.inkml"
    old, new = page_of("to"), page_of("Hit")
    save_page(old, path)
    save_page(new, path)
    damaged = spoil(path.read_bytes())
    assert damaged != path.read_bytes()
    path.write_bytes(damaged)
    page, notice = load_page(path)
    assert page.characters == old.characters
    assert "damaged" in notice
    backup_path(path).unlink()
    with pytest.raises(DocumentError, match="cannot be opened"):
        load_page(path)
    assert path.read_bytes() == damaged


def test_a_page_of_the_first_format_opens_with_its_spaces():
    """It has whole strokes, and spaces only where the gaps are wide."""
    page = from_inkml((DATA / "page-1.inkml").read_bytes())
    assert page.text() == "to ol"
    assert [c.parts for c in page.characters] == [c.parts for c in page_of("to lo").characters]
    assert page.characters[0].fixed


def test_a_page_of_the_second_format_knows_its_samples_in_the_migrated_profile(tmp_path):
    """Samples had numbers then; the same ink and label give the same identifier on page and profile, others do not."""
    page = from_inkml((DATA / "page-2.inkml").read_bytes())
    for name, known in (("page", True), ("lines", False)):
        shutil.copyfile(DATA / f"profile-1-{name}.handpad", tmp_path / f"{name}.handpad")
        with Profile(tmp_path / f"{name}.handpad") as profile:
            assert {c.sample_id for c in page.characters if c.sample_id} <= profile.known_ids() or not known
            assert known or not {c.sample_id for c in page.characters} & profile.known_ids()
    assert page.text() == "to lo"
    assert page.profile == ""


def test_a_missing_page_is_empty(tmp_path):
    assert load_page(tmp_path / "page.inkml") == (Page(), "")


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
    with pytest.raises(DocumentError, match="No space left"):
        save_page(page_of("Hit"), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp"))
