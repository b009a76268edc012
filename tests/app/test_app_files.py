"""Files and the clipboard by what a user does: menu, keys, drops, dialogs."""

import shutil
import subprocess
import threading

import numpy as np
import pytest
from handwriting import write
from ink_files import document, page
from pages import labelled, page_of
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from tablet import Pen

from handpad.app.files import files as files_module
from handpad.app.files.clipboard import INKML
from handpad.app.files.export_dialog import ExportDialog
from handpad.formats import export, inkml_writing, open_ink
from handpad.formats.document import Document
from handpad.page.document import parsed
from handpad.page.page_file import save_page

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def said(window):
    return window.status.sentence.text()


def active(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None)


def idle(qtbot, window):
    qtbot.waitUntil(lambda: not window.files.line.busy, timeout=20_000)


def chooses_files(monkeypatch, *paths):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], ""))


def chooses_export(monkeypatch, kind, path, notebook=False):
    def choose(dialog):
        dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
        if notebook:
            dialog.notebook.click()
        return True

    monkeypatch.setattr(ExportDialog, "exec", choose)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


def drop(target, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    sent = data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, *sent)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, *sent))


def test_open_by_its_keys_reads_the_ink_and_can_be_undone(qtbot, window, tmp_path, monkeypatch):
    active(qtbot, window)
    Pen(window.canvas).write(write("T", 30, (60, 74)))
    home = window.pad.file.path
    export(document("oil"), tmp_path / "from.xopp")
    chooses_files(monkeypatch, tmp_path / "from.xopp")
    QTest.keyClick(window.canvas, Qt.Key.Key_O, CONTROL)
    idle(qtbot, window)
    assert said(window) == "Opened 1 page."
    qtbot.waitUntil(lambda: window.pad.page.text().lower() == "oil", timeout=10_000)
    window.status.undo.click()
    assert window.pad.file.path == home and len(window.pad.page.strokes) == 2
    assert [one.path for one in window.pad.shelf.pages()] == [home]
    assert len(window.pad.shelf.trashed()) == 1


def test_files_dropped_on_the_paper_or_the_text_are_opened(qtbot, window, tmp_path):
    export(document("oil", "tilt"), tmp_path / "Two.rnote")
    export(document("nine"), tmp_path / "one.inkml")
    drop(window, tmp_path / "Two.rnote", tmp_path / "one.inkml")
    idle(qtbot, window)
    assert said(window) == "Opened 3 pages in the notebook Two."
    assert window.pad.shelf.notebook_of(window.pad.file.path) == "Two"
    drop(window.bottom.text.viewport(), tmp_path / "one.inkml")
    idle(qtbot, window)
    assert window.bottom.text.toPlainText().find("file:") < 0
    assert len(window.pad.shelf.pages("Two")) == 3


def test_all_pages_of_a_file_are_read_also_those_that_are_not_shown(qtbot, window, tmp_path):
    export(document("oil", "tilt", "nine"), tmp_path / "Three.xopp")
    window.files.open([tmp_path / "Three.xopp"])
    idle(qtbot, window)
    first, second, third = window.pad.shelf.pages("Three")
    assert window.pad.file.path == first.path
    assert parsed(second.path.read_bytes()).text().lower() == "tilt"
    assert parsed(third.path.read_bytes()).text().lower() == "nine"
    window.files.export("txt", tmp_path / "out.txt", "Three")
    qtbot.waitUntil(lambda: not window.pad.session.reads, timeout=10_000)
    idle(qtbot, window)
    assert (tmp_path / "out.txt").read_text().lower().endswith("tilt\n\nnine\n")


def test_a_whole_file_is_taken_back_by_undo(qtbot, window, tmp_path):
    export(document("oil", "tilt", "nine"), tmp_path / "Three.xopp")
    window.files.open([tmp_path / "Three.xopp"])
    idle(qtbot, window)
    window.status.undo.click()
    assert window.pad.shelf.notebooks() == [""] and len(window.pad.shelf.trashed()) == 3
    assert window.pad.file.path == window.pad.shelf.first


def test_what_cannot_be_opened_is_told_and_the_page_stays(qtbot, window, tmp_path):
    bad, good = tmp_path / "bad.pdf", tmp_path / "good.xopp"
    bad.write_bytes(b"%PDF-1.7")
    export(document("oil"), good)
    home = window.pad.file.path
    window.files.open([bad])
    idle(qtbot, window)
    assert "bad.pdf is a PDF" in window.banner.text.text() and window.pad.file.path == home
    window.files.open([bad, good, tmp_path / "gone.xopp"])
    idle(qtbot, window)
    assert "There is no file" in window.banner.text.text()
    assert said(window) == "Opened 1 page."


