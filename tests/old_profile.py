"""Profiles that another base model has seen."""

import time
from pathlib import Path

import numpy as np
from handwriting import LETTERS, write

from handpad.ink import as_guide
from handpad.profile import Profile, Sample


def fill(path: Path, count: int) -> None:
    """Make a profile of samples of our own ink that another model saw; v was taught as &."""
    labels = list(LETTERS)
    with Profile(path) as profile:
        profile._db.execute("PRAGMA synchronous = OFF")  # nobody's samples
        for number in range(count):
            letter = labels[number % len(labels)]
            label = "&" if letter == "v" else letter
            ink = write(letter, seed=number)
            sample = Sample("", ink, as_guide((0, 30)), label, letter, label == letter, "old", time.time())
            profile.add(sample, "another model", np.zeros(4), np.zeros(3), np.zeros(4))
