"""How well the writer is read: plain words first, charts below them, all numbers as text and as files."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from handpad.app.handwriting.reliability_chart import FEW_ROWS, ReliabilityChart
from handpad.app.handwriting.samples import Samples
from handpad.app.theme import Theme
from handpad.app.wizard.curve import Curve
from handpad.files import replace_file
from handpad.insight.figures import BASE, Insight, Method
from handpad.insight.files import to_html, to_json
from handpad.insight.words import as_text, details

_TRUST = "How far each can be trusted when it says a character, in per cent, the least reliable first:"
_COUNTING = "How far each reading can be trusted is being counted: all that you wrote is read again \u2026"
_COURSES = ("base model alone", "what you were shown")


class InsightView(QWidget):
    """The figures of the writer.

    Signals
    -------
    told(str), trouble(str) : sentences for the user.
    """

    told = Signal(str)
    trouble = Signal(str)

    def __init__(self, samples: Samples, theme: Theme):
        super().__init__()
        self._samples, self._theme = samples, theme
        self.waiting = QLabel("Counting \u2026", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.waiting.setProperty("muted", True)
        self.sentences = QLabel(wordWrap=True)
        self.sentences.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._courses: Curve | None = None
        self._course_place = QVBoxLayout()
        self.trust = QLabel(wordWrap=True)
        self.chart = ReliabilityChart(theme)
        self.more = QPushButton(flat=True)
        self.more.clicked.connect(self._show_more)
        self.numbers = QPlainTextEdit(readOnly=True)
        self.numbers.setAccessibleName("All numbers")
        self.numbers.setMinimumHeight(260)
        self.numbers.setTabChangesFocus(True)
        self.numbers.hide()
        self.show_numbers = QPushButton("Show the numbers", flat=True)
        self.show_numbers.clicked.connect(self._toggle_numbers)
        self.copy = QPushButton("Copy as text")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton("Save \u2026")
        self.save.setToolTip("As a page for people (HTML) or for programs (JSON)")
        self.save.clicked.connect(self._save)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(12)
        column.addWidget(self.sentences)
        column.addLayout(self._course_place)
        column.addWidget(self.trust)
        column.addWidget(self.chart)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.show_numbers, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.numbers)
        column.addStretch(1)
        self.scrolled = QScrollArea(widgetResizable=True)
        self.scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scrolled.setWidget(self.content)
        self.sentences.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.waiting, 1)
        outer.addWidget(self.scrolled, 1)
        outer.addLayout(buttons)
        samples.insight_changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the colours of a theme."""
        self._theme = theme
        self.chart.set_theme(theme)
        if self._courses is not None:
            self._courses.set_theme(theme)

    def _show(self) -> None:
        found: Insight | None = self._samples.insight
        self.waiting.setVisible(found is None)
        self.scrolled.setVisible(found is not None)
        self.copy.setEnabled(found is not None)
        self.save.setEnabled(found is not None)
        if found is None:
            return
        self.sentences.setText("\n\n".join(details(found)))
        self._show_courses(found)
        self.chart.show_insight(found)
        self.trust.setVisible(bool(found.characters))
        self.trust.setText(_TRUST if found.reliabilities else _COUNTING)
        self.chart.setVisible(bool(self.chart.rows))
        self._name_more()
        self.numbers.setPlainText(as_text(found))

    def _show_courses(self, found: Insight) -> None:
        """The course of what was shown, and of the base model by itself."""
        if self._courses is not None:
            self._course_place.removeWidget(self._courses)
            self._courses.deleteLater()
            self._courses = None
        methods = {method.name: method for method in found.methods}
        if len(found.shown.course) < 2:
            return
        self._courses = curve = Curve("Read right", "characters learned", _COURSES, True, self._theme)
        curve.setMinimumHeight(210)
        for series, method in enumerate((methods.get(BASE), found.shown)):
            _fill(curve, series, method, found.shown)
        self._course_place.addWidget(curve)

    def _name_more(self) -> None:
        self.more.setVisible(self.chart.rows > FEW_ROWS)
        self.more.setText("Show the least certain" if self.chart.shows_all else f"Show all {self.chart.rows}")

    def _show_more(self) -> None:
        self.chart.show_all(not self.chart.shows_all)
        self._name_more()

    def _toggle_numbers(self) -> None:
        shown = not self.numbers.isVisible()
        self.numbers.setVisible(shown)
        self.show_numbers.setText("Hide the numbers" if shown else "Show the numbers")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._samples.insight))
        self.told.emit("Copied how you are read, as text.")

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save how I am read", "how-handpad-reads-me.html", "Page (*.html);;For programs (*.json)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the figures to a file: JSON where it is called so, else HTML."""
        found = self._samples.insight
        text = to_json(found) if path.suffix.lower() == ".json" else to_html(found)
        try:
            replace_file(path, text.encode())
        except OSError as error:
            self.trouble.emit(f"{path.name} could not be written: {error.strerror or error}.")
        else:
            self.told.emit(f"Saved {path.name}.")


def _fill(curve: Curve, series: int, method: Method | None, shown: Method) -> None:
    """Add the course of a method, at the end of all characters if it was asked of the latest alone."""
    if method is None or not method.course:
        return
    behind = shown.course[-1][0] - method.course[-1][0]
    for end, share in method.course:
        curve.add(series, end + behind, share.rate)
