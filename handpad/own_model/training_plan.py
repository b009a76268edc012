"""What is to be trained, as ``handpad-train`` commands and as a file, so that it can be gone on with another day."""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from handpad.files import replace_file
from handpad.model.folder import is_model
from handpad.own_model.training_data import Found
from handpad.train.fit.run_files import CHECKPOINT, RECORD

PLAN = "plan.json"
EPOCHS = "epochs.jsonl"

Command = tuple[str, list[str]]
"""A step's name ("prepare", "fit", "export") and the arguments of ``handpad-train``."""


@dataclass(frozen=True)
class Plan:
    """One training.

    Attributes
    ----------
    folder : its own folder, where the run and the model are written.
    learn : the prepared data to learn from.
    measure : other prepared data, only to be measured on, or None.
    preset : of ``handpad-train fit``, such as "handpad".
    minutes : the time to spend, or None for the whole recipe.
    model_name : what the model is called when it is installed.
    """

    folder: Path
    learn: Path
    measure: Path | None
    preset: str
    minutes: int | None
    model_name: str

    @property
    def run(self) -> Path:
        """The folder of the fit."""
        return self.folder / "run"

    @property
    def model(self) -> Path:
        """The folder of the finished model."""
        return self.folder / "model" / self.model_name

    @property
    def finished(self) -> bool:
        """Whether the model is there."""
        return is_model(self.model)

    @property
    def unfinished_fit(self) -> bool:
        """Whether the fit was broken off after at least one round, so that it can be gone on with."""
        return (self.run / CHECKPOINT).is_file()

    @property
    def usable(self) -> bool:
        """Whether the fit has left weights that can be made a model, be it finished or not."""
        return (self.run / RECORD).is_file()

    def commands(self, as_it_is: bool = False) -> list[Command]:
        """What is still to be run, in order. as_it_is: make a model of the weights that are there."""
        export = ("export", ["export", "--json", str(self.run), str(self.learn), str(self.model)])
        if self.usable and (as_it_is or not self.unfinished_fit):
            return [export]
        fit = ["fit", "--json", self.preset, str(self.learn), str(self.run)]
        if self.unfinished_fit:
            fit.append("--resume")
        if self.minutes is not None:
            fit += ["--minutes", str(self.minutes)]
        if self.measure is not None:
            fit += ["--unseen", str(self.measure)]
        return [("fit", fit), export]

    def comparisons(self, current: Path) -> list[Command]:
        """What compares the finished model with the one in use, on each data set that is still there."""
        prepared = [path for path in (self.learn, self.measure) if path is not None and path.is_file()]
        return [("compare", ["compare", "--json", str(path), str(current), str(self.model)]) for path in prepared]

    def note_epoch(self, event: dict) -> None:
        """Keep an ``epoch`` event, so that the curves can be drawn from the beginning another day."""
        with suppress(OSError), (self.folder / EPOCHS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def epochs(self) -> list[dict]:
        """The events of the rounds that the unfinished fit goes on after."""
        if not self.unfinished_fit:
            return []
        try:
            return [json.loads(line) for line in (self.folder / EPOCHS).read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError):
            return []

    def save(self) -> None:
        """Write the plan into its folder, which is made. Raises OSError."""
        self.model.parent.mkdir(parents=True, exist_ok=True)
        values = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}
        replace_file(self.folder / PLAN, json.dumps(values, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "Plan | None":
        """The plan in a folder, or None if there is none that can be read."""
        try:
            values = json.loads((folder / PLAN).read_text(encoding="utf-8"))
            return cls(
                folder,
                Path(values["learn"]),
                Path(values["measure"]) if values["measure"] else None,
                values["preset"],
                values["minutes"],
                values["model_name"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def discard(self) -> None:
        """Remove the folder and all in it. The prepared data stay."""
        shutil.rmtree(self.folder, ignore_errors=True)


def new_folder(home: Path) -> Path:
    """A folder for a new training, named by the time; not yet made."""
    return home / datetime.now().strftime("%Y-%m-%d-%H%M%S")


def left_over(home: Path) -> list[Plan]:
    """The trainings in the home folder that were not put away, newest first."""
    if not home.is_dir():
        return []
    plans = (Plan.load(folder) for folder in sorted(home.iterdir(), reverse=True) if folder.is_dir())
    return [plan for plan in plans if plan is not None]


def prepare_command(found: Found, prepared: Path) -> Command:
    """The command that prepares a data set; it is quick where nothing has changed since the last time."""
    return ("prepare", ["prepare", "--json", found.kind, str(found.source), str(prepared)])
