"""The menu of the main window: pages, every setting of the table, the writer's words, training."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from handpad.app.actions import Actions
from handpad.installed import available_models
from handpad.settings import TABLE, Setting, Settings


class MainMenu(QMenu):
    """The menu with the base models that are installed when it is made.

    Signals
    -------
    setting_chosen(key, value) : the user has chosen a setting.
    words_asked(), training_asked(), models_asked(), about_asked() : the user wants to see these.
    """

    setting_chosen = Signal(str, str)
    words_asked = Signal()
    training_asked = Signal()
    models_asked = Signal()
    about_asked = Signal()

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget):
        super().__init__(parent, toolTipsVisible=True)
        self._choices: dict[tuple[str, str], QAction] = {}
        self.addAction(actions.new)
        self.addActions([actions.open, actions.export, actions.print])
        self.addSeparator()
        self.addMenu("Copy").addActions([actions.copy, actions.copy_paragraphs, actions.copy_ink])
        self.addAction(actions.paste)
        zoom = self.addMenu("Size of the page")
        for action in (actions.zoom_in, actions.zoom_out, actions.zoom_reset):
            zoom.addAction(action)
        self.addSeparator()
        for setting in TABLE:
            self._add_setting(setting, settings[setting.key])
        self.addSeparator()
        self.addAction(actions.handwriting)
        self.addAction("Pen test …").triggered.connect(self._test_pen)
        self.addAction("My words …").triggered.connect(self.words_asked)
        self.addAction("Train a base model …").triggered.connect(self.training_asked)
        self.addSeparator()
        self.addAction(actions.help)
        self.addAction("About Handpad").triggered.connect(self.about_asked)
        self.addAction(actions.quit)

    def _add_setting(self, setting: Setting, chosen: str) -> None:
        submenu = self.addMenu(setting.title)
        submenu.setToolTipsVisible(True)
        submenu.menuAction().setToolTip(setting.help)
        group = QActionGroup(submenu)
        choices = dict(setting.choices)
        if setting.key == "model":
            choices |= {name: name for name in available_models() if name not in choices}
        for value, text in choices.items():
            action = submenu.addAction(text)
            action.setCheckable(True)
            action.setChecked(chosen == value)
            action.setToolTip(setting.help)
            action.triggered.connect(lambda _=False, v=value: self.setting_chosen.emit(setting.key, v))
            group.addAction(action)
            self._choices[setting.key, value] = action
        if setting.key == "model":
            submenu.addSeparator()
            submenu.addAction("Delete a model …").triggered.connect(self.models_asked)

    def _test_pen(self) -> None:
        from handpad.app.pen_test import PenTest  # seldom needed

        test = PenTest(self.parentWidget())
        test.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        test.show()

    def show_setting(self, key: str, value: str) -> None:
        """Check another choice of a setting. Raises KeyError for one that the menu does not have."""
        self._choices[key, value].setChecked(True)
