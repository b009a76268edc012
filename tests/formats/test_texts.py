from ink_files import page

from handpad.formats import texts
from handpad.formats.document import Document, TextLine, Word
from handpad.ink import Box


def written(*pages, names=()):
    lines = [
        tuple(TextLine(tuple(Word(word, Box(0, 0, 1, 1)) for word in line.split()), 1.0, 1.0) for line in text)
        for text in pages
    ]
    return Document(
        tuple(page(lines=one, name=name) for one, name in zip(lines, names or [""] * len(lines), strict=True))
    )


def test_text_has_a_line_for_each_line_and_an_empty_one_between_pages():
    assert texts.plain(written(["Grüße an", "alle"], [], ["Seite drei"])).decode() == "Grüße an\nalle\n\nSeite drei\n"


def test_markdown_keeps_lines_and_names_of_pages():
    assert (
        texts.markdown(written(["one", "two"], ["three"], names=["First_page", ""])).decode()
        == "# First\\_page\n\none\\\ntwo\n\n---\n\nthree\n"
    )


def test_no_character_of_the_text_is_a_mark_of_markdown():
    lines = [
        "# no heading",
        "- no item",
        "2. no number",
        "*no* _stress_ `code`",
        "[a](b) <b> \\ &lt; &",
        "--- ===",
        "a - b 1. c",
    ]
    assert texts.markdown(written(lines)).decode().split("\\\n") == [
        "\\# no heading",
        "\\- no item",
        "2\\. no number",
        "\\*no\\* \\_stress\\_ \\`code\\`",
        "\\[a\\](b) \\<b\\> \\\\ \\&lt; &",
        "\\--- ===",
        "a - b 1. c\n",
    ]
