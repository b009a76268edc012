"""A full-text index over all pages (SQLite FTS5): finds words as they are typed, in what was read and what it may say.

It is made of the page files and holds nothing that they do not: lost or damaged, it is made again. Whoever has the
shelf brings it up to date; only pages whose file has changed are read.
"""

import json
import logging
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handpad.ink import Box
from handpad.notebook.shelf import PageFile, Shelf
from handpad.notebook.words import Word, name_of, words_of
from handpad.page.document import DocumentError, parsed
from handpad.page.page import Page

log = logging.getLogger(__name__)

VERSION = 1
"""Of the index: one of another version is made again."""

PAGES_AT_ONCE = 50
"""So many pages are written to the index's file together."""

MOST_HITS = 40
"""So many pages are found at most."""

_SCHEMA = """
CREATE TABLE page(id INTEGER PRIMARY KEY, path TEXT UNIQUE, notebook TEXT, changed INTEGER, size INTEGER,
                  name TEXT, strokes INTEGER, words TEXT);
CREATE VIRTUAL TABLE found USING fts5(text, others, content='',
                                      tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4');
"""
# Ids rise with the time of writing, and walking along them needs no sorting, however many pages there are.
_SEARCH = """
SELECT path, notebook, changed, size, name, strokes, words FROM found JOIN page ON page.id = found.rowid
WHERE found MATCH ? AND (? IS NULL OR notebook = ?) ORDER BY found.rowid DESC LIMIT ?
"""
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Entry:
    """What the index knows of a page: its file, its name, and how many strokes it has."""

    file: PageFile
    name: str
    strokes: int


@dataclass(frozen=True)
class Hit:
    """A page that was found, and the words on it that were searched for."""

    entry: Entry
    words: tuple[Word, ...]


