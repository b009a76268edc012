"""The plugin for Xournal++, run by Lua with what Xournal++ gives it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ink_files import document

from handpad.formats import export

PLUGIN = Path(__file__).parents[2] / "packaging" / "xournalpp" / "main.lua"
LUA = shutil.which("lua5.4") or shutil.which("lua")

XOURNALPP = """
app = {}
local callbacks = {}
function app.registerUi(options) callbacks[#callbacks + 1] = options.callback end
function app.getDocumentStructure() return {xoppFilename = os.getenv("XOPP")} end
function app.openDialog(message, options, callback, isError) print(isError and "error:" or "told:", message) end
dofile(os.getenv("PLUGIN"))
initUi()
for _, callback in ipairs(callbacks) do _G[callback]() end
"""

pytestmark = pytest.mark.skipif(LUA is None or sys.platform == "win32", reason="Lua is not there")


def run(tmp_path, xopp):
    """Start both menu entries for a file; gives what the user is told."""
    command = tmp_path / "bin" / "handpad"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m handpad "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "XOPP": str(xopp), "PLUGIN": str(PLUGIN)}
    done = subprocess.run([LUA, "-e", XOURNALPP], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_both_entries_write_beside_the_file_whatever_its_name(tmp_path):
    xopp = tmp_path / 'it\'s $HOME & "mine".xopp'
    export(document("Hot oil"), xopp)
    pdf, text = run(tmp_path, xopp)
    assert pdf == f"told:\tWhat is saved of this file was read: {str(xopp)[:-5]}_read.pdf"
    assert Path(f"{str(xopp)[:-5]}_read.pdf").read_bytes().startswith(b"%PDF")
    assert Path(f"{str(xopp)[:-5]}_read.txt").read_text().lower() == "hot oil\n"
    assert text.endswith("_read.txt")


def test_what_goes_wrong_is_told_in_the_words_of_the_command(tmp_path):
    for message in run(tmp_path, ""):
        assert message == "error:\tSave the file first: Handpad reads what is saved."
    (tmp_path / "bad.xopp").write_bytes(b"no ink")
    first, *_ = run(tmp_path, tmp_path / "bad.xopp")
    assert first.startswith("error:\tHandpad could not read this file.")
    assert "It is no InkML, Xournal++ or Rnote file." in first
