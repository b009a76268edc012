"""The tables of a profile, what each version of them was, and how an older one becomes today's.

Version 1 knew samples by number; its tables ``word``, ``on_line`` and ``misread`` were made when first needed.
Version 2 gives the profile and every sample an identifier, and every row a checksum.
"""

import re
import sqlite3
import time
import uuid

from handpad.errors import ProfileError
from handpad.profile.packing import unpack_ink
from handpad.sample_ids import checksum, old_sample_id

APPLICATION_ID = 0x48504144  # "HPAD"
VERSION = 2

TABLES = (
    """CREATE TABLE about (
    key TEXT PRIMARY KEY,           -- "id": identifier of the profile; "created": seconds since 1970
    value TEXT NOT NULL
)""",
    """CREATE TABLE sample (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- grows in the order in which they were learned
    id TEXT NOT NULL UNIQUE,        -- see new_sample_id
    ink BLOB NOT NULL,              -- see pack_ink
    baseline REAL,                  -- guide, NULL where there was none
    x_height REAL,
    label TEXT NOT NULL,            -- the true label
    predicted TEXT NOT NULL,        -- what the writer was shown; '' if it was parted wrongly
    confirmed INTEGER NOT NULL,     -- 1: left uncorrected; 0: a correction
    model TEXT NOT NULL,            -- name of the base model that predicted
    created REAL NOT NULL,          -- seconds since 1970
    checksum BLOB NOT NULL          -- of id to created
)""",
    "CREATE INDEX sample_label ON sample (label)",
    """CREATE TABLE derived (
    number INTEGER PRIMARY KEY REFERENCES sample (number) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,      -- of the base model that made it
    embedding BLOB NOT NULL,        -- float32 (d,)
    logits BLOB NOT NULL,           -- float32 (c,), calibrated, over the model's whole alphabet
    cues BLOB NOT NULL,             -- float64 (4,), see glyph.cues
    checksum BLOB NOT NULL          -- of the sample's id, label and confirmed, then fingerprint to cues
)""",
    """CREATE TABLE line_context (
    number INTEGER PRIMARY KEY REFERENCES sample (number) ON DELETE CASCADE,
    geometry BLOB NOT NULL,         -- float32: how the sample stood on its line
    checksum BLOB NOT NULL          -- of geometry
)""",
    """CREATE TABLE misread (
    number INTEGER NOT NULL REFERENCES sample (number) ON DELETE CASCADE,
    ink BLOB NOT NULL,              -- what was taken for a character in the sample's place
    geometry BLOB NOT NULL,
    checksum BLOB NOT NULL          -- of ink and geometry
)""",
    "CREATE INDEX misread_number ON misread (number)",
    """CREATE TABLE word (
    text TEXT PRIMARY KEY,          -- one of the writer's own words
    created REAL NOT NULL,
    checksum BLOB NOT NULL          -- of text
)""",
    """CREATE TABLE forgotten (
    id TEXT PRIMARY KEY,            -- of a sample that the writer took back: no backup brings it again
    created REAL NOT NULL           -- when it was forgotten
)""",
)

_OLD_COLUMNS = {
    "sample": ("id", "ink", "baseline", "x_height", "label", "predicted", "confirmed", "model", "created"),
    "word": ("text", "created"),
    "on_line": ("sample_id", "geometry"),
    "misread": ("sample_id", "ink", "geometry"),
}
"""The tables of version 1 that are carried over. ``derived`` is made anew from the ink."""


