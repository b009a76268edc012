"""What a user gets by installing Handpad: version, commands, annotations, and an import that costs nothing."""

import importlib
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import handpad

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_installed_version_is_that_of_the_code():
    assert metadata.version("handpad") == handpad.__version__


def test_the_version_stands_in_one_place():
    assert "version" not in PYPROJECT["project"]
    assert PYPROJECT["project"]["dynamic"] == ["version"]


def test_annotations_are_shipped():
    assert Path(handpad.__file__).with_name("py.typed").is_file()


def test_handpad_is_a_command_whose_output_reaches_the_console_on_windows_too():
    assert PYPROJECT["project"]["scripts"]["handpad"] == "handpad.__main__:main"
    assert "handpad" not in PYPROJECT["project"]["gui-scripts"]


def test_every_command_names_a_function():
    for commands in (PYPROJECT["project"]["scripts"], PYPROJECT["project"]["gui-scripts"]):
        for target in commands.values():
            module, _, function = target.partition(":")
            assert callable(getattr(importlib.import_module(module), function))


def test_importing_handpad_loads_no_library():
    code = "import sys, handpad; print([m for m in ('numpy', 'cv2', 'PySide6', 'torch') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
