"""The text of the page below the paper, where it can be edited as in any editor."""

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from handpad.page.document import MOST_TYPED
from handpad.page.page import Page
from handpad.page.text_edit import common_ends, merged_text, same_text

PAUSE_MS = 1500
"""So long after the last key an edit is the writer's word ..."""

INSIDE_MS = 4000
"""... or so long if the cursor still stands before a letter, as while a word is typed in front of another."""


AGAIN_MS = 100
"""After so long an edit that could not be done yet is given on again."""


class TextPanel(QPlainTextEdit):
    """An editor of a page's text. What is typed is given on when the writer pauses or leaves the word.

    Until then, and while that is being done, it stays as it was typed, whatever else becomes of the page.

    Signals
    -------
    edited(page, text) : the text of this page is to become that one.
    copy_asked(), undo_asked(), redo_asked() : these keys were pressed, and are not about the text typed last.
    left() : the writer wants to go back to the page.
    """

    edited = Signal(object, str)
    copy_asked = Signal()
    undo_asked = Signal()
    redo_asked = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__(placeholderText="What you write appears here as text, and can be edited here.")
        self.setAccessibleName("The text of this page")
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)  # a step back is one of the page
        self._page = Page()
        self._given = ""  # what the page says, or will when the last edit is done
        self._given_before = ""
        self._showing = False
        self._edited_at = 0
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self.give)
        self.textChanged.connect(self._on_change)
        self.cursorPositionChanged.connect(self._on_cursor)

    @property
    def is_edited(self) -> bool:
        """Whether something was typed that has not been given on."""
        return not same_text(self.toPlainText(), self._given)

    def show_page(self, page: Page) -> None:
        """Show what a page says; what is being typed stays in it."""
        text, mine, self._page = page.text(), self.toPlainText(), page
        if not same_text(text, self._given):  # white space stays as it is typed
            self._show(merged_text(self._given, mine, text))
        self._given = text
        if self.is_edited and not self._pause.isActive():
            self._pause.start(PAUSE_MS)

    def give(self) -> None:
        """Give on what was typed."""
        self._pause.stop()
        if self.is_edited:
            self._given_before, self._given = self._given, self.toPlainText()
            self.edited.emit(self._page, self._given)

    def wait(self) -> None:
        """What was given on cannot be done yet: it will be given on again."""
        self._given = self._given_before
        self._pause.start(AGAIN_MS)

    def _show(self, text: str) -> None:
        """Replace only what differs, so that cursor and selection stay where they are."""
        mine = self.toPlainText()
        first, last = common_ends(mine, text)
        cursor = QTextCursor(self.document())
        cursor.setPosition(_place(mine, first))
        cursor.setPosition(_place(mine, len(mine) - last), QTextCursor.MoveMode.KeepAnchor)
        self._showing = True
        cursor.insertText(text[first : len(text) - last])
        self._showing = False
        if not self.hasFocus():
            self.moveCursor(QTextCursor.MoveOperation.End)

    def _on_change(self) -> None:
        if self._showing:
            return
        position = self._edited_at = self.textCursor().position()
        before, behind = self._around(position)
        if before.isspace() and (not behind or behind.isspace()):
            self.give()
        else:
            self._pause.start(INSIDE_MS if behind and not behind.isspace() else PAUSE_MS)

    def _around(self, position: int) -> tuple[str, str]:
        """The characters before and behind a position; "" where there is none."""
        document = self.document()
        both = (document.characterAt(position - 1) if position else "", document.characterAt(position))
        before, behind = ("\n" if character == "\u2029" else character for character in both)
        return before, "" if position >= document.characterCount() - 1 else behind

    def _on_cursor(self) -> None:
        """Give on what was typed if the cursor has left the word."""
        position = self.textCursor().position()
        if self._showing or position == self._edited_at or not self.is_edited:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(self._edited_at, self.document().characterCount() - 1))
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        if any(character.isspace() for character in cursor.selectedText()):
            self.give()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.give()
            if same_text(self.toPlainText(), self._page.text()):
                self._show(self._page.text())

    def event(self, event: QEvent) -> bool:
        # What the keys of an editor do is about its text: they are no shortcuts of the window here.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _step(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _step(event)
        if step == "undo" and self.is_edited:
            self._pause.stop()
            self._show(self._given)
        elif step:
            (self.undo_asked if step == "undo" else self.redo_asked).emit()
        elif event.matches(QKeySequence.StandardKey.Copy) and not self.textCursor().hasSelection():
            self.copy_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.give()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text, no more than a page holds."""
        self.insertPlainText(source.text()[:MOST_TYPED])


def _step(event: QKeyEvent) -> str:
    """Whether a key takes a step back ("undo") or does it again ("redo"); "" for all others."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return "redo" if event.matches(QKeySequence.StandardKey.Redo) or (control and event.key() == Qt.Key.Key_Y) else ""


def _place(text: str, index: int) -> int:
    """Where a character of a text is in its document, which counts in UTF-16."""
    return len(text[:index].encode("utf-16-le")) // 2
