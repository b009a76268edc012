"""How samples are kept as bytes: ink, checksums, and the identifiers of samples."""

import hashlib
import struct
import uuid
from collections.abc import Iterable

import numpy as np

CHECKSUM = 8
"""Bytes of a checksum."""

_OLD_SAMPLES = uuid.UUID("5f2f86c4-3f0b-4d0e-9b62-6c2f8d5d1a40")


def new_sample_id() -> str:
    """An identifier for a sample, never used before: a random UUID (RFC 9562, version 4) of 32 hex digits."""
    return uuid.uuid4().hex


def old_sample_id(number: int, label: str, strokes: Iterable[np.ndarray]) -> str:
    """The identifier of a sample that versions before 2 knew only by a number.

    It depends on the sample's ink and label too, so a page and a profile that both know it mean the same sample, and
    that of another profile is unknown here.
    """
    points = [np.round(stroke[:, :2], 3) + 0.0 for stroke in strokes]  # pages keep ten digits; + 0.0: no -0
    return uuid.uuid5(_OLD_SAMPLES, checksum(number, label, *(p.astype("<f8").tobytes() for p in points)).hex()).hex


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
        if count > len(data) // 4:
            raise ValueError("not packed ink")
        lengths = struct.unpack_from(f"<{count}I", data, 4)
        points = np.frombuffer(data, "<f8", offset=4 * (count + 1)).reshape(-1, 4)
    except (struct.error, TypeError) as error:
        raise ValueError("not packed ink") from error
    if not count or 0 in lengths or sum(lengths) != len(points) or not np.isfinite(points[:, :2]).all():
        raise ValueError("not packed ink")
    return [part.astype(np.float64) for part in np.split(points, np.cumsum(lengths)[:-1])]


def checksum(*values: bytes | str | float | int | None) -> bytes:
    """CHECKSUM bytes that tell whether values are still those that were stored (BLAKE2b, RFC 7693)."""
    blobs = [value for value in values if isinstance(value, bytes)]
    rest = repr([len(value) if isinstance(value, bytes) else value for value in values])
    return hashlib.blake2b(b"".join([rest.encode("utf-8", "surrogatepass"), *blobs]), digest_size=CHECKSUM).digest()
