"""A picture of separate printed letters to ink: each blob becomes one stroke along its middle.

So a scan is read as ink is. The picture is parted into ink and paper at Otsu's threshold (1979), whichever is the
rarer being the ink; the ink is thinned to lines one pixel wide (Guo and Hall 1989), and a pen walks along them.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from handpad.errors import HandpadError

MOST_PIXELS = 40_000_000
"""Of a picture; a page scanned at 600 dots an inch has 35 million."""

MOST_BYTES = 200_000_000
"""That a picture takes when it is decoded with its transparency."""

MOST_SCALED_PIXELS = 20_000_000
"""Of the ink that is thinned, once its letters have the size that they are thinned at."""

MOST_BLOBS = 6_000
"""A densely printed page has some four thousand letters, some of them with a dot."""

MOST_INK = 6_000_000
MOST_WORK = 60_000_000
MOST_LINE_PIXELS = 1_000_000
"""Pixels of all ink before it is thinned, their depths together, and pixels of the lines afterwards; of that page they
are four million, ten million and half a million."""

LETTER = 48
"""Letters are scaled to about so many pixels before they are thinned, but grow at most LARGEST_SCALE times."""

LARGEST_SCALE = 4.0

THINNEST = 3.0
"""A pen narrower than so many pixels, scaled, is made wider, so that no line breaks."""

WIDE = 1.1
"""A blob wider than so many letters are high may be letters that touch."""

SPECK = 0.3
"""A blob of less than this part of a square as wide as the pen is dirt."""

LEAST_CONTRAST = 24
"""Grey levels between paper and ink below which there is nothing to read."""


class ImageError(HandpadError):
    """A picture that cannot be read."""


def ink_of_image(data: bytes) -> list[np.ndarray]:
    """The ink of a PNG or JPEG picture, dark on light or light on dark.

    Returns
    -------
    Strokes float64 (n, 2) in pixels of the picture, y down; those that begin higher up come first.

    Raises
    ------
    ImageError : no such picture, too large, no ink, or more ink or blobs than writing has.
    """
    return trace(binarize(decoded(data)))


def decoded(data: bytes) -> np.ndarray:
    """A PNG or JPEG picture of at most MOST_PIXELS as grey levels uint8 (h, w), what is transparent on white.

    Raises ImageError if it is no such picture, is too large, or is not what its header says.
    """
    size = _dimensions(data)
    if size is None:
        raise ImageError("It is no PNG or JPEG picture.")
    if size[0] * size[1] > MOST_PIXELS:
        raise ImageError(f"The picture has {size[0]} x {size[1]} pixels, too many to read: scale it down.")
    if data[:1] == b"\x89" and not png_chunks_fit(data):
        raise ImageError("The picture is damaged.")
    transparent = _may_be_transparent(data)
    if transparent and size[0] * size[1] * 4 * _bytes_per_value(data) > MOST_BYTES:
        raise ImageError(f"The picture has {size[0]} x {size[1]} pixels, too many to read with their transparency.")
    flags = cv2.IMREAD_UNCHANGED if transparent else cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        picture = None
    if picture is None or picture.shape[1::-1] != size:
        raise ImageError("The picture is damaged.")
    return grey(picture)


def grey(picture: np.ndarray) -> np.ndarray:
    """A picture as OpenCV decodes it, (h, w) or (h, w, 1 to 4), 8 or 16 bits, to grey levels uint8 (h, w) on white."""
    if picture.ndim == 2 and picture.dtype == np.uint8:
        return picture
    found = np.empty(picture.shape[:2], np.uint8)
    rows = max(1, _TOGETHER // picture.shape[1])
    for start in range(0, len(picture), rows):
        found[start : start + rows] = _grey_rows(picture[start : start + rows])
    return found


def _grey_rows(picture: np.ndarray) -> np.ndarray:
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.ndim == 2:
        return picture
    if picture.shape[2] == 4:
        opaque = picture[:, :, 3:].astype(np.uint16)
        picture = ((picture[:, :, :3] * opaque + 255 * (255 - opaque)) // 255).astype(np.uint8)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.shape[2] == 3 else picture[:, :, 0]


_TOGETHER = 1_000_000


def binarize(picture: np.ndarray) -> np.ndarray:
    """Where a grey picture uint8 (h, w) has ink: uint8 (h, w) of 0 and 1. Raises ImageError if it has none."""
    _, dark = cv2.threshold(picture, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    share = float(dark.mean())
    if share in (0.0, 1.0):
        raise ImageError("There is no ink in the picture.")
    if abs(cv2.mean(picture, dark)[0] - cv2.mean(picture, 1 - dark)[0]) < LEAST_CONTRAST:
        raise ImageError("There is no ink in the picture that stands out from the paper.")
    return dark if share <= 0.5 else 1 - dark


def trace(ink: np.ndarray) -> list[np.ndarray]:
    """The strokes of a picture of ink, uint8 (h, w) of 0 and 1; see :func:`ink_of_image`."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    origin = np.array([columns[0], rows[0]], dtype=np.float64)
    ink = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2]
    if len(stats) - 1 > MOST_BLOBS:
        raise ImageError(f"The picture has {len(stats) - 1:,} separate spots, too many to be read: cut it into parts.")
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    letter = float(np.median(heights[heights >= 0.4 * np.quantile(heights, 0.9)]))
    scale = min(LETTER / letter, LARGEST_SCALE, np.sqrt(MOST_SCALED_PIXELS / ink.size))
    ink, pen = _scaled(ink, scale)
    depth = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_C, 3)  # thinning takes a layer at a time
    if cv2.countNonZero(ink) > MOST_INK or cv2.sumElems(depth)[0] > MOST_WORK:
        raise ImageError("The picture has too much ink: it is no picture of writing.")
    labels, stats, centers = cv2.connectedComponentsWithStats(ink, connectivity=8)[1:]
    ys, xs = np.nonzero(_thinned(ink))
    if len(ys) > MOST_LINE_PIXELS:
        raise ImageError("The picture has too much ink: it is no picture of writing.")
    owners = labels[ys, xs]
    order = np.argsort(owners, kind="stable")
    bounds = np.searchsorted(owners[order], np.arange(len(stats) + 1))
    paths: list[Sequence[tuple[float, float]]] = []
    for blob in range(1, len(stats)):
        if stats[blob, cv2.CC_STAT_AREA] < SPECK * pen * pen:
            continue
        members = order[bounds[blob] : bounds[blob + 1]]
        if len(members):
            for part in _parted(xs[members], ys[members], WIDE * scale * letter):
                paths += _walks(list(zip(xs[members][part].tolist(), ys[members][part].tolist(), strict=True)))
        else:  # thinning can take a blob of four pixels away
            paths.append([tuple(centers[blob])])
    return [(np.array(path, dtype=np.float64) + 0.5) / scale + origin for path in paths]


