"""What can be read of a damaged profile: every record on every page that is still as it was stored.

The pages are read as they lie in the file (SQLite file format, section 1.6), so that a damaged page costs the records
on it and no others, whatever the tree of pages says.
"""

import contextlib
import logging
import mmap
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from handpad.errors import ProfileError
from handpad.files import put_aside
from handpad.profile import backups, schema
from handpad.profile.opening import PAGE_SIZE, Damaged, connect
from handpad.profile.packing import unpack_ink
from handpad.sample_ids import checksum, old_sample_id

log = logging.getLogger(__name__)

_LEAF = 13
"""The kind of a page that holds rows of a table."""

_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value of the serial types 0 to 9: null, integers, a float, and the constants 0 and 1."""


@dataclass
class Salvaged:
    """The records of a profile that are as they were stored, by what names them.

    Attributes
    ----------
    samples : id to the row of the table ``sample`` without its checksum: number, id, ink ... created.
    lines : number of a sample to its geometry.
    misread : number of a sample to pairs of packed ink and geometry.
    words : own words to when they were taught.
    forgotten : ids of samples that were taken back, to when.
    about : what the profile says of itself.
    """

    samples: dict[str, tuple] = field(default_factory=dict)
    lines: dict[int, bytes] = field(default_factory=dict)
    misread: dict[int, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    forgotten: dict[str, float] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


def salvage(path: Path) -> Salvaged:
    """Read every record of a profile's file, of any version, that is as it was stored. Raises OSError."""
    found = Salvaged()
    for row_number, row in _rows(path):
        with contextlib.suppress(ValueError, TypeError):
            _take(found, row_number, row)
    found.samples = {name: row for name, row in found.samples.items() if name not in found.forgotten}
    return found


def _take(found: Salvaged, number: int, row: list) -> None:
    """Keep a row of a table, told by its columns, if it is what was stored."""
    match row:
        case [None, str(), bytes(), _, _, str(), str(), int(), str(), _, bytes(seal)]:
            values = [
                *row[1:3],
                *(value if value is None else float(value) for value in row[3:5]),
                *row[5:9],
                float(row[9]),
            ]
            if checksum(*values) == seal:
                found.samples[row[1]] = (number, *values)
        case [None, bytes(ink), _, _, str(label), str(), int(), str(), _]:  # version 1
            found.samples[old_sample_id(number, label, unpack_ink(ink))] = (
                number,
                old_sample_id(number, label, unpack_ink(ink)),
                *row[1:],
            )
        case [None, bytes(geometry), bytes(seal)] if checksum(geometry) == seal:
            found.lines[number] = geometry
        case [int(owner), bytes(ink), bytes(geometry), bytes(seal)] if checksum(ink, geometry) == seal:
            found.misread.setdefault(owner, []).append((ink, geometry))
        case [str(text), float() | int() as created, bytes(seal)] if checksum(text) == seal:
            found.words[text] = created
        case [str(sample_id), float() | int() as created] if len(sample_id) == 32:
            found.forgotten[sample_id] = created
        case ["id" | "created" as key, str(value)]:
            found.about[key] = value


def _rows(path: Path) -> Iterator[tuple[int, list]]:
    """Row number and values of every row on every page that looks like one of a table."""
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for start in range(0, len(data) - PAGE_SIZE + 1, PAGE_SIZE):
                header = start + (100 if start == 0 else 0)
                if data[header] != _LEAF:
                    continue
                (count,) = struct.unpack_from(">H", data, header + 3)
                if 8 + 2 * count > PAGE_SIZE:
                    continue
                for offset in struct.unpack_from(f">{count}H", data, header + 8):
                    with contextlib.suppress(ValueError, IndexError, struct.error, UnicodeDecodeError):
                        yield _cell(data, start, offset)


def _cell(data: mmap.mmap, page: int, offset: int) -> tuple[int, list]:
    length, place = _varint(data, page + offset)
    number, place = _varint(data, place)
    if length > len(data):
        raise ValueError("longer than the file")
    most = PAGE_SIZE - 35
    local = length
    if length > most:
        least = (PAGE_SIZE - 12) * 32 // 255 - 23
        local = least + (length - least) % (PAGE_SIZE - 4)
        local = local if local <= most else least
    if place + local > page + PAGE_SIZE:
        raise ValueError("beyond its page")
    payload = bytearray(data[place : place + local])
    following = struct.unpack_from(">I", data, place + local)[0] if length > local else 0
    while len(payload) < length:
        start = (following - 1) * PAGE_SIZE
        if following < 2 or start + PAGE_SIZE > len(data):
            raise ValueError("its rest is nowhere")
        (following,) = struct.unpack_from(">I", data, start)
        payload += data[start + 4 : start + 4 + min(PAGE_SIZE - 4, length - len(payload))]
    return number, _record(bytes(payload))


