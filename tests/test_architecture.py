"""Holds docs/architecture.md against the code: rooms, arrows, and where things are decided."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOUNDATIONS = "foundations"
OUTSIDE_THE_CORE = {"app", "own_model", "train"}
NOT_IN_THE_CORE = {"PySide6", "shiboken6", "torch", "sklearn"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "handpad").rglob("*.py")
}


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its two head rows."""
    section = DOCUMENT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"][
        2:
    ]


def rooms() -> dict[str, str]:
    """Every name directly below ``handpad`` that the document lists, with its room."""
    return {name: room for room, names, _ in rows_of("Rooms") for name in re.findall(r"`(\w+)`", names)}


def top_of(module: str) -> str:
    """The name directly below ``handpad`` that a module is or lies in."""
    return module.split(".")[1] if "." in module else "__init__"


def imported(module: str, at_start: bool = False) -> Iterator[str]:
    """What a module imports, also in functions unless `at_start`; names of handpad's own are those of modules.

    What it imports for the type checker alone does not count.
    """
    body = ast.parse(MODULES[module].read_text(encoding="utf-8")).body
    body = [node for node in body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")]
    for node in body if at_start else (inner for outer in body for inner in ast.walk(outer)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module} imports relatively"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from inside & set(MODULES) or {node.module}


def arrows_of_the_code() -> set[tuple[str, str]]:
    room_of = rooms()
    pairs = {
        (room_of[top_of(module)], room_of[top_of(name)])
        for module in MODULES
        for name in imported(module)
        if name in MODULES
    }
    return {(one, other) for one, other in pairs if one != other}


def arrows_of_the_diagram() -> set[tuple[str, str]]:
    diagram = re.search(r"```mermaid\nflowchart TD\n(.*?)```", DOCUMENT, re.DOTALL)
    assert diagram is not None
    arrows = set()
    for line in diagram[1].splitlines():
        start, arrow, ends = line.partition(" --> ")
        assert arrow, f"not understood: {line}"
        arrows |= {(start.strip(), end.strip()) for end in ends.split("&")}
    return arrows


def test_every_module_has_one_room():
    listed = [name for _, names, _ in rows_of("Rooms") for name in re.findall(r"`(\w+)`", names)]
    assert sorted(listed) == sorted({top_of(module) for module in MODULES})


def test_the_diagram_shows_the_imports_and_no_others():
    found = {(one, other) for one, other in arrows_of_the_code() if other != FOUNDATIONS}
    drawn = arrows_of_the_diagram()
    assert found - drawn == set(), "imports that the diagram lacks"
    assert drawn - found == set(), "arrows that nothing imports"


def test_foundations_import_no_room():
    assert not [pair for pair in arrows_of_the_code() if pair[0] == FOUNDATIONS]


def test_rooms_form_no_circle():
    below: dict[str, set[str]] = {}
    for one, other in arrows_of_the_code():
        below.setdefault(one, set()).add(other)
    graphlib.TopologicalSorter(below).prepare()  # raises CycleError, which names the circle


def test_modules_form_no_circle_when_they_are_imported():
    below = {name: {other for other in imported(name, True) if other in MODULES} - {name} for name in MODULES}
    graphlib.TopologicalSorter(below).prepare()


def test_the_core_imports_no_qt_and_no_torch():
    core = {module for module in MODULES if top_of(module) not in OUTSIDE_THE_CORE}
    wrong = {(module, name) for module in core for name in imported(module) if name.split(".")[0] in NOT_IN_THE_CORE}
    assert wrong == set()
    code = (
        f"import importlib, sys; [importlib.import_module(name) for name in {sorted(core)}]; "
        f"sys.exit(str({NOT_IN_THE_CORE} & set(sys.modules)) if {NOT_IN_THE_CORE} & set(sys.modules) else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def names_from(package: str, module: str) -> set[str]:
    """What a module imports from a package and all below it, for the type checker too: names in full."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if f"{name}.".startswith(f"{package}.")}


GIVEN_BY_THE_RECOGNIZER = {"handpad.adaptation.Observation", "handpad.adaptation.concatenate"}


@pytest.mark.parametrize("room", ["handpad.cli", "handpad.train.measure", "handpad.train.commands", "handpad.app"])
def test_what_is_measured_and_shown_comes_from_the_recognizer(room: str):
    """No adapter is made, asked or taught but by the recognizer."""
    plain_functions = {"handpad.adaptation.softmax"}
    modules = [module for module in MODULES if f"{module}.".startswith(f"{room}.")]
    assert modules
    wrong = {(module, name) for module in modules for name in names_from("handpad.adaptation", module)}
    assert {pair for pair in wrong if pair[1] not in GIVEN_BY_THE_RECOGNIZER | plain_functions} == set()


def test_only_the_recognizer_chooses_adapters():
    kinds = "handpad.adaptation.kinds"
    assert {module for module in MODULES if names_from(kinds, module)} == {"handpad.recognizer"}


def test_the_core_knows_neither_app_nor_training():
    """Only the commands open the app."""
    assert {one for one, other in arrows_of_the_code() if other == "app"} == {"commands"}
    assert {one for one, other in arrows_of_the_code() if other == "own_model"} <= {"app"}
    assert {one for one, other in arrows_of_the_code() if other == "train"} <= {"own_model"}


def test_qt_is_in_every_module_of_the_app_and_nowhere_else():
    with_qt = {module for module in MODULES if any(name.split(".")[0] == "PySide6" for name in imported(module))}
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    app = {module for module in MODULES if top_of(module) == "app"} - packages
    assert app - with_qt == set(), "without Qt: not for the app"
    assert with_qt - app == set(), "with Qt: for the app"


def defined(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """What a module or class defines: functions, classes and plain assignments."""
    found: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


DECIDED = rows_of("Where is ... decided?")


def test_twenty_questions_and_more_are_answered():
    assert len(DECIDED) >= 20


@pytest.mark.parametrize(("question", "file", "name"), DECIDED, ids=[row[0] for row in DECIDED])
def test_what_decides_is_there(question: str, file: str, name: str):
    body = ast.parse((ROOT / file.strip("`")).read_text(encoding="utf-8")).body
    for part in name.strip("`").split("."):
        found = defined(body)
        assert part in found, f"{question} {file} has no {name}"
        node = found[part]
        body = node.body if isinstance(node, ast.ClassDef) else []


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module of handpad, or something that one defines or hands on."""
    module = next(dotted[:end] for end in _ends(dotted) if dotted[:end] in MODULES)
    body = ast.parse(MODULES[module].read_text(encoding="utf-8")).body
    for part in dotted[len(module) + 1 :].split("."):
        found = defined(body)
        handed_on = {alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}
        if part and part not in found.keys() | handed_on:
            return False
        node = found.get(part)
        body = node.body if isinstance(node, ast.ClassDef) else []
    return True


def _ends(dotted: str) -> list[int]:
    """Where the name itself and all that it lies in end, the longest first."""
    return [len(dotted), *(place for place in range(len(dotted) - 1, 0, -1) if dotted[place] == ".")]


@pytest.mark.parametrize("document", ["docs/glossary.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_names_of_the_code_in_the_documents_are_there(document: str):
    text = (ROOT / document).read_text(encoding="utf-8")
    names = set(re.findall(r"`(handpad(?:\.\w+)+)`", text))
    paths = set(re.findall(r"`?((?:handpad|tests)/[\w./]*)", text))
    assert names or paths
    assert [name for name in sorted(names) if not exists(name)] == []
    assert [path for path in sorted(paths) if not (ROOT / path.rstrip(".")).exists()] == []


def test_the_glossary_promises_to_change_only_names_that_are_there():
    words = {word for path in MODULES.values() for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    table = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Names that are to change")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    promised = re.findall(r"`(\w+)`", " ".join(cells))
    assert [name for name in promised if name not in words and name not in {m.split(".")[-1] for m in MODULES}] == []