def create(db: sqlite3.Connection) -> None:
    """Make the tables of a new profile. Call it inside a transaction."""
    for statement in TABLES:
        db.execute(statement)
    about = {"id": uuid.uuid4().hex, "created": repr(time.time())}
    db.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def check(db: sqlite3.Connection, version: int) -> None:
    """Raise ProfileError unless the file holds the tables of that version and nothing else.

    A view or a trigger in a file from elsewhere would run what its maker wrote (SQLite, "Defense Against The Dark
    Arts").
    """
    found = db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    wanted = {_plain(statement) for statement in TABLES}
    known = {"sample_label", "derived", *_OLD_COLUMNS}
    for kind, name, sql in found:
        own = name == "sqlite_sequence" or name.startswith("sqlite_autoindex_")
        good = own or (name in known if version == 1 else _plain(sql or "") in wanted)
        if kind not in ("table", "index") or not good or re.match(r"create\s+virtual", sql or "", re.IGNORECASE):
            raise ProfileError(f"it holds {kind} {name!r}, which no profile of Handpad has")
    if version == 1:
        names = {name for kind, name, _ in found if kind == "table"}
        for table, columns in _OLD_COLUMNS.items():
            if table in names and tuple(row[1] for row in db.execute(f"PRAGMA table_xinfo({table})")) != columns:
                raise ProfileError(f"its table {table!r} has other columns than a profile of Handpad")
        missing = {"sample"} - names
    else:
        missing = wanted - {_plain(sql or "") for _, _, sql in found}
    if missing:
        raise ProfileError("tables of a profile are missing in it")


def _plain(statement: str) -> str:
    return " ".join(re.sub(r"--.*", "", statement).split())


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring the tables of an older version to today's, one version after another. Call it inside a transaction."""
    for step in range(version, VERSION):
        _STEPS[step](db)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _from_1(db: sqlite3.Connection) -> None:
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    old = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in _OLD_COLUMNS if table in names}
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sample'").fetchone()
    for table in ("misread", "on_line", "derived", "sample", "word"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    create(db)
    kept = set()
    for number, ink, baseline, x_height, label, *rest in old["sample"]:
        try:
            sample_id = old_sample_id(number, label, unpack_ink(ink))
        except ValueError:
            continue  # no ink: nothing can be learned from it
        insert_sample(db, number, sample_id, ink, baseline, x_height, label, *rest)
        kept.add(number)
    misread: dict[int, list[tuple[bytes, bytes]]] = {}
    for number, ink, geometry in old.get("misread", ()):
        misread.setdefault(number, []).append((ink, geometry))
    for number, geometry in old.get("on_line", ()):
        if number in kept and isinstance(geometry, bytes):
            insert_line(db, number, geometry, misread.get(number, []))
    for text, created in old.get("word", ()):
        if isinstance(text, str):
            db.execute("INSERT INTO word VALUES (?, ?, ?)", (text, created, checksum(text)))
    if last and not db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'sample'", last).rowcount:
        db.execute("INSERT INTO sqlite_sequence VALUES ('sample', ?)", last)


_STEPS = {1: _from_1}


def insert_sample(
    db: sqlite3.Connection,
    number: int | None,
    sample_id: str,
    ink: bytes,
    baseline: float | None,
    x_height: float | None,
    label: str,
    predicted: str,
    confirmed: bool,
    model: str,
    created: float,
) -> int:
    """Insert a sample; returns its number, a new one unless it is given."""
    guide = (None, None) if baseline is None or x_height is None else (float(baseline), float(x_height))
    values = (sample_id, ink, *guide, str(label), str(predicted), int(confirmed), str(model), float(created))
    row = (number, *values, checksum(*values))
    cursor = db.execute(f"INSERT INTO sample VALUES ({', '.join('?' * len(row))})", row)
    return cursor.lastrowid  # type: ignore[return-value] # None only where nothing was inserted


def insert_line(db: sqlite3.Connection, number: int, geometry: bytes, misread: list[tuple[bytes, bytes]]) -> None:
    """Insert how a sample stood on its line, and the packed ink and geometry of what was misread there."""
    db.execute("INSERT INTO line_context VALUES (?, ?, ?)", (number, geometry, checksum(geometry)))
    rows = [(number, ink, place, checksum(ink, place)) for ink, place in misread]
    db.executemany("INSERT INTO misread VALUES (?, ?, ?, ?)", rows)
