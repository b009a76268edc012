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
from handpad.own_model.prepared_files import prepared_path
from handpad.own_model.training_data import Found
from handpad.own_model.training_plan import prepare_command


class Preparation(QObject):
    """Prepares what is to be trained on, unless that was done before.

    Attributes
    ----------
    paths : the prepared files: the first is learned from, a second one only measured on.
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
        self.paths: list[Path] = []
        self.prepared: Prepared | None = None
        self._home = home
        self._page = page
        self._runner = runner
        self._seed = 0
        page.more.connect(self._draw_sheet)

    def clear(self) -> None:
        """Nothing is prepared yet."""
        self.paths = []
        self.prepared = None
        self._page.clear()

    def begin(self, chosen: Sequence[Found]) -> None:
        """Prepare data sets, in the order of `paths`."""
        commands = []
        for found in chosen:
            if found.kind == "prepared":
                self.paths.append(found.source)
                continue
            try:
                path = prepared_path(self._home, found)
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._page.show_trouble(f"{error.filename} cannot be used: {error.strerror}.")
                return
            self.paths.append(path)
            commands.append(prepare_command(found, path))
        if commands:
            self._runner.run(commands, self._on_prepared, self._fail, lambda: None)
        else:
            self._on_prepared()

    def _fail(self, sentence: str) -> None:
        self._page.show_trouble(sentence)
        self.failed.emit(sentence)

    def _on_prepared(self) -> None:
        try:
            self.prepared = look_into(self.paths[0])
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
