"""Many independent tasks on all cores, each in a process of a pool that ends with this one, however it ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import TypeVar

import cv2

from handpad.errors import DataError

MAX_PROCESSES = 8
"""More processes than this would take more memory than they save time."""

_AHEAD = 2

T = TypeVar("T")


def run_all(function: Callable[..., T], tasks: Iterable[tuple], count: int) -> Iterator[T]:
    """Call the function with the arguments of each task, and give its results as they come, in any order.

    Parameters
    ----------
    function : of a module, so that it can be sent to a process.
    tasks : the arguments; only a few tasks are taken ahead of those that are done.
    count : the number of tasks. A single one, or any on a single core, is done in this process.

    Raises DataError if a process was ended from outside, else what the function raises. Close the iterator to stop.
    """
    processes = min(_cores(), MAX_PROCESSES, count)
    if processes <= 1:
        yield from (function(*task) for task in tasks)
        return
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    try:
        tasks = iter(tasks)
        with _without_ctrl_c():
            waiting = {pool.submit(function, *task) for task in islice(tasks, _AHEAD * processes)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            with _without_ctrl_c():
                waiting |= {pool.submit(function, *task) for task in islice(tasks, len(done))}
            yield from (future.result() for future in done)
    except BrokenProcessPool as error:
        raise DataError(
            "A process was ended from outside: close other programs, there may be too little memory."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C wait, also in the processes begun meanwhile: they could not meet it until they have loaded."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    """Prepare a process of the pool. Ctrl-C reaches all of them, and it is the first one's business to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """The pool's own queue would let a process wait forever for a parent that was killed."""
    connection.wait([parent_process().sentinel])
    os._exit(1)
