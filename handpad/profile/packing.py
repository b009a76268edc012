"""How ink is kept as bytes."""

import struct
from collections.abc import Iterable

import numpy as np


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
