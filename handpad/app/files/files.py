"""What the window does with files and the clipboard: open, export, print, copy ink, paste ink."""

from __future__ import annotations

import functools
import glob
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QStandardPaths
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog

from handpad.app.drawn_files import drawn
from handpad.app.files.clipboard import INKML, copied, pasted
from handpad.app.files.export_dialog import ExportDialog
from handpad.app.files.printing import print_page
from handpad.app.files.work import Stopped, Work, WorkLine
from handpad.app.pages.drawer import FIRST
from handpad.app.status_line import counted
from handpad.errors import HandpadError
from handpad.files import numbered
from handpad.formats.document import Document
from handpad.formats.exporting import KINDS, contents, write_contents
from handpad.formats.opening import SUFFIXES
from handpad.notebook.documents import as_ink_page, notebook_as_document
from handpad.notebook.opening import Opened, open_file
from handpad.notebook.reading import read_file
from handpad.notebook.words import name_of

if TYPE_CHECKING:
    from handpad.app.window import MainWindow

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class Files(QObject):
    """Does these for a window, whose actions it connects; `line` tells of work that takes long."""

    def __init__(self, window: MainWindow):
        super().__init__(window)
        self._window = window
        self._pad = window.pad
        self._kind = "pdf"
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        self.line = WorkLine()
        tools = window.tools
        tools.open.triggered.connect(lambda: self.ask_open())
        tools.export.triggered.connect(lambda: self.ask_export())
        tools.print.triggered.connect(lambda: self.print_page())
        tools.copy_ink.triggered.connect(lambda: self.copy_ink())
        tools.paste.triggered.connect(lambda: self.paste())
        for widget in (window, window.bottom.text.viewport()):
            widget.setAcceptDrops(True)
            widget.installEventFilter(self)

    # Opening

    def ask_open(self) -> None:
        """Ask for files of ink and open them."""
        endings = " ".join(f"*{suffix}" for suffix in (*SUFFIXES, ".xml"))
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open ink", str(self._folder), f"Files of ink ({endings});;All files (*)"
        )
        if names:
            self._folder = Path(names[0]).parent
            self.open(map(Path, names))

    def open(self, paths: Iterable[Path]) -> None:
        """Put the ink of files on new pages and show the first; a file that cannot be opened is told of."""
        files = list(dict.fromkeys(paths))
        notebook = self._pad.shelf.notebook_of(self._pad.file.path)
        title = f"Opening {files[0].name}" if len(files) == 1 else f"Opening {len(files):,} files"

        def opened(work: Work) -> tuple[list[Opened], list[str]]:
            found, refused = [], []
            try:
                for path in files:
                    try:
                        found.append(open_file(path, self._pad.shelf, notebook, work.tell))
                    except Stopped:
                        raise
                    except HandpadError as error:
                        refused.append(str(error))
            except Stopped:  # what was opened before stays
                work.stopped = not found
            return found, refused

        self.line.do(title, opened, lambda result: self._show_opened(*result), self._window.show_trouble)

    def _show_opened(self, found: list[Opened], refused: list[str]) -> None:
        for sentence in refused:
            self._window.show_trouble(sentence)
        if not found:
            return
        paths = [path for one in found for path in one.paths]
        before = self._pad.file.path
        self._window.open_page(paths[0])
        if self._pad.file.path != paths[0]:
            return  # the window has told why
        notebooks = [one.notebook for one in found if len(one.paths) > 1]
        where = f" in the notebook {notebooks[0]}" if len(notebooks) == 1 else ""
        left_out = [one.left_out for one in found if one.left_out]
        without = f" without {', '.join(left_out)}" if left_out else ""
        close = functools.partial(self._close, paths, notebooks, before)
        self._window.notice(f"Opened {counted(len(paths), 'page')}{where}{without}.", close)
        if paths[1:]:
            self._read(paths[1:])

    def _read(self, paths: list[Path]) -> None:
        """Read pages that are not open, so that they are found by what they say; if that is stopped, when opened."""

        def read(work: Work) -> None:
            from handpad.recognizer import Recognizer  # loads OpenCV

            recognizer = Recognizer(None, model=self._window.model_folder())
            try:
                for number, path in enumerate(paths):
                    tell = functools.partial(work.tell, number, len(paths))
                    tell()
                    if path.exists() and path != self._pad.file.path:
                        read_file(path, recognizer, tell)
            finally:
                recognizer.close()

        self.line.do("Reading the other pages", read, lambda _: self._window.pages.show_again(), self._unread)

    def _unread(self, sentence: str) -> None:
        self._window.show_trouble(f"{sentence} Pages that are not read yet are read when you open them.")

    def _close(self, paths: list[Path], notebooks: list[str], before: Path) -> None:
        """Take opened pages back: they go to the trash, and the notebooks that were made for them are removed."""
        self._window.open_page(before)
        for path in paths:
            if path != before:
                self._pad.discard(path, before)
        for notebook in notebooks:
            self._pad.shelf.remove_notebook(notebook)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Files may be dropped anywhere on the window."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop) and isinstance(
            event, QDropEvent
        ):
            paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
            if paths:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.open(paths)
                return True
        return False

    # Exporting

    def ask_export(self) -> None:
        """Ask what is to be exported and where, and do it."""
        self._window.finish_what_is_open()
        shelf, path = self._pad.shelf, self._pad.file.path
        notebook = shelf.notebook_of(path)
        pages = {page.path for page in shelf.pages(notebook)} | {path}
        dialog = ExportDialog(notebook or FIRST, len(pages), self._kind, self._window)
        if not dialog.exec():
            return
        kind, whole = dialog.chosen
        page = self._pad.page
        if not whole and not (page.strokes or page.typed):
            self._window.notice("There is nothing on this page to export yet.")
            return
        suggested = self._folder / f"{_file_name((notebook or FIRST) if whole else name_of(page))}.{kind}"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export", str(suggested), f"{KINDS[kind].split(':')[0].split(',')[0]} (*.{kind})"
        )
        if not name:
            return
        target = Path(name) if Path(name).suffix else Path(name).with_suffix(f".{kind}")
        self._kind, self._folder = kind, target.parent
        self.export(kind, target, notebook if whole else None)

    def export(self, kind: str, target: Path, notebook: str | None = None) -> None:
        """Write the page, or all of a notebook, to a file, or to numbered ones.

        kind : a key of KINDS. notebook : None for the page alone.
        """
        page, held = self._pad.page, {self._pad.file.path: self._pad.page}

        def export(work: Work) -> tuple[Document, list[Path]]:
            if notebook is None:
                document = Document((as_ink_page(page),))
            else:
                document = notebook_as_document(self._pad.shelf, notebook, held, work.tell)
            found = contents(document, kind, functools.partial(drawn, tell=work.tell))
            return document, write_contents(_free(target, len(found)), found)

        self.line.do(
            f"Exporting {target.name}", export, lambda done: self._show_exported(*done), self._window.show_trouble
        )

    def _show_exported(self, document: Document, paths: list[Path]) -> None:
        damaged = sum(document.left_out.values())
        where = str(paths[0]) if len(paths) == 1 else f"{len(paths):,} files, {paths[0].name} the first"
        self._window.notice(f"Exported {counted(len(document.pages), 'page')} to {where}.")
        if damaged:
            self._window.show_trouble(f"{counted(damaged, 'page')} could not be read and is not in {paths[0].name}.")

    def print_page(self) -> None:
        """Ask for a printer and print the page."""
        self._window.finish_what_is_open()
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(name_of(self._pad.page) or "Handpad")
        dialog = QPrintDialog(printer, self._window)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange, False)
        if not dialog.exec():
            return
        try:
            sheets = print_page(self._pad.page, printer)
        except HandpadError as error:
            self._window.show_trouble(str(error))
        else:
            self._window.notice(f"Printed {counted(sheets, 'sheet')}.")

    # The clipboard

    def copy_ink(self) -> None:
        """Copy the page's ink, as ink and as a picture."""
        try:
            data = copied(self._pad.page)
        except HandpadError as error:
            self._window.notice(str(error))
            return
        QGuiApplication.clipboard().setMimeData(data)
        self._window.notice("Copied the ink of this page, as ink and as a picture.")

    def paste(self) -> None:
        """Put the ink on the clipboard on the page, or open files that were copied."""
        data = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths and not data.hasFormat(INKML):
            self.open(paths)
            return
        self._window.finish_what_is_open()
        try:
            strokes, drawings = pasted(data, self._pad.page)
        except HandpadError as error:
            self._window.notice(str(error))
            return
        self._pad.insert(strokes, drawings)
        self._window.notice(f"Pasted {counted(len(strokes), 'stroke')}.", undo=True)


def _file_name(text: str) -> str:
    """A text as the name of a file, without its ending."""
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(". ")[:80].strip(". ") or "Handpad page"


def _free(target: Path, files: int) -> Path:
    """The file to write; of several numbered ones, the first name that no file would be lost under."""
    if files == 1:
        return target
    return next(
        path for path in numbered(target) if not any(path.parent.glob(f"{glob.escape(path.stem)}-*{path.suffix}"))
    )
