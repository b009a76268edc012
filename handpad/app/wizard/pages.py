"""The pages of the training wizard: what they show and what can be chosen on them. They start nothing."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from handpad.app.theme import Theme
from handpad.app.wizard.curve import Curve
from handpad.app.wizard.model_result import Result
from handpad.app.wizard.prepared import Prepared, in_few_words
from handpad.app.wizard.sheet import Sheet
from handpad.app.wizard.training_data import KINDS, Found
from handpad.app.wizard.training_plan import Plan
from handpad.installed import available_models

_PLAIN = Qt.TextFormat.PlainText
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

NETWORKS = {
    "handpad": ("Handpad's own", "A network of today, trained on varied ink. Reads better; takes longer."),
    "paper": ("As published", "The network of the paper, layer for layer, with its schedule. Smaller and quicker."),
}

MOST_REASONS = 3
"""How many reasons for leaving samples out are named; the tool tip has all."""


class Page(QWidget):
    """A heading and what follows it."""

    def __init__(self, title: str, step: str):
        """step is the page's short name in the row of steps."""
        super().__init__()
        self.title, self.step = title, step
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)
        heading = QLabel(f"<h2>{title}</h2>")
        self.column.addWidget(heading)


def scrolled(page: Page) -> QScrollArea:
    """A page that can be scrolled where the window is too small for it, with the arrow keys too."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    area.setWidget(page)
    return area


class PathLabel(QLabel):
    """A path in one line, shortened in the middle where there is no room; the tool tip has all of it."""

    def __init__(self, path: Path):
        super().__init__(objectName="muted", textFormat=_PLAIN)
        self._full = str(path)
        self.setToolTip(self._full)
        self.setAccessibleName(self._full)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(self._full)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setText(QFontMetrics(self.font()).elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.width()))
        super().resizeEvent(event)


class DropArea(QFrame):
    """Where files and folders are dropped, or chosen by hand. `chosen(paths)` carries them."""

    chosen = Signal(list)

    def __init__(self):
        super().__init__(objectName="drop", acceptDrops=True)
        self.prompt = QLabel("Drop the downloaded files or folders here")
        self.prompt.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files = QPushButton("Choose files …")
        self.files.clicked.connect(self._ask_files)
        self.folder = QPushButton("Choose a folder …")
        self.folder.clicked.connect(self._ask_folder)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.files)
        row.addWidget(self.folder)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 28, 16, 28)
        layout.setSpacing(10)
        layout.addWidget(self.prompt)
        layout.addLayout(row)

    def _highlight(self, on: bool) -> None:
        self.setProperty("active", on)
        self.style().unpolish(self)
        self.style().polish(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._highlight(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._highlight(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.chosen.emit(paths)

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose the files of a data set")
        if names:
            self.chosen.emit([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder of a data set")
        if name:
            self.chosen.emit([Path(name)])


class LeftOver(QFrame):
    """Offers to go on with a training that was interrupted."""

    def __init__(self):
        super().__init__(objectName="panel")
        self.sentence = QLabel(wordWrap=True)
        self.go_on = QPushButton("Go on")
        self.use = QPushButton("Use it as it is")
        self.discard = QPushButton("Throw away")
        row = QHBoxLayout()
        for button in (self.go_on, self.use, self.discard):
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(self.sentence)
        column.addLayout(row)
        self.hide()

    def show_plan(self, plan: Plan) -> None:
        """Offer what can be done with an unfinished training."""
        done = plan.epochs()
        after = f" after round {done[-1]['epoch']} of {done[-1]['epochs']}" if done else ""
        self.sentence.setText(f"The training of <b>{escape(plan.model_name)}</b> was interrupted{after}.")
        self.go_on.setText("Go on" if plan.unfinished_fit or plan.usable else "Begin it again")
        self.use.setVisible(plan.usable and plan.unfinished_fit)
        self.show()


class DataPage(Page):
    """Which data. The first data set is learned from; a second one is only measured on.

    `changed()` follows every change of `found`.
    """

    changed = Signal()

    def __init__(self):
        super().__init__("Which handwriting should it learn from?", "Data")
        self.found: list[Found] = []
        self.left_over = LeftOver()
        self.drop = DropArea()
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=_PLAIN)
        self.trouble.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        offers = "".join(
            f"<li style='margin-bottom:4px'><b>{_link(kind.title, kind.page)}</b>: {kind.file}</li>"
            for kind in KINDS.values()
        )
        self.offers = QLabel(
            "These are read as they are downloaded, without unpacking. A name leads to the page that offers it."
            f"<ul style='margin-left:-22px'>{offers}</ul>",
            wordWrap=True,
            openExternalLinks=True,
        )
        self.offers.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        for widget in (self.left_over, self.drop, self.trouble):
            self.column.addWidget(widget)
        self.column.addLayout(self._list)
        self.column.addWidget(self.offers)
        self.column.addStretch()

    @property
    def learn(self) -> Found | None:
        """What to learn from."""
        return self.found[0] if self.found else None

    @property
    def measure(self) -> Found | None:
        """What to measure on besides."""
        return self.found[1] if len(self.found) > 1 else None

    def say(self, sentence: str) -> None:
        """Show a sentence on what is wrong, or none."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def add(self, found: Sequence[Found], problems: Sequence[str]) -> None:
        """Add what was recognised."""
        problems = [*problems, *(each.problem for each in found if each.problem)]
        fresh = [each for each in found if not each.problem and each.source not in [old.source for old in self.found]]
        if len(self.found) + len(fresh) > 2:
            problems.append("One data set to learn from and one to measure on are all that can be used.")
        self.found = (self.found + fresh)[:2]
        self.say(" ".join(problems))
        self._show_found()

    def _show_found(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            item.widget().deleteLater()
        for index, found in enumerate(self.found):
            self._list.addWidget(self._row(index, found))
        self.offers.setVisible(not self.found)
        self.changed.emit()

    def _row(self, index: int, found: Found) -> QWidget:
        row = QFrame(objectName="panel")
        role = "learn from it" if index == 0 else "only measure on it"
        title = QLabel(f"<b>{escape(found.title)}</b>" + (f" · {role}" if len(self.found) > 1 else ""))
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(title)
        column.addWidget(PathLabel(found.source))
        for hint in found.hints:
            column.addWidget(QLabel(hint, wordWrap=True, textFormat=_PLAIN))
        remove = QPushButton("Remove", flat=True)
        remove.setAccessibleName(f"Remove {found.title}")
        remove.clicked.connect(lambda: self._remove(index))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.addLayout(column, 1)
        if index == 1:
            swap = QPushButton("Learn from this instead", flat=True)
            swap.clicked.connect(self._swap)
            layout.addWidget(swap, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _remove(self, index: int) -> None:
        del self.found[index]
        self._show_found()
        self.drop.files.setFocus()

    def _swap(self) -> None:
        self.found.reverse()
        self._show_found()

    def clear(self) -> None:
        """Begin again with nothing chosen."""
        self.found = []
        self.say("")
        self._show_found()


class Progress(QWidget):
    """What is being done, how much of it, and how long it will take."""

    def __init__(self):
        super().__init__()
        self.what = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Progress")
        self.detail = QLabel(objectName="muted", wordWrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.what, self.bar, self.detail):
            layout.addWidget(widget)

    def begin(self, what: str) -> None:
        """Show what has begun; how much of it there is is not known yet."""
        self.what.setText(what)
        self.detail.setText("")
        self.bar.setRange(0, 0)

    def show_share(self, share: float, detail: str) -> None:
        """Show how much is done (0 to 1), and a sentence."""
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * min(max(share, 0), 1)))
        self.detail.setText(detail)


