"""Pages that could not be saved in their place, and how they come back."""

import os
import shutil
import tempfile

import pytest
import unprivileged
from pages import page_of

from handpad.page import rescue
from handpad.page.document import DocumentError
from handpad.page.page import Page
from handpad.page.page_file import load_page, save_page
from handpad.page.rescue import note_elsewhere, open_page


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A page file in a folder that can be taken away, a home and a temporary folder."""
    for name in ("data", "home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "data" / "page.inkml", tmp_path / "home", tmp_path / "temporary"


def ink(page: Page) -> set[bytes]:
    return {stroke.tobytes() for stroke in page.strokes.values()}


def test_a_page_goes_to_the_first_place_that_takes_it_and_comes_back(places):
    path, home, temporary = places
    save_page(page_of("to"), path)
    path.parent.rename(path.parent.with_name("gone"))
    place = rescue.rescue(page_of("Hit"), path)
    assert place.parent == home
    shutil.rmtree(home)
    home.write_text("no folder")
    other = rescue.rescue(page_of("Hit"), path)
    assert other.parent == temporary
    path.parent.with_name("gone").rename(path.parent)
    loaded = open_page(path)
    assert ink(loaded.page) == ink(page_of("Hit"))
    assert (loaded.path, loaded.written) == (path, True)
    assert str(other) in loaded.notice and "is back" in loaded.notice
    assert not list(temporary.iterdir())
    assert ink(load_page(path).page) == ink(page_of("Hit"))
    (kept,) = (path.parent / "pages").iterdir()  # the page there had other ink
    assert ink(load_page(kept).page) == ink(page_of("to"))
    assert open_page(path).notice == ""


def test_nowhere_to_write_is_an_error_and_its_own_file_comes_first(places):
    path, home, temporary = places
    assert rescue.rescue(page_of("Hit"), path) == path
    for folder in (path.parent, home, temporary):
        shutil.rmtree(folder)
        folder.write_text("no folder")
    with pytest.raises(DocumentError, match="could not be saved"):
        rescue.rescue(page_of("Hit"), path)


def test_a_page_saved_elsewhere_is_opened_from_there_and_stays_there_too(places, tmp_path):
    path, *_ = places
    save_page(page_of("Hi"), path)
    elsewhere = tmp_path / "stick.inkml"
    save_page(page_of("Hit"), elsewhere)
    note_elsewhere(path, elsewhere)
    loaded = open_page(path)
    assert ink(loaded.page) == ink(page_of("Hit")) and loaded.path == path
    assert elsewhere.exists()
    assert not (path.parent / "pages").exists()  # all ink of the old page is on the new one
    assert open_page(path).notice == ""


def test_a_note_finds_another_place_where_the_folder_cannot_be_written(places):
    path, home, _ = places
    save_page(page_of("Hi"), path)
    save_page(page_of("Hit"), home / "my page.inkml")
    path.parent.chmod(0o500)
    program = """
import sys
from pathlib import Path
from handpad.page.rescue import note_elsewhere, open_page
note_elsewhere(Path(sys.argv[1]), Path(sys.argv[2]))
loaded = open_page(Path(sys.argv[1]))
print(loaded.path, len(loaded.page.strokes), loaded.notice)
"""
    ended = unprivileged.run(program, path, home / "my page.inkml")
    path.parent.chmod(0o700)
    assert f"{home / 'my page.inkml'} {len(page_of('Hit').strokes)} " in ended.stdout, ended.stderr
    assert "stays there for now" in ended.stdout
    assert ink(open_page(path).page) == ink(page_of("Hit"))


def test_a_place_that_is_gone_is_told_once(places, tmp_path):
    path, *_ = places
    save_page(page_of("Hi"), path)
    note_elsewhere(path, tmp_path / "stick.inkml")
    loaded = open_page(path)
    assert ink(loaded.page) == ink(page_of("Hi"))
    assert "stick.inkml, which is not there now" in loaded.notice
    assert open_page(path).notice == ""


def test_files_of_others_in_the_temporary_folder_are_not_opened(places):
    path, _, temporary = places
    path.parent.rename(path.parent.with_name("gone"))
    rescued = rescue.rescue(page_of("Hit"), path)
    path.parent.with_name("gone").rename(path.parent)
    save_page(page_of("Hi"), path)
    name = rescued.name
    rescued.rename(temporary / "theirs.inkml")
    (temporary / name).symlink_to(temporary / "theirs.inkml")
    assert ink(open_page(path).page) == ink(page_of("Hi"))
    if hasattr(os, "chown") and os.getuid() == 0:
        (temporary / name).unlink()
        (temporary / "theirs.inkml").rename(temporary / name)
        os.chown(temporary / name, 12345, -1)
        assert ink(open_page(path).page) == ink(page_of("Hi"))


def test_two_rescued_pages_are_both_kept(places):
    path, home, _ = places
    path.parent.rename(path.parent.with_name("gone"))
    first = rescue.rescue(page_of("zoo"), path)
    second = rescue.rescue(page_of("Hit"), path)
    os.utime(first, (1, 1))
    path.parent.with_name("gone").rename(path.parent)
    assert ink(open_page(path).page) == ink(page_of("Hit"))
    assert second != first and not list(home.iterdir())
    (kept,) = (path.parent / "pages").iterdir()
    assert ink(load_page(kept).page) == ink(page_of("zoo"))
