"""Whether a new model reads better than the one in use, said in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from handpad.own_model.prepared import in_few_words

SAME = 0.5
"""Differences below so many points are none that a writer would notice."""


@dataclass(frozen=True)
class Verdict:
    """Whether the new model is to be preferred, and why, in one sentence.

    better : True only where it reads better and reads everything that the one in use reads.
    """

    better: bool
    sentence: str


@dataclass(frozen=True)
class Compared:
    """Both models on the characters of one data set: shares read right (0 to 1), and how many they were.

    low, high : the 95 % interval of the difference in points, or None where it was not measured.
    """

    new: float
    current: float
    count: int
    low: float | None = None
    high: float | None = None


def verdict(found: Sequence[Compared], current: str, missing: set[str], lines: Compared | None = None) -> Verdict:
    """What to make of comparisons on the same characters.

    Parameters
    ----------
    found : of each data set on which both were measured.
    current : the name of the model in use.
    missing : characters that the model in use reads, and the new one does not.
    lines : both on the characters of lines, where the new one learned to read them.
    """
    total = sum(one.count for one in found)
    of_lines, lines_worse = "", False
    if lines is not None:
        lines_worse = 100 * (lines.new - lines.current) <= -SAME
        of_lines = f"; of lines {100 * lines.new:.1f} % of characters right, {current} {100 * lines.current:.1f} %"
    if not total:
        why = f"the data have no writers new to both{of_lines}"
        return Verdict(False, f"Whether it reads better than {current} cannot be told: {why}.")
    new, old = (sum(getattr(one, which) * one.count for one in found) / total for which in ("new", "current"))
    points = 100 * (new - old)
    sure = all(one.low is None or one.low > 0 for one in found) and points >= SAME
    worse = points <= -SAME and all(one.high is None or one.high < 0 for one in found)
    figures = f"{100 * new:.1f} % of digits and letters right, {current} {100 * old:.1f} %{of_lines}"
    if sure and missing:
        cannot = in_few_words(missing)
        return Verdict(False, f"It reads better ({figures}), but it cannot read {cannot} at all.")
    if sure and lines_worse:
        return Verdict(False, f"It reads single characters better, but lines worse: {figures}.")
    if sure:
        return Verdict(True, f"The new model reads better: {figures}.")
    if worse:
        return Verdict(False, f"The new model reads worse: {figures}.")
    return Verdict(False, f"Both read about equally well: the new model {figures}.")
