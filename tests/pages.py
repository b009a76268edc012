"""Pages of our own ink, as a reading would leave them."""

from dataclasses import replace

import numpy as np
from handwriting import write_line

from handpad.page.page import Character, Page
from handpad.reading.fragments import Substroke


def whole(page: Page, *numbers: int) -> tuple[Substroke, ...]:
    """Strokes of a page as the parts of a character."""
    return tuple(Substroke(number, 0, len(page.strokes[number])) for number in numbers)


def page_of(text: str, boxes: bool = False, row: int = 0) -> Page:
    """A page with a line of our own ink, each letter a character, as a reading would leave it."""
    page = Page(boxes=boxes)
    at = (60.0, page.ruling.baseline(row))
    line = []
    for letter in write_line(text, page.ruling.x_height, at):
        numbers = range(len(page.strokes) + 1, len(page.strokes) + 1 + len(letter))
        for number, stroke in zip(numbers, letter, strict=True):
            page = page.add(number, stroke.round(2))
        line.append(Character(whole(page, *numbers)))
    spaces = [index - text[:index].count(" ") for index, letter in enumerate(text) if letter == " "]
    line = [replace(character, space=index in spaces) for index, character in enumerate(line)]
    return page.with_line(row, line)


def labelled(page: Page, text: str) -> Page:
    """The page with its characters labelled in reading order."""
    for character, label in zip(page.characters, text, strict=True):
        page = page.with_character(character, replace(character, label=label))
    return page


def two_in_one_stroke() -> Page:
    """A stroke of two hills, with the low point between them where a pen joins letters."""
    x = np.linspace(0, 120, 61)
    stroke = np.column_stack([60 + x, 60 + 14 * np.cos(x / 120 * 4 * np.pi), np.full(61, 0.5), x / 100])
    return Page().add(1, stroke.round(2))
