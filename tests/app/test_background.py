"""Work beside the window."""

import threading

from PySide6.QtCore import QObject

from handpad.app.background import Task
from handpad.errors import DataError


def test_many_results_come_back_to_the_thread_that_asked(qtbot):
    parent, found, threads = QObject(), [], []

    def work(number):
        threads.append(threading.current_thread())
        return {"number": number, "list": [number] * 1000}

    for number in range(200):
        task = Task(parent, work, number)
        task.done.connect(lambda result: found.append((result["number"], threading.current_thread())))
        task.start()
    qtbot.waitUntil(lambda: len(found) == 200, timeout=20_000)
    assert sorted(number for number, _ in found) == list(range(200))
    assert {thread for _, thread in found} == {threading.main_thread()}
    assert threading.main_thread() not in threads
    qtbot.waitUntil(lambda: not parent.children(), timeout=20_000)


def test_an_error_comes_back_as_a_sentence(qtbot):
    def refuse():
        raise DataError("The disk is full.")

    def break_down():
        raise KeyError("x")

    for function, sentence in ((refuse, "The disk is full."), (break_down, "Something went wrong inside Handpad")):
        parent = QObject()
        task = Task(parent, function)
        with qtbot.waitSignal(task.failed, timeout=20_000) as failed:
            task.start()
        assert sentence in failed.args[0]
