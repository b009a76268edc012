"""The sheet of all keys, help, and what is said at the first start."""

from handwriting import write
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from tablet import Pen

import handpad
from handpad.app.help.dialog import HelpDialog
from handpad.app.help.shortcuts import shortcuts_of
from handpad.paths import user_data


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


def test_f1_shows_every_key_of_every_action_and_button(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None)
    QTest.keyClick(window.canvas, Qt.Key.Key_F1)
    dialog = window.findChild(HelpDialog)
    shown = texts(dialog.sheets.currentWidget())
    for action in window.actions():
        for keys in action.shortcuts():
            assert any(keys.toString(keys.SequenceFormat.NativeText) in text.split(" or ") for text in shown), (
                action.text()
            )
    assert "Menu" in shown and "F10" in shown
    assert any("Delete removes" in text for text in shown)
    names = [shortcut.name for shortcut in shortcuts_of(window)]
    assert len(names) == len(set(names)) > 12
    dialog.close()


def test_about_tells_version_licence_and_folder(window):
    next(action for action in window.menu.actions() if action.text() == "About Handpad").trigger()
    shown = " ".join(texts(window.findChild(HelpDialog).sheets.currentWidget()))
    assert handpad.__version__ in shown and "MIT" in shown and str(user_data()) in shown
    assert not QGuiApplication.windowIcon().isNull()
    window.findChild(HelpDialog).close()


def test_the_first_start_says_three_sentences_until_the_first_stroke(window):
    assert window.canvas.view.welcomes
    grabbed = window.canvas.grab().toImage()
    Pen(window.canvas).write(write("T", 30, (60, 74)))
    assert not window.canvas.view.welcomes
    window.pad.undo()
    window.pad.undo()
    assert not window.pad.page.strokes
    assert window.canvas.grab().toImage() != grabbed  # not said again


def test_later_starts_say_no_more_than_where_to_write(start):
    window = start()
    Pen(window.canvas).write(write("T", 30, (60, 74)))
    window.close()
    assert not start().canvas.view.welcomes
