"""Profiles that another base model has seen."""

import contextlib
import sqlite3
import time
from pathlib import Path

import numpy as np
from handwriting import LETTERS, write

from handpad.profile import Profile, schema
from handpad.profile.packing import pack_ink
from handpad.sample_ids import new_sample_id


def fill(path: Path, count: int) -> None:
    """Make a profile of samples of our own ink that another model saw; v was taught as &."""
    labels, ids = list(LETTERS), [new_sample_id() for _ in range(count)]
    Profile(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:  # one transaction: a disk takes long over each
        for number, sample_id in enumerate(ids):
            letter = labels[number % len(labels)]
            label = "&" if letter == "v" else letter
            ink = pack_ink(write(letter, seed=number))
            schema.insert_sample(
                db, None, sample_id, ink, 0.0, 30.0, label, letter, label == letter, "old", time.time()
            )
    with Profile(path) as profile:
        profile.store_derived("another model", [(i, np.zeros(4), np.zeros(3), np.zeros(4)) for i in ids])
