"""The drawer on the left: notebooks, a search field, and the pages."""

import functools
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from handpad.app.icons import icon
from handpad.app.pages.page_list import PageDelegate, PageList, name_of
from handpad.app.pages.shelf_thread import WIDTH, ShelfThread
from handpad.app.theme import Theme
from handpad.notebook.index import Entry, Hit
from handpad.notebook.shelf import NotebookError, Shelf

FIRST = "Notes"
"""What the first notebook, which has no name of its own, is called."""

SEARCH_AFTER_MS = 60
_ALL, _TRASH, _NEW = object(), object(), object()


class PagesDrawer(QFrame):
    """All pages of a shelf; closed at first.

    Signals
    -------
    opened(path, words) : a page is to be opened, with the words that were found on it.
    discarded(path), restored(path), moved(path, notebook) : what is to be done with a page.
    new_asked(notebook) : a new page in a notebook is wanted.
    trouble(str) : a sentence for the user.
    closed() : Escape was pressed, or its button: the page is to have the keys again.
    """

    opened = Signal(object, object)
    discarded = Signal(object)
    restored = Signal(object)
    moved = Signal(object, str)
    new_asked = Signal(str)
    trouble = Signal(str)
    closed = Signal()

    def __init__(self, shelf: Shelf, theme: Theme):
        super().__init__(objectName="drawer")
        self.shelf, self._theme = shelf, theme
        self._entries: list[Entry] = []
        self._thread: ShelfThread | None = None
        self.setFixedWidth(WIDTH + 52)
        self.setAccessibleName("Pages")
        self.notebook = QComboBox()
        self.notebook.setAccessibleName("Notebook")
        self.notebook.activated.connect(self._choose)
        self.hide_button = QToolButton(toolTip="Close (Esc)")
        self.hide_button.setAccessibleName("Close the list of pages")
        self.hide_button.clicked.connect(self._leave)
        self.search = QLineEdit(placeholderText="Search all pages", clearButtonEnabled=True)
        self.search.setAccessibleName("Search all pages")
        self._search_icon = self.search.addAction(icon("search", theme), QLineEdit.ActionPosition.LeadingPosition)
        self.search.returnPressed.connect(self._open_first)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._pause.timeout.connect(self._show)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.model = PageList()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(PageDelegate(self.model, lambda: self._theme))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Pages, what was written last first")
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.list.clicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.empty = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self.empty.setContentsMargins(16, 30, 16, 30)
        self.new_page = QPushButton("New page here")
        self.new_page.clicked.connect(lambda: self.new_asked.emit(self._notebook() or ""))
        self.empty_trash = QPushButton("Empty the trash")
        self.empty_trash.setProperty("danger", True)
        self.empty_trash.clicked.connect(self._empty_trash)
        top = QHBoxLayout()
        top.addWidget(self.notebook, 1)
        top.addWidget(self.hide_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addWidget(self.new_page)
        column.addWidget(self.empty_trash)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the colours of a theme."""
        self._theme = theme
        self.hide_button.setIcon(icon("panel-left", theme))
        self._search_icon.setIcon(icon("search", theme, theme.muted))
        self.model.drop_pictures()
        self.list.viewport().update()

    def show_open(self, page: Path) -> None:
        """Mark the page that is open, and look at the shelf again."""
        self.model.open_page = page
        self.show_again()

    def show_again(self) -> None:
        """Look at the shelf again if it is shown: pages on it are others."""
        if self.isVisible():
            self.refresh()

    def begin(self, searching: bool = False) -> None:
        """Show the drawer, with the keys in its list or in its search field."""
        self.show()
        self.refresh()
        (self.search if searching else self.list).setFocus()
        self.search.selectAll()

    def refresh(self) -> None:
        """Look at the shelf again."""
        if self._thread is None:
            self._thread = ShelfThread(self.shelf)
            self._thread.listed.connect(self._on_listed)
            self._thread.found.connect(self._on_found)
            self._thread.pictured.connect(self.model.take_picture)
            self.model.wanted.connect(lambda path, changed: self._thread.picture(path, changed, self._theme.ink))
        self._fill_notebooks()
        self._thread.refresh()
        self._show()

    def close_thread(self) -> None:
        """End what runs beside the window."""
        if self._thread is not None:
            self._thread.close()

    # What is listed

    def _notebook(self) -> str | None:
        """The notebook that is chosen; None for all, or the trash."""
        chosen = self.notebook.currentData()
        return chosen if isinstance(chosen, str) else None

    def _fill_notebooks(self) -> None:
        chosen = self.notebook.currentData()
        self.notebook.blockSignals(True)
        self.notebook.clear()
        self.notebook.addItem("All pages", _ALL)
        names = self.shelf.notebooks()
        for name in names:
            self.notebook.addItem(name or FIRST, name)
        self.notebook.insertSeparator(self.notebook.count())
        self.notebook.addItem("Trash", _TRASH)
        self.notebook.addItem("New notebook\u2026", _NEW)
        places = [self.notebook.itemData(place) for place in range(self.notebook.count())]
        self.notebook.setCurrentIndex(places.index(chosen) if chosen is not None and chosen in places else 0)
        self.notebook.blockSignals(False)

    def _choose(self, _: int) -> None:
        if self.notebook.currentData() is _NEW:
            self.notebook.setCurrentIndex(0)
            name, given = QInputDialog.getText(self, "New notebook", "Name of the notebook:")
            if given:
                self._make_notebook(name)
        self._show()

    def _make_notebook(self, name: str) -> None:
        try:
            made = self.shelf.make_notebook(name)
        except NotebookError as error:
            self.trouble.emit(str(error))
            return
        self._fill_notebooks()
        self.notebook.setCurrentIndex(self.notebook.findData(made))

    def _on_listed(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._show()

    def _show(self) -> None:
        """List what is to be listed now; what is searched for follows from the thread."""
        in_trash = self.notebook.currentData() is _TRASH
        self.search.setEnabled(not in_trash)
        self.new_page.setVisible(not in_trash)
        query = self.search.text().strip()
        if in_trash:
            self._list([Hit(Entry(page, "", 1), ()) for page in self.shelf.trashed()], "The trash is empty.")
        elif query and self._thread is not None:
            self._thread.search(query, self._notebook())
        else:
            notebook = self._notebook()
            rows = [
                Hit(entry, ())
                for entry in self._entries
                if notebook in (None, entry.file.notebook)
                and (entry.strokes or entry.file.path == self.model.open_page)
            ]
            self._list(rows, "Your pages stand here once you have written some.")

    def _on_found(self, query: str, hits: list[Hit]) -> None:
        if query == self.search.text().strip() and self.notebook.currentData() is not _TRASH:
            self._list(hits, f"No page has \u201c{query}\u201d.")

    def _list(self, rows: list[Hit], nothing: str) -> None:
        self.model.show_rows(rows)
        self.empty.setText(nothing)
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.empty_trash.setVisible(self.notebook.currentData() is _TRASH and bool(rows))
        row = self.model.row_of(self.model.open_page) if self.model.open_page else None
        if row is not None and not self.search.text():
            self.list.setCurrentIndex(self.model.index(row))
        elif rows:
            self.list.setCurrentIndex(self.model.index(0))

    # What is done with a page

    def _open(self, index: QModelIndex) -> None:
        hit = self.model.hit(index.row())
        if self.notebook.currentData() is _TRASH:
            self.restored.emit(hit.entry.file.path)
        else:
            self.opened.emit(hit.entry.file.path, hit.words)

    def _open_first(self) -> None:
        if self.model.rowCount():
            self._open(self.list.currentIndex() if self.list.currentIndex().isValid() else self.model.index(0))

    def _open_menu(self, point: QPoint) -> None:
        index = self.list.indexAt(point)
        if not index.isValid():
            return
        path, menu = self.model.hit(index.row()).entry.file.path, QMenu(self)
        if self.notebook.currentData() is _TRASH:
            menu.addAction("Put back", lambda: self.restored.emit(path))
        else:
            menu.addAction("Open", lambda: self._open(index))
            move = menu.addMenu("Move to")
            for name in self.shelf.notebooks():
                move.addAction(name or FIRST).triggered.connect(functools.partial(self.moved.emit, path, name))
            menu.addAction("Throw away", lambda: self.discarded.emit(path))
        menu.exec(self.list.viewport().mapToGlobal(point))
        menu.deleteLater()

    def _empty_trash(self) -> None:
        count = len(self.shelf.trashed())
        question = f"Remove {count} page{'s' if count > 1 else ''} for good? This cannot be undone."
        yes = QMessageBox.StandardButton.Yes
        if QMessageBox.question(self, "Empty the trash", question, yes | QMessageBox.StandardButton.Cancel) == yes:
            try:
                self.shelf.empty_trash()
            except NotebookError as error:
                self.trouble.emit(str(error))
            self._show()

    def _leave(self) -> None:
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves; Delete throws the chosen page away, or puts one of the trash back with Return."""
        index = self.list.currentIndex()
        if event.key() == Qt.Key.Key_Escape:
            if self.search.text():
                self.search.clear()
            else:
                self._leave()
        elif event.matches(QKeySequence.StandardKey.Delete) and index.isValid() and self.list.hasFocus():
            if self.notebook.currentData() is not _TRASH:
                self.discarded.emit(self.model.hit(index.row()).entry.file.path)
        else:
            super().keyPressEvent(event)

    def beside(self, path: Path) -> Path | None:
        """The page that is listed below another, or above if it is the last; None if there is no other."""
        listed = [self.model.hit(row).entry.file.path for row in range(self.model.rowCount())]
        place = listed.index(path) if path in listed else 0
        others = [other for other in listed if other != path]
        return others[min(place, len(others) - 1)] if others else None

    def name_of(self, path: Path) -> str:
        """What a page is called in the list."""
        return next((name_of(entry) for entry in self._entries if entry.file.path == path), "the page")
