"""The app's settings: one table of what there is, one JSON file of what was chosen."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from handpad.files import replace_file

log = logging.getLogger(__name__)


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

    def accepts(self, value) -> bool:
        return isinstance(value, str) and (self.open_ended or value in self.choices)


TABLE = (
    Setting(
        "theme",
        "Appearance",
        {"system": "Like the desktop", "light": "Light", "dark": "Dark"},
        "Light or dark paper.",
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
    """The chosen values, written to disk at each change."""

    def __init__(self, path: Path):
        """Read the file; what is missing or unknown takes its default, and a damaged file counts as missing."""
        self._path = path
        self._values = {setting.key: next(iter(setting.choices)) for setting in TABLE}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            for setting in TABLE:
                if setting.accepts(stored.get(setting.key)):
                    self._values[setting.key] = stored[setting.key]
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError) as error:
            log.warning("settings %s not read: %s", path, error)

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
        try:
            replace_file(self._path, json.dumps(self._values, indent=1).encode())
        except OSError as error:
            log.warning("settings %s not written: %s", self._path, error)
