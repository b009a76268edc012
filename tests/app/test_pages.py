"""Several pages: turning to another, and what another program does to the one that is open."""

import pytest
from handwriting import write
from pages import labelled, page_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
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
    qtbot.waitUntil(lambda: not window.pad.session.reads, timeout=20_000)
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


def shelved(window, *texts):
    """Pages on the window's shelf that say something."""
    paths = []
    for text in texts:
        paths.append(window.pad.shelf.new_page(""))
        save_page(labelled(page_of(text), text.replace(" ", "")), paths[-1])
    return paths


def listed(window):
    model = window.pages.model
    return [model.hit(row).entry.name for row in range(model.rowCount())]


@pytest.fixture
def drawer(qtbot, window):
    """The window with two pages on its shelf, its drawer open."""
    paths = shelved(window, "to hill", "hot oil")
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: sorted(listed(window)) == ["hot oil", "to hill"], timeout=20_000)
    return paths


def test_the_drawer_lists_all_pages_and_is_closed_by_escape(qtbot, window, drawer):
    assert window.pages.isVisible() and window.tools.pages.isChecked()
    QTest.keyClick(window.pages.list, Qt.Key.Key_Escape)
    assert not window.pages.isVisible() and not window.tools.pages.isChecked()
    assert window.canvas.hasFocus()


def test_a_page_is_found_as_it_is_typed_and_opened_with_its_word_lit_up(qtbot, window, drawer):
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.search.hasFocus()
    QTest.keyClicks(window.pages.search, "oi")
    qtbot.waitUntil(lambda: listed(window) == ["hot oil"], timeout=20_000)
    QTest.keyClick(window.pages.search, Qt.Key.Key_Return)
    assert window.pad.file.path == drawer[1] and window.pad.page.text() == "hot oil"
    (lit,) = window.canvas.view.found
    assert lit.left() > 100
    Pen(window.canvas).write(write("o", 30, (60, 300)))
    assert not window.canvas.view.found
    QTest.keyClicks(window.pages.search, "zz")
    qtbot.waitUntil(lambda: window.pages.empty.isVisible(), timeout=20_000)
    assert "oizz" in window.pages.empty.text()


def test_a_page_that_is_thrown_away_comes_back_by_undo(qtbot, window, drawer):
    window.open_page(drawer[0])
    qtbot.waitUntil(lambda: sorted(listed(window)) == ["hot oil", "to hill"], timeout=20_000)
    window.pages.list.setFocus()
    row = window.pages.model.row_of(drawer[0])
    window.pages.list.setCurrentIndex(window.pages.model.index(row))
    QTest.keyClick(window.pages.list, Qt.Key.Key_Delete)
    assert not drawer[0].exists() and window.pad.file.path == drawer[1]
    qtbot.waitUntil(lambda: listed(window) == ["hot oil"], timeout=20_000)
    assert "trash" in window.status.sentence.text()
    window.status.undo.click()
    assert window.pad.file.path == drawer[0] and window.pad.page.text() == "to hill"


def test_the_page_that_is_open_moves_with_what_is_written_on_it(qtbot, window, drawer):
    window.pad.shelf.make_notebook("Letters")
    window.open_page(drawer[0])
    Pen(window.canvas).write(write("o", 30, (60, 300)))
    window.move_page(drawer[0], "Letters")
    assert window.pad.file.path.parent.name == "Letters"
    assert len(on_disk(window.pad.file.path).strokes) == len(window.pad.page.strokes)
    window.new_page()
    assert window.pad.file.path.parent.name == "Letters"


def test_pages_have_thumbnails_of_their_ink_and_names_for_screen_readers(qtbot, window, drawer):
    model = window.pages.model
    entry = model.hit(0).entry
    qtbot.waitUntil(lambda: model.picture(entry) is not None, timeout=20_000)
    image = model.picture(entry)
    assert any(image.pixelColor(x, y).alpha() for x in range(0, image.width(), 2) for y in range(0, 60, 2))
    assert entry.name in model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
