"""One writer's history on disk: a SQLite file with every learned character as ink with its true label.

What is stored is ink, not vectors, so a new base model can learn all of it again. What a model derived from a
sample (embedding, logits and cues) is kept beside it as a cache, keyed by the model's fingerprint, so that opening a
large profile reads no ink.

The file is written ahead (WAL) with full synchronisation: when a method that writes returns, the change is on disk.
"""

import contextlib
import sqlite3
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from handpad.errors import ProfileError
from handpad.ink import Guide
from handpad.reading.on_line import OnLine

APPLICATION_ID = 0x48504144  # "HPAD"
VERSION = 1

_SCHEMA = """
CREATE TABLE sample (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ink BLOB NOT NULL,              -- see pack_ink
    baseline REAL,                  -- guide, NULL where there was none
    x_height REAL,
    label TEXT NOT NULL,            -- the true label
    predicted TEXT NOT NULL,        -- what the writer was shown
    confirmed INTEGER NOT NULL,     -- 1: left uncorrected; 0: a correction
    model TEXT NOT NULL,            -- name of the base model that predicted
    created REAL NOT NULL           -- seconds since 1970
);
CREATE INDEX sample_label ON sample (label);
CREATE TABLE derived (
    sample_id INTEGER PRIMARY KEY REFERENCES sample (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,      -- of the base model that made it
    embedding BLOB NOT NULL,        -- float32 (d,)
    logits BLOB NOT NULL,           -- float32 (c,), calibrated, over the model's whole alphabet
    cues BLOB NOT NULL              -- float64 (4,), see glyph.cues
);
"""
_WORDS = "CREATE TABLE IF NOT EXISTS word (text TEXT PRIMARY KEY, created REAL NOT NULL)"
"""Words that the writer taught; made when the first is, so that profiles without any stay as they were."""
_ON_LINES = (
    "CREATE TABLE IF NOT EXISTS on_line (sample_id INTEGER PRIMARY KEY REFERENCES sample (id) ON DELETE CASCADE, "
    "geometry BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS misread (sample_id INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE, "
    "ink BLOB NOT NULL, geometry BLOB NOT NULL)",
)
"""How samples stood on their lines, and what was misread in their place; made when the first is learned on a line."""
_COLUMNS = "id, ink, baseline, x_height, label, predicted, confirmed, model, created"


@dataclass(frozen=True)
class Sample:
    """One learned character.

    Attributes
    ----------
    id : number of the sample in its profile, growing with time; 0 before it is stored.
    strokes : list of (n, 4) arrays, see :mod:`handpad.ink`.
    label, predicted : the true label, and the one that the writer was shown.
    confirmed : True if the writer let the prediction stand, False if it was corrected.
    model : name of the base model that predicted it.
    created : seconds since 1970.
    line : how it stood on the line where it was learned; None if it stood alone.
    """

    id: int
    strokes: list[np.ndarray]
    guide: Guide | None
    label: str
    predicted: str
    confirmed: bool
    model: str
    created: float
    line: OnLine | None = None


@dataclass(frozen=True)
class Derived:
    """What one base model derived from n samples, oldest first.

    Attributes
    ----------
    ids, labels, confirmed : lists of n.
    embeddings : float32 (n, d).
    logits : float32 (n, c), calibrated, over the model's whole alphabet.
    cues : float64 (n, 4).
    """

    ids: list[int]
    labels: list[str]
    confirmed: list[bool]
    embeddings: np.ndarray
    logits: np.ndarray
    cues: np.ndarray


def pack_ink(strokes: Iterable[np.ndarray]) -> bytes:
    """Ink as bytes: stroke count, point count of each stroke (uint32), then all points (float64 x, y, pressure, time).

    All numbers are little-endian.
    """
    strokes = list(strokes)
    header = struct.pack(f"<{len(strokes) + 1}I", len(strokes), *map(len, strokes))
    return header + np.concatenate(strokes).astype("<f8").tobytes()


def unpack_ink(data: bytes) -> list[np.ndarray]:
    """The reverse of :func:`pack_ink`. Raises ValueError if the bytes are not packed ink."""
    try:
        (count,) = struct.unpack_from("<I", data)
        lengths = struct.unpack_from(f"<{count}I", data, 4)
    except struct.error as error:
        raise ValueError("not packed ink") from error
    points = np.frombuffer(data, "<f8", offset=4 * (count + 1)).reshape(-1, 4)
    if not count or sum(lengths) != len(points):
        raise ValueError("not packed ink")
    return [part.astype(np.float64) for part in np.split(points, np.cumsum(lengths)[:-1])]


