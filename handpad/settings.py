"""The app's settings: one table of what there is, one JSON file of what was chosen."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from handpad.files import put_aside, replace_file

log = logging.getLogger(__name__)

_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Setting:
    """One setting: its key, its values with a name for people (the first is the default), and what it does.

    Further values may be added at run time where `open_ended`.
    """

    key: str
    title: str
    choices: dict[str, str]
    help: str
    open_ended: bool = False

    def accepts(self, value: object) -> bool:
        """Whether a value is one of this setting's."""
        return isinstance(value, str) and (self.open_ended or value in self.choices)


TABLE = (
    Setting(
        "theme",
        "Appearance",
        {"system": "Like the desktop", "light": "Light", "dark": "Dark"},
        "Light or dark paper.",
    ),
    Setting(
        "touch",
        "Touch",
        {
            "write": "A finger writes until a pen is used; two move the paper",
            "move": "Only the pen writes; fingers move the paper",
            "off": "Only the pen: touch does nothing",
        },
        "What fingers on the paper do. Two of them move it and show it larger or smaller.",
    ),
    Setting(
        "palm_delay",
        "Palm",
        {
            "1000": "Touch waits a second for the pen to go",
            "500": "Touch waits half a second",
            "2000": "Touch waits two seconds",
            "5000": "Touch waits five seconds",
            "0": "Touch does not wait",
        },
        "While a pen is over the paper, and so long afterwards, touch does nothing: it may be your palm.",
    ),
    Setting(
        "adapter",
        "How it learns",
        {
            "default": "Handpad's own: learns fastest, from shape, size and place",
            "paper": "As published: writing history, nearest neighbours and confidence",
            "none": "Not at all: the base model alone",
        },
        "How corrections change later readings.",
    ),
    Setting(
        "learning",
        "Learning",
        {"on": "On", "paused": "Paused"},
        "While paused, corrections change the text and teach nothing.",
    ),
    Setting(
        "alphabet",
        "Characters",
        {"all": "All characters", "alphanumeric": "Letters and digits", "digits": "Digits only"},
        "What a character may be read as.",
    ),
    Setting(
        "model",
        "Base model",
        {"handpad": "Handpad's own", "paper": "As published"},
        "The network that reads; what you taught is learned again from its ink.",
        open_ended=True,
    ),
)


class Settings:
    """The chosen values, written to disk at each change.

    Attributes
    ----------
    notice : a sentence for the user if the file could not be read; "" otherwise.
    """

    def __init__(self, path: Path):
        """Read the file; what is missing or unknown takes its default, and a damaged file is put aside."""
        self.notice = ""
        self._path: Path | None = path  # None: the file must stay as it is
        self._values = {setting.key: next(iter(setting.choices)) for setting in TABLE}
        try:
            self._values |= _read(path)
        except FileNotFoundError:
            pass
        except PermissionError as error:
            log.warning("settings %s not read: %s", path, error)
            self._path = None
            self.notice = f"Handpad is not allowed to read its settings in {path}, so it uses its own for now."
        except Exception as error:  # of whatever kind: nothing in that file keeps the app from opening
            log.warning("settings %s not read: %s", path, error)
            self._put_aside(path)

    def _put_aside(self, path: Path) -> None:
        try:
            aside = put_aside(path)
        except OSError as error:
            log.warning("settings %s not put aside: %s", path, error)
            self._path = None
            self.notice = f"The settings in {path} could not be read and were left as they are; choices are not kept."
        else:
            self.notice = f"The settings could not be read and are as at first; the old file is kept as {aside.name}."

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __setitem__(self, key: str, value: str) -> None:
        """Choose a value. Raises KeyError or ValueError for what the table does not hold."""
        setting = next((setting for setting in TABLE if setting.key == key), None)
        if setting is None:
            raise KeyError(key)
        if not setting.accepts(value):
            raise ValueError(f"{value!r} is no choice for {key}")
        self._values[key] = value
        if self._path is None:
            return
        try:
            replace_file(self._path, json.dumps(self._values, indent=1).encode())
        except OSError as error:
            log.warning("settings %s not written: %s", self._path, error)


def _read(path: Path) -> dict[str, str]:
    """The values in a file that a setting accepts. Raises OSError or ValueError if it is no file of settings."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is too large")
    stored = json.loads(path.read_bytes())
    if not isinstance(stored, dict):
        raise ValueError("it is no table")
    known = {setting.key: stored[setting.key] for setting in TABLE if setting.key in stored}
    if not all(isinstance(value, str) for value in known.values()):
        raise ValueError("a value is no text")
    return {setting.key: known[setting.key] for setting in TABLE if setting.accepts(known.get(setting.key))}
