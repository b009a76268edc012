"""The clock by which the canvas tells pen from mouse, and fresh ink from ink that has settled."""

import time


class Clock:
    """Goes as fast as the real one, and can be put forward and back. Stands in for the module `time` of the canvas.

    Attributes
    ----------
    ahead : how many seconds it is ahead of the real one.
    """

    def __init__(self):
        self.ahead = 0.0

    def monotonic(self) -> float:
        """Seconds, as of time.monotonic."""
        return time.monotonic() + self.ahead

    def turn_to(self, seconds: float) -> None:
        """Make it show a time."""
        self.ahead += seconds - self.monotonic()


clock = Clock()
