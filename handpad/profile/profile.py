"""One writer's history on disk: a SQLite file with every learned character as ink with its true label.

What is stored is ink, not vectors, so a new base model can learn all of it again. What a model derived from a
sample (embedding, logits and cues) is kept beside it as a cache, keyed by the model's fingerprint, so that opening a
large profile reads no ink.

When a method that writes returns, the change is on disk: each is one transaction with a rollback journal, synchronised
in full. Between transactions the profile is one file, so that a copy of it is always whole.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from handpad.errors import InkError, ProfileError
from handpad.ink import Guide, as_guide
from handpad.profile import backups, schema
from handpad.profile.accuracy import LATEST, Accuracy, accuracy
from handpad.profile.opening import Damaged, NoProfile, connect, plain
from handpad.profile.packing import pack_ink, unpack_ink
from handpad.profile.salvage import mend
from handpad.reading.line_context import LineContext
from handpad.sample_ids import checksum, new_sample_id

MOST_SAMPLES = 100_000
"""So many of the latest samples are learned from at most: opening takes bounded time and memory."""

LONGEST_WORD = 100
"""Letters of one of the writer's own words."""

_COLUMNS = "number, id, ink, baseline, x_height, label, predicted, confirmed, model, created, checksum"


@dataclass(frozen=True)
class Sample:
    """One learned character.

    Attributes
    ----------
    id : its identifier, see :func:`handpad.sample_ids.new_sample_id`.
    strokes : list of (n, 4) arrays, see :mod:`handpad.ink`.
    label, predicted : the true label, and the one that the writer was shown for this ink; "" if it was parted wrongly,
        so that none was.
    confirmed : True if the writer let the prediction stand, False if it was corrected.
    model : name of the base model that predicted it.
    created : seconds since 1970; 0: now, when it is stored.
    line : how it stood on the line where it was learned; None if it stood alone.
    number : its place in its profile, growing with time; 0 before it is stored.
    """

    id: str
    strokes: list[np.ndarray]
    guide: Guide | None
    label: str
    predicted: str
    confirmed: bool
    model: str
    created: float
    line: LineContext | None = None
    number: int = 0


@dataclass(frozen=True)
class Entry:
    """A sample without its ink, as a list of thousands has it.

    Attributes
    ----------
    id, label, predicted, confirmed, created, number : as of the :class:`Sample`.
    regrouped : whether its ink was taken for other characters until the writer joined or parted it.
    """

    id: str
    label: str
    predicted: str
    confirmed: bool
    created: float
    number: int
    regrouped: bool


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

    ids: list[str]
    labels: list[str]
    confirmed: list[bool]
    embeddings: np.ndarray
    logits: np.ndarray
    cues: np.ndarray