class SheetPage(Page):
    """What was read: a sheet of characters, how many there are, and what was left out."""

    more = Signal()

    def __init__(self, theme: Theme):
        super().__init__("Is this what it should learn?", "Look")
        self.progress = Progress()
        self.summary = QLabel(wordWrap=True)
        self.sheet = Sheet(theme)
        self.others = QPushButton("Show others")
        self.others.clicked.connect(self.more)
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=_PLAIN)
        self.notes = QLabel(wordWrap=True, objectName="muted", textFormat=_PLAIN)
        self.column.addWidget(self.progress)
        self.column.addWidget(self.trouble)
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.others, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(top)
        self.column.addWidget(self.sheet, 1)
        self.column.addWidget(self.notes)
        self._rest = QWidget()
        self.column.addWidget(self._rest, 1)
        self.clear()

    def clear(self) -> None:
        """Nothing is read yet."""
        for widget in (self.summary, self.sheet, self.others, self.notes, self.trouble):
            widget.hide()
        self.progress.show()
        self._rest.show()

    def show_prepared(self, data: Prepared) -> None:
        """Show what was read."""
        self.progress.hide()
        learn, watch, test = data.writers
        count = sum(data.writers)
        writers = f"{count:,} writer{'' if count == 1 else 's'}"
        self.summary.setText(
            f"<b>{data.samples:,}</b> characters, <b>{len(data.labels)}</b> different ones, of <b>{writers}</b>"
        )
        self.trouble.setText(
            f"There {'is' if count == 1 else 'are'} only {writers}. Training keeps some writers for watching and some "
            "for testing, so that its figures are honest: it needs data with seven writers at least."
        )
        self.trouble.setVisible(data.too_few_writers)
        listed = " ".join(sorted(data.missing))  # as a reader may have said it already
        told = (note for note in data.notes if not data.missing or listed not in note)
        notes = [f"{note[:1].upper()}{note[1:].removesuffix('.')}." for note in told]
        if not data.too_few_writers:
            notes.append(f"It learns from {learn:,} writers, watches itself on {watch:,} and is tested on {test:,}.")
        if data.missing:
            lacking = in_few_words(data.missing)
            notes.append(f"Not in it: {lacking}. A model that learns from it will never read these.")
        if data.dropped:
            notes.append(left_out_sentence(data.dropped))
        self.notes.setText("\n".join(notes))
        self.notes.setToolTip("\n".join(f"{count:,}: {reason}" for reason, count in data.dropped.items()))
        for widget in (self.summary, self.sheet, self.others, self.notes):
            widget.show()
        self._rest.hide()

    def show_trouble(self, sentence: str) -> None:
        """Show why nothing could be read."""
        self.clear()
        self.progress.hide()
        self.trouble.setText(sentence)
        self.trouble.show()


