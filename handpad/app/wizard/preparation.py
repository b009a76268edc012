"""Has the chosen data prepared, and shows what they hold."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from handpad.app.background import Task
from handpad.app.wizard.runner import Runner
from handpad.app.wizard.sheet import MOST
from handpad.app.wizard.sheet_page import SheetPage
from handpad.errors import DataError
from handpad.own_model.prepared import Prepared, look_into, sample
from handpad.own_model.prepared_files import combined_path, prepared_path
from handpad.own_model.time_left import TimeLeft
from handpad.own_model.training_data import Found
from handpad.own_model.training_plan import combine_command, prepare_command


class Preparation(QObject):
    """Prepares what is to be trained on, unless that was done before.

    Attributes
    ----------
    learn : the prepared file to learn from; parts : those that it was put together of, or it alone.
    measure : the prepared files that are only measured on.
    prepared : what the first of them holds; None until it is known.

    Signals
    -------
    done() : the data are read, and the page shows them.
    failed(sentence) : they could not be read, and the page says why.
    """

    done = Signal()
    failed = Signal(str)

    def __init__(self, home: Path, page: SheetPage, runner: Runner, parent: QObject):
        """home is the folder of the trainings; page shows the data."""
        super().__init__(parent)
        self.clear_paths()
        self.prepared: Prepared | None = None
        self._home = home
        self._page = page
        self._runner = runner
        self._seed = 0
        page.more.connect(self._draw_sheet)

    def clear(self) -> None:
        """Nothing is prepared yet."""
        self.clear_paths()
        self.prepared = None
        self._page.clear()

    def clear_paths(self) -> None:
        self.learn = Path()
        self.parts: list[Path] = []
        self.measure: list[Path] = []

    def begin(self, learn: Sequence[Found], measure: Sequence[Found]) -> None:
        """Prepare data sets to learn from together, and others to measure on."""
        commands = []
        for found, paths in [*((one, self.parts) for one in learn), *((one, self.measure) for one in measure)]:
            if found.kind == "prepared":
                paths.append(found.source)
                continue
            try:
                path = prepared_path(self._home, found)
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._page.show_trouble(f"{error.filename} cannot be used: {error.strerror}.")
                return
            paths.append(path)
            commands.append(prepare_command(found, path))
        self.learn = self.parts[0]
        if len(self.parts) > 1:
            self.learn = combined_path(self._home, self.parts)
            self.learn.parent.mkdir(parents=True, exist_ok=True)
            commands.append(combine_command(self.parts, self.learn))
        if commands:
            steps = [name for name, _ in commands]
            self._runner.run(
                commands, self._on_prepared, self._fail, lambda: None, TimeLeft(steps, {}, {"combine": 0.2})
            )
        else:
            self._on_prepared()

    def _fail(self, sentence: str) -> None:
        self._page.show_trouble(sentence)
        self.failed.emit(sentence)

    def _on_prepared(self) -> None:
        try:
            self.prepared = look_into(self.learn)
        except DataError as error:
            self._fail(str(error))
            return
        self._seed = 0
        self._draw_sheet()
        self._page.show_prepared(self.prepared)
        self.done.emit()

    def _draw_sheet(self) -> None:
        task = Task(self, sample, self.prepared.path, MOST, self._seed)
        self._seed += 1
        task.done.connect(lambda drawn: self._page.sheet.show_glyphs(*drawn))
        task.failed.connect(self._page.show_trouble)
        task.start()
