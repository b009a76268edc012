"""Intervals of 95 %: of a mean over writers, and of a rate by drawing the writers anew."""

import numpy as np
from scipy import stats


def interval(values: np.ndarray) -> dict[str, float]:
    """Mean and half width of the 95 % interval of the mean (Student's t) of one value per writer (w,)."""
    mean = float(np.mean(values)) if len(values) else float("nan")
    if len(values) < 2:
        return {"mean": mean, "half_width": float("nan")}
    quantile = stats.t.ppf(0.975, len(values) - 1)
    return {"mean": mean, "half_width": float(quantile * np.std(values, ddof=1) / np.sqrt(len(values)))}


def drawn_interval(parts: np.ndarray, wholes: np.ndarray, seed: int, draws: int) -> tuple[float, float]:
    """The 95 % interval of sum(parts) / sum(wholes), float (w,) each, one value per writer.

    The writers are drawn with replacement so many times (percentile bootstrap), so that what is one writer's stays
    together.
    """
    drawn = np.random.default_rng(seed).integers(0, len(parts), (draws, len(parts)))
    low, high = np.quantile(parts[drawn].sum(axis=1) / wholes[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)
