"""Which strokes of a line belong to one character, by gaps and overlap alone."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from handpad.errors import InkError
from handpad.ink import Box

PADDING = 0.12
"""A stroke reaches this many x-heights beyond its box, so that a slanted i keeps its dot and a K its arm."""

SHARE = 0.5
"""Two strokes are one character when their padded widths share at least this part of the narrower one."""


def separate(boxes: Sequence[Box], x_height: float) -> list[tuple[int, ...]]:
    """Group the strokes of one line into characters.

    Parameters
    ----------
    boxes : the strokes' boxes, in writing order.
    x_height : in the same unit, > 0.

    Returns
    -------
    Characters from left to right, each the indexes of its strokes in writing order.
    """
    pad = PADDING * x_height
    groups: list[tuple[float, float, tuple[int, ...]]] = []
    for index, box in enumerate(boxes):
        left, right = box.left - pad, box.right + pad
        members: tuple[int, ...] = (index,)
        # Joining widens the group, which may make it overlap the next one: repeat until nothing joins.
        while joined := [group for group in groups if _overlap(left, right, group[0], group[1]) >= SHARE]:
            for group in joined:
                groups.remove(group)
                left, right, members = min(left, group[0]), max(right, group[1]), group[2] + members
        groups.append((left, right, tuple(sorted(members))))
    return [members for left, right, members in sorted(groups, key=lambda group: group[0] + group[1])]


def separate_boxes(boxes: Sequence[Box], box_width: float, left: float = 0.0) -> dict[int, tuple[int, ...]]:
    """Group the strokes of one line of boxes: column number to the strokes whose centre lies in that box.

    Raises InkError unless the width is a finite number above 0.
    """
    if not 0 < box_width < np.inf:
        raise InkError(f"The boxes of the paper are {box_width} wide: they need a width above 0.")
    columns: dict[int, list[int]] = defaultdict(list)
    for index, box in enumerate(boxes):
        columns[int((box.center[0] - left) // box_width)].append(index)
    return {column: tuple(columns[column]) for column in sorted(columns)}


def _overlap(left: float, right: float, other_left: float, other_right: float) -> float:
    """The shared part of two intervals relative to the narrower one; negative for a gap."""
    shared, narrower = min(right, other_right) - max(left, other_left), min(right - left, other_right - other_left)
    if narrower <= 0:  # so far out that no padding is left between two neighbouring numbers
        return 1.0 if shared >= 0 else -1.0
    return shared / narrower
