"""The actions of the main window with their names, keys and icons, and the bar that most of them stand on."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QToolBar, QToolButton, QWidget

from handpad.app.icons import icon
from handpad.app.theme import Theme


class Actions(QObject):
    """What the bar, the menu and the keys of the main window offer; the window connects it to what is done.

    Attributes
    ----------
    pens, eraser : what the pen does, three favourites and the eraser; one of them is checked. pen : the first.
    undo, redo : steps of the page.
    lines, boxes : how the next lines are written on; one of them is checked.
    pages, search : the drawer with all pages, and its search field.
    handwriting : the drawer with all that was learned.
    zoom_in, zoom_out, zoom_reset : how large the page is shown.
    copy, copy_paragraphs, new, quit : the text of the page, also with wrapped lines as one, the next page, the end.
    open, export, print, copy_ink, paste : files and the clipboard. help : how it works, and all keys.
    """

    def __init__(self, window: QMainWindow):
        super().__init__(window)
        self._window = window
        self._icon_names: dict[QAction, str] = {}
        self.pages = self._action("panel-left", "Pages", "Ctrl+P", checkable=True)
        self.search = self._action("search", "Search all pages", QKeySequence.StandardKey.Find)
        self.handwriting = self._action("panel-right", "My handwriting", "Ctrl+H", checkable=True)
        keys = ("P", "Shift+P", "H")
        self.pens = [
            self._action("pen", f"Pen {place}", key, checkable=True) for place, key in enumerate(keys, start=1)
        ]
        self.pen = self.pens[0]
        self.eraser = self._action("eraser", "Eraser", "E", checkable=True)
        self._one_of(*self.pens, self.eraser)
        self.pen.setChecked(True)
        self.undo = self._action("undo-2", "Undo", QKeySequence.StandardKey.Undo)
        self.redo = self._action("redo-2", "Redo", QKeySequence.StandardKey.Redo)
        self._also(self.redo, "Ctrl+Y", "Ctrl+Shift+Z")
        self.lines = self._action("rows-3", "Write on lines", "L", checkable=True)
        self.boxes = self._action("columns-3", "Write in boxes", "B", checkable=True)
        self._one_of(self.lines, self.boxes)
        self.copy = self._action("copy", "Copy text", QKeySequence.StandardKey.Copy)
        self._also(self.copy, "Ctrl+Shift+C")
        self.copy_paragraphs = self._action("copy", "Copy as paragraphs", "Ctrl+Alt+C")
        self.new = self._action("file-plus", "New page", QKeySequence.StandardKey.New)
        self.zoom_in = self._action("zoom-in", "Larger", "Ctrl++")
        self._also(self.zoom_in, "Ctrl+=")
        self.zoom_out = self._action("zoom-out", "Smaller", "Ctrl+-")
        self.zoom_reset = self._action("search", "Usual size", "Ctrl+0")
        self.open = self._action("folder-open", "Open …", QKeySequence.StandardKey.Open)
        self.export = self._action("file-output", "Export …", "Ctrl+E")
        self.print = self._action("printer", "Print …", "Ctrl+Shift+P")
        self.copy_ink = self._action("image", "Copy ink and picture", "Ctrl+Alt+P")
        self.paste = self._action("clipboard-paste", "Paste ink", QKeySequence.StandardKey.Paste)
        self.help = self._action("circle-question-mark", "Help and keys", "F1")
        self._also(self.help, "?")
        self.quit = QAction("Quit", window, shortcut=QKeySequence.StandardKey.Quit)
        window.addAction(self.quit)

    def _action(self, name: str, text: str, shortcut, checkable: bool = False) -> QAction:
        action = QAction(text, self._window, checkable=checkable)
        action.setShortcut(QKeySequence(shortcut))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({keys})" if keys else text)
        self._icon_names[action] = name
        self._window.addAction(action)
        return action

    def _also(self, action: QAction, *keys: str) -> None:
        """Give an action further keys, which its tool tip does not name."""
        known = [action.shortcut(), *QKeySequence.listFromString("; ".join(keys))]
        action.setShortcuts(list(dict.fromkeys(known)))

    def _one_of(self, *actions: QAction) -> None:
        """Let exactly one of some actions be checked."""
        group = QActionGroup(self._window)
        for action in actions:
            group.addAction(action)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of a theme."""
        for action, name in self._icon_names.items():
            action.setIcon(icon(name, theme))


class ActionBar(QToolBar):
    """The slim bar at the top; `menu_button` at its right end opens the menu that is set on it."""

    def __init__(self, actions: Actions):
        super().__init__("Tools", movable=False, floatable=False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for group in (
            (actions.pages,),
            (*actions.pens, actions.eraser),
            (actions.undo, actions.redo),
            (actions.lines, actions.boxes),
            (actions.new,),
        ):
            for action in group:
                self.addAction(action)
                self.widgetForAction(action).setFocusPolicy(Qt.FocusPolicy.TabFocus)
                self.widgetForAction(action).setAccessibleName(action.text())
            if actions.new not in group:
                self.addSeparator()
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.addAction(actions.handwriting)
        self.widgetForAction(actions.handwriting).setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.widgetForAction(actions.handwriting).setAccessibleName(actions.handwriting.text())
        self.menu_button = QToolButton(toolTip="Menu (F10)", popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setShortcut("F10")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(self.menu_button)

    def button(self, action: QAction) -> QToolButton:
        """The button of an action. Raises KeyError if it has none."""
        button = self.widgetForAction(action)
        if not isinstance(button, QToolButton):
            raise KeyError(action.text())
        return button

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon of the menu in the colours of a theme."""
        self.menu_button.setIcon(icon("menu", theme))
