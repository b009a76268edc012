"""The window comes back as it was left: its size, its place, the part of the page that it showed."""

import pytest
from handwriting import write
from PySide6.QtCore import QRect
from tablet import Pen

from handpad.paths import user_data


def long_page(qtbot, window):
    """Write one letter far down, so that the page can be scrolled."""
    ruling = window.pad.page.ruling
    for row in range(0, 14, 2):
        Pen(window.canvas).write(write("o", 30, (60, ruling.baseline(row))))
    qtbot.waitUntil(lambda: window.scrolled.verticalScrollBar().maximum() > 500, timeout=5000)


def test_size_place_and_scroll_position_come_back(qtbot, start):
    window = start()
    long_page(qtbot, window)
    window.setGeometry(QRect(40, 50, 700, 480))
    window.scrolled.verticalScrollBar().setValue(321)
    window.close()
    again = start()
    assert again.geometry() == QRect(40, 50, 700, 480)
    qtbot.waitUntil(lambda: again.scrolled.verticalScrollBar().value() == 321, timeout=2000)


def test_another_page_begins_at_its_top(qtbot, start, tmp_path):
    window = start()
    long_page(qtbot, window)
    window.scrolled.verticalScrollBar().setValue(300)
    window.close()
    (user_data() / "page.inkml").rename(tmp_path / "other.inkml")
    again = start("--page", tmp_path / "other.inkml")
    qtbot.waitUntil(lambda: again.scrolled.verticalScrollBar().maximum() > 500, timeout=5000)
    qtbot.wait(50)
    assert again.scrolled.verticalScrollBar().value() == 0


@pytest.mark.parametrize("content", ["", "[]", '{"geometry": "?", "down": "x"}', '{"geometry": 5}', "[" * 99_000])
def test_a_damaged_file_opens_the_window_as_at_first(qtbot, start, content):
    user_data().mkdir(parents=True, exist_ok=True)
    (user_data() / "window.json").write_text(content)
    window = start()
    assert window.isVisible() and window.width() >= window.minimumWidth()
    window.close()
    assert "geometry" in (user_data() / "window.json").read_text()