def _record(payload: bytes) -> list:
    """The values of a record (SQLite file format, section 2.1). Raises ValueError or IndexError."""
    end, place = _varint(payload, 0)
    kinds = []
    while place < end:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    values: list = []
    place = end
    for kind in kinds:
        size = (kind - 12) // 2 if kind >= 12 else _SIZES[kind]
        content = payload[place : place + size]
        if len(content) != size:
            raise ValueError("cut off")
        place += size
        if kind == 0:
            values.append(None)
        elif kind in (8, 9):
            values.append(kind - 8)
        elif kind == 7:
            values.append(struct.unpack(">d", content)[0])
        elif kind < 7:
            values.append(int.from_bytes(content, "big", signed=True))
        else:
            values.append(content if kind % 2 == 0 else content.decode())
    return values


def _varint(data: bytes | mmap.mmap, place: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[place + count]
        if count == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("no number")


def mend(path: Path, damage: str) -> str:
    """Put a damaged profile aside and make one of all that can be read of it and of its backups.

    Returns a sentence for the writer. Raises ProfileError, with the file untouched, if nothing can be read, or there
    is no room.
    """
    log.error("the profile %s is damaged: %s", path, damage)
    fresh = path.with_name(f".{path.name}.mending")
    try:
        found = salvage(path)
        read = len(found.samples)
        restored, source = _with_backups(found, path)
        if not (found.samples or found.words):
            raise ProfileError(f"The profile {path} is damaged, and nothing of it or of a backup can be read.")
        for leftover in (fresh, fresh.with_name(fresh.name + "-journal")):
            leftover.unlink(missing_ok=True)
        write(found, fresh)
        aside = put_aside(path)
        for suffix in ("-wal", "-shm", "-journal"):
            journal = path.with_name(path.name + suffix)
            if journal.exists():
                put_aside(journal)
        fresh.replace(path)
    except (OSError, sqlite3.Error) as error:
        fresh.unlink(missing_ok=True)
        raise ProfileError(f"The profile {path} is damaged, and could not be mended: {error}.") from error
    kept = f"{read:,} learned characters could still be read"
    if source is not None and restored:
        kept += f" and {restored:,} came from the backup {source.name}"
    return f"The profile {path} was damaged: {kept}; the damaged file is kept as {aside.name}."


def _with_backups(found: Salvaged, path: Path) -> tuple[int, Path | None]:
    """Add what the newest good backup has and the profile no longer has; returns how many samples, and that backup."""
    for file in backups.backups_of(path):
        try:
            old = salvage(file)
        except OSError:
            continue
        if not (old.samples or old.words):
            continue
        fresh = {name: row for name, row in old.samples.items() if name not in found.samples | found.forgotten}
        taken = {row[0] for row in found.samples.values()}
        for name, row in fresh.items():
            number = row[0] if row[0] not in taken else max(taken) + 1
            taken.add(number)
            found.samples[name] = (number, *row[1:])
            if row[0] in old.lines:
                found.lines[number] = old.lines[row[0]]
                found.misread[number] = old.misread.get(row[0], [])
        found.words = old.words | found.words
        found.forgotten = old.forgotten | found.forgotten
        found.about = old.about | found.about
        return len(fresh), file
    return 0, None


def write(found: Salvaged, path: Path) -> None:
    """Make a profile of salvaged records. Raises sqlite3.Error, or ProfileError."""
    try:
        db = connect(path, [])
    except Damaged as error:
        raise sqlite3.DatabaseError(str(error)) from error
    with contextlib.closing(db):
        db.execute("BEGIN")
        for number, *values in sorted(found.samples.values()):
            schema.insert_sample(db, number, *values)
            if number in found.lines:
                schema.insert_line(db, number, found.lines[number], found.misread.get(number, []))
        words = [(text, created, checksum(text)) for text, created in found.words.items()]
        db.executemany("INSERT INTO word VALUES (?, ?, ?)", words)
        db.executemany("INSERT INTO forgotten VALUES (?, ?)", found.forgotten.items())
        db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", found.about.items())
        db.execute("COMMIT")
