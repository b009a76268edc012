"""A second start of Handpad with the same data folder asks the first one to show its window."""

import hashlib
import os
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS = 1000
"""So long the second start waits for the first one to answer."""


class FirstWindow(QObject):
    """Listens for later starts, for as long as this process has the lock on the data folder.

    Signals
    -------
    asked() : Handpad was started again.
    """

    asked = Signal()

    def __init__(self, folder: Path):
        """folder : the data folder, whose lock this process has. What a crash has left of an earlier one is removed."""
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(_name(folder)):
            QLocalServer.removeServer(_name(folder))
            self._server.listen(_name(folder))

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()  # which is the answer
            self.asked.emit()

    def close(self) -> None:
        """Listen no longer."""
        self._server.close()


def raise_first(folder: Path) -> bool:
    """Ask the Handpad that has the lock on a data folder to show its window; whether it answers."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(ANSWER_MS):
        return False
    return socket.state() == QLocalSocket.LocalSocketState.UnconnectedState or socket.waitForDisconnected(ANSWER_MS)


def _name(folder: Path) -> str:
    """What the first start listens at: another name for every data folder, short enough for a socket's path.

    Where sockets are files, in a folder that only this user can write in.
    """
    name = f"handpad-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20]}"
    own = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation)
    return f"{own}/{name}" if os.name == "posix" and own else name
