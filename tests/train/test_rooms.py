"""The rooms of handpad/train know only those below them."""

import ast
from pathlib import Path

import pytest

import handpad.train

ROOT = Path(handpad.train.__file__).parent
BELOW = {
    "datasets": set(),
    "measure": {"datasets"},
    "report": {"datasets", "measure"},
    "fit": {"datasets", "measure", "report"},
    "lines": {"datasets", "measure", "fit"},
    "commands": {"datasets", "measure", "report", "fit", "lines"},
}


def rooms_of(node: ast.AST) -> set[str]:
    """The rooms that an import statement names."""
    if isinstance(node, ast.ImportFrom) and node.module == "handpad.train":
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return {name.split(".")[2] for name in names if name.startswith("handpad.train.")}


def test_every_module_has_a_room():
    assert {path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(BELOW)
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "cli.py", "console.py"}


@pytest.mark.parametrize("room", BELOW)
def test_a_room_knows_only_those_below(room):
    paths = sorted((ROOT / room).rglob("*.py"))
    assert paths
    for path in paths:
        found = set().union(*map(rooms_of, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
        above = found - BELOW[room] - {room, "console"}
        assert not above, f"{path.relative_to(ROOT)} imports from {above}"
