"""What is to be trained, as ``handpad-train`` commands and as a file, so that it can be gone on with another day."""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from handpad.errors import HandpadError
from handpad.files import replace_file
from handpad.model.folder import READING, SEQUENCE, is_model, read_description
from handpad.own_model.training_data import Found
from handpad.train.fit.run_files import CHECKPOINT, RECORD

PLAN = "plan.json"
EPOCHS = "epochs.jsonl"
LINES_DONE = "line-minutes.json"

SEQUENCE_MINUTES = 90
"""The network that reads along the pen's way takes so long on two cores, where no time is set."""

SHARE_OF_LINES = 0.5
"""Of a set time, so much is spent on that network, and a tenth on the rest of reading lines."""

RELATIVE = {"export": 0.05, "segments": 0.3, "compare": 0.03}
"""What steps take against a fit, before anything of them is known."""

WEIGHING_S = 240.0
"""Seconds that reading lines and choosing weights take besides."""

Command = tuple[str, list[str]]
"""A step's name ("prepare", "combine", "fit", "export", "segments", "sequence", "compare") and the arguments of
``handpad-train``."""


@dataclass(frozen=True)
class Plan:
    """One training.

    Attributes
    ----------
    folder : its own folder, where the run and the model are written.
    learn : the prepared data to learn from.
    parts : the prepared data that these were put together of; (learn,) where they were not.
    measure : other prepared data, only to be measured on.
    preset : of ``handpad-train fit``, such as "handpad".
    minutes : the time to spend on the fit, or None for the whole recipe.
    model_name : what the model is called when it is installed.
    lines : what it learns from how lines are read; none: it reads them with the grouping of the bundled model.
    line_minutes : the time to spend on the network that reads along the pen's way.
    """

    folder: Path
    learn: Path
    parts: tuple[Path, ...]
    measure: tuple[Path, ...]
    preset: str
    minutes: int | None
    model_name: str
    lines: tuple[Path, ...] = ()
    line_minutes: int = SEQUENCE_MINUTES

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
        """Whether the model is there, and all is done that was planned for it."""
        return is_model(self.model) and not self._reading()

    @property
    def unfinished_fit(self) -> bool:
        """Whether the fit was broken off after at least one round, so that it can be gone on with."""
        return (self.run / CHECKPOINT).is_file()

    @property
    def usable(self) -> bool:
        """Whether there is a model, or weights that can be made one, be the fit finished or not."""
        return is_model(self.model) or (self.run / RECORD).is_file()

    @property
    def usable_before_its_end(self) -> bool:
        """Whether a model can be had although something that was planned is not done."""
        return self.usable and (self.unfinished_fit or (is_model(self.model) and not self.finished))

    def commands(self, as_it_is: bool = False) -> list[Command]:
        """What is still to be run, in order. as_it_is: make a model of what is there."""
        if is_model(self.model):
            return [] if as_it_is else self._reading()
        export = ("export", ["export", "--json", str(self.run), str(self.learn), str(self.model)])
        if self.usable and as_it_is:
            return [export]
        if self.usable and not self.unfinished_fit:
            return [export, *self._reading()]
        fit = ["fit", "--json", self.preset, str(self.learn), str(self.run)]
        if self.unfinished_fit:
            fit.append("--resume")
        if self.minutes is not None:
            fit += ["--minutes", str(self.minutes)]
        if self.measure:
            fit += ["--unseen", str(self.measure[0])]
        return [("fit", fit), export, *self._reading()]

    def _reading(self) -> list[Command]:
        """What is still to be learned of lines."""
        if not self.lines:
            return []
        reading = ["reading", "--json", str(self.model), *map(str, self.lines)]
        found: list[Command] = [] if (self.model / READING).is_file() else [("segments", reading)]
        with suppress(HandpadError):
            if "sequence" in read_description(self.model):  # which is written when that is done
                return found
        left = max(1.0, (self.line_minutes - self.line_minutes_spent()))
        go_on = ["--go-on"] if (self.model / SEQUENCE).is_file() else []
        return [*found, ("sequence", [*reading, "--sequence", f"{left:g}", *go_on])]

    def planned(self) -> dict[str, float]:
        """Seconds that steps of :meth:`commands` take, as far as the plan says."""
        seconds = {"sequence": 60 * (self.line_minutes - self.line_minutes_spent()) + WEIGHING_S}
        if self.minutes is not None:
            seconds["fit"] = 60.0 * self.minutes
        return seconds

    def comparisons(self, current: Path) -> list[Command]:
        """What compares the finished model with the one in use, on each data set that is still there, and on lines."""
        prepared = [path for path in (*self.parts, *self.measure) if path.is_file()]
        both = [str(current), str(self.model)]
        found: list[Command] = [("compare", ["compare", "--json", str(path), *both]) for path in prepared]
        sources = [str(path) for path in self.lines if path.exists()]
        return [*found, ("compare", ["lines", "--json", *both, "--unipen", *sources])] if sources else found

    def note_line_minutes(self, spent: float) -> None:
        """Keep how many minutes were spent on reading lines so far, so that another day only the rest is spent."""
        with suppress(OSError):
            replace_file(self.folder / LINES_DONE, json.dumps(round(spent, 2)).encode())

    def line_minutes_spent(self) -> float:
        """What :meth:`note_line_minutes` kept."""
        try:
            return min(float(self.line_minutes), max(0.0, float(json.loads((self.folder / LINES_DONE).read_bytes()))))
        except (OSError, ValueError, TypeError):
            return 0.0

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
        replace_file(self.folder / PLAN, json.dumps(asdict(self), indent=1, default=str).encode())

    @classmethod
    def load(cls, folder: Path) -> "Plan | None":
        """The plan in a folder, or None if there is none that can be read."""
        try:
            values = json.loads((folder / PLAN).read_text(encoding="utf-8"))
            learn, measure = Path(values["learn"]), values["measure"]
            if not isinstance(measure, list):  # a plan from before several could be chosen
                measure = [measure] if measure else []
            return cls(
                folder,
                learn,
                tuple(map(Path, values.get("parts", [learn]))),
                tuple(map(Path, measure)),
                values["preset"],
                values["minutes"],
                values["model_name"],
                tuple(map(Path, values.get("lines", []))),
                values.get("line_minutes", SEQUENCE_MINUTES),
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


def combine_command(parts: Sequence[Path], combined: Path) -> Command:
    """The command that makes one prepared data set of several."""
    return ("combine", ["combine", "--json", *map(str, parts), str(combined)])


def shared_out(minutes: int | None) -> tuple[int | None, int]:
    """A set time for a model that also learns to read lines: minutes for its fit, and for reading along the pen."""
    if minutes is None:
        return None, SEQUENCE_MINUTES
    of_lines = max(1, round(SHARE_OF_LINES * minutes))
    return max(1, minutes - of_lines - round(minutes / 10)), of_lines
