"""The process in which the app trains: ``handpad-train`` at low priority, which ends when the app says so or is gone.

``python -m handpad.own_model.training_child <arguments of handpad-train>``. Every byte on stdin counts as Ctrl-C,
which works on every system; the end of stdin, when the app is gone, ends the process at once: what it has finished is
on disk.
"""

import ctypes
import os
import signal
import sys
import threading

NICE = 10
"""The priority on systems that have such numbers: a process of the usual 0 gets nine times as much time."""

_BELOW_NORMAL = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS; processes started later inherit it


def lower_priority() -> None:
    """Let writing, and all else that the user does, go first."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess()), _BELOW_NORMAL)
    else:
        os.nice(NICE)


def _obey() -> None:
    # Below Python's own stdin, whose lock a thread that waits for ever would hold at the end.
    while os.read(0, 1):
        main = threading.main_thread().ident
        if hasattr(signal, "pthread_kill") and main is not None:  # also wakes a main thread that waits for a worker
            signal.pthread_kill(main, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)
    os._exit(1)


def main() -> int:
    """Run one command of ``handpad-train``; returns its exit code."""
    lower_priority()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell began the app in the background
    threading.Thread(target=_obey, daemon=True).start()
    from handpad.train.cli import main as train

    return train()


if __name__ == "__main__":
    sys.exit(main())