class Profile:
    """An open profile; close it, or use it as a context manager. Several threads and processes may use one file.

    Attributes
    ----------
    path : the file.
    id : identifier of the profile.
    notes : sentences for the writer on what was wrong with the file and what was done about it; mostly none.
    """

    def __init__(self, path: str | Path):
        """Open a profile, or make one if there is no file. ":memory:" keeps it in memory alone.

        A damaged profile is put aside, and what can be read of it and of its backups becomes the profile; one of an
        older version is copied to the backups and then brought to today's.

        Raises ProfileError, with the file untouched, if it is no profile, holds nothing that can be read, or comes
        from a newer Handpad.
        """
        self.path = Path(path)
        self.notes: list[str] = []
        self._lock = threading.RLock()
        self._unreadable: set[int] = set()  # numbers of samples, each told once
        try:
            self._db = connect(path, self.notes)
        except (Damaged, NoProfile) as damage:
            try:
                self.notes.append(mend(self.path, str(damage)))
            except ProfileError:
                if isinstance(damage, NoProfile):
                    raise damage from None
                raise
            self._db = connect(path, self.notes)
        self.id = self._rows("SELECT value FROM about WHERE key = 'id'")[0][0]
        self._backup = backups.Daily(self.path) if str(path) != ":memory:" and len(self) else None

    def _rows(self, query: str, values: tuple = ()) -> list[tuple]:
        """The rows that a query finds. Raises ProfileError if the file can no longer be read."""
        try:
            with self._lock:
                return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise ProfileError(f"The profile {self.path} cannot be read: {plain(error)}.") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction: on disk when it ends, or not at all and ProfileError raised."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute("COMMIT")
                except BaseException:
                    with contextlib.suppress(sqlite3.Error):
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise ProfileError(f"The profile {self.path} cannot be written: {plain(error)}.") from error

    def add(self, sample: Sample, fingerprint: str, embedding: np.ndarray, logits: np.ndarray, cues: np.ndarray) -> str:
        """Store a sample with what the model derived from it; returns its id. One with a number takes that place.

        Raises ProfileError, with nothing stored, if the disk is full or the file cannot be written.
        """
        sample_id = sample.id or new_sample_id()
        with self._writing():
            self._insert(replace(sample, id=sample_id))
            self._store_derived(sample_id, fingerprint, embedding, logits, cues)
        return sample_id

    def _store_derived(
        self, sample_id: str, fingerprint: str, embedding: np.ndarray, logits: np.ndarray, cues: np.ndarray
    ) -> None:
        query = "SELECT number, label, confirmed FROM sample WHERE id = ?"
        for number, label, confirmed in self._db.execute(query, (sample_id,)).fetchall():  # or it was forgotten
            blobs = _floats(embedding), _floats(logits), cues.astype("<f8").tobytes()
            seal = checksum(sample_id, label, confirmed, fingerprint, *blobs)
            row = (number, fingerprint, *blobs, seal)
            self._db.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?, ?, ?)", row)

    def store_derived(self, fingerprint: str, rows: Iterable[tuple[str, np.ndarray, np.ndarray, np.ndarray]]) -> None:
        """Replace the cache of several samples: rows of sample id, embedding (d,), logits (c,) and cues (4,)."""
        with self._writing():
            for sample_id, embedding, logits, cues in rows:
                self._store_derived(sample_id, fingerprint, embedding, logits, cues)

    def remove(self, sample_id: str) -> Sample:
        """Delete a sample and return it. Raises KeyError if there is none of that id."""
        sample = self.sample(sample_id)
        with self._writing():
            self._db.execute("DELETE FROM sample WHERE id = ?", (sample_id,))
            self._db.execute("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", (sample_id, time.time()))
        return sample

    def remove_many(self, sample_ids: Sequence[str]) -> list[Sample]:
        """Delete samples, all or none; returns those that can be read, oldest first. Raises ProfileError."""
        wanted, lines = set(sample_ids), self.lines()
        found = [replace(one, line=lines.get(one.id)) for one in self.samples() if one.id in wanted]
        now = time.time()
        with self._writing():
            self._db.executemany("DELETE FROM sample WHERE id = ?", [(one,) for one in wanted])
            self._db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(one, now) for one in wanted])
        return found

    def add_many(self, samples: Sequence[Sample]) -> None:
        """Store samples in their old places, all or none; nothing is derived of them yet. Raises ProfileError."""
        with self._writing():
            for sample in samples:
                self._insert(sample)

    def _insert(self, sample: Sample) -> None:
        """Insert a sample with its line. Call it inside a transaction."""
        baseline, x_height = sample.guide or (None, None)
        ink, label, predicted = pack_ink(sample.strokes), sample.label, sample.predicted
        values = (sample.id, ink, baseline, x_height, label, predicted, sample.confirmed)
        created = sample.created or time.time()
        number = schema.insert_sample(self._db, sample.number or None, *values, sample.model, created)
        self._db.execute("DELETE FROM forgotten WHERE id = ?", (sample.id,))
        if sample.line is not None:
            misread = [(pack_ink(ink), _floats(geometry)) for ink, geometry in sample.line.misread]
            schema.insert_line(self._db, number, _floats(sample.line.packed()), misread)

    def entries(self) -> list[Entry]:
        """All samples without their ink, oldest first."""
        rows = self._rows(
            "SELECT id, label, predicted, confirmed, created, number, "
            "EXISTS (SELECT 1 FROM misread WHERE misread.number = sample.number) FROM sample ORDER BY number"
        )
        return [
            Entry(i, label, said, bool(left), made, number, bool(new))
            for i, label, said, left, made, number, new in rows
        ]

    def sample(self, sample_id: str) -> Sample:
        """One sample. Raises KeyError if there is none of that id that can be read."""
        found = self._readable(self._rows(f"SELECT {_COLUMNS} FROM sample WHERE id = ?", (sample_id,)))
        if not found:
            raise KeyError(sample_id)
        return replace(found[0], line=self.lines(found[0].number).get(sample_id))

    def samples(self) -> list[Sample]:
        """All samples that can be read, oldest first, without their lines: those are in :meth:`lines`."""
        return self._readable(self._rows(f"SELECT {_COLUMNS} FROM sample ORDER BY number"))

    def known_ids(self) -> set[str]:
        """The ids of all samples that are stored or were forgotten."""
        return {found for (found,) in self._rows("SELECT id FROM sample UNION SELECT id FROM forgotten")}

    def stale(self, fingerprint: str, most: int | None = None) -> list[Sample]:
        """The newest samples from which the model of that fingerprint has derived nothing yet, oldest first.

        most : at most so many of them; None: all.
        """
        query = (
            f"SELECT {_COLUMNS} FROM sample WHERE number NOT IN (SELECT number FROM derived WHERE fingerprint = ?) "
            f"{self._left_out()} ORDER BY number DESC LIMIT ?"
        )
        limit = MOST_SAMPLES if most is None else most
        return self._readable(self._rows(query, (fingerprint, limit)))[::-1]

    def stale_count(self, fingerprint: str) -> int:
        """How many samples :meth:`stale` would give at most."""
        query = (
            "SELECT count(*) FROM sample WHERE number NOT IN (SELECT number FROM derived WHERE fingerprint = ?) "
            + self._left_out()
        )
        return min(self._rows(query, (fingerprint,))[0][0], MOST_SAMPLES)

    def _left_out(self) -> str:
        numbers = ", ".join(map(str, sorted(self._unreadable)))
        return f"AND number NOT IN ({numbers})" if numbers else ""

    def fingerprints(self) -> set[str]:
        """The fingerprints of the base models that something was derived with."""
        return {found for (found,) in self._rows("SELECT DISTINCT fingerprint FROM derived")}

    def labels(self) -> list[str]:
        """The different labels of all samples, sorted."""
        return [label for (label,) in self._rows("SELECT DISTINCT label FROM sample ORDER BY label")]

    def derived(self, fingerprint: str, latest: int | None = None, labels: Collection[str] | None = None) -> Derived:
        """What the model of that fingerprint derived from the samples, or from so many of the latest.

        labels : of samples with these labels alone.

        Rows that are not what was stored are dropped from the cache: their samples are stale again.
        """
        query = (
            "SELECT sample.number, id, label, confirmed, embedding, logits, cues, derived.checksum "
            "FROM sample JOIN derived ON sample.number = derived.number "
            f"WHERE fingerprint = ? {_among('label', labels)} ORDER BY sample.number DESC LIMIT ?"
        )
        rows = self._rows(query, (fingerprint, *(labels or ()), min(latest or MOST_SAMPLES, MOST_SAMPLES)))[::-1]
        good = [row for row in rows if checksum(*row[1:4], fingerprint, *row[4:7]) == row[7]]
        embeddings, logits, cues = (
            _table([row[column] for row in good], kind) for column, kind in ((4, "<f4"), (5, "<f4"), (6, "<f8"))
        )
        finite = np.isfinite(embeddings).all(1) & np.isfinite(logits).all(1) & np.isfinite(cues).all(1)
        kept = [row for row, fine in zip(good, finite, strict=True) if fine]
        if len(kept) < len(rows):
            lost = {row[0] for row in rows} - {row[0] for row in kept}
            with self._writing():
                self._db.executemany("DELETE FROM derived WHERE number = ?", [(number,) for number in lost])
        return Derived(
            [row[1] for row in kept],
            [row[2] for row in kept],
            [bool(row[3]) for row in kept],
            *(table if finite.all() else table[finite] for table in (embeddings, logits, cues)),
        )

    def lines(self, number: int | None = None) -> dict[str, LineContext]:
        """How samples, or the one of that number, stood on their lines, by their ids; those learned alone are left out.

        What is not as it was stored is left out too.
        """
        where, wanted = ("", ()) if number is None else (" WHERE number = ?", (number,))
        misread: dict[int, list] = {}
        for own, ink, geometry, seal in self._rows(
            f"SELECT number, ink, geometry, checksum FROM misread{where}", wanted
        ):
            if checksum(ink, geometry) == seal:
                with contextlib.suppress(ValueError):
                    misread.setdefault(own, []).append((unpack_ink(ink), np.frombuffer(geometry, "<f4")))
        query = "SELECT number, id, geometry, line_context.checksum FROM line_context JOIN sample USING (number)"
        return {
            sample_id: LineContext.unpacked(np.frombuffer(geometry, "<f4"), tuple(misread.get(own, ())))
            for own, sample_id, geometry, seal in self._rows(query + where, wanted)
            if checksum(geometry) == seal
        }

    def _readable(self, rows: list[tuple]) -> list[Sample]:
        found = []
        for row in rows:
            try:
                found.append(_sample(row))
            except ValueError:
                if row[0] not in self._unreadable:
                    self._unreadable.add(row[0])
                    self.notes.append(
                        f"A character learned earlier is damaged in {self.path} and was left out: "
                        "'handpad doctor' looks for it in the backups."
                    )
        return found

    def take_notes(self) -> list[str]:
        """The notes since the last time, each once; afterwards there are none."""
        notes, self.notes[:] = list(dict.fromkeys(self.notes)), []
        return notes

    def __len__(self) -> int:
        return self._rows("SELECT count(*) FROM sample")[0][0]

    def accuracy(self) -> Accuracy:
        """Of the latest samples, how many were read right at once."""
        rows = self._rows("SELECT label, predicted FROM sample ORDER BY number DESC LIMIT ?", (LATEST,))
        return accuracy(rows[::-1])

    def words(self) -> list[str]:
        """The writer's own words, in alphabetical order."""
        rows = self._rows("SELECT text, checksum FROM word ORDER BY text")
        return [text for text, seal in rows if checksum(text) == seal]

    def add_word(self, word: str) -> None:
        """Keep a word of the writer's; one that is kept already stays. Raises ProfileError, with nothing kept."""
        if not isinstance(word, str) or not 0 < len(word) <= LONGEST_WORD or not word.isprintable() or " " in word:
            raise ProfileError(f"{word!r} is no word: give 1 to {LONGEST_WORD} characters without a space.")
        with self._writing():
            self._db.execute("INSERT OR IGNORE INTO word VALUES (?, ?, ?)", (word, time.time(), checksum(word)))

    def remove_word(self, word: str) -> None:
        """Keep a word no longer. Raises ProfileError, with nothing changed."""
        with self._writing():
            self._db.execute("DELETE FROM word WHERE text = ?", (word,))

    def back_up(self, reason: str) -> None:
        """Copy the profile to its backups before something far-reaching; a disk without room for it is no hindrance."""
        if self._backup is not None:
            backups.back_up(self.path, reason)

    def close(self) -> None:
        """Close the file; a backup that is being made is finished first. Closing twice does nothing."""
        if self._backup is not None:
            self._backup.wait()
        with self._lock:
            self._db.close()

    def __enter__(self) -> "Profile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _among(column: str, values: Collection | None) -> str:
    """A condition of a query that a column has one of so many values; none for None."""
    return "" if values is None else f"AND {column} IN ({', '.join('?' * len(values))})"


