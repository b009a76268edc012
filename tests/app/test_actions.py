"""Bar, menu and keys lead to what they say."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from handpad.app.words_dialog import WordsDialog


def entry(menu, text):
    """The entry of a menu, or of one of its submenus, that says a text."""
    actions = [action for each in menu.actions() for action in (each, *(each.menu().actions() if each.menu() else ()))]
    return next(action for action in actions if action.text() == text)


def test_the_bar(window):
    tools = window.tools
    tools.eraser.trigger()
    assert window.canvas.eraser
    tools.pen.trigger()
    assert not window.canvas.eraser
    tools.boxes.trigger()
    assert window.pad.page.boxes
    assert tools.boxes.isChecked()
    assert not tools.lines.isChecked()
    tools.undo.trigger()
    assert tools.lines.isChecked()
    tools.redo.trigger()
    tools.lines.trigger()
    assert not window.pad.page.boxes


def test_keys_and_quitting(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None)
    QTest.keyClick(window.canvas, Qt.Key.Key_B)
    assert window.pad.page.boxes
    QTest.keyClick(window.canvas, Qt.Key.Key_E)
    assert window.canvas.eraser
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window.canvas, Qt.Key.Key_C, control | Qt.KeyboardModifier.ShiftModifier)
    assert "no text to copy" in window.status.sentence.text()
    window.tools.quit.trigger()
    assert not window.isVisible()


def test_the_menu(qtbot, window):
    entry(window.menu, "Dark").trigger()
    assert window.theme.dark
    assert window.settings["theme"] == "dark"
    entry(window.menu, "Paused").trigger()
    assert not window.pad.session.learns
    assert "paused" in window.status.sentence.text()
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        entry(window.menu, "Digits only").trigger()
    assert window.pad.alphabet == "0123456789"
    entry(window.menu, "My words …").trigger()
    window.findChild(WordsDialog).close()
    entry(window.menu, "Train a base model …").trigger()
    assert window.wizard.isVisible()
