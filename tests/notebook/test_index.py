import os
from dataclasses import replace

import pytest
from pages import labelled, page_of

from handpad.notebook.index import Index
from handpad.notebook.shelf import Shelf
from handpad.notebook.words import alternatives, name_of, words_of
from handpad.page.page_file import save_page


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "page.inkml")


@pytest.fixture
def index(tmp_path):
    index = Index(tmp_path / "index.sqlite")
    yield index
    index.close()


def saying(text, said=None):
    return labelled(page_of(text), (said or text).replace(" ", ""))


def put(shelf, page, at=None):
    path = shelf.new_page("")
    save_page(page, path)
    if at is not None:
        os.utime(path, ns=(at, at))
    return path


def found(index, query):
    return [hit.entry.file.path for hit in index.search(query)]


def test_words_are_found_as_they_are_typed(shelf, index):
    hill, oil = put(shelf, saying("to hill")), put(shelf, saying("oil to"))
    index.refresh(shelf)
    assert found(index, "h") == found(index, "hil") == [hill]
    assert set(found(index, "to")) == {hill, oil}
    assert found(index, "to oil") == [oil]
    assert found(index, "x") == found(index, "") == found(index, "!?") == []


def test_a_hit_says_where_its_words_are(shelf, index):
    page = saying("to hill")
    put(shelf, page)
    index.refresh(shelf)
    (word,) = index.search("HIL")[0].words
    assert word == words_of(page)[1]
    assert word.text == "hill" and set(word.strokes) <= page.strokes.keys()
    assert word.box.left >= words_of(page)[0].box.right


def test_a_word_read_wrongly_is_found_by_its_second_reading(shelf, index):
    page = saying("hill", "?ill")
    page = page.with_character(page.characters[0], replace(page.characters[0], label="b", alternatives=("h", "k")))
    wrong, right = put(shelf, page, at=2000), put(shelf, saying("hill"), at=1000)
    index.refresh(shelf)
    assert found(index, "hill") == [right, wrong]  # what was read so comes first, though it is older
    assert index.search("hill")[1].words[0].text == "bill"
    assert found(index, "bill") == [wrong]


def test_case_and_accents_do_not_matter(shelf, index):
    cafe = put(shelf, saying("toil", "Caf\u00e9"))
    index.refresh(shelf)
    assert found(index, "cafe") == found(index, "CAF\u00c9") == [cafe]


def test_what_changes_on_the_shelf_changes_what_is_found(shelf, index):
    page = put(shelf, saying("hill"))
    index.refresh(shelf)
    save_page(saying("oil"), page)
    assert [entry.name for entry in index.refresh(shelf)] == ["oil"]
    assert found(index, "hill") == [] and found(index, "oil") == [page]
    shelf.discard(page)
    assert index.refresh(shelf) == []
    assert found(index, "oil") == []


def test_only_pages_that_changed_are_read_again(shelf, index):
    for text in ("to", "it", "hill"):
        put(shelf, saying(text))
    seen = []
    index.refresh(shelf, lambda done, every: seen.append((done, every)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    put(shelf, saying("oil"))
    seen.clear()
    index.refresh(shelf, lambda done, every: seen.append((done, every)))
    assert seen == [(1, 1)]


def test_a_refresh_that_is_stopped_goes_on_the_next_time(shelf, index):
    for text in ("to", "it", "hill"):
        put(shelf, saying(text))
    assert len(index.refresh(shelf, stop=iter([False, True]).__next__)) == 1
    assert len(index.refresh(shelf)) == 3


def test_a_lost_or_damaged_index_is_made_again(shelf, tmp_path):
    put(shelf, saying("hill"))
    path = tmp_path / "own.sqlite"
    first = Index(path)
    first.refresh(shelf)
    first.close()
    path.write_bytes(b"no database at all" * 100)
    again = Index(path)
    assert again.entries() == []
    again.refresh(shelf)
    assert [hit.entry.name for hit in again.search("hil")] == ["hill"]
    again.close()


def test_a_page_that_cannot_be_read_is_listed_and_says_nothing(shelf, index):
    path = shelf.new_page("")
    path.write_text("no page")
    (entry,) = index.refresh(shelf)
    assert (entry.file.path, entry.name, entry.strokes) == (path, "", 0)


def test_a_search_can_keep_to_one_notebook(shelf, index):
    shelf.make_notebook("Letters")
    put(shelf, saying("hill"))
    other = shelf.new_page("Letters")
    save_page(saying("hill"), other)
    index.refresh(shelf)
    assert len(index.search("hill")) == 2
    assert [hit.entry.file.path for hit in index.search("hill", "Letters")] == [other]


def test_alternatives_of_a_word_begin_with_the_fewest_changes():
    page = saying("to", "l0")
    first, second = page.characters
    word = (replace(first, alternatives=("t", "I")), replace(second, alternatives=("o",)))
    assert alternatives(word) == ("lo", "t0", "I0", "to", "Io")


def test_a_page_is_called_by_its_first_line_that_says_something():
    assert name_of(saying("to hill")) == "to hill"
    assert name_of(page_of("hill")) == ""
    assert name_of(saying("toil", "....")) == ""
    long = name_of(saying("toil " * 30))
    assert len(long) <= 60 and long.endswith("\u2026")
