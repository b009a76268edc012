"""A disk without room: no file of this process may grow beyond so many bytes."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

resource = pytest.importorskip("resource")


@contextlib.contextmanager
def no_room_beyond(size: int | Path) -> Iterator[None]:
    """Inside, no file can be written beyond `size` bytes, or the size of that file."""
    limit = size.stat().st_size if isinstance(size, Path) else size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
