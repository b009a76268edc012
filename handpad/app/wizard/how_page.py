"""The third page: which network, how long, and under what name."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from handpad.app.wizard.page import Page
from handpad.installed import available_models

LINES_SENTENCE = (
    "From the words and texts among the data. Half of the time goes into it; where no time is set, an hour and a half. "
    "Otherwise it reads lines as the model does that Handpad came with."
)

NETWORKS = {
    "handpad": ("Handpad's own", "A network of today, trained on varied ink. Reads better; takes longer."),
    "paper": ("As published", "The network of the paper, layer for layer, with its schedule. Smaller and quicker."),
}


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
        self.lines = QCheckBox("Learn to read lines too", checked=True)
        self.lines.setAccessibleDescription(LINES_SENTENCE)
        self._lines_note = QLabel(LINES_SENTENCE, wordWrap=True, objectName="muted")
        self._lines_note.setContentsMargins(27, 0, 0, 0)
        self._lines_heading = _heading("Lines")
        self.column.addSpacing(6)
        for widget in (self._lines_heading, self.lines, self._lines_note):
            self.column.addWidget(widget)
        self.offer_lines(False)
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

    def offer_lines(self, there: bool) -> None:
        """Offer to learn how lines are read, where the data hold any."""
        for widget in (self._lines_heading, self.lines, self._lines_note):
            widget.setVisible(there)

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


def _heading(text: str) -> QLabel:
    return QLabel(f"<b>{text}</b>")
