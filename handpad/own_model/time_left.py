"""How long a job of several steps will take: one estimate over all of them, so that none begins anew."""

from collections.abc import Mapping, Sequence

LEAST = 5.0
"""No step of which nothing is known yet is expected to take fewer seconds."""


class TimeLeft:
    """The seconds that are left of all steps, and the share that is done.

    Parameters
    ----------
    steps : in order; a name may come several times.
    planned : seconds of steps, as far as they are known beforehand.
    relative : how long a step takes against others, 1 where nothing is said: as soon as the time of one is known, that
        of the later ones can be told.
    """

    def __init__(self, steps: Sequence[str], planned: Mapping[str, float], relative: Mapping[str, float]):
        self._steps = list(steps)
        self._planned = dict(planned)
        self._relative = dict(relative)
        self._place = -1
        self._begun = self._start = self._share = 0.0

    def begin(self, now: float) -> None:
        """The next step begins, at a time in seconds."""
        if self._place < 0:
            self._start = now
        before = self._steps[self._place] if self._place >= 0 else ""
        self._place += 1
        if before in self._planned:
            step = self._steps[self._place]
            self._planned[step] = self._of(step, before)
        self._begun = now

    def plan(self, seconds: float) -> None:
        """How long the step that goes on will take in all."""
        self._planned[self._steps[self._place]] = seconds

    def at(self, now: float, left: float | None) -> tuple[float, float | None]:
        """The share that is done of all steps, and the seconds left of all; None while that is not known.

        left : the seconds left of the step that goes on, if that is known.
        """
        step = self._steps[self._place]
        passed = now - self._begun
        if left is not None:
            self._planned[step] = passed + left
        elif step in self._planned:
            left = max(self._planned[step] - passed, 0.0)
        later = self._steps[self._place + 1 :]
        if left is None:
            return self._share, None
        total = left + sum(self._of(name, step) for name in later)
        done = now - self._start
        self._share = max(self._share, done / max(done + total, 1e-9))
        return self._share, total

    def _of(self, name: str, step: str) -> float:
        """What a later step is expected to take."""
        if name in self._planned and name != step:
            return self._planned[name]
        known = self._planned[step]
        ratio = self._relative.get(name, 1.0) / self._relative.get(step, 1.0)
        return max(known * ratio, LEAST)
