"""Ink that is not on disk, through the real window: said, tried again, saved elsewhere, and never closed over."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import unprivileged
from handwriting import write
from pages import page_of
from PySide6.QtCore import QLockFile, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox
from tablet import Pen

from handpad.app import autosave
from handpad.notebook import shelf
from handpad.page.document import from_inkml
from handpad.page.page_file import save_page
from handpad.paths import user_data


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(autosave, "RETRY_MS", 100)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home and a temporary folder of the test's own."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path, home):
    """The folder of the page; `take_away` makes every write into it fail, `give_back` ends that."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def take_away(folder: Path) -> None:
    folder.rename(folder.with_name("gone"))


def give_back(folder: Path) -> None:
    folder.with_name("gone").rename(folder)


def draw(window, letters: str, row: int = 0) -> None:
    for place, letter in enumerate(letters):
        Pen(window.canvas).write(write(letter, 30, (60 + 40 * place, window.pad.page.ruling.baseline(row))))


def strokes_in(path: Path) -> int:
    return len(from_inkml(path.read_bytes()).strokes) if path.exists() else 0


def answer(*steps) -> list[str]:
    """Do one step in each of the dialogs that will open, one after the other; returns what they said."""
    said, left = [], list(steps)

    def look():
        dialog = QApplication.activeModalWidget()
        if dialog is not None and left:
            said.append(f"{dialog.text()} {dialog.informativeText()}" if isinstance(dialog, QMessageBox) else "")
            left.pop(0)(dialog)
        if left:
            QTimer.singleShot(50, look)

    QTimer.singleShot(50, look)
    return said


def press(text: str):
    """Press the button of this name."""

    def step(dialog):
        buttons = {button.text(): button for button in dialog.buttons()}
        buttons[next(name for name in buttons if name.startswith(text))].click()

    return step


def name_file(path: Path):
    def step(dialog):
        assert isinstance(dialog, QFileDialog)
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
        dialog.accept()

    return step


def test_what_is_not_on_disk_is_said_until_it_is(qtbot, start, folder):
    window = start("--page", folder / "page.inkml")
    take_away(folder)
    draw(window, "T")
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    text = window.banner.unsaved.text()
    assert str(folder / "page.inkml") in text and "2 strokes are not on disk yet" in text
    assert "tries again every few seconds" in text
    assert window.banner.save_elsewhere.isVisible()
    window.banner.dismiss()
    assert window.banner.isVisible()
    give_back(folder)
    qtbot.waitUntil(lambda: not window.banner.isVisible(), timeout=5000)
    assert strokes_in(folder / "page.inkml") == 2


