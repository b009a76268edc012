"""Several pages: turning to another, and what another program does to the one that is open."""

import pytest
from handwriting import write
from pages import labelled, page_of
from tablet import Pen

from handpad.app import autosave
from handpad.page import edits
from handpad.page.document import from_inkml
from handpad.page.page_file import save_page


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(autosave, "WATCH_MS", 50)


def on_disk(path):
    return from_inkml(path.read_bytes())


def test_a_page_is_opened_and_left_as_it_is(qtbot, window):
    shelf = window.pad.shelf
    other = shelf.new_page("")
    save_page(labelled(page_of("hill"), "hill"), other)
    Pen(window.canvas).write(write("T", 30, (60, 74)))
    home = window.pad.file.path
    assert window.pad.open_page(other)
    assert window.pad.page.text() == "hill"
    assert len(on_disk(home).strokes) == 2
    assert shelf.last() == other
    assert window.pad.open_page(home)
    assert len(window.pad.page.strokes) == 2
    before = other.read_bytes()
    assert window.pad.open_page(other)
    qtbot.wait(400)
    assert other.read_bytes() == before  # reading a page is no reason to write it


def test_ink_goes_to_the_page_that_is_open(qtbot, window):
    home, pen = window.pad.file.path, Pen(window.canvas)
    pen.write(write("T", 30, (60, 74)))
    window.new_page()
    new = window.pad.file.path
    pen.write(write("o", 30, (60, 74)))
    qtbot.waitUntil(lambda: new.exists() and len(on_disk(new).strokes) == 1, timeout=3000)
    assert len(on_disk(home).strokes) == 2
    assert {page.path for page in window.pad.shelf.pages()} == {home, new}


def test_the_page_that_was_open_is_open_at_the_next_start(qtbot, start):
    window = start()
    Pen(window.canvas).write(write("T", 30, (60, 74)))
    window.new_page()
    Pen(window.canvas).write(write("o", 30, (60, 74)))
    path = window.pad.file.path
    window.close()
    again = start()
    assert again.pad.file.path == path and len(again.pad.page.strokes) == 1


def test_ink_that_another_program_writes_on_the_page_comes_to_it(qtbot, window):
    pen, path = Pen(window.canvas), window.pad.file.path
    pen.write(write("T", 30, (60, 74)))
    qtbot.waitUntil(lambda: path.exists() and len(on_disk(path).strokes) == 2, timeout=3000)
    theirs = on_disk(path)
    for number, stroke in enumerate(write("o", 30, (300, 174)), 50):
        theirs = edits.written(theirs, number, stroke, None)
    save_page(theirs, path)
    pen.write(write("l", 30, (120, 74)))  # meanwhile
    qtbot.waitUntil(lambda: len(window.pad.page.strokes) == 4, timeout=3000)
    qtbot.waitUntil(lambda: len(on_disk(path).strokes) == 4, timeout=3000)


def test_ink_written_in_both_places_at_closing_is_all_on_disk(qtbot, window):
    pen, path = Pen(window.canvas), window.pad.file.path
    pen.write(write("T", 30, (60, 74)))
    qtbot.waitUntil(lambda: path.exists() and len(on_disk(path).strokes) == 2, timeout=3000)
    window.pad.file._watch_timer.stop()
    theirs = on_disk(path)
    for number, stroke in enumerate(write("o", 30, (300, 174)), 3):
        theirs = edits.written(theirs, number, stroke, None)
    save_page(theirs, path)
    pen.write(write("l", 30, (120, 74)))
    window.close()
    assert len(on_disk(path).strokes) == 4


def test_a_file_that_another_program_spoils_is_put_aside_and_the_page_written(qtbot, window):
    pen, path = Pen(window.canvas), window.pad.file.path
    pen.write(write("T", 30, (60, 74)))
    qtbot.waitUntil(lambda: path.exists() and len(on_disk(path).strokes) == 2, timeout=3000)
    path.write_text("somebody else's")
    pen.write(write("l", 30, (120, 74)))
    window.close()
    assert len(on_disk(path).strokes) == 3
    (aside,) = path.parent.glob("*-damaged-*")
    assert aside.read_text() == "somebody else's"
