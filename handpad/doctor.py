"""Looks through all that Handpad keeps for a writer, and mends what is damaged: profiles, pages and models.

Everything that is mended is put aside first, as it is when the app opens it; nothing is ever written over.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from handpad import suspects
from handpad.errors import HandpadError
from handpad.files import backup_path
from handpad.installed import available_models
from handpad.page.page_file import load_page, save_page
from handpad.page.rescue import pages_folder
from handpad.profile import Profile, mend
from handpad.profile.backups import backups_of

FINE, MENDED, LOST, BROKEN = "fine", "mended", "lost", "broken"
"""What a file is: as it should be; whole again; whole again, but without all that it held; or not to be used."""

SET_ASIDE, BRING_BACK = "set aside", "bring back"
"""What can be done with samples that were probably learned from wrong ink, see :mod:`handpad.suspects`."""


@dataclass(frozen=True)
class Finding:
    """What was found of one file.

    Attributes
    ----------
    kind : "profile", "samples", "page", "model" or "settings".
    path : the file or folder.
    state : FINE, MENDED, LOST or BROKEN.
    text : sentences that say what it holds, or what was wrong and done.
    counts : numbers by name: samples, words, backups, strokes.
    """

    kind: str
    path: str
    state: str
    text: str
    counts: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict:
        """The finding as JSON has it."""
        return asdict(self)


def examine(
    folder: Path,
    profile: Path | None = None,
    page: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    samples: str = "",
) -> list[Finding]:
    """Check and mend a data folder: its profiles, pages, settings, and all models.

    Parameters
    ----------
    folder : the data folder, as :func:`handpad.paths.user_data` gives it.
    profile, page : a profile and a page that lie elsewhere, looked at in place of those of the folder.
    tell : told what is looked at now.
    samples : SET_ASIDE, to take what was probably learned from wrong ink out of the profiles; BRING_BACK, to learn it
        again; "" to leave that alone.

    Raises HandpadError if the app is open on that folder: what it has open must not be moved.
    """
    if _app_is_open(folder):
        raise HandpadError("Handpad is open. Close it first, so that nothing changes while its files are mended.")
    profiles = (
        [profile]
        if profile
        else sorted(
            file for file in folder.glob("*.handpad") if "-damaged-" not in file.name and not suspects.is_aside(file)
        )
    )
    pages = [page] if page else [folder / "page.inkml", *sorted(pages_folder(folder / "page.inkml").glob("*.inkml"))]
    found = []
    for file in profiles:
        tell(f"profile {file}")
        found.append(check_profile(file))
        if samples and found[-1].state != BROKEN:
            tell(f"samples of {file}")
            found.append(check_samples(file, samples))
    for file in pages:
        if (file.exists() or backup_path(file).exists()) and "-damaged-" not in file.name:
            tell(f"page {file}")
            found.append(check_page(file))
    for model in available_models().values():
        tell(f"model {model}")
        found.append(check_model(model))
    if (folder / "settings.json").exists():
        found.append(check_settings(folder / "settings.json"))
    return found


def check_profile(path: Path) -> Finding:
    """Open a profile, read every sample of it, and bring what is damaged back from its backups."""
    if not path.is_file():
        return Finding("profile", str(path), BROKEN, f"There is no profile at {path}.")
    try:
        with Profile(path) as profile:
            notes, before = profile.take_notes(), len(profile)
            samples, words = len(profile.samples()), len(profile.words())
        if samples < before:
            notes = [*notes, mend(path, f"{before - samples} samples are not as they were stored")]
            with Profile(path) as profile:
                samples, words = len(profile.samples()), len(profile.words())
    except HandpadError as error:
        return Finding("profile", str(path), BROKEN, str(error))
    backups = len(backups_of(path))
    counts = {"samples": samples, "words": words, "backups": backups}
    if notes:
        missing = max(before - samples, 0)
        if missing:
            notes.append(f"{missing:,} learned character{'s' * (missing > 1)} could not be brought back.")
        return Finding("profile", str(path), LOST if missing else MENDED, " ".join(notes), counts)
    return Finding("profile", str(path), FINE, f"{samples:,} learned characters, {words:,} own words.", counts)


def check_samples(path: Path, what: str) -> Finding:
    """Set aside the samples of a profile that were probably learned from wrong ink, or learn them again."""
    try:
        moved = (suspects.set_aside if what == SET_ASIDE else suspects.bring_back)(path)
    except HandpadError as error:
        return Finding("samples", str(path), BROKEN, str(error))
    labels = ", ".join(sorted(sample.label for sample in moved))
    counted = f"{len(moved):,} sample{'s' * (len(moved) != 1)}"
    if what == BRING_BACK:
        text = f"{counted} learned again: {labels}." if moved else "Nothing was set aside."
        return Finding("samples", str(path), FINE, text, {"brought_back": len(moved)})
    if not moved:
        return Finding("samples", str(path), FINE, "None looks wrongly learned.", {"set_aside": 0})
    text = f"{counted} whose ink does not look like the label set aside in {suspects.aside_path(path).name}: {labels}."
    text += " 'handpad doctor --bring-back' learns them again."
    return Finding("samples", str(path), MENDED, text, {"set_aside": len(moved)})


def check_page(path: Path) -> Finding:
    """Read a page; one that is damaged is put aside, and what can be read of it and of its backup takes its place."""
    loaded = load_page(path)
    counts = {"strokes": len(loaded.page.strokes), "characters": len(loaded.page.characters)}
    if not loaded.notice:
        return Finding("page", str(path), FINE, f"{counts['strokes']:,} strokes.", counts)
    if loaded.path != path:  # it must stay as it is
        return Finding("page", str(path), BROKEN, loaded.notice, counts)
    try:
        if not loaded.written:
            save_page(loaded.page, path)
    except HandpadError as error:
        return Finding("page", str(path), BROKEN, f"{loaded.notice} {error}", counts)
    return Finding("page", str(path), LOST if loaded.lost else MENDED, loaded.notice, counts)


def check_model(folder: Path) -> Finding:
    """Load a base model and what it reads lines with."""
    from handpad.model.base import BaseModel
    from handpad.reading.reader import Reader

    try:
        model = BaseModel.load(folder)
        Reader.for_model(model, None)
    except HandpadError as error:
        return Finding("model", str(folder), BROKEN, str(error))
    return Finding("model", str(folder), FINE, f"Reads {len(model.labels)} characters.", {"labels": len(model.labels)})


def check_settings(path: Path) -> Finding:
    """Read the app's settings; a file that is none is put aside."""
    from handpad.settings import Settings

    notice = Settings(path).notice
    return Finding("settings", str(path), MENDED if notice else FINE, notice or "As chosen.")


