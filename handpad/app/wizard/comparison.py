"""Compares a finished model with the one in use, and shows the result."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from handpad.app.background import Task
from handpad.app.wizard.result_page import ResultPage
from handpad.app.wizard.runner import STEPS, Runner
from handpad.app.wizard.sheet import MOST
from handpad.errors import DataError
from handpad.own_model import model_result
from handpad.own_model.prepared import sample
from handpad.own_model.training_plan import Plan


class Comparison(QObject):
    """Measures both models on every data set of a training that is still there."""

    def __init__(self, page: ResultPage, runner: Runner, current: Callable[[], Path], parent: QObject):
        """current tells the folder of the model in use; page shows the result."""
        super().__init__(parent)
        self._page = page
        self._runner = runner
        self._current = current

    def begin(self, plan: Plan) -> None:
        """Compare the model of a finished training."""
        self._page.clear()
        self._page.progress.begin(f"{STEPS['compare']} …")
        self._runner.compare(plan.comparisons(self._current()), lambda compared: self._show(plan, compared))

    def _show(self, plan: Plan, compared: list[list[dict]]) -> None:
        task = Task(self, _result, plan, self._current(), compared)
        task.done.connect(self._page.show_result)
        task.failed.connect(self._page.show_trouble)
        task.start()


def _result(plan: Plan, current: Path, compared: list[list[dict]]) -> model_result.Result:
    try:
        glyphs, _ = sample(plan.learn, MOST, 0)
    except DataError:  # the data may be gone by now; the speed hardly depends on the ink
        glyphs = np.zeros((1, 28, 28), np.uint8)
    return model_result.compare(plan.model, current, compared, glyphs)