class Profile:
    """An open profile. Use it from one thread; close it, or use it as a context manager."""

    def __init__(self, path: str | Path):
        """Open a profile, or make one if there is no file. ":memory:" keeps it in memory alone.

        Raises ProfileError, with the file untouched, if it is no profile, damaged, or from a newer Handpad.
        """
        self.path = Path(path)
        if str(path) != ":memory:":
            _check_header(self.path)
        self._db: sqlite3.Connection | None = None
        try:
            self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA busy_timeout = 5000")
            if self._db.execute("PRAGMA user_version").fetchone()[0] > VERSION:  # not yet in the header
                raise ProfileError(_newer(self.path))
            if self._db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise ProfileError(f"The profile {self.path} is damaged.")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            if self._db.execute("PRAGMA application_id").fetchone()[0] == 0:
                self._create()
            self._db.execute(f"SELECT {_COLUMNS} FROM sample LIMIT 1")
        except sqlite3.Error as error:
            self.close()
            raise ProfileError(f"The profile {self.path} cannot be opened: {_plain(error)}.") from error
        except ProfileError:
            self.close()
            raise

    def _create(self) -> None:
        with self._transaction():
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        # The header itself must hold the two numbers above, since they are read from it before anything is opened.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextlib.contextmanager
    def _transaction(self):
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def add(self, sample: Sample, fingerprint: str, embedding: np.ndarray, logits: np.ndarray, cues: np.ndarray) -> int:
        """Store a sample with what the model derived from it; returns its id. A sample with an id keeps it.

        Raises ProfileError, with nothing stored, if the disk is full or the file cannot be written.
        """
        row = (
            sample.id or None,
            pack_ink(sample.strokes),
            sample.guide.baseline if sample.guide else None,
            sample.guide.x_height if sample.guide else None,
            sample.label,
            sample.predicted,
            int(sample.confirmed),
            sample.model,
            sample.created or time.time(),
        )
        with self._writing(), self._transaction():
            cursor = self._db.execute(f"INSERT INTO sample ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            self._store_derived(cursor.lastrowid, fingerprint, embedding, logits, cues)
            if sample.line is not None:
                self._store_line(cursor.lastrowid, sample.line)
            return cursor.lastrowid

    def _store_derived(
        self, sample_id: int, fingerprint: str, embedding: np.ndarray, logits: np.ndarray, cues: np.ndarray
    ) -> None:
        blobs = embedding.astype("<f4").tobytes(), logits.astype("<f4").tobytes(), cues.astype("<f8").tobytes()
        self._db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?, ?)", (sample_id, fingerprint, *blobs))

    def store_derived(self, fingerprint: str, rows: Iterable[tuple[int, np.ndarray, np.ndarray, np.ndarray]]) -> None:
        """Replace the cache of several samples: rows of sample id, embedding (d,), logits (c,) and cues (4,)."""
        with self._writing(), self._transaction():
            for sample_id, embedding, logits, cues in rows:
                self._store_derived(sample_id, fingerprint, embedding, logits, cues)

    def remove(self, sample_id: int) -> Sample:
        """Delete a sample and return it. Raises KeyError if there is none of that id."""
        sample = self.sample(sample_id)
        with self._writing(), self._transaction():
            self._db.execute("DELETE FROM sample WHERE id = ?", (sample_id,))
        return sample

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except sqlite3.Error as error:
            raise ProfileError(f"Nothing was learned: {self.path} cannot be written ({_plain(error)}).") from error

    def sample(self, sample_id: int) -> Sample:
        """One sample. Raises KeyError if there is none of that id."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM sample WHERE id = ?", (sample_id,)).fetchone()
        if row is None:
            raise KeyError(sample_id)
        return replace(_sample(row), line=self.lines(sample_id).get(sample_id))

    def samples(self) -> list[Sample]:
        """All samples, oldest first, without their lines: those are in :meth:`lines`."""
        return [_sample(row) for row in self._db.execute(f"SELECT {_COLUMNS} FROM sample ORDER BY id")]

    def stale(self, fingerprint: str) -> list[Sample]:
        """The samples from which the model of that fingerprint has derived nothing yet, oldest first."""
        query = (
            f"SELECT {_COLUMNS} FROM sample WHERE id NOT IN (SELECT sample_id FROM derived WHERE fingerprint = ?) "
            "ORDER BY id"
        )
        return [_sample(row) for row in self._db.execute(query, (fingerprint,))]

    def derived(self, fingerprint: str, latest: int | None = None) -> Derived:
        """What the model of that fingerprint derived from the samples, or from so many of the latest."""
        query = (
            "SELECT id, label, confirmed, embedding, logits, cues FROM sample JOIN derived ON sample_id = id "
            "WHERE fingerprint = ? ORDER BY id DESC LIMIT ?"
        )
        rows = self._db.execute(query, (fingerprint, -1 if latest is None else latest)).fetchall()[::-1]
        ids, labels, confirmed, embeddings, logits, cues = zip(*rows, strict=True) if rows else [()] * 6
        return Derived(
            list(ids),
            list(labels),
            [bool(value) for value in confirmed],
            np.frombuffer(b"".join(embeddings), "<f4").reshape(len(rows), -1 if rows else 0),
            np.frombuffer(b"".join(logits), "<f4").reshape(len(rows), -1 if rows else 0),
            np.frombuffer(b"".join(cues), "<f8").reshape(len(rows), -1 if rows else 0),
        )

    def lines(self, sample_id: int | None = None) -> dict[int, OnLine]:
        """How samples, or the one of that id, stood on their lines, by their ids; those learned alone are left out."""
        if not self._has("on_line"):
            return {}
        where, wanted = ("", ()) if sample_id is None else (" WHERE sample_id = ?", (sample_id,))
        misread: dict[int, list] = {}
        for own_id, ink, geometry in self._db.execute(f"SELECT sample_id, ink, geometry FROM misread{where}", wanted):
            misread.setdefault(own_id, []).append((unpack_ink(ink), np.frombuffer(geometry, "<f4")))
        rows = self._db.execute(f"SELECT sample_id, geometry FROM on_line{where}", wanted)
        return {
            own_id: OnLine(np.frombuffer(geometry, "<f4"), tuple(misread.get(own_id, ()))) for own_id, geometry in rows
        }

    def _store_line(self, sample_id: int, line: OnLine) -> None:
        for statement in _ON_LINES:
            self._db.execute(statement)
        self._db.execute("INSERT INTO on_line VALUES (?, ?)", (sample_id, line.geometry.astype("<f4").tobytes()))
        rows = [(sample_id, pack_ink(ink), geometry.astype("<f4").tobytes()) for ink, geometry in line.misread]
        self._db.executemany("INSERT INTO misread VALUES (?, ?, ?)", rows)

    def _has(self, table: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._db.execute(query, (table,)).fetchone() is not None

    def next_id(self) -> int:
        """The id that the next sample gets: greater than any ever used."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sample'").fetchone()
        return row[0] + 1 if row else 1

    def __len__(self) -> int:
        return self._db.execute("SELECT count(*) FROM sample").fetchone()[0]

    def recent_right(self, count: int = 100) -> tuple[int, int]:
        """Of the last `count` samples, how many were right without a correction, and how many there are."""
        query = "SELECT predicted = label FROM sample ORDER BY id DESC LIMIT ?"
        rows = self._db.execute(query, (count,)).fetchall()
        return sum(right for (right,) in rows), len(rows)

    def words(self) -> list[str]:
        """The writer's own words, in alphabetical order."""
        if not self._has("word"):
            return []
        return [text for (text,) in self._db.execute("SELECT text FROM word ORDER BY text")]

    def add_word(self, word: str) -> None:
        """Keep a word of the writer's; one that is kept already stays. Raises ProfileError, with nothing kept."""
        with self._writing(), self._transaction():
            self._db.execute(_WORDS)
            self._db.execute("INSERT OR IGNORE INTO word VALUES (?, ?)", (word, time.time()))

    def remove_word(self, word: str) -> None:
        """Keep a word no longer. Raises ProfileError, with nothing changed."""
        with self._writing(), self._transaction():
            self._db.execute(_WORDS)
            self._db.execute("DELETE FROM word WHERE text = ?", (word,))

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def __enter__(self) -> "Profile":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _sample(row: tuple) -> Sample:
    sample_id, ink, baseline, x_height, label, predicted, confirmed, model, created = row
    guide = None if x_height is None else Guide(baseline, x_height)
    return Sample(sample_id, unpack_ink(ink), guide, label, predicted, bool(confirmed), model, created)


def _check_header(path: Path) -> None:
    """Look at the first 100 bytes before SQLite touches the file (SQLite file format, section 1.3)."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise ProfileError(f"There is no folder {path.parent} to keep the profile in.") from None
        return
    except OSError as error:
        raise ProfileError(f"The profile {path} cannot be read: {error.strerror}.") from error
    if not header:
        return
    version, application = struct.unpack_from(">I4xI", header.ljust(100, b"\0"), 60)
    if not header.startswith(b"SQLite format 3\0") or application != APPLICATION_ID:
        raise ProfileError(f"The file {path} is not a Handpad profile.")
    if version > VERSION:
        raise ProfileError(_newer(path))


def _newer(path: Path) -> str:
    return f"The profile {path} comes from a newer Handpad; update Handpad to use it."


def _plain(error: sqlite3.Error) -> str:
    text = str(error)
    if "full" in text:
        return "the disk is full"
    if "locked" in text:
        return "another program is writing to it"
    if "readonly" in text:
        return "it is read-only"
    if "malformed" in text or "not a database" in text:
        return "it is damaged"
    return text