def _app_is_open(folder: Path) -> bool:
    """Whether the app that made the lock file (its first line is a process number) is still running."""
    try:
        process = int((folder / "handpad.lock").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return process != os.getpid() and _is_running(process)


def _is_running(process: int) -> bool:
    """Whether there is a process of that number."""
    if sys.platform == "win32":  # where os.kill would end it
        synchronize, still_running = 0x00100000, 0x102
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, process)
        running = bool(handle) and ctypes.windll.kernel32.WaitForSingleObject(handle, 0) == still_running
        ctypes.windll.kernel32.CloseHandle(handle)
        return running
    try:
        os.kill(process, 0)
    except PermissionError:  # of another user
        return True
    except (OSError, OverflowError):
        return False
    return True


def as_text(findings: list[Finding]) -> str:
    """The findings for people: a line each, and one that sums up."""
    lines = [f"{finding.state:7} {finding.kind:8} {finding.path}: {finding.text}" for finding in findings]
    bad = [finding for finding in findings if finding.state in (LOST, BROKEN)]
    mended = sum(finding.state == MENDED for finding in findings)
    if bad:
        lines.append(f"{len(bad)} of {len(findings)} need your attention; what was damaged is kept beside each.")
    elif mended:
        lines.append(
            f"Everything is whole again; {mended} had to be mended, and the damaged files are kept beside them."
        )
    else:
        lines.append("Everything is as it should be.")
    return "\n".join(lines)


def to_json(findings: list[Finding]) -> str:
    """The findings for programs."""
    return json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=1)