class HowPage(Page):
    """Which network, how long, and what the model is to be called. `changed()` follows every change."""

    changed = Signal()

    def __init__(self):
        super().__init__("How should it be trained?", "How")
        self.networks = QButtonGroup(self)
        self.column.addWidget(_heading("Network"))
        for index, (title, text) in enumerate(NETWORKS.values()):
            self.column.addLayout(self._choice(self.networks, index, title, text))
        self.times = QButtonGroup(self)
        self.column.addSpacing(6)
        self.column.addWidget(_heading("Time"))
        self.column.addLayout(
            self._choice(self.times, 0, "Until it is done", "The whole schedule. How long that takes shows at once.")
        )
        self.minutes = QSpinBox(minimum=1, maximum=24 * 60, value=30, suffix=" minutes")
        self.minutes.setAccessibleName("Minutes to train at most")
        self.column.addLayout(
            self._choice(
                self.times, 1, "At most", "The schedule is made to fit the time; more time reads better.", self.minutes
            )
        )
        self.minutes.valueChanged.connect(lambda: self.times.button(1).setChecked(True))
        self.column.addSpacing(6)
        self.column.addWidget(_heading("Name"))
        self.name = QLineEdit(maxLength=60)
        self.name.setAccessibleName("Name of the model")
        self.name.textChanged.connect(self.changed)
        self.name.setMaximumWidth(320)
        self.column.addWidget(self.name)
        self.note = QLabel(wordWrap=True, objectName="muted")
        self.column.addWidget(self.note)
        self.column.addStretch()
        self.networks.idClicked.connect(lambda _: self.changed.emit())

    def _choice(
        self, group: QButtonGroup, index: int, title: str, text: str, beside: QWidget | None = None
    ) -> QVBoxLayout:
        button = QRadioButton(title, checked=index == 0)
        button.setAccessibleDescription(text)
        group.addButton(button, index)
        row = QHBoxLayout()
        row.addWidget(button)
        if beside is not None:
            row.addWidget(beside)
        row.addStretch()
        described = QLabel(text, wordWrap=True, objectName="muted")
        described.setContentsMargins(27, 0, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(described)
        return column

    def check_name(self) -> bool:
        """Whether the model can be called so; what there is to say of the name stands below it."""
        name = self.model_name
        allowed = bool(name) and not name.startswith(".") and all(c.isalnum() or c in " -_.+" for c in name)
        if not allowed:
            note = "A name is made of letters, digits, spaces and - _ . +"
        elif name in available_models():
            note = f"There is a model {name} already; installing the new one puts it in its place."
        else:
            note = ""
        self.note.setText(note)
        return allowed

    @property
    def model_name(self) -> str:
        """What the model is to be called."""
        return self.name.text().strip()

    @property
    def network(self) -> str:
        """Key of NETWORKS."""
        return list(NETWORKS)[self.networks.checkedId()]

    @property
    def budget(self) -> int | None:
        """Minutes, or None for the whole schedule."""
        return self.minutes.value() if self.times.checkedId() == 1 else None


class TrainPage(Page):
    """How the training goes."""

    def __init__(self, theme: Theme):
        super().__init__("Training", "Train")
        self.progress = Progress()
        names = ("while learning", "unseen writers")
        x_title = "rounds through the data"
        self.accuracy = Curve("Characters read right", x_title, names, True, theme)
        self.loss = Curve("Loss: how far off it is", x_title, names, False, theme)
        self.note = QLabel("You can go on writing: training uses only what writing leaves free.", objectName="muted")
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.accuracy)
        row.addWidget(self.loss)
        self.column.addWidget(self.progress)
        self.column.addLayout(row, 1)
        self.column.addWidget(self.note)

    def begin(self, rounds: Sequence[dict]) -> None:
        """Draw the rounds that were done before, as ``epoch`` events, or none."""
        self.accuracy.clear()
        self.loss.clear()
        for event in rounds:
            self.draw_round(event)

    def draw_round(self, event: dict) -> None:
        """Draw the end of a round, an ``epoch`` event."""
        for curve, learning, watching in (
            (self.accuracy, "accuracy", "validation_accuracy"),
            (self.loss, "loss", "validation_loss"),
        ):
            for series, name in enumerate((learning, watching)):
                if event.get(name) is not None:
                    curve.add(series, event["epoch"], event[name])
        self._set_rounds(event["epochs"])

    def draw_on(self, event: dict, share: float) -> None:
        """Draw what a ``progress`` event of a fit tells, that share (0 to 1) of all rounds being done."""
        self.accuracy.add(0, share * event["epochs"], event["accuracy"])
        self.loss.add(0, share * event["epochs"], event["loss"])
        self._set_rounds(event["epochs"])

    def _set_rounds(self, count: int) -> None:
        for curve in (self.accuracy, self.loss):
            curve.set_end(count)