def test_stop_ends_an_opening_with_nothing_made(qtbot, window, tmp_path, monkeypatch):
    export(document(*["oil"] * 40), tmp_path / "long.xopp")
    monkeypatch.setattr("handpad.app.files.work.SHOWN_AFTER_MS", 0)
    slow, stopped = files_module.open_file, threading.Event()

    def pausing(path, shelf, notebook, tell):
        def told(done, total):
            tell(done, total)
            if done == 20:
                stopped.wait(10)
                tell(done, total)

        return slow(path, shelf, notebook, told)

    monkeypatch.setattr(files_module, "open_file", pausing)
    home = window.pad.file.path
    window.files.open([tmp_path / "long.xopp"])
    qtbot.waitUntil(window.files.line.isVisible)
    qtbot.waitUntil(lambda: window.files.line.sentence.text() == "Opening long.xopp: 21 of 40")
    window.files.line.stop.click()
    stopped.set()
    idle(qtbot, window)
    assert window.pad.file.path == home and window.pad.shelf.notebooks() == [""]
    assert not window.files.line.isVisible()


needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs Poppler's pdftotext and pdfinfo")


def words_at(path):
    """The words of a PDF with their left and top edges in points, as pdftotext finds them."""
    found = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    lines = [line for line in found.splitlines() if "<word" in line]
    return {line.split(">")[1].split("<")[0]: (side(line, "xMin"), side(line, "yMax")) for line in lines}


def side(line, name):
    return float(line.split(f'{name}="')[1].split('"')[0])


def put(window, shown, text):
    window.pad.session.turn_to(labelled(page_of(shown), text).renumbered(window.pad.session.next_stroke))
    window.pad._send()


@needs_poppler
def test_the_page_is_exported_as_pdf_with_its_words_at_their_place(qtbot, window, tmp_path, monkeypatch):
    active(qtbot, window)
    put(window, "hot oil", "hotoil")
    shown = window.pad.page
    chooses_export(monkeypatch, "pdf", tmp_path / "out")
    QTest.keyClick(window.canvas, Qt.Key.Key_E, CONTROL)
    idle(qtbot, window)
    assert said(window) == f"Exported 1 page to {tmp_path / 'out.pdf'}."
    found = words_at(tmp_path / "out.pdf")
    assert list(found) == ["hot", "oil"]
    for word, left in zip(("hot", "oil"), (0, 3), strict=True):
        box = shown.box(shown.characters[left])
        assert found[word][0] == pytest.approx(box.left * 0.75, abs=3)
        assert found[word][1] == pytest.approx(shown.ruling.baseline(0) * 0.75, abs=15)


def test_a_notebook_is_exported_and_opened_again_with_the_same_ink(qtbot, window, tmp_path, monkeypatch):
    shelf = window.pad.shelf
    shelf.make_notebook("Work")
    for text in ("hot oil", "tilt"):
        save_page(labelled(page_of(text), text.replace(" ", "")), shelf.new_page("Work"))
    window.open_page(shelf.pages("Work")[0].path)
    chooses_export(monkeypatch, "xopp", tmp_path / "out.xopp", notebook=True)
    window.tools.export.trigger()
    idle(qtbot, window)
    assert said(window).startswith("Exported 2 pages to")
    originals = [page_of("hot oil"), page_of("tilt")]
    window.files.open([tmp_path / "out.xopp"])
    idle(qtbot, window)
    again = [open_ink(tmp_path / "out.xopp").pages[number] for number in range(2)]
    assert [len(one.strokes) for one in again] == [len(one.strokes) for one in originals]
    for number, stroke in enumerate(window.pad.page.strokes.values(), 1):
        np.testing.assert_allclose(stroke[:, :2], originals[0].strokes[number][:, :2], atol=0.01)
    chooses_export(monkeypatch, "md", tmp_path / "out.md", notebook=True)
    window.open_page(shelf.pages("Work")[0].path)
    window.tools.export.trigger()
    idle(qtbot, window)
    assert (tmp_path / "out.md").read_text() == "hot oil\n\n---\n\ntilt\n"
    chooses_export(monkeypatch, "png", tmp_path / "out.png", notebook=True)
    (tmp_path / "out-1.png").write_text("mine")
    window.tools.export.trigger()
    idle(qtbot, window)
    assert (tmp_path / "out-1.png").read_text() == "mine"
    assert not QImage(str(tmp_path / "out-2-2.png")).isNull()


