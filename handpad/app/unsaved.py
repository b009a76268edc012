"""Ink that is not on disk: what is said about it, where else it can be saved, and what is asked before closing."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

from handpad.app.pad import Pad
from handpad.app.status_line import counted
from handpad.files import stamp
from handpad.page.document import DocumentError


def unsaved_sentence(pad: Pad) -> str:
    """What is not on disk, and why; "" if all is."""
    if not pad.file.problem:
        return ""
    return f"{pad.file.problem} {_what(pad)} yet; Handpad tries again every few seconds."


def save_elsewhere(pad: Pad, parent: QWidget) -> str:
    """Ask for another file and keep the page there; returns a sentence that says what came of it, "" for nothing."""
    suggested = str(Path("~").expanduser() / f"page-{stamp()}.inkml")
    name, _ = QFileDialog.getSaveFileName(parent, "Save the page elsewhere", suggested, "Pages of ink (*.inkml)")
    if not name:
        return ""
    path = Path(name)
    if not path.suffix:
        path = path.with_suffix(".inkml")
    try:
        pad.file.save_elsewhere(path)
    except DocumentError as error:
        return str(error)
    return f"The page is kept as {path} now. Handpad opens it from there the next time."


def may_close(pad: Pad, parent: QWidget) -> bool:
    """Write the page; while it is not on disk, ask what to do. Returns whether the window may close."""
    told = ""
    while not pad.file.save():
        box = QMessageBox(parent, icon=QMessageBox.Icon.Warning, text=_what(pad) + ".")
        box.setWindowTitle("Handpad")
        box.setInformativeText(f"{pad.file.problem} {told}".strip())
        box.layout().setContentsMargins(18, 18, 18, 16)
        lose = QPushButton(f"Close and lose {_count(pad)}")
        lose.setProperty("danger", True)
        box.addButton(lose, QMessageBox.ButtonRole.ResetRole)  # stands apart from the others
        again = box.addButton("Try again", QMessageBox.ButtonRole.AcceptRole)
        elsewhere = box.addButton("Save elsewhere …", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Keep it open", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(again)
        box.setEscapeButton(stay)
        box.exec()
        told = ""
        if box.clickedButton() is elsewhere:
            told = save_elsewhere(pad, parent)
        elif box.clickedButton() is lose:
            pad.file.given_up = True
            return True
        elif box.clickedButton() is not again:
            return False
    return True


def _count(pad: Pad) -> str:
    return counted(pad.file.unsaved_strokes, "stroke") if pad.file.unsaved_strokes else "the last changes"


def _what(pad: Pad) -> str:
    count = _count(pad)
    return f"{count[0].upper()}{count[1:]} {'is' if pad.file.unsaved_strokes == 1 else 'are'} not on disk"
