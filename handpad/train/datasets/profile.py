"""Handpad's own profiles: a writer can train on what they wrote."""

from pathlib import Path

from handpad.errors import DataError, InkError, ProfileError
from handpad.ink import as_guide, as_strokes
from handpad.profile import Profile
from handpad.train.datasets.dataset import Dataset, Sample, collect
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.work import PLAIN, Work

NAME = "profile"
LICENCE = "your own handwriting, from Handpad profiles"
SUFFIX = ".handpad"


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read all samples of one or more profiles with their true labels and guides. The writer is the file's stem.

    Parameters
    ----------
    source : a profile, or a folder with profiles (``*.handpad``) in it.

    Raises
    ------
    DataError : nothing to read, or a file that is no profile or is damaged.
    """
    source = Path(source)
    paths = sorted(source.glob(f"*{SUFFIX}")) if source.is_dir() else [source]
    samples: list[Sample] = []
    dropped = Dropped()
    for path in paths:
        if not path.is_file():
            raise DataError(f"There is no file {path}.")
        try:
            with Profile(path) as profile:
                stored = profile.samples()
                for _ in range(len(profile) - len(stored)):
                    dropped.add("samples that are damaged", path.name)
        except ProfileError as error:
            raise DataError(str(error)) from error
        for sample in stored:
            try:
                strokes = [stroke[:, :2] for stroke in as_strokes(sample.strokes)]
                guide = as_guide(sample.guide)
            except InkError:
                dropped.add("samples that are no ink", f"{path.name}, sample {sample.id}")
            else:
                samples.append(Sample(sample.label, path.stem, strokes, guide))
    return collect(NAME, LICENCE, samples, dropped, work)
