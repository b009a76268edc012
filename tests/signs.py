"""Signs that no base model knows, for tests: written with the letters of :mod:`handwriting`."""

import numpy as np
from handwriting import arc, line, write


def _stroke(points: np.ndarray, size: float, at: tuple[float, float], seed: int) -> np.ndarray:
    """Points (n, 2) in x-heights as a stroke (n, 4) on a baseline, a little otherwise for each seed."""
    random = np.random.default_rng([7, seed])
    bent = points * (1 + random.normal(0, 0.04, 2)) + random.normal(0, 0.02, 2)
    rest = np.column_stack([np.full(len(bent), 0.5), np.arange(len(bent)) * 0.01])
    return np.column_stack([bent * size + at, rest])


def write_sign(
    sign: str, size: float = 30.0, at: tuple[float, float] = (60.0, 74.0), seed: int = 0
) -> list[np.ndarray]:
    """The strokes of "ä", "→", "☐" or "č"."""
    match sign:
        case "ä":
            dots = [line((x, -1.5), (x + 0.03, -1.47)) for x in (0.2, 0.6)]
            return [*write("a", size, at, seed=seed), *(_stroke(dot, size, at, seed) for dot in dots)]
        case "č":
            caron = line((0.25, -1.75), (0.45, -1.4), (0.7, -1.75))
            return [*write("c", size, at, seed=seed), _stroke(caron, size, at, seed)]
        case "→":
            shaft, head = line((0, -0.5), (1.4, -0.5)), line((1.0, -0.8), (1.4, -0.5), (1.0, -0.2))
            return [_stroke(shaft, size, at, seed), _stroke(head, size, at, seed)]
        case "☐":
            return [_stroke(line((0, -1), (1, -1), (1, 0), (0, 0), (0, -1)), size, at, seed)]
        case "∞":
            both = np.concatenate([arc(0.35, -0.5, 0.35, 0.3, 0, 360), arc(1.05, -0.5, 0.35, 0.3, 180, 540)])
            return [_stroke(both, size, at, seed)]
    raise ValueError(sign)
