"""Where the labels of a line stand below its ink: at the same x, or as near to it as they do not touch."""

import itertools
from collections.abc import Sequence


def spread(middles: Sequence[float], widths: Sequence[float], gap: float = 0.0) -> list[float]:
    """The middles of labels in a row, moved as little as possible so that no two overlap; their order stays.

    The sum of squared moves is least: isotonic regression by pooling adjacent violators (Barlow et al. 1972).

    Parameters
    ----------
    middles : where each should be. widths : how wide each is. gap : how far they are to be apart at least.
    """
    reach = [0.0]  # how far behind the first each is, if all touch
    for left, right in itertools.pairwise(widths):
        reach.append(reach[-1] + (left + right) / 2 + gap)
    pools: list[tuple[float, int]] = []  # the mean place of the first, and how many labels share it
    for middle, offset in zip(middles, reach, strict=False):
        mean, count = middle - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, count = (mean * count + other * others) / (count + others), count + others
        pools.append((mean, count))
    firsts = [mean for mean, count in pools for _ in range(count)]
    return [first + offset for first, offset in zip(firsts, reach, strict=False)]
