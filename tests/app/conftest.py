import pytest
from canvas_clock import clock

from handpad.app import main


@pytest.fixture(autouse=True)
def canvas_time(monkeypatch):
    """The canvas goes by a clock that a test can put forward."""
    clock.ahead = 0.0
    monkeypatch.setattr("handpad.app.canvas.time", clock)


@pytest.fixture
def start(qtbot):
    """Starts the app as its command line would; waits until it can read. Closes what is still open at the end."""
    opened = []

    def run(*arguments: str, ready: bool = True):
        main.create_application()
        window = main.create_window(main.parse([str(argument) for argument in arguments]))
        opened.append(window)
        window.show()
        if ready:
            qtbot.waitUntil(lambda: window.pad.is_ready, timeout=20_000)
        return window

    yield run
    for window in opened:
        window.pad.close()  # asks nothing, as at the end of a session
        window.close()


@pytest.fixture
def window(start):
    return start()
