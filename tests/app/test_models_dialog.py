"""Deleting installed base models from the menu."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from handpad.app.models_dialog import ModelsDialog
from handpad.installed import install_model, installed_models
from handpad.paths import bundled_models


def answer(button):
    def press():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(50, press)
            return
        next(each for each in box.buttons() if each.text() == button).click()

    QTimer.singleShot(0, press)


def test_a_model_is_deleted_after_a_question_and_the_one_in_use_is_not(qtbot, start):
    for name in ("first", "second"):
        install_model(bundled_models() / "paper", name)
    window = start()
    with qtbot.waitSignal(window.pad.ready, timeout=20_000):
        window.set_setting("model", "second")
    base = next(action.menu() for action in window.menu.actions() if action.menu() and action.text() == "Base model")
    next(action for action in base.actions() if action.text() == "Delete a model …").trigger()
    dialog = window.findChild(ModelsDialog)
    assert dialog.list.count() == 2
    dialog.list.setCurrentRow(1)
    assert "in use" in dialog.list.currentItem().text()
    assert not dialog.delete_button.isEnabled() and "choose another" in dialog.note.text()
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert set(installed_models()) == {"first", "second"}
    dialog.list.setCurrentRow(0)
    answer("Keep it")
    dialog.delete_button.click()
    assert set(installed_models()) == {"first", "second"}
    answer("Delete it")
    dialog.delete_button.click()
    assert set(installed_models()) == {"second"}
    texts = [action.text() for action in window.menu.actions()]
    assert "first" not in [a.text() for m in window.menu.actions() if m.menu() for a in m.menu().actions()] and texts
    assert "deleted" in window.status.sentence.text()
