"""The identifiers of learned characters, and the checksum by which what was stored is known again."""

import hashlib
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


def checksum(*values: bytes | str | float | int | None) -> bytes:
    """CHECKSUM bytes that tell whether values are still those that were stored (BLAKE2b, RFC 7693)."""
    blobs = [value for value in values if isinstance(value, bytes)]
    rest = repr([len(value) if isinstance(value, bytes) else value for value in values])
    return hashlib.blake2b(b"".join([rest.encode("utf-8", "surrogatepass"), *blobs]), digest_size=CHECKSUM).digest()