def _floats(values: np.ndarray) -> bytes:
    return np.asarray(values).astype("<f4").tobytes()


def _table(blobs: list[bytes], kind: str) -> np.ndarray:
    """Blobs of equal length as the rows of an array; one of another length becomes a row of NaN."""
    width = max(map(len, blobs), default=0) // int(kind[2])
    if all(len(blob) == width * int(kind[2]) for blob in blobs):  # as a rule; large profiles are not copied twice
        return np.frombuffer(b"".join(blobs), kind).reshape(len(blobs), width)
    table = np.full((len(blobs), width), np.nan, kind)
    whole = [row for row, blob in enumerate(blobs) if len(blob) == table.itemsize * width]
    if whole:
        table[whole] = np.frombuffer(b"".join(blobs[row] for row in whole), kind).reshape(len(whole), width)
    return table


def _sample(row: tuple) -> Sample:
    """The sample of a row of _COLUMNS. Raises ValueError if it is not what was stored."""
    number, *values, seal = row
    sample_id, ink, baseline, x_height, label, predicted, confirmed, model, created = values
    if checksum(*values) != seal:
        raise ValueError("damaged sample")
    try:
        guide = None if x_height is None else as_guide((baseline, x_height))
    except InkError:  # learned before such guides were refused
        guide = None
    return Sample(sample_id, unpack_ink(ink), guide, label, predicted, bool(confirmed), model, created, number=number)
