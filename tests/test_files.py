"""Files that are never written over unread."""

import errno
import os
import threading
import time

import pytest
import unprivileged

from handpad import files
from handpad.files import LEFT_OVER_AFTER, clear_left_over, put_aside, reason, replace_file, write_new


def test_what_is_put_aside_is_never_written_over(tmp_path, monkeypatch):
    """Not even by files that come in the same second, or from before the clock was set back."""
    monkeypatch.setattr(files.time, "time", lambda: 1_700_000_000.0)
    kept = []
    for number in range(5):
        path = tmp_path / "page.inkml"
        path.write_text(str(number))
        kept.append(put_aside(path))
        assert not path.exists()
    assert [aside.read_text() for aside in kept] == list("01234")
    assert all(aside.name.startswith("page-damaged-20") and aside.suffix == ".inkml" for aside in kept)


def test_new_files_never_overwrite_each_other(tmp_path):
    """Sixteen at once under one name."""
    path = tmp_path / "kept.inkml"
    threads = [threading.Thread(target=write_new, args=(path, str(n).encode())) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(file.read_text()) for file in tmp_path.iterdir()) == list(range(16))


def test_a_folder_that_cannot_be_written_keeps_what_is_in_it(tmp_path):
    (tmp_path / "page.inkml").write_text("ink")
    tmp_path.chmod(0o500)
    program = """
import sys
from pathlib import Path
from handpad.files import put_aside, write_new
path = Path(sys.argv[1])
for change in (put_aside, lambda path: write_new(path, b"other")):
    try:
        change(path)
    except PermissionError:
        print("refused")
"""
    ended = unprivileged.run(program, tmp_path / "page.inkml")
    tmp_path.chmod(0o700)
    assert ended.stdout.split() == ["refused"] * 2, ended.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["page.inkml"]
    assert (tmp_path / "page.inkml").read_text() == "ink"


@pytest.mark.parametrize("write", [replace_file, write_new])
def test_a_full_disk_leaves_nothing_over(tmp_path, write):
    resource = pytest.importorskip("resource", reason="file size limits are not to be had here")
    path = tmp_path / "page.inkml"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError) as caught:
            write(path, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno == errno.EFBIG
    assert not list(tmp_path.iterdir())


def test_only_what_a_crash_left_is_cleared_away(tmp_path):
    old = ["page.inkml.abc_1234.tmp", "page.inkml.bak.new"]
    others = ["page.inkml", "page.inkml.bak", "notes.inkml.abc_1234.tmp", "page.inkml.tmp", "page.inkml.ABCDEFGH.tmp"]
    for name in [*old, *others]:
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1, time.time() - LEFT_OVER_AFTER - 5))
    (tmp_path / "page.inkml.zzzzzzzz.tmp").write_text("being written")
    clear_left_over(tmp_path, "page.inkml")
    assert {file.name for file in tmp_path.iterdir()} == {*others, "page.inkml.zzzzzzzz.tmp"}
    clear_left_over(tmp_path / "nowhere", "page.inkml")


def test_reasons_are_plain_words():
    assert reason(OSError(errno.ENOSPC, "No space left on device")) == "the disk is full"
    assert reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert reason(OSError("odd")) == "odd"
