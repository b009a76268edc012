"""A question before something is done that cannot be undone."""

from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget


def asked(parent: QWidget, question: str, explanation: str, do: str, leave: str) -> bool:
    """Ask whether to do what cannot be taken back; Enter and Escape leave it.

    do, leave : what the two buttons say.
    """
    box = QMessageBox(parent, icon=QMessageBox.Icon.Question, text=question)
    box.setWindowTitle("Handpad")
    box.setInformativeText(explanation)
    box.layout().setContentsMargins(18, 18, 18, 16)
    doing = QPushButton(do)
    doing.setProperty("danger", True)
    box.addButton(doing, QMessageBox.ButtonRole.ResetRole)  # stands apart from the other
    stay = box.addButton(leave, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is doing
