import os

import pytest
from pages import labelled, page_of

from handpad.notebook.shelf import NotebookError, Shelf
from handpad.page.page_file import load_page, save_page


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "page.inkml")


def put(shelf, text, notebook="", at=0):
    path = shelf.new_page(notebook)
    save_page(labelled(page_of(text), text.replace(" ", "")), path)
    os.utime(path, ns=(at, at))
    return path


def test_an_empty_shelf_has_one_notebook_and_no_pages(shelf):
    assert shelf.notebooks() == [""]
    assert shelf.pages() == [] and shelf.trashed() == []


def test_pages_of_all_notebooks_stand_in_order_the_newest_first(shelf):
    shelf.make_notebook("Letters")
    old, new, other = put(shelf, "to", at=1000), put(shelf, "it", at=3000), put(shelf, "hill", "Letters", at=2000)
    save_page(page_of("oil"), shelf.first)
    os.utime(shelf.first, ns=(4000, 4000))
    assert [page.path for page in shelf.pages()] == [shelf.first, new, other, old]
    assert [page.path for page in shelf.pages("Letters")] == [other]
    assert [page.path for page in shelf.pages("")] == [shelf.first, new, old]


def test_what_is_no_page_is_not_on_the_shelf(shelf):
    put(shelf, "to")
    for name in ("a-damaged-2026-01-01.inkml", "x.inkml.bak", ".hidden.inkml", "notes.txt"):
        (shelf.folder / name).write_text("x")
    assert len(shelf.pages()) == 1
    assert shelf.notebooks() == [""]


@pytest.mark.parametrize("name", ["", "   ", "...", "///"])
def test_a_notebook_without_a_name_is_refused(shelf, name):
    with pytest.raises(NotebookError, match="letters or digits"):
        shelf.make_notebook(name)


def test_names_of_notebooks_are_those_of_folders_and_each_there_once(shelf):
    assert shelf.make_notebook(" School / Maths: 2 ") == "School Maths 2"
    with pytest.raises(NotebookError, match="already"):
        shelf.make_notebook("school maths 2")
    assert shelf.rename_notebook("School Maths 2", "Maths") == "Maths"
    assert shelf.notebooks() == ["", "Maths"]


def test_a_page_moves_with_its_backup(shelf):
    page = put(shelf, "to")
    save_page(page_of("it"), page)
    shelf.make_notebook("Letters")
    moved = shelf.move(page, "Letters")
    assert moved.parent.name == "Letters" and not page.exists()
    assert (moved.parent / (moved.name + ".bak")).exists()


def test_a_page_comes_back_from_the_trash_to_its_notebook_even_if_that_is_gone(shelf):
    shelf.make_notebook("Letters")
    page = put(shelf, "hill", "Letters")
    thrown = shelf.discard(page)
    assert shelf.pages() == []
    assert [entry.notebook for entry in shelf.trashed()] == ["Letters"]
    page.parent.rmdir()
    back = shelf.restore(thrown)
    assert back == page and len(load_page(back).page.strokes) > 0
    assert shelf.trashed() == []


def test_the_first_page_goes_to_the_trash_and_back_like_any_other(shelf):
    save_page(page_of("oil"), shelf.first)
    back = shelf.restore(shelf.discard(shelf.first))
    assert back.parent == shelf.folder
    assert [page.path for page in shelf.pages("")] == [back]


def test_no_page_ever_takes_the_place_of_another(shelf):
    page = put(shelf, "to")
    thrown = shelf.discard(page)
    save_page(page_of("it"), page)
    assert shelf.restore(thrown) != page
    assert len(shelf.pages()) == 2


def test_the_trash_is_emptied_for_good(shelf):
    for text in ("to", "it"):
        shelf.discard(put(shelf, text))
    assert shelf.empty_trash() == 2
    assert shelf.trashed() == []


def test_a_page_that_is_gone_is_told_of(shelf):
    with pytest.raises(NotebookError, match="could not be moved"):
        shelf.discard(shelf.folder / "nothing.inkml")
