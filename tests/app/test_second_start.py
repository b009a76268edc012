"""A second start shows the first window, and does not disturb what it finds."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QLockFile
from PySide6.QtNetwork import QLocalServer

from handpad.app import first_window
from handpad.app.first_window import FirstWindow, raise_first
from handpad.paths import user_data

SECOND = "import sys; from handpad.app.main import main; sys.exit(main([]))"

CRASHED = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from handpad.app.first_window import FirstWindow
app = QCoreApplication([])
first = FirstWindow(Path(sys.argv[1]))
os._exit(1)
"""


def test_a_second_start_shows_the_first_window_and_ends(qtbot, window):
    lock = QLockFile(str(user_data() / "handpad.lock"))
    assert lock.tryLock(0)
    window.showMinimized()
    with closing(FirstWindow(user_data())) as first:
        first.asked.connect(window.come_forward)
        with qtbot.waitSignal(first.asked, timeout=20_000):
            second = subprocess.Popen([sys.executable, "-c", SECOND], stdout=subprocess.PIPE, text=True)
        told, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    assert "already open" in told
    assert window.isVisible() and not window.isMinimized()
    lock.unlock()


def test_another_data_folder_has_a_first_window_of_its_own(qtbot, tmp_path):
    with closing(FirstWindow(tmp_path / "one")):
        assert not raise_first(tmp_path / "two")
    assert not raise_first(tmp_path / "one")


def test_what_a_crash_has_left_does_not_keep_the_next_start_from_listening(qtbot, tmp_path):
    subprocess.run([sys.executable, "-c", CRASHED, str(tmp_path)], check=False)
    name = first_window._name(tmp_path)
    if os.name == "posix":
        assert Path(name).exists()
        server = QLocalServer()
        assert not server.listen(name)
    assert not raise_first(tmp_path)
    with closing(FirstWindow(tmp_path)) as first:
        code = "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication\n"
        code += "from handpad.app.first_window import raise_first\n"
        code += "app = QCoreApplication([]); sys.exit(0 if raise_first(Path(sys.argv[1])) else 3)"
        with qtbot.waitSignal(first.asked, timeout=20_000):
            second = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
        assert second.wait(20) == 0
