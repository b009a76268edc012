"""Bar, menu and keys lead to what they say."""

from handwriting import write_line
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from tablet import Pen

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
    assert window.pad.session.alphabet.known == tuple("0123456789")
    entry(window.menu, "My words …").trigger()
    window.findChild(WordsDialog).close()
    entry(window.menu, "Train a base model …").trigger()
    assert window.wizard.isVisible()


def test_after_a_choice_in_the_menu_the_keys_go_to_the_page(qtbot, window):
    window.activateWindow()
    window.bar.menu_button.setFocus()
    QTimer.singleShot(200, lambda: choose(window, "As published"))
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        QTest.mouseClick(window.bar.menu_button, Qt.MouseButton.LeftButton)  # returns when the menu is closed
    qtbot.waitUntil(lambda: window.canvas.hasFocus(), timeout=2000)
    assert window.settings["model"] == "paper"


def choose(window, text):
    """Go through the menu with the keys to a choice of the base model and take it."""
    model = next(action for action in window.menu.actions() if action.text() == "Base model")
    window.menu.setActiveAction(model)
    QTest.keyClick(window.menu, Qt.Key.Key_Right)
    model.menu().setActiveAction(entry(model.menu(), text))
    QTest.keyClick(model.menu(), Qt.Key.Key_Return)


def test_ctrl_y_does_again_and_ctrl_c_copies_the_page(qtbot, window):
    window.activateWindow()
    window.canvas.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    for letter in write_line("to"):
        Pen(window.canvas).write(letter)
    qtbot.waitUntil(lambda: len(window.pad.page.text()) == 2, timeout=10_000)
    text = window.pad.page.text()
    QTest.keyClick(window.canvas, Qt.Key.Key_Z, control)
    assert len(window.pad.page.strokes) == 2
    QTest.keyClick(window.canvas, Qt.Key.Key_Y, control)
    assert len(window.pad.page.strokes) == 3
    qtbot.waitUntil(lambda: window.pad.page.text() == text, timeout=10_000)
    QTest.keyClick(window.canvas, Qt.Key.Key_C, control)
    assert QGuiApplication.clipboard().text() == text
    assert "Copied 2 characters" in window.status.sentence.text()
