"""A short run of tests/faults/inputs.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "faults"))

import inputs


def test_hostile_files_are_read_or_refused_in_one_sentence():
    told = []
    counts = inputs.run(80, 1, 2_000_000, told.append)
    assert told == []
    assert all(
        counts[kind][inputs.REFUSED] for kind in (*inputs.hostile.DAMAGED, "bombs for inkml", "bombs for unipen")
    )
    assert all(counts[f"sound {kind}"] == {inputs.READ: 1} for kind in inputs.hostile.DAMAGED)
    assert sum(sum(found.values()) for found in counts.values()) > 100
