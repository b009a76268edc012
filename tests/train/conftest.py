"""A UNIPEN folder of our own: the letters of tests/handwriting.py, by twenty writers of two contributors."""

from pathlib import Path

import pytest
from handwriting import write
from unipen_ink import component

LABELS = "covxzHTL74"
REPEATS = 4


@pytest.fixture(scope="session")
def unipen_folder(tmp_path_factory) -> Path:
    """20 writers, 10 labels, 4 of each: 800 characters."""
    folder = tmp_path_factory.mktemp("unipen")
    for number in range(20):
        site = "aaa" if number < 12 else "bbb"
        ink, segments, components = [".COORD X Y", f".WRITER_ID w{number}"], [], 0
        for label in LABELS * REPEATS:
            strokes = write(label, 20 + number, seed=1000 * number + components)
            ink += [line for stroke in strokes for line in component(stroke)]
            last = components + len(strokes) - 1
            segments.append(f'.SEGMENT CHARACTER {components}-{last} OK "{label}"')
            components = last + 1
        for path, lines in (
            (folder / "include" / site / "data" / f"f{number}.dat", ink),
            (folder / "data" / "1c" / site / f"f{number}.dat", [f".INCLUDE {site}/data/f{number}.dat", *segments]),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", encoding="latin-1")
    return folder
