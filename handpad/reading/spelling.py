"""A text in the units that ink is parted into: one character each, whatever Unicode makes of it."""

import unicodedata
from typing import NamedTuple

_JOINER = "\u200d"


class Unit(NamedTuple):
    """One character of a text as a reader sees it, and whether a space precedes it."""

    text: str
    space: bool


def units_of(text: str) -> list[Unit]:
    """The characters of a text, with marks that belong to the one before composed with it or kept beside it.

    White space parts words and is no unit.
    """
    units: list[Unit] = []
    space = open_joiner = False
    for character in unicodedata.normalize("NFC", text):
        if character.isspace() or unicodedata.category(character) == "Cc":
            space = bool(units)
            continue
        belongs = open_joiner or unicodedata.category(character)[0] == "M" or character == _JOINER
        if units and belongs and not space:
            units[-1] = units[-1]._replace(text=units[-1].text + character)
        else:
            units.append(Unit(character, space))
        space, open_joiner = False, character == _JOINER
    return units


def said_by(units: list[Unit]) -> str:
    """What units say, words with one space between them; without a space before the first."""
    return "".join((" " if unit.space and place else "") + unit.text for place, unit in enumerate(units))
