"""How much is unpacked of a file: packed data may be a thousand times as large as the file that holds it."""

ALWAYS = 128 << 20
RATIO = 30
"""Ink, glyphs and texts are packed to no less than a tenth of their size."""

MOST = 8 << 30


def most_unpacked(packed: int) -> int:
    """Bytes to which a file of so many may unpack: ALWAYS, or RATIO times its size if that is more, but no more
    than MOST."""
    return min(max(ALWAYS, RATIO * packed), MOST)
