import json

import pytest
from pages import labelled, page_of

from handpad.__main__ import main
from handpad.notebook.shelf import Shelf
from handpad.page.page_file import save_page
from handpad.paths import user_data


@pytest.fixture
def pages():
    shelf = Shelf(user_data() / "page.inkml")
    save_page(labelled(page_of("oil to"), "oilto"), shelf.first)
    other = shelf.new_page("")
    save_page(labelled(page_of("hill"), "hill"), other)
    return shelf.first, other


def test_pages_with_a_word_are_told(pages, capsys):
    assert main(["search", "hil"]) == 0
    out = capsys.readouterr().out
    assert str(pages[1]) in out and out.rstrip().endswith("hill: hill")
    assert str(pages[0]) not in out


def test_programs_are_told_where_the_words_are(pages, capsys):
    assert main(["search", "--json", "TO", "oil"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)["hits"]
    assert hit["page"] == str(pages[0])
    assert {word["text"] for word in hit["words"]} == {"to", "oil"}
    assert all(word["strokes"] and len(word["box"]) == 4 and word["line"] == 1 for word in hit["words"])


def test_finding_nothing_is_told_by_the_exit_code(pages, capsys):
    assert main(["search", "zebra"]) == 1
    assert "No page" in capsys.readouterr().err