def test_a_full_disk_loses_no_stroke_when_quitting(qtbot, start, tmp_path, home):
    """A disk of 100 KB, filled up while writing."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)], capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        window = start("--page", disk / "page.inkml")
        draw(window, "H")
        qtbot.waitUntil(lambda: strokes_in(disk / "page.inkml") == 3, timeout=5000)
        filler = disk / "filler"
        with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        draw(window, "HHH", row=1)
        qtbot.waitUntil(lambda: "the disk is full" in window.banner.unsaved.text(), timeout=5000)
        said = answer(press("Try again"), press("Save elsewhere"), name_file(tmp_path / "kept"))
        window.close()
        assert not window.isVisible()
        assert "9 strokes are not on disk." in said[0] and "the disk is full" in said[0]
        assert strokes_in(tmp_path / "kept.inkml") == 12
        again = start("--page", disk / "page.inkml")
        assert len(again.pad.page.strokes) == 12
        assert str(tmp_path / "kept.inkml") in again.banner.text.text()
        filler.unlink()
        again.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_saved_elsewhere_from_the_banner_is_safe_and_opened_at_the_next_start(qtbot, start, folder, tmp_path):
    window = start("--page", folder / "page.inkml")
    take_away(folder)
    draw(window, "T")
    qtbot.waitUntil(window.banner.save_elsewhere.isVisible, timeout=5000)
    answer(name_file(tmp_path / "stick.inkml"))
    window.banner.save_elsewhere.click()
    assert f"The page is kept as {tmp_path / 'stick.inkml'} now" in window.banner.text.text()
    assert not window.banner.save_elsewhere.isVisible()
    draw(window, "H", row=1)
    window.close()
    assert not window.isVisible()
    assert strokes_in(tmp_path / "stick.inkml") == 5
    again = start("--page", folder / "page.inkml")
    assert len(again.pad.page.strokes) == 5
    assert "stays there for now" in again.banner.text.text()
    again.close()
    give_back(folder)
    last = start("--page", folder / "page.inkml")
    assert len(last.pad.page.strokes) == 5
    last.close()
    assert strokes_in(folder / "page.inkml") == 5


def test_closing_asks_and_keeps_the_window_open(qtbot, start, folder, tmp_path):
    window = start("--page", folder / "page.inkml")
    take_away(folder)
    draw(window, "T")
    defaults = []

    def stay(dialog):
        defaults.append((dialog.defaultButton().text(), dialog.escapeButton().text()))
        press("Keep it open")(dialog)

    said = answer(stay)
    assert not window.close()
    assert window.isVisible() and "2 strokes are not on disk." in said[0]
    assert defaults == [("Try again", "Keep it open")]
    nowhere = tmp_path / "nowhere" / "page.inkml"
    said = answer(press("Save elsewhere"), lambda dialog: dialog.reject(), press("Keep it open"))
    assert not window.close()
    draw(window, "H", row=1)
    assert not nowhere.exists()
    give_back(folder)
    assert window.close()
    assert strokes_in(folder / "page.inkml") == 5


def test_only_who_says_so_loses_strokes(qtbot, start, folder, home):
    window = start("--page", folder / "page.inkml")
    take_away(folder)
    draw(window, "T")
    answer(press("Close and lose 2 strokes"))
    assert window.close()
    assert not list(home.iterdir())


def test_when_the_session_ends_the_page_finds_a_place_by_itself(qtbot, start, folder, home):
    window = start("--page", folder / "page.inkml")
    take_away(folder)
    draw(window, "T")
    QApplication.instance().aboutToQuit.emit()
    assert window.close()
    assert len(list(home.glob("*.inkml"))) == 1
    give_back(folder)
    again = start("--page", folder / "page.inkml")
    assert len(again.pad.page.strokes) == 2
    assert str(home) in again.banner.text.text()
    assert strokes_in(folder / "page.inkml") == 2
    again.close()


def test_a_page_that_cannot_be_kept_stays_open(qtbot, start, folder):
    """`pages` cannot be made: the page stays, and nothing takes its place."""
    window = start("--page", folder / "page.inkml")
    draw(window, "T")
    (folder / "pages").write_text("no folder")
    window.new_page()
    assert len(window.pad.page.strokes) == 2
    assert "cannot be made" in window.banner.text.text() and "stays open" in window.banner.text.text()
    window.close()
    assert strokes_in(folder / "page.inkml") == 2


def test_pages_begun_at_one_time_do_not_replace_each_other(qtbot, start, folder, monkeypatch):
    monkeypatch.setattr(shelf, "stamp", lambda: "2026-01-01-120000")  # two in one second, the clock set back
    window = start("--page", folder / "page.inkml")
    for letters in ("T", "H", "i"):
        draw(window, letters)
        window.new_page()
    files = [folder / "page.inkml", *(folder / "pages").glob("*.inkml")]
    assert sorted(map(strokes_in, files)) == [2, 2, 3]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b"'utf-8'", b"'utf-9'"),
        lambda data: data.replace(b"106 74 30 28 56", b"0 74 30 28 56"),
        lambda data: data.replace(b"106 74 30 28 56", b"1e-5 74 30 28 0"),
        lambda data: data.replace(b"<trace ", b'<trace xml:id="s99">60 1e11 ? ?</trace><trace ', 1),
    ],
)
def test_a_page_that_breaks_the_reader_is_kept_and_the_app_opens(qtbot, start, folder, spoil):
    path = folder / "page.inkml"
    save_page(page_of("to"), path)
    spoiled = spoil(path.read_bytes())
    path.write_bytes(spoiled)
    window = start("--page", path)
    assert "cannot be opened" in window.banner.text.text()
    draw(window, "H", row=2)
    qtbot.waitUntil(lambda: strokes_in(path) >= 3, timeout=5000)
    draw(window, "H", row=3)
    window.close()
    (aside,) = folder.glob("page-damaged-*.inkml")
    assert aside.read_bytes() == spoiled


def test_the_recogniser_opens_whatever_happens_to_the_page(qtbot, start, folder, monkeypatch):
    def break_down(*_):
        raise RuntimeError("nobody thought of this")

    save_page(page_of("to"), folder / "page.inkml")
    before = (folder / "page.inkml").read_bytes()
    monkeypatch.setattr("handpad.page.page_file.from_inkml", break_down)
    monkeypatch.setattr("handpad.page.salvage.salvage_page", break_down)
    window = start("--page", folder / "page.inkml")
    draw(window, "H")
    window.close()
    monkeypatch.undo()
    assert (folder / "page.inkml").read_bytes() == before
    (other,) = folder.glob("page-2*.inkml")
    assert strokes_in(other) == 3


def test_a_pen_that_presses_harder_than_a_pen_can_is_saved_and_opened(qtbot, start, folder):
    window = start("--page", folder / "page.inkml")
    Pen(window.canvas).stroke([(60, 50, 1.7), (62, 74, 2.5)])
    window.close()
    again = start("--page", folder / "page.inkml")
    assert len(again.pad.page.strokes) == 1 and not again.banner.isVisible()


def test_what_a_crash_left_is_cleared_away_at_the_start(qtbot, start, folder):
    (folder / "pages").mkdir()
    for name in ("page.inkml.abcd1234.tmp", "page.inkml.bak.new", "pages/2026-01-01-120000.inkml.abcd1234.tmp"):
        (folder / name).write_text("left")
        os.utime(folder / name, (1, time.time() - 3600))
    start("--page", folder / "page.inkml")
    assert not [file for file in folder.rglob("*") if file.suffix in (".tmp", ".new")]


QUIT = """
import sys
from handpad.app import main
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
def look():
    app = QApplication.instance()
    dialog = app.activeModalWidget()
    if isinstance(dialog, QMessageBox):
        print("dialog:", dialog.text(), flush=True)
        dialog.accept()
        return
    windows = [w for w in app.topLevelWidgets() if w.inherits("QMainWindow") and w.isVisible()]
    if windows and windows[0].pad.is_ready:
        print("open:", windows[0].banner.text.text(), flush=True)
        windows[0].close()
        return
    QTimer.singleShot(50, look)