def test_an_export_that_cannot_be_written_is_told(qtbot, window, tmp_path, monkeypatch):
    chooses_export(monkeypatch, "txt", tmp_path / "out.txt")
    window.tools.export.trigger()
    assert said(window) == "There is nothing on this page to export yet."
    put(window, "oil", "oil")
    chooses_export(monkeypatch, "txt", tmp_path / "gone" / "out.txt")
    window.tools.export.trigger()
    idle(qtbot, window)
    assert "out.txt cannot be written" in window.banner.text.text()


@needs_poppler
def test_a_page_is_printed_on_as_many_sheets_as_it_is_long(qtbot, window, tmp_path, monkeypatch):
    def to_file(dialog):
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(tmp_path / "printed.pdf"))
        return True

    monkeypatch.setattr(QPrintDialog, "exec", to_file)
    active(qtbot, window)
    QTest.keyClick(window.canvas, Qt.Key.Key_P, CONTROL | SHIFT)
    assert "nothing on this page to print" in window.banner.text.text()
    put(window, "hot oil", "hotoil")
    lower = page_of("tilt", row=25)
    window.pad.insert([*lower.strokes.values()])
    QTest.keyClick(window.canvas, Qt.Key.Key_P, CONTROL | SHIFT)
    assert said(window) == "Printed 3 sheets."
    info = subprocess.run(["pdfinfo", tmp_path / "printed.pdf"], capture_output=True, text=True, check=True).stdout
    assert "Pages:           3" in info
    assert {"hot", "oil"} <= words_at(tmp_path / "printed.pdf").keys()


def test_ink_is_copied_as_a_picture_and_pasted_below_in_one_step(qtbot, window):
    active(qtbot, window)
    QTest.keyClick(window.canvas, Qt.Key.Key_P, CONTROL | ALT)
    assert said(window) == "There is no ink to copy yet."
    put(window, "oil", "oil")
    before = dict(window.pad.page.strokes)
    QTest.keyClick(window.canvas, Qt.Key.Key_P, CONTROL | ALT)
    data = QGuiApplication.clipboard().mimeData()
    picture = QImage(data.imageData())
    assert 100 < picture.width() < 400 and picture.pixelColor(0, 0).lightness() > 240
    assert b"<trace" in bytes(data.data(INKML).data()) or b":trace" in bytes(data.data(INKML).data())
    QTest.keyClick(window.canvas, Qt.Key.Key_V, CONTROL)
    assert said(window) == f"Pasted {len(before)} strokes."
    assert sorted(window.pad.page.lines) == [0, 1]
    new = [stroke for number, stroke in window.pad.page.strokes.items() if number not in before]
    for old, now in zip(before.values(), new, strict=True):
        np.testing.assert_allclose(now[:, :2] - old[:, :2], [[0, window.pad.page.ruling.pitch]] * len(old), atol=1e-6)
    qtbot.waitUntil(lambda: window.pad.page.text().lower() == "oil\noil", timeout=10_000)
    window.status.undo.click()
    assert window.pad.page.strokes.keys() == before.keys()


def test_ink_of_another_program_is_pasted_on_an_empty_page(qtbot, window):
    data = QMimeData()
    data.setData(INKML, inkml_writing.write(Document((page("nine", unit=None),))))
    QGuiApplication.clipboard().setMimeData(data)
    window.tools.paste.trigger()
    assert sorted(window.pad.page.lines) == [0]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("image", "Only ink can be pasted here, and the clipboard holds a picture."),
        ("text", "Text cannot be pasted as ink: click into the text below and paste it there."),
        ("bad", "The ink on the clipboard cannot be read."),
        ("none", "Only ink can be pasted here, and the clipboard holds none."),
    ],
)
def test_what_cannot_be_pasted_is_told(window, kind, sentence):
    data = QMimeData()
    if kind == "image":
        data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    elif kind == "text":
        data.setText("words")
    elif kind == "bad":
        data.setData(INKML, b"<ink")
    QGuiApplication.clipboard().setMimeData(data)
    window.tools.paste.trigger()
    assert said(window).startswith(sentence)
    assert not window.pad.page.strokes


def test_text_is_still_pasted_into_the_text(qtbot, window):
    active(qtbot, window)
    put(window, "oil", "oil")
    QGuiApplication.clipboard().setText("salt ")
    window.bottom.text.setFocus()
    QTest.keyClick(window.bottom.text, Qt.Key.Key_V, CONTROL)
    assert "salt" in window.bottom.text.toPlainText()
    assert "Text cannot" not in said(window)
