"""Words whose readings are on their way, and what becomes of a word that the writer has spelled."""

from dataclasses import dataclass

from handpad.page.line_job import Key, WordReading
from handpad.page.page import Character, Page
from handpad.reading.fragments import KnownCharacter, joined


@dataclass
class AskedWord:
    """A word that a recogniser was asked about.

    Attributes
    ----------
    key : a character of it. ink : all its characters as it was asked for.
    text : what the writer says that it says; "" if nothing.
    act : what the writer does by it, if the word is to become that once it is parted; None: its readings are told.
    wanted : whether that is still so: the writer has not taken it back meanwhile.
    """

    key: Key
    ink: tuple[Key, ...]
    text: str = ""
    act: object = None
    wanted: bool = True


def as_one(word: tuple[Character, ...], text: str) -> WordReading:
    """A word whose ink is not parted: one label stands for all of it, and teaches nothing."""
    ink = joined(substroke for character in word for substroke in character.substrokes)
    return WordReading(text, 0.0, [KnownCharacter(ink, text, word[0].space, probability=0.0)])


def key_now(page: Page, asked: AskedWord) -> Key | None:
    """A character with ink of the word as the page is now; None if that ink is gone."""
    strokes = {substroke.stroke for key in asked.ink for substroke in key}
    return next((c.substrokes for c in page.characters if not strokes.isdisjoint(c.strokes)), None)
