"""Pens: how the ink of a stroke looks. What it says does not depend on that, but for a highlighter: it says nothing."""

from dataclasses import dataclass

COLORS = ("#1c2b4d", "#b3261e", "#1b66c9", "#1d7a3d", "#a86a00", "#7a3ab5")
"""The colours on offer, as they are on light paper: ink, red, blue, green, amber, violet."""

WIDTHS = (1.8, 2.7, 4.5)
"""The widths on offer, in page units at a usual pressure."""

MARKER = 6.0
"""A highlighter is so many times as wide as a pen of its width."""

WIDEST = 100.0


@dataclass(frozen=True)
class Pen:
    """What a stroke is written with.

    Attributes
    ----------
    color : "#rrggbb" on light paper; on dark paper another colour may stand for it.
    width : of its line in page units, at a usual pressure; more than 0 and at most WIDEST.
    highlighter : whether it marks what is there: its strokes lie beneath the ink, are drawings and never read.
    """

    color: str = COLORS[0]
    width: float = WIDTHS[1]
    highlighter: bool = False


PLAIN = Pen()
"""The pen that a stroke is written with of which nothing else is known."""
