"""All keys of a window, taken from its actions and buttons, so that none is missing and none is wrong."""

from typing import NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget


class Shortcut(NamedTuple):
    """What keys do, and the keys as they are called on this system: several that do the same."""

    name: str
    keys: tuple[str, ...]


def shortcuts_of(window: QWidget) -> list[Shortcut]:
    """The shortcuts of all actions and buttons in a window, each once, in the order in which they were made."""
    found: dict[tuple[str, ...], str] = {}
    for action in window.findChildren(QAction):
        keys = tuple(_name(keys) for keys in action.shortcuts())
        if keys and action.text():
            found.setdefault(keys, action.text())
    for button in window.findChildren(QAbstractButton):
        if not button.shortcut().isEmpty():
            found.setdefault((_name(button.shortcut()),), button.accessibleName() or button.text())
    return [Shortcut(name.replace("&", "").rstrip(" …"), keys) for keys, name in found.items()]


def _name(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
