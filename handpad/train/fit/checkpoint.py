"""The state of an unfinished fit, on disk after every epoch: what ``fit --resume`` goes on from."""

import hashlib
import io
import pickle
from pathlib import Path

import torch

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train.datasets import Dataset
from handpad.train.fit.run_files import CHECKPOINT

FORMAT = 1


def exists(folder: Path) -> bool:
    """Whether an unfinished fit lies in the run folder."""
    return (Path(folder) / CHECKPOINT).is_file()


def write(folder: Path, content: dict) -> None:
    """Put a checkpoint in the place of the last one, whole or not at all. Raises DataError if the disk refuses.

    content : tensors, numbers, strings, None, and dicts, lists and tuples of them.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    path = Path(folder) / CHECKPOINT
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, buffer.getvalue())
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror or error}): the fit has ended; what was there before is kept."
        ) from error


def read(folder: Path) -> dict:
    """The checkpoint in a run folder. Raises DataError if there is none, or it cannot be used."""
    path = Path(folder) / CHECKPOINT
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        known = content["format"] == FORMAT
    except FileNotFoundError:
        raise DataError(f"{folder} holds no unfinished fit to go on with: leave out --resume.") from None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise DataError(f"{path} is damaged: delete it and fit again without --resume.") from error
    if not known:
        raise DataError(f"{path} was written by another version of Handpad: delete it and fit again.")
    return content


def remove(folder: Path) -> None:
    """Remove the checkpoint of a fit that is finished."""
    (Path(folder) / CHECKPOINT).unlink(missing_ok=True)


def fingerprint(data: Dataset) -> str:
    """The same for the same characters, labels and writers in the same order: 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((data.name, data.labels, data.writers)).encode())
    for array in (data.label_index, data.writer_index, data.points, data.sample_starts, data.glyphs):
        digest.update(array.tobytes())
    return digest.hexdigest()
