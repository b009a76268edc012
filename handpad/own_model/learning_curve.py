"""How well a fit does while it learns, as one line over all rounds.

A fit tells, while a round lasts, the mean over what it has seen of that round. Drawn as it is, that would jump
wherever a round begins anew; here every stretch between two events counts once, and fades as new ones come.
"""

SPAN = 0.35
"""What was seen so much of a round ago counts 1 / e."""


class LearningCurve:
    """Loss and accuracy while learning, from the events of one fit after another."""

    def __init__(self) -> None:
        self._values: tuple[float, float] | None = None
        self._epoch = 0
        self._done = 0.0
        self._sums = (0.0, 0.0)

    def begin_after(self, event: dict) -> None:
        """Go on behind a round that was done before, an ``epoch`` event."""
        self._values = event["loss"], event["accuracy"]
        self._epoch = 0

    def after(self, event: dict) -> tuple[float, float]:
        """Loss and accuracy at a ``progress`` event of a fit."""
        if event["epoch"] != self._epoch:
            self._epoch, self._done, self._sums = event["epoch"], 0.0, (0.0, 0.0)
        done = event["done"]
        sums = event["loss"] * done, event["accuracy"] * done
        new = done - self._done
        if new <= 0:
            return self._values or (event["loss"], event["accuracy"])
        stretch = [(now - before) / new for now, before in zip(sums, self._sums, strict=True)]
        self._done, self._sums = done, sums
        if self._values is None:
            self._values = stretch[0], stretch[1]
        else:
            share = min(1.0, new / (SPAN * event["total"]))
            loss, accuracy = (old + share * (fresh - old) for old, fresh in zip(self._values, stretch, strict=True))
            self._values = loss, accuracy
        return self._values