def _scaled(ink: np.ndarray, scale: float) -> tuple[np.ndarray, float]:
    """Ink of another size with smooth edges, and the width of the pen in it, in pixels."""
    pen = 2 * float(np.median(_depths(ink))) - 1
    if pen * scale < THINNEST:
        wider = int(np.ceil(THINNEST / scale - pen))
        ink = cv2.dilate(np.pad(ink, wider), np.ones((wider + 1, wider + 1), np.uint8))[wider:-wider, wider:-wider]
        pen += wider
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    grown = cv2.resize(ink * 255, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    smooth = cv2.GaussianBlur(grown, (0, 0), 0.7, borderType=cv2.BORDER_REPLICATE)
    return (smooth >= 112).astype(np.uint8), pen * scale


def _depths(ink: np.ndarray) -> np.ndarray:
    """How deep the middle of the ink lies below its edge, in pixels, at the ridges of the distance: (n,)."""
    distance = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 5)
    ridge = cv2.compare(distance, cv2.dilate(distance, np.ones((3, 3), np.uint8)), cv2.CMP_GE)
    return distance[(ridge > 0) & (distance > 0)]


def _thinned(ink: np.ndarray) -> np.ndarray:
    """Guo and Hall's thinning of uint8 (h, w) of 0 and 1: bool (h, w)."""
    image = np.pad(ink, 1)
    flat, width = image.reshape(-1), image.shape[1]
    places = np.flatnonzero(flat)
    changed = True
    while changed:
        changed = False
        for table in _THINNED_AWAY:
            around = np.zeros(len(places), np.uint8)
            for bit, (dx, dy) in enumerate(_RING):
                around |= flat[places + (dy * width + dx)] << bit
            gone = table[around]
            flat[places[gone]] = 0
            changed |= bool(gone.any())
            places = places[~gone]
    return image[1:-1, 1:-1].astype(bool)