main.create_application()
QTimer.singleShot(50, look)
sys.exit(main.main(sys.argv[1:]))
"""


def test_without_a_log_folder_the_window_opens(tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o500)
    ended = unprivileged.run(QUIT, XDG_CACHE_HOME=tmp_path / "cache")
    assert ended.stdout == "open: \n", ended.stderr
    assert "without a log file" in ended.stderr and "Traceback" not in ended.stderr
    assert ended.returncode == 0


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "data" / "handpad").mkdir(parents=True)
    (tmp_path / "data" / "handpad").chmod(0o500)
    ended = unprivileged.run(QUIT, XDG_DATA_HOME=tmp_path / "data")
    assert ended.stdout.startswith("dialog: Handpad keeps your pages in the folder"), ended.stderr
    assert str(tmp_path / "data" / "handpad") in ended.stdout and "permission" in ended.stdout
    assert "already open" not in ended.stdout
    assert ended.returncode == 1


@pytest.mark.parametrize("name", ["data", "data/handpad"])
def test_a_file_in_place_of_the_data_folder_is_named(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("no folder")
    ended = unprivileged.run(QUIT, XDG_DATA_HOME=tmp_path / "data")
    assert ended.stdout.startswith("dialog: Handpad keeps its files in the folder"), ended.stderr
    assert str(tmp_path / "data" / "handpad") in ended.stdout and "Traceback" not in ended.stderr
    assert ended.returncode == 1


def test_a_second_start_is_told_from_a_folder_without_permission():
    user_data().mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(user_data() / "handpad.lock"))
    assert lock.tryLock(0)
    ended = unprivileged.run(QUIT)
    assert ended.stdout.startswith("dialog: Handpad is already open"), ended.stderr
    lock.unlock()


@pytest.mark.parametrize("content", ["[]", "{", '{"theme": 5}', "[" * 100_000])
def test_damaged_settings_are_put_aside_and_told_once(qtbot, start, content):
    path = Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    window = start()
    assert "The settings could not be read" in window.banner.text.text()
    (aside,) = path.parent.glob("settings-damaged-*.json")
    assert aside.read_text() == content and not path.exists()
    window.set_setting("theme", "dark")
    window.close()
    again = start()
    assert not again.banner.isVisible() and again.settings["theme"] == "dark"
