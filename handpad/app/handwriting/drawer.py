"""The drawer on the right: what was learned, and how well the writer is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from handpad.app.handwriting.gallery import Gallery
from handpad.app.handwriting.samples import Samples
from handpad.app.icons import icon
from handpad.app.pad import Pad
from handpad.app.status_line import counted
from handpad.app.theme import Theme

if TYPE_CHECKING:  # loads OpenCV, which must not hold up the window
    from handpad.app.handwriting.insight_view import InsightView

WIDTH = 416


class HandwritingDrawer(QFrame):
    """All that was learned; closed at first.

    Attributes
    ----------
    samples : what is known of the samples, and what is done with them.
    gallery, insight : its two pages; the second is None until it is first shown.

    Signals
    -------
    closed() : Escape was pressed, or its button: the page is to have the keys again.
    trouble(str) : a sentence for the user.
    """

    closed = Signal()
    trouble = Signal(str)

    def __init__(self, pad: Pad, theme: Theme):
        super().__init__(objectName="right_drawer")
        self._theme = theme
        self.samples = Samples(pad, self)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("My handwriting")
        self.gallery = Gallery(self.samples, theme)
        self.insight: InsightView | None = None
        self.pages = QStackedWidget()
        self.tabs = QButtonGroup(self)
        top = QHBoxLayout()
        for number, name in enumerate(("My handwriting", "How I am read")):
            button = QToolButton(text=name, checkable=True, checked=not number)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.tabs.addButton(button, number)
            top.addWidget(button)
        self.pages.addWidget(self.gallery)
        self.tabs.idClicked.connect(self.turn)
        self.hide_button = QToolButton(toolTip="Close (Esc)")
        self.hide_button.setAccessibleName("Close my handwriting")
        self.hide_button.clicked.connect(self.closed)
        top.addStretch(1)
        top.addWidget(self.hide_button)
        self.headline = QLabel(wordWrap=True)
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        self.headline.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.headline)
        column.addWidget(self.pages, 1)
        self.samples.changed.connect(self._show_headline)
        self.samples.insight_changed.connect(self._show_headline)
        pad.ready.connect(self.gallery.model.forget_ink)
        self.set_theme(theme)
        self._show_headline()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the colours of a theme."""
        self._theme = theme
        self.hide_button.setIcon(icon("panel-right", theme))
        self.gallery.set_theme(theme)
        if self.insight is not None:
            self.insight.set_theme(theme)

    def begin(self) -> None:
        """Show the drawer, with the keys in its page."""
        self.show()
        self.samples.watch()
        self._page_keys().setFocus()

    def leave(self) -> None:
        """Hide it; nothing is asked for any more."""
        self.samples.leave()
        self.hide()

    def turn(self, page: int) -> None:
        """Show the gallery (0) or the figures (1)."""
        if page and self.insight is None:
            from handpad.app.handwriting.insight_view import InsightView

            self.insight = InsightView(self.samples, self._theme)
            self.insight.trouble.connect(self.trouble)
            self.insight.told.connect(lambda sentence: self.samples.told.emit(sentence, False))
            self.pages.addWidget(self.insight)
        self.tabs.button(page).setChecked(True)
        self.pages.setCurrentIndex(page)
        self.samples.want_all(page > 0)

    def show_character(self, label: str) -> None:
        """Show the samples of a character, or of all for ""."""
        self.turn(0)
        self.gallery.show_character(label)

    def show_behind(self, label: str, strokes: Sequence, guide: Any) -> None:
        """Show the samples that speak for ink being read as a label, or against it."""
        self.turn(0)
        self.samples.behind(label, strokes, guide, lambda weights: self.gallery.show_behind(label, weights))

    def _page_keys(self) -> QWidget:
        if self.pages.currentWidget() is self.insight and self.insight is not None:
            return self.insight.copy
        return self.gallery.characters

    def _show_headline(self) -> None:
        if self.samples.insight is not None:
            from handpad.insight.words import headline

            self.headline.setText(headline(self.samples.insight))
        else:
            learned = sum(not row.aside for row in self.samples.rows)
            self.headline.setText(f"{counted(learned, 'character')} learned from you.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
