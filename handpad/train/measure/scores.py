"""Figures over writers: accuracies with intervals, gains, who is better or worse off, curves, confusions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.train.measure.intervals import interval

EDGES = (0, 25, 50, 100, 200, 400)
"""Where the stretches of the live curve begin; the last one is open."""


@dataclass(frozen=True)
class Outcome:
    """One trial of one writer, scored.

    Attributes
    ----------
    writer : name; true, base, said : int (m,), the true labels, the base's and the adapter's, in order.
    reach : bool (m,), whether any classifier of the adapter said the true label.
    predict_seconds, learn_seconds : per character.
    """

    writer: str
    true: np.ndarray
    base: np.ndarray
    said: np.ndarray
    reach: np.ndarray
    predict_seconds: float
    learn_seconds: float


def summary(outcomes: Sequence[Outcome], group: np.ndarray) -> dict:
    """All figures of one adapter in one protocol. Accuracies and gains are in per cent and points.

    They are means over writers; under "pooled" stand the shares of all tested characters, as the paper has them.

    Parameters
    ----------
    outcomes : one or several per writer; a writer counts once, with the mean over its trials.
    group : int (c,), the shape of every label, for the accuracy after folding shape twins.
    """
    base = _per_writer(outcomes, lambda o: o.base == o.true)
    said = _per_writer(outcomes, lambda o: o.said == o.true)
    gains = {writer: said[writer] - base[writer] for writer in said}
    gain = np.array(list(gains.values()))
    folded = _per_writer(outcomes, lambda o: group[o.said] == group[o.true])
    folded_base = _per_writer(outcomes, lambda o: group[o.base] == group[o.true])
    either = _per_writer(outcomes, lambda o: (o.base == o.true) | (o.said == o.true))
    reach = _per_writer(outcomes, lambda o: (o.base == o.true) | (o.said == o.true) | o.reach)
    return {
        "writers": len(gains),
        "characters": int(sum(len(o.true) for o in outcomes)),
        "base": interval(_values(base)),
        "accuracy": interval(_values(said)),
        "gain": interval(gain),
        "better": int((gain > 1e-9).sum()),
        "equal": int((np.abs(gain) <= 1e-9).sum()),
        "worse": int((gain < -1e-9).sum()),
        "worst_gain": float(gain.min()),
        "base_or_adapter": interval(_values(either)),
        "base_or_any": interval(_values(reach)),
        "pooled": {
            "base": _pooled(outcomes, lambda o: o.base == o.true),
            "accuracy": _pooled(outcomes, lambda o: o.said == o.true),
            "base_or_adapter": _pooled(outcomes, lambda o: (o.base == o.true) | (o.said == o.true)),
            "base_or_any": _pooled(outcomes, lambda o: (o.base == o.true) | (o.said == o.true) | o.reach),
        },
        "folded_base": interval(_values(folded_base)),
        "folded": interval(_values(folded)),
        "predict_ms": 1e3 * float(np.mean([o.predict_seconds for o in outcomes])),
        "learn_ms": 1e3 * float(np.mean([o.learn_seconds for o in outcomes])),
        "gain_by_writer": gains,
    }


def curve(outcomes: Sequence[Outcome], edges: Sequence[int] = EDGES) -> list[dict]:
    """Accuracy of base and adapter over the characters written, in per cent, means over the writers that got there."""
    found = []
    for start, stop in zip(edges, [*edges[1:], None], strict=True):
        reached = [o for o in outcomes if len(o.true) > start]
        if not reached:
            break
        stretch = slice(start, stop)
        base = _per_writer(reached, lambda o, s=stretch: (o.base == o.true)[s])
        said = _per_writer(reached, lambda o, s=stretch: (o.said == o.true)[s])
        found.append(
            {
                "from": start,
                "to": stop,
                "writers": len(said),
                "base": float(np.mean(_values(base))),
                "accuracy": float(np.mean(_values(said))),
            }
        )
    return found


def confusion(outcomes: Sequence[Outcome], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each label (rows) was read as which (columns): int (c, c), by the base and by the adapter."""
    before, after = np.zeros((classes, classes), dtype=int), np.zeros((classes, classes), dtype=int)
    for outcome in outcomes:
        np.add.at(before, (outcome.true, outcome.base), 1)
        np.add.at(after, (outcome.true, outcome.said), 1)
    return before, after


def _per_writer(outcomes: Sequence[Outcome], right) -> dict[str, float]:
    """The share of right characters of every writer, in per cent."""
    shares: dict[str, list[np.ndarray]] = {}
    for outcome in outcomes:
        shares.setdefault(outcome.writer, []).append(right(outcome))
    return {writer: 100 * float(np.concatenate(own).mean()) for writer, own in shares.items()}


def _pooled(outcomes: Sequence[Outcome], right) -> float:
    """The share of right characters among all, in per cent."""
    return 100 * float(np.concatenate([right(outcome) for outcome in outcomes]).mean())


def _values(by_writer: dict[str, float]) -> np.ndarray:
    return np.array(list(by_writer.values()))