class ResultPage(Page):
    """The new model beside the one in use."""

    def __init__(self):
        super().__init__("The new model is ready", "Result")
        self.intro = QLabel(wordWrap=True)
        self.progress = Progress()
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(26)
        self.table.setVerticalSpacing(6)
        self.frame = QFrame(objectName="panel")
        self.frame.setLayout(self.table)
        self.frame.hide()
        self.table.setContentsMargins(16, 12, 16, 14)
        self.note = QLabel(wordWrap=True, objectName="muted", textFormat=_PLAIN)
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=_PLAIN)
        self.trouble.hide()
        for widget in (self.intro, self.progress, self.frame, self.note, self.trouble):
            self.column.addWidget(widget)
        self.column.addStretch()

    def clear(self) -> None:
        """Nothing is known yet."""
        for widget in (self.frame, self.note, self.trouble):
            widget.hide()
        self.progress.show()

    def show_result(self, result: Result) -> None:
        """Fill the table."""
        self.progress.hide()
        self.frame.show()
        while (item := self.table.takeAt(0)) is not None:
            item.widget().deleteLater()
        for column, text in enumerate(("", f"New: {result.new}", f"In use: {result.current}", "")):
            label = QLabel(f"<b>{escape(text)}</b>")
            label.setAlignment(_RIGHT if column else Qt.AlignmentFlag.AlignLeft)
            self.table.addWidget(label, 0, column)
        self.table.setColumnStretch(0, 1)
        row = 1
        for group in result.groups:
            heading = QLabel(f"<b>{escape(group.title)}</b>", wordWrap=True)
            heading.setContentsMargins(0, 8, 0, 0)
            self.table.addWidget(heading, row, 0, 1, 4)
            row += 1
            for measure in group.measures:
                name = QLabel(measure.title, wordWrap=True)
                name.setToolTip(measure.explanation)
                self.table.addWidget(name, row, 0)
                for column, text in enumerate((measure.new, measure.current, measure.difference), start=1):
                    cell = QLabel(text, objectName="muted" if column == 3 else "")
                    cell.setAlignment(_RIGHT)
                    self.table.addWidget(cell, row, column)
                row += 1
        self.note.setText("\n".join(result.notes))
        self.note.setVisible(bool(result.notes))

    def show_trouble(self, sentence: str) -> None:
        """Say why the result cannot be shown, or the model not installed."""
        self.progress.hide()
        self.trouble.setText(sentence)
        self.trouble.show()


def left_out_sentence(dropped: dict[str, int]) -> str:
    """How many samples were left out, and the most frequent reasons."""
    ordered = sorted(dropped.items(), key=lambda item: -item[1])
    reasons = "; ".join(f"{count:,} ({reason})" for reason, count in ordered[:MOST_REASONS])
    more = len(ordered) - MOST_REASONS
    others = f"; and {more} more reason{'' if more == 1 else 's'}" if more > 0 else ""
    return f"Left out: {reasons}{others}."


def _heading(text: str) -> QLabel:
    return QLabel(f"<b>{text}</b>")


def _link(text: str, page: str) -> str:
    return f'<a href="{page}">{text}</a>' if page else text
