"""What was read, as plain text and as Markdown."""

import re

from handpad.formats.document import Document

_MARKS = re.compile(r"([\\`*_\[\]<>]|&(?=#?\w+;))")


def plain(document: Document) -> bytes:
    """The text in UTF-8: a line for each line of writing, an empty line between pages."""
    return (document.text + "\n").encode()


def markdown(document: Document) -> bytes:
    """The text as Markdown in UTF-8: lines stay lines, pages are parted by a rule, and no character of it is a mark."""
    pages = []
    for page in document.pages:
        if page.lines:
            title = [f"# {_escaped(page.name)}\n"] if page.name else []
            pages.append("\n".join([*title, "\\\n".join(_escaped(line.text) for line in page.lines)]))
    return ("\n\n---\n\n".join(pages) + "\n").encode()


def _escaped(line: str) -> str:
    """A line whose characters are all themselves (CommonMark, section 2.4)."""
    line = _MARKS.sub(r"\\\1", line)
    return re.sub(r"^(\s*)(?:([#+=~-])|(\d+)([.)]))", _escaped_start, line)


def _escaped_start(found: re.Match[str]) -> str:
    blank, mark, number, end = found.groups()
    return f"{blank}\\{mark}" if mark else f"{blank}{number}\\{end}"