class Index:
    """The index of a shelf, in a file of its own. Used by one thread at a time; raises nothing that a user did not do.

    path : the index's file; its folder exists.
    """

    def __init__(self, path: Path):
        self._path = path
        self._database = self._opened()

    def close(self) -> None:
        """Close the file, with all on disk."""
        self._database.commit()
        self._database.close()

    def refresh(
        self,
        shelf: Shelf,
        tell: Callable[[int, int], None] = lambda done, all_pages: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Entry]:
        """Bring the index up to date with the files of a shelf; returns all pages, what was written last first.

        tell : is given how many of how many changed pages were read. stop : ends it early; the rest is read next time.
        """
        files = shelf.pages()
        known = {
            path: (number, changed, size, notebook)
            for number, path, changed, size, notebook in self._rows(
                "SELECT id, path, changed, size, notebook FROM page"
            )
        }
        there = {str(file.path) for file in files}
        gone = [known[path][0] for path in known.keys() - there]
        new = [file for file in files if known.get(str(file.path), ())[1:] != (file.changed, file.size, file.notebook)]
        for number in gone:
            self._remove(number)
        for done, file in enumerate(reversed(new)):  # what was written last gets the highest id
            if stop():
                break
            page = _read(file)
            self.add_words(file, name_of(page), words_of(page), len(page.strokes))
            tell(done + 1, len(new))
            if done % PAGES_AT_ONCE == 0:
                self._database.commit()
        self._database.commit()
        return self.entries()

    def add(self, file: PageFile, page: Page) -> None:
        """Index a page of which the content is known, in place of what was known of its file."""
        self.add_words(file, name_of(page), words_of(page), len(page.strokes))
        self._database.commit()

    def add_words(self, file: PageFile, name: str, words: Sequence[Word], strokes: int = 0) -> None:
        """Index a page of which name and words are known; not on disk before :meth:`add` or :meth:`refresh` is."""
        packed = [[w.text, list(w.alternatives), list(w.strokes), list(w.box), w.row] for w in words]
        for (number,) in self._rows("SELECT id FROM page WHERE path = ?", str(file.path)):
            self._remove(number)
        row = str(file.path), file.notebook, file.changed, file.size, name, strokes
        cursor = self._database.execute(
            "INSERT INTO page(path, notebook, changed, size, name, strokes, words) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row, json.dumps(packed, ensure_ascii=False)),
        )
        self._database.execute(
            "INSERT INTO found(rowid, text, others) VALUES (?, ?, ?)", (cursor.lastrowid, *_columns(words))
        )

    def entries(self) -> list[Entry]:
        """All pages, what was written last first."""
        rows = self._rows("SELECT path, notebook, changed, size, name, strokes FROM page ORDER BY changed DESC, path")
        return [_entry(*row) for row in rows]

    def search(self, query: str, notebook: str | None = None, most: int = MOST_HITS) -> list[Hit]:
        """The pages on which every word of a query begins a word.

        Those that were read so come before those that may be meant so; each time what was written last comes first.
        """
        tokens = _tokens(query)
        if not tokens:
            return []
        begins = " AND ".join(f'"{token}"*' for token in tokens)
        found: dict[str, Hit] = {}
        for match in (f"{{text}} : ({begins})", begins):
            if len(found) < most:
                rows = self._rows(_SEARCH, match, notebook, notebook, most)
                found |= {row[0]: _hit(row, tokens) for row in rows if row[0] not in found}
        return list(found.values())[:most]

    def _opened(self) -> sqlite3.Connection:
        """The index as it is, or an empty one where there is none of this version that can be used."""
        for fresh in (False, True):
            if fresh:
                for end in ("", "-wal", "-shm", "-journal"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            database = sqlite3.connect(self._path, check_same_thread=False, timeout=5)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    database.executescript(_SCHEMA)
                    database.execute(f"PRAGMA user_version = {VERSION}")
                    version = VERSION
                if version == VERSION:
                    database.execute("SELECT count(*) FROM page, found LIMIT 1").fetchone()
                    return database
            except sqlite3.DatabaseError as error:
                log.warning("the index of pages is made again: %s", error)
            database.close()
        raise AssertionError("an empty index can always be made")

    def _rows(self, statement: str, *values: object) -> list[tuple]:
        return self._database.execute(statement, values).fetchall()

    def _remove(self, number: int) -> None:
        """Take a page out: an index without content has to be told what was in it."""
        for (packed,) in self._rows("SELECT words FROM page WHERE id = ?", number):
            columns = _columns(_unpacked(packed))
            self._database.execute(
                "INSERT INTO found(found, rowid, text, others) VALUES ('delete', ?, ?, ?)", (number, *columns)
            )
        self._database.execute("DELETE FROM page WHERE id = ?", (number,))


def _read(file: PageFile) -> Page:
    """A page as far as it can be read: one that cannot has no words."""
    try:
        return parsed(file.path.read_bytes())
    except (OSError, DocumentError) as error:
        log.warning("not indexed: %s: %s", file.path, error)
        return Page()


def _columns(words: Sequence[Word]) -> tuple[str, str]:
    return " ".join(word.text for word in words), " ".join(other for word in words for other in word.alternatives)


def _unpacked(packed: str) -> list[Word]:
    return [
        Word(text, tuple(others), tuple(strokes), Box(*box), row)
        for text, others, strokes, box, row in json.loads(packed)
    ]


def _matching(packed: str, tokens: Sequence[str]) -> list[Word]:
    """The words that a query means: those that read so, or, for a token that none does, those that may."""
    words = _unpacked(packed)
    found: list[Word] = []
    for token in tokens:
        sure = [word for word in words if _begins(word.text, token)]
        found += sure or [word for word in words if any(_begins(other, token) for other in word.alternatives)]
    return list(dict.fromkeys(found))


def _begins(text: str, token: str) -> bool:
    return any(own.startswith(token) for own in _tokens(text))


def _hit(row: tuple, tokens: Sequence[str]) -> Hit:
    *entry, packed = row
    return Hit(_entry(*entry), tuple(_matching(packed, tokens)))


def _tokens(text: str) -> list[str]:
    """The words of a text as the index compares them: without case and accents."""
    if text.isascii():
        return _TOKEN.findall(text.lower())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _TOKEN.findall(bare)


def _entry(path: str, notebook: str, changed: int, size: int, name: str, strokes: int) -> Entry:
    return Entry(PageFile(Path(path), notebook, changed, size), name, strokes)
