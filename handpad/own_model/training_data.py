"""What a dropped file or folder is, whether something belonging to it is missing, and where to get it.

Needs no PyTorch and no Qt. Only glances at the files: reading them is the work of ``handpad-train prepare``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from handpad.errors import DataError, HandpadError
from handpad.npz import Npz
from handpad.train.datasets.dataset import read_about
from handpad.train.datasets.detect import detect
from handpad.train.datasets.unipen_lines import TEXTS, WORDS, categories


@dataclass(frozen=True)
class Kind:
    """One kind of data set: its name for people, the file to get, and the page that offers it ("" for one's own)."""

    title: str
    file: str
    page: str = ""


KINDS = {
    "unipen": Kind(
        "UNIPEN", "unipen_train_r01_v07.tar.xz, pen strokes, free to use", "https://zenodo.org/records/1195803"
    ),
    "nist": Kind(
        "NIST Special Database 19",
        "by_class.zip, scans of 3,596 writers, free to use",
        "https://www.nist.gov/srd/nist-special-database-19",
    ),
    "deepwriting": Kind(
        "DeepWriting",
        "deepwriting_training.npz, pen strokes, for use without profit",
        "https://ait.ethz.ch/deepwriting",
    ),
    "uji": Kind(
        "UJI Pen Characters",
        "uji+pen+characters.zip, 11 writers, good for measuring",
        "https://archive.ics.uci.edu/dataset/160/uji+pen+characters",
    ),
    "idx": Kind(
        "QMNIST, EMNIST or MNIST",
        "images and labels in the idx format; of these QMNIST alone names its writers",
        "https://github.com/facebookresearch/qmnist",
    ),
    "folder": Kind("Images of your own", "a folder or zip of writer/character/*.png, dark on light"),
    "profile": Kind("Handpad profiles", "a folder of .handpad files, one for each writer"),
    "prepared": Kind("Prepared data", "an .npz written by handpad-train prepare"),
}
"""The kinds in the order in which they are offered; the keys are those of ``handpad.train.datasets.READERS``, and
"prepared"."""

_UNFINISHED = (".part", ".crdownload", ".download", ".partial")
_IMAGES = re.compile(r"(.+)-images[-.]idx3-ubyte(\.gz)?")
_PART = re.compile(r"-?(?:train|test|test10k|test50k|t10k)$")
_LABELS = re.compile(r"(.+)-labels[-.]idx[12]-(?:ubyte|int)(\.gz)?")
_ARCHIVES = (".zip", ".tar", ".tgz", ".xz")


@dataclass(frozen=True)
class Found:
    """One data set among the chosen files.

    Attributes
    ----------
    kind : key of KINDS.
    source : what ``handpad-train prepare`` is given.
    title : name for people.
    hints : sentences on what to know, such as a second file that would complete it.
    problem : one sentence on why it cannot be used, or "".
    lines : what ``handpad-train reading`` is given: sources that hold UNIPEN's lines of text; none for most data.
    """

    kind: str
    source: Path
    title: str
    hints: tuple[str, ...] = ()
    problem: str = ""
    lines: tuple[Path, ...] = ()


def recognise(paths: Iterable[Path]) -> tuple[list[Found], list[str]]:
    """The data sets in files and folders chosen together, and one sentence for each that is none.

    Files that are parts of one data set (two halves of NIST's, images and labels, several profiles) become one.
    """
    found: list[Found] = []
    problems: list[str] = []
    paths = sorted({Path(path).absolute() for path in paths})
    kinds = {path: _kind(path) for path in paths}
    with_lines = {path: held for path in paths if kinds[path] in ("unipen", None) and (held := _lines_of(path))}
    for path in paths:
        if path in with_lines and kinds[path] is None:
            if "unipen" not in kinds.values():
                problems.append(
                    f"{path.name} holds UNIPEN's words and texts, but not the isolated characters that training needs: "
                    f"choose {KINDS['unipen'].file.partition(',')[0]} together with it."
                )
        elif kinds[path] is None and (sentence := _unknown(path, paths, kinds)):
            problems.append(sentence)
    for name in ("idx", "profile", "deepwriting"):
        _unite([path for path in paths if kinds[path] == name], name, found)
    for path in paths:
        kind = kinds[path]
        if kind in KINDS and kind not in ("idx", "profile", "deepwriting"):
            found.append(_one(kind, path, paths))
    if any("8" in held for held in with_lines.values()):  # how ink parts is learned from texts
        found = [replace(one, lines=tuple(with_lines)) if one.kind == "unipen" else one for one in found]
    return found, problems


def _lines_of(path: Path) -> set[str]:
    """Which of UNIPEN's words and texts a path holds; none where it is no archive or folder of them."""
    if not path.is_dir() and path.suffix not in _ARCHIVES:
        return set()
    try:
        return categories(path) & {WORDS, TEXTS}
    except DataError:
        return set()


def _kind(path: Path) -> str | None:
    if path.suffix == ".npz" and path.is_file():
        try:
            if {"about", "glyphs"} <= set(Npz(path).names):
                return "prepared"
        except (OSError, ValueError):
            return None
    if path.name.endswith(_UNFINISHED):
        return None
    try:
        return detect(path)
    except HandpadError:
        return None


def _unknown(path: Path, paths: list[Path], kinds: dict[Path, str | None]) -> str:
    """Why a path is no data set, or "" where it belongs to one of the others."""
    labels = _LABELS.fullmatch(path.name)
    if not path.exists():
        return f"There is no file or folder {path}."
    if path.name.endswith(_UNFINISHED):
        return f"{path.name} is a download that has not been finished: wait for it, or download it again."
    if path.stem == "by_write":
        if any(kind == "nist" for kind in kinds.values()):
            return ""
        return (
            f"{path.name} holds NIST's images without saying what they are: drop by_class.zip, which says it, "
            "and is all that is needed."
        )
    if labels:
        if any(kinds[other] == "idx" and other.parent == path.parent for other in paths):
            return ""
        return f"{path.name} holds labels only: drop {labels[1]}-images-idx3-ubyte from the same place with it."
    if path.name.endswith("-mapping.txt") and any(kind == "idx" for kind in kinds.values()):
        return ""
    if path.is_file() and path.stat().st_size == 0:
        return f"{path.name} is empty: download it again."
    if path.is_dir() and not any(path.iterdir()):
        return f"The folder {path.name} is empty."
    kinds_told = ", ".join(kind.title for kind in KINDS.values() if kind.page)
    return (
        f"Handpad does not know what {path.name} is. It reads {kinds_told} as they are downloaded, and images, "
        "profiles and prepared data of your own."
    )


def _unite(paths: list[Path], name: str, found: list[Found]) -> None:
    """Add what is chosen of one kind whose parts are several files of one folder."""
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        by_folder.setdefault(path if path.is_dir() else path.parent, []).append(path)
    for folder, parts in by_folder.items():
        if name == "idx":
            found += _idx(parts, folder)
            continue
        patterns = {"profile": "*.handpad", "deepwriting": "*.npz"}
        if folder not in parts and len(parts) > 1 and set(parts) == set(folder.glob(patterns[name])):
            parts = [folder]
        found += [_one(name, path, paths) for path in parts]


def _idx(paths: list[Path], folder: Path) -> list[Found]:
    """Images in the idx format: those of one data set are read together where they are all of their folder."""
    archives = [path for path in paths if path.suffix in _ARCHIVES]
    if archives:
        problem = f"Unpack {archives[0].name} and drop the folder that comes out of it."
        return [Found("idx", archives[0], KINDS["idx"].title, problem=problem)]
    stems = {path: found[1] for path in sorted(folder.iterdir()) if (found := _IMAGES.fullmatch(path.name))}
    images = list(stems)
    names = sorted({_PART.sub("", stem) for stem in stems.values()})
    chosen = images if folder in paths else paths
    for path in chosen:
        if not any(file.name.startswith(f"{stems[path]}-labels") for file in folder.iterdir()):
            problem = f"{path.name} has no labels: put {stems[path]}-labels-idx1-ubyte from the same page beside it."
            return [Found("idx", path, stems[path], problem=problem)]
    if folder in paths and len(names) > 1:
        problem = f"{folder.name} holds several data sets ({', '.join(names)}): drop the images file of one of them."
        return [Found("idx", folder, KINDS["idx"].title, problem=problem)]
    if chosen == images and len(names) == 1:
        return [_with_hints(Found("idx", folder, names[0] or KINDS["idx"].title))]
    return [_with_hints(Found("idx", path, stems[path])) for path in chosen]


def _one(name: str, path: Path, paths: list[Path]) -> Found:
    title = KINDS[name].title
    if name == "prepared":
        about = read_about(path)
        if about is None:
            return Found(name, path, title, problem=f"{path.name} is damaged: prepare it again.")
        title = f"{title}: {about['name']}"
    found = Found(name, path, title)
    if name == "nist":
        others = [other for other in paths if other.stem == "by_write" and other.parent != path.parent]
        if others:
            found = _add(found, "by_write.zip is used only from the folder of by_class.zip; it is not needed.")
    return _with_hints(found)


def _with_hints(found: Found) -> Found:
    name, path = found.kind, found.source
    if name == "deepwriting":
        found = _add(
            found,
            "Files of this kind can hold program code. Handpad reads plain numbers from them and runs nothing.",
            "Its terms forbid commercial use, also of a model that learned from it.",
        )
        if path.is_file() and "valid" in path.name:
            found = _add(found, "This is the small part; deepwriting_training.npz holds about ten times as much.")
    elif name == "idx" and not found.title.lower().startswith(("qmnist", "xmnist")):
        found = _add(found, "These files do not name their writers, which training needs; QMNIST and NIST do.")
    elif name == "profile" and path.is_file():
        found = _add(found, "One profile is one writer; training needs a folder of several.")
    elif name == "unipen" and path.is_dir() and not any((path / part).is_dir() for part in ("include", "INCLUDE")):
        found = _add(found, "The folder include, which holds the ink, is not beside the folder data.")
    return found


def _add(found: Found, *hints: str) -> Found:
    return replace(found, hints=(*found.hints, *hints))
