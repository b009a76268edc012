"""The fits of a comparison: classifiers by name, each trained unless it was before, and blends of them."""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handpad.errors import DataError
from handpad.model.folder import is_model
from handpad.train.datasets import Dataset
from handpad.train.fit import checkpoint, driver
from handpad.train.fit import record as records
from handpad.train.fit.builders import build
from handpad.train.fit.networks import outputs
from handpad.train.fit.recipes import PRESETS
from handpad.train.fit.run_files import RECORD
from handpad.train.fit.run_folder import Fitted
from handpad.train.measure.base_figures import measure
from handpad.train.measure.calibration import fit_temperature

BLENDS = {"blend": "the mean of the probabilities of the others", "vote": "a vote of the others"}
"""What several classifiers together can be called; ``blend:A+B`` names the members, ``blend:5xA`` is five fits of one
classifier, each with other training and validation writers."""

_DRAWS = re.compile(r"(\d+)x(.+)")


@dataclass(frozen=True)
class Options:
    """What all fits of a comparison share.

    Attributes
    ----------
    prepared : the data set; folder : where the run folders go.
    minutes, seed, split : of every fit; words : more options of ``handpad-train fit``, such as "--threads".
    parse : makes of the words of ``handpad-train fit`` its arguments.
    """

    prepared: Path
    folder: Path
    minutes: float
    seed: int
    split: str
    words: tuple[str, ...]
    parse: Callable[[list[str]], argparse.Namespace]


def is_blend(what: str) -> bool:
    """Whether a name is that of a blend."""
    return what.partition(":")[0] in BLENDS


def names_of(whats: Sequence[str], what: str) -> list[tuple[str, int]]:
    """The fits that a name stands for: (classifier or run folder, draw), several for a blend.

    whats : all that are compared; a blend that names no members is of all of them that
        are fitted here or lie in run folders. Raises DataError for a name that
    is none, or a blend of fewer than two.
    """
    kind, _, members = what.partition(":")
    if kind not in BLENDS:
        return [(_known(what), 0)]
    others = [other for other in whats if not is_blend(other) and not is_model(Path(other))]
    parts = members.split("+") if members else others
    found = []
    for part in parts:
        drawn = _DRAWS.fullmatch(part)
        if drawn and drawn[2] in PRESETS:
            found += [(drawn[2], draw) for draw in range(1, int(drawn[1]) + 1)]
        else:
            found.append((_known(part), 0))
    if len(found) < 2:
        raise DataError(
            f"{what} is a blend of fewer than two: name its members as in {kind}:deep+forest or {kind}:5xdeep."
        )
    return found


def _known(name: str) -> str:
    if name in PRESETS or (Path(name) / RECORD).is_file():
        return name
    raise DataError(
        f"{name} is neither a model folder, the run folder of a fit, nor a classifier; these are: "
        f"{', '.join([*PRESETS, *BLENDS])}."
    )


def fitted(name: str, draw: int, options: Options) -> Path:
    """The run folder of a classifier, fitted now, gone on with, or kept where it is done.

    Raises DataError where the folder holds another fit, and KeyboardInterrupt with a sentence after Ctrl-C.
    """
    if name not in PRESETS:
        return Path(name)
    folder = options.folder / (f"{name}-{draw}" if draw else name)
    resumed = checkpoint.exists(folder)
    words = [name, options.prepared, folder, "--minutes", options.minutes, "--seed", options.seed]
    words += ["--split", options.split, *options.words]
    words += ["--draw", draw] if draw else []
    args = options.parse([str(word) for word in words] + (["--resume"] if resumed else []))
    if not resumed and (folder / RECORD).is_file():
        command = Fitted.load(folder).record["command"]
        if command != records.command(args):
            raise DataError(
                f"{folder} holds another fit ({command}): name another folder with --results, or delete it."
            )
        return folder
    driver.run(args)
    return folder


def blend(what: str, members: Sequence[Fitted], data: Dataset, options: Options) -> Path:
    """Write the run folder of a blend of fits on the same data and test writers. Returns it.

    The temperature is found on the validation writers that all share; where there are none, that is, where every
    member has others, it is 1.
    """
    first = members[0].record
    for other in members[1:]:
        if (other.record["labels"], other.record["data"]) != (first["labels"], first["data"]):
            raise DataError(f"The members of {what} were fitted on different data.")
    writers = [member.record["writers"] for member in members]
    shared = set.intersection(*(set(own["validation"]) for own in writers))
    seen = set().union(*(own["train"] for own in writers), *(own["validation"] for own in writers))
    test = sorted(set.intersection(*(set(own["test"]) for own in writers)) - seen)
    validation = sorted(shared - set().union(*(own["train"] for own in writers)))
    settings = {
        "members": [
            {
                "network": member.record["network"],
                "network_settings": member.record.get("network_settings") or {},
                "temperature": member.record["temperature"],
            }
            for member in members
        ],
        "vote": what.startswith("vote"),
    }
    network = build("blend", len(data.labels), settings)
    for place, member in enumerate(members):
        network.members[place].load_state_dict(member.network.state_dict())
    parts = {"train": sorted(seen - set(validation)), "validation": validation, "test": test}
    rows = {part: data.rows_of(names) for part, names in parts.items() if names}
    logits = {part: outputs(network, data.glyphs[rows[part]])[1] for part in ("validation", "test") if part in rows}
    temperature = 1.0
    if validation:
        temperature = fit_temperature(logits["validation"], data.label_index[rows["validation"]])
    figures = {}
    for part, own in logits.items():
        found = measure(data.labels, own, data, rows[part], temperature, f"{part} writers")
        about = {"split": first["split"], "seed": options.seed, "fit": "the split fits of the members"}
        figures |= {f"{data.name}_{part}_{key}": value | about for key, value in found.items()}
    steps = [step for member in members for step in [*member.record["history"], *member.record.get("tried", [])]]
    seconds = float(sum(step["seconds"] for step in steps))
    record = {
        **first,
        "preset": what,
        "network": "blend",
        "network_settings": settings,
        "temperature": temperature,
        "writers": parts,
        "recipe": {"members": [member.record["command"] for member in members]},
        "history": [],
        "seconds": seconds,
        "figures": figures,
        "command": f"handpad-train compare {options.prepared.name} {what}",
        "tried": [],
        "found": {},
    }
    folder = options.folder / re.sub(r"[^\w.+-]", "-", what)
    Fitted(network, record).save(folder)
    return folder
