"""Starts the app: the window first, the recogniser behind it."""

import argparse
import logging
import logging.handlers
import sys
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

import handpad
from handpad.app.first_window import FirstWindow, raise_first
from handpad.app.pad import Pad
from handpad.app.window import MainWindow
from handpad.app.window_place import WindowPlace
from handpad.errors import FolderError
from handpad.notebook.shelf import Shelf
from handpad.paths import check_writable, resources, user_data, user_log
from handpad.settings import Settings

log = logging.getLogger(__name__)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line of ``handpad``."""
    parser = argparse.ArgumentParser(
        prog="handpad",
        description="A handwriting pad that learns the way you write.",
        epilog="'handpad read FILE' prints what a file of ink or a picture says, 'handpad doctor' checks what Handpad "
        "keeps and mends it. Handpad works offline: what you write stays on this machine.",
    )
    parser.add_argument("--profile", type=Path, help="file of what it learned from you (default: in your data folder)")
    parser.add_argument("--page", type=Path, help="InkML file of the page to open (default: the page of the last time)")
    parser.add_argument("--model", type=Path, help="folder of another base model (default: the one it came with)")
    parser.add_argument("--version", action="version", version=f"Handpad {handpad.__version__}")
    return parser.parse_args(arguments)


def create_application() -> QApplication:
    """The Qt application, set up for a pen."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(["handpad"])
    # Set before the application exists, this is overridden on X11; every point of the pen counts.
    app.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    app.setApplicationName("Handpad")
    app.setDesktopFileName("handpad")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "handpad.svg")))
    app.setStyle("Fusion")
    sys.setswitchinterval(0.001)  # the engine's thread gives way to the pen within a millisecond
    return app


def create_window(options: argparse.Namespace) -> MainWindow:
    """The window with its page, shown at once; the recogniser opens after the first paint."""
    folder = user_data()
    shelf = Shelf(folder / "page.inkml")
    pad = Pad(options.page) if options.page else Pad(shelf.last(), shelf)
    window = MainWindow(pad, Settings(folder / "settings.json"), WindowPlace(folder / "window.json", pad.file.path))
    QApplication.instance().aboutToQuit.connect(pad.close)  # also when the desktop ends the session
    profile = options.profile or folder / "me.handpad"

    def begin() -> None:
        try:
            pad.load()
            QTimer.singleShot(0, window.restore_scroll)  # when the paper has the size of the page
        finally:  # whatever is wrong with a page, the next one can be written and read
            window.open_recognizer(profile=profile, model=options.model)

    window.canvas.painted_first.connect(begin)
    return window


class _Crash(QObject):
    """Carries an unforeseen error from any thread to the window."""

    happened = Signal(str)


def _log_to_file() -> None:
    """Log to a file; without one, where none can be written."""
    try:
        handler = logging.handlers.RotatingFileHandler(
            user_log() / "handpad.log", maxBytes=500_000, backupCount=2, encoding="utf-8"
        )
    except (FolderError, OSError) as error:
        print(f"Handpad runs without a log file: {error}", file=sys.stderr)
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def _lock(folder: Path) -> QLockFile | None:
    """The lock on a data folder; None if another Handpad has it. Raises FolderError if the folder cannot be written."""
    check_writable(folder)
    lock = QLockFile(str(folder / "handpad.lock"))
    lock.setStaleLockTime(0)  # only the end of its process makes it stale, not its age
    if lock.tryLock(100):
        return lock
    if lock.error() == QLockFile.LockError.LockFailedError:
        return None
    raise FolderError(
        f"Handpad cannot make the file {lock.fileName()}. See that you may write in this folder and that there is "
        "room, then start Handpad again."
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the app; returns its exit code."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    app = create_application()
    _log_to_file()
    try:
        lock = _lock(user_data())
    except FolderError as error:
        print(error, file=sys.stderr)
        QMessageBox.critical(None, "Handpad", str(error))
        return 1
    if lock is None and raise_first(user_data()):
        print("Handpad is already open: its window is shown. It keeps one page and one profile at a time.")
        return 0
    if lock is None:
        QMessageBox.information(
            None, "Handpad", "Handpad is already open. It keeps one page and one profile at a time."
        )
        return 1
    window = create_window(options)
    first = FirstWindow(user_data())
    first.asked.connect(window.come_forward)
    crash = _Crash()
    crash.happened.connect(window.show_trouble)

    def report(kind, error, trace) -> None:
        log.error("unforeseen error", exc_info=(kind, error, trace))
        crash.happened.emit(f"Something went wrong inside Handpad ({error}). Your ink is safe; the log has the rest.")

    sys.excepthook = report
    window.show()
    code = app.exec()
    first.close()
    lock.unlock()
    return code


if __name__ == "__main__":
    sys.exit(main())
