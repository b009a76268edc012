"""Unseen writers: those that a model, or each of several, has not been trained on."""

from collections.abc import Mapping, Sequence

from handpad.errors import DataError
from handpad.train.datasets.combined import as_written_in, parts_of

NONE_TRAINED_ON = "all writers, none trained on"
"""What the writers of a data set are called on which nothing was trained."""


def unseen_writers(
    data: str, writers: Sequence[str], models: Mapping[str, dict], part: str, otherwise: str | None = None
) -> tuple[list[str], str]:
    """The writers to measure models on, and what to call them.

    They are the validation or test writers that all models have which were fitted on this data set, sorted; where
    none was, all writers.

    Parameters
    ----------
    data, writers : the name of the data set, and its writers.
    models : by what to call it, each model's description (:attr:`handpad.model.BaseModel.info`).
    part : "validation" or "test".
    otherwise : the part of writers of whom a model's data set had nothing; None leaves them out.

    Raises
    ------
    DataError : a model left out none of these writers, or was trained on some that another left out.
    """
    fitted = {name: known for name, info in models.items() if (known := writers_known(info, data)) is not None}
    if not fitted:
        return list(writers), NONE_TRAINED_ON
    held_out = {}
    for name, parts in fitted.items():
        part_of = {writer: key for key, own in parts.items() for writer in own}
        held_out[name] = {writer for writer in writers if part_of.get(writer, otherwise) == part}
        if not parts.get(part) or not held_out[name]:
            raise DataError(f"{name} held back no {part} writers of {data}: name a model that left some out.")
    union = set().union(*held_out.values())
    used = ("train",) if part == "validation" else ("train", "validation")  # validation chose epoch and temperature
    for name, parts in fitted.items():
        seen = sorted(union.intersection(writer for key in used for writer in parts.get(key, [])))
        if seen:
            raise DataError(
                f"{name} was trained on {len(seen)} of the {len(union)} {part} writers that are compared on, "
                f"such as {seen[0]}: compare models of one split."
            )
    return sorted(set.intersection(*held_out.values())), f"{part} writers"


def writers_known(info: dict, data: str) -> dict[str, list[str]] | None:
    """The writers of a data set that a model was fitted on, watched by or tested on, by part; None if it knows none.

    They are called as the data set calls them, also where it is a part of what the model learned from.

    info : the model's description. data : the name of the data set.
    """
    provenance = info.get("provenance", {})
    own = provenance.get("data", {}).get("name")
    if own is None or not set(parts_of(own)) & set(parts_of(data)):
        return None
    return {
        part: [called for writer in writers if (called := as_written_in(data, own, writer)) is not None]
        for part, writers in provenance.get("writers", {}).items()
    }
