"""UJI Pen Characters v1: 11 writers, 62 characters each, twice."""

from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.allowance import Allowance, TooMuchError
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.dataset import Dataset, Sample, collect
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.unipen_text import parse_label
from handpad.train.datasets.work import PLAIN, Work

NAME = "uji"
LICENCE = "UJI Pen Characters v1, F. Prat et al., UCI Machine Learning Repository, CC BY 4.0"
_PREFIX = "UJIpenchars-"


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read all characters; y points down in the files already. Writers are "w01" to "w11".

    A file that cannot be read is dropped, and listed with its line.

    Parameters
    ----------
    source : the archive (tar.xz) or its unpacked folder of files ``UJIpenchars-w<nn>``.

    Raises
    ------
    DataError : no such file, or none that can be read; the sentence names file and line.
    """
    samples: list[Sample] = []
    dropped, allowance = Dropped(), Allowance(source)
    for path, text in sorted(read_texts(source).items()):
        name = path.rpartition("/")[2]
        if name.startswith(_PREFIX):
            try:
                samples += allowance.counted(_characters(name, text, dropped))
            except TooMuchError:
                raise
            except DataError as error:
                dropped.add("files that cannot be read", str(error))
    return collect(NAME, LICENCE, samples, dropped, work)


def _characters(name: str, text: str, dropped: Dropped) -> list[Sample]:
    """The characters of one writer's file: a .SEGMENT line, then its .PEN_DOWN blocks of rows ``x y``."""
    found: list[tuple[str, list[list[list[float]]]]] = []
    pen_down = False
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line.startswith(".SEGMENT CHARACTER"):
            found.append((parse_label(line.split('"', 1)[-1].rpartition('"')[0]) or "", []))
        if line.startswith("."):
            pen_down = line == ".PEN_DOWN"
            if pen_down and found:
                found[-1][1].append([])
        elif line and pen_down and found:
            found[-1][1][-1].append(_point(name, number, line))
    samples = []
    for number, (label, strokes) in enumerate(found):
        strokes = [np.array(stroke) for stroke in strokes if stroke]
        if not label or not strokes:
            dropped.add("it has no label or no point", f"{name}, segment {number}")
        else:
            samples.append(Sample(label, name.removeprefix(_PREFIX), strokes))
    return samples


def _point(name: str, number: int, line: str) -> list[float]:
    try:
        x, y = (float(value) for value in line.split(maxsplit=2)[:2])
    except ValueError:
        raise DataError(f"{name}, line {number}: this row is no point: {line[:60]}") from None
    if not np.isfinite([x, y]).all():
        raise DataError(f"{name}, line {number}: a coordinate is no finite number.")
    return [x, y]