_RING = ((0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
"""The eight neighbours of a pixel as (x, y), from the one above on, clockwise."""


def _thinned_away(odd: bool) -> np.ndarray:
    """Whether a pixel goes, by its neighbours in one number, that at _RING[k] being bit k: bool (256,)."""
    n, ne, e, se, s, sw, w, nw = ((np.arange(256) >> bit) % 2 == 1 for bit in range(8))
    corners = [~n & (ne | e), ~e & (se | s), ~s & (sw | w), ~w & (nw | n)]
    one = np.sum([nw | n, ne | e, se | s, sw | w], axis=0)
    other = np.sum([n | ne, e | se, s | sw, w | nw], axis=0)
    filled = np.minimum(one, other)
    side = (s | sw | ~nw) & w if odd else (n | ne | ~se) & e
    return (np.sum(corners, axis=0) == 1) & (filled >= 2) & (filled <= 3) & ~side


_THINNED_AWAY = (_thinned_away(odd=False), _thinned_away(odd=True))


def _parted(xs: np.ndarray, ys: np.ndarray, wide: float) -> list[np.ndarray]:
    """Which pixels of a line drawing belong together: all, or if it is wide enough for letters that touch, those
    between columns that the line crosses only once."""
    if np.ptp(xs) < wide:
        return [np.arange(len(xs))]
    columns = xs - xs.min()
    low, high = np.full(columns.max() + 1, ys.max()), np.full(columns.max() + 1, -1)
    np.minimum.at(low, columns, ys)
    np.maximum.at(high, columns, ys)
    once = high - low <= np.bincount(columns)  # no white between its pixels
    once[[0, -1]] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], once, [0]]).astype(int)))
    cuts = [(start + stop) // 2 for start, stop in edges.reshape(-1, 2) if stop - start >= 2]
    sides = np.searchsorted(cuts, columns, side="right")
    return [np.flatnonzero(sides == side) for side in range(len(cuts) + 1) if (sides == side).any()]


def _walks(pixels: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Paths over all pixels (x, y) of a line drawing, each from an end of it, back and forth where it branches."""
    paths, left = [], set(pixels)
    # A walk takes all that hangs together, so what is left keeps its neighbours and with them its place in this order.
    for start in sorted(left, key=lambda pixel: (len(_neighbours(pixel, left)) != 1, pixel[1], pixel[0])):
        if start in left:
            paths.append(_walk(start, left))
    return paths


def _walk(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """One path from a pixel over all that hangs together; takes it away from what is left."""
    left.discard(start)
    path, branch, end = [start], [start], 1
    while branch:
        ahead = _neighbours(branch[-1], left)
        if ahead:
            branch.append(ahead[0])
            left.discard(ahead[0])
            path.append(ahead[0])
            end = len(path)
        else:
            branch.pop()
            path += branch[-1:]
    return path[:end]  # not back to where it began


def _neighbours(pixel: tuple[int, int], among: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The neighbours of a pixel, those at its sides first."""
    x, y = pixel
    ring = (*_RING[::2], *_RING[1::2])
    return [(x + dx, y + dy) for dx, dy in ring if (x + dx, y + dy) in among]


def _may_be_transparent(data: bytes) -> bool:
    """Whether a PNG (11.2.2, 11.3.2.1) has values, or colours in its palette, that tell how opaque they are."""
    return data[:1] == b"\x89" and (data[25] in (4, 6) or b"tRNS" in data)


def _bytes_per_value(png: bytes) -> int:
    return 2 if png[24] > 8 else 1


def png_chunks_fit(png: bytes) -> bool:
    """Whether a PNG holds its chunks whole, up to its end (PNG 5.3). OpenCV makes room for what a chunk says it has."""
    place = 8
    while place + 12 <= len(png):
        kind = png[place + 4 : place + 8]
        place += 12 + int.from_bytes(png[place : place + 4], "big")
        if kind == b"IEND":
            break
    return place <= len(png)


def _dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG or JPEG file states (PNG 11.2.2; JPEG B.2.2); None if it is neither."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 33:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # padding
            place += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:  # markers without a length
            place += 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[place + 7 : place + 9], "big"), int.from_bytes(
                data[place + 5 : place + 7], "big"
            )
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
