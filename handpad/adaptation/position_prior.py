"""Ruled paper: how tall and how high each kind of character stands against a guide, before anything is learned.

The table is the convention of the Latin alphabet on ruled lines (a small x is one x-height tall, a capital nearly
two), not fitted to any data. It speaks only where the canvas knows the line, and falls silent as the writer's own
habits become known.
"""

import numpy as np

from handpad.adaptation.zones import ZONES

# height and centre above the baseline, in x-heights, and how far both may be off: log height, centre
_PLACES = {
    "digit": (1.55, 0.75, 0.35, 0.3),
    "capital": (1.75, 0.85, 0.35, 0.3),
    "small": (1.0, 0.48, 0.35, 0.3),
    "ascender": (1.65, 0.8, 0.35, 0.3),
    "descender": (1.6, 0.1, 0.35, 0.35),
    "low mark": (0.2, 0.05, 0.9, 0.3),
    "high mark": (0.5, 0.9, 0.9, 0.6),
    "tall mark": (1.6, 0.75, 0.6, 0.4),
}

TAIL = 4.0
"""Degrees of freedom of the t distribution: a hand that ignores the lines is not held to them."""

WEIGHT = 0.6
"""How much a place counts beside the glyph."""

FADING = 30.0
"""After this many learned characters on lines, the convention counts half."""


def log_likelihood(cues: np.ndarray, zones: np.ndarray, learned: float = 0.0) -> np.ndarray:
    """What place on the line adds to the logits of m characters: float64 (m, c); zeros without a guide.

    Parameters
    ----------
    cues : (m, 4) as from :func:`handpad.glyph.cues`.
    zones : (c, z) as from :func:`handpad.adaptation.zones.zone_matrix`.
    learned : how many characters on lines have been learned.
    """
    height, centre, height_off, centre_off = np.array([_PLACES[zone] for zone in ZONES]).T
    fit = _log_t(cues[:, :1], np.log(height), height_off) + _log_t(cues[:, 2:3], centre, centre_off)
    guided = cues[:, 3:] == 1
    return np.where(guided, WEIGHT * FADING / (FADING + learned) * fit, 0.0) @ zones.T


def _log_t(values: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Log density of a t distribution, up to a constant: (m, 1) against (z,) gives (m, z)."""
    return -np.log(deviation) - (TAIL + 1) / 2 * np.log1p(((values - mean) / deviation) ** 2 / TAIL)
