"""The base models that can be chosen: the bundled ones and those that the user has installed."""

import shutil
import tempfile
from pathlib import Path

from handpad.errors import ModelError
from handpad.model.folder import files_of, is_model, seal
from handpad.paths import bundled_models, user_data


def user_models() -> Path:
    """The folder of the installed models; made when first asked for."""
    folder = user_data() / "models"
    folder.mkdir(exist_ok=True)
    return folder


def available_models() -> dict[str, Path]:
    """Every model's name and folder, bundled ones first; an installed one of the same name takes its place.

    Only looks for the files: a damaged model is noticed when it is opened.
    """
    found = {}
    for home in (bundled_models(), user_models()):
        for folder in sorted(home.iterdir()):
            if not folder.name.startswith(".") and is_model(folder):
                found[folder.name] = folder
    return found


def installed_models() -> dict[str, Path]:
    """Name and folder of every model that the user has installed."""
    return {name: folder for name, folder in available_models().items() if folder.parent == user_models()}


def delete_model(name: str) -> None:
    """Delete a model that the user has installed; a bundled one of that name is offered again.

    Raises ModelError if there is none of that name, or it cannot be deleted.
    """
    folder = installed_models().get(name)
    if folder is None:
        raise ModelError(f"There is no model {name} that you have installed.")
    gone = Path(tempfile.mkdtemp(prefix=".old-", dir=user_models()))
    try:
        folder.replace(gone / name)  # whole or not at all, whatever happens while its files go
    except OSError as error:
        raise ModelError(f"The model {name} cannot be deleted: {error.strerror}.") from error
    finally:
        shutil.rmtree(gone, ignore_errors=True)


def install_model(folder: Path, name: str | None = None) -> Path:
    """Copy a model folder into the user's models, under its own name or another; returns where it lies.

    An installed model of that name is replaced once the new one is complete. A model from before there were checksums
    gets them.

    Raises ModelError, with nothing changed, if the folder is no good model or there is no room for it.
    """
    from handpad.model.base import BaseModel  # loads OpenCV, which listing the models does not need
    from handpad.reading.potential_functions import PotentialFunctions

    folder = Path(folder)
    name = name or folder.resolve().name
    if not name or name.startswith(".") or Path(name).name != name:
        raise ModelError(f"{name!r} cannot be the name of a model: use letters and digits.")
    BaseModel.load(folder)
    target = user_models() / name
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=user_models()))
    try:
        for file in files_of(folder):
            shutil.copyfile(folder / file, fresh / file)
        BaseModel.load(fresh)
        PotentialFunctions.load(fresh)
        seal(fresh)
        if target.exists():
            target.replace(fresh.with_name(fresh.name.replace(".new-", ".old-")))
        fresh.replace(target)
    except OSError as error:
        raise ModelError(f"The model could not be installed to {target}: {error.strerror}.") from error
    finally:
        for leftover in (fresh, fresh.with_name(fresh.name.replace(".new-", ".old-"))):
            shutil.rmtree(leftover, ignore_errors=True)
    return target
