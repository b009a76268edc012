"""Which writers of UNIPEN's words and texts train, validate and test the sequence network.

Whole contributors are held out, since their hands, devices and transcripts are alike, and writers within the others
where the base model's split of the isolated characters holds them out too. The same person at several contributors
(Apple's sent the same names as apa, apb, apc, apd, ape and app) is in one part only.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from handpad.train.datasets.splits import Split
from handpad.train.datasets.unipen_lines import Line

TEST_SITES = frozenset({"kar", "sie", "dar", "lou", "abm", "bbb", "scr", "phi", "art"})
"""Joined (kar, sie, dar, bbb), mixed (lou, abm), printed with wide gaps (scr, phi), printed (art)."""

VALIDATION_SITES = frozenset({"not", "int", "rim", "bbc"})
"""Mixed (not), joined (int, bbc), printed (rim)."""

_ONE_COMPANY = re.compile(r"ap[a-e]|app")


class LineSplit(NamedTuple):
    """The lines of each part."""

    train: list[Line]
    validation: list[Line]
    test: list[Line]


def person(writer: str) -> str:
    """Who a writer is, whatever contributor sent the ink: "ap/billcleveland" for "apb/Bill_Cleveland"."""
    site, _, name = writer.partition("/")
    if not _ONE_COMPANY.fullmatch(site):
        return writer
    letters = re.sub(r"^text|split$|[^a-z]", "", re.sub(r"_\d+$", "", name).lower())
    return f"ap/{letters}" if letters else writer


def part_of(writers: Iterable[str], characters: Split) -> dict[str, str]:
    """The part of each writer: "train", "validation" or "test".

    Parameters
    ----------
    writers : "<contributor>/<id>".
    characters : the split of the writers of UNIPEN's isolated characters: nobody whom it holds out trains here. A
        few writers of the contributors that are held out here as a whole may train there.
    """
    held = {person(name): "validation" for name in characters.validation}
    held |= {person(name): "test" for name in characters.test}
    parts = {}
    for writer in writers:
        site = writer.partition("/")[0]
        if site in TEST_SITES:
            parts[writer] = "test"
        elif site in VALIDATION_SITES:
            parts[writer] = "validation"
        else:
            parts[writer] = held.get(person(writer), "train")
    return parts


def split_by_writer(lines: Iterable[Line], characters: Split) -> LineSplit:
    """The lines of training, validation and test writers."""
    lines = list(lines)
    parts = part_of({line.writer for line in lines}, characters)
    by_part: dict[str, list[Line]] = {"train": [], "validation": [], "test": []}
    for line in lines:
        by_part[parts[line.writer]].append(line)
    return LineSplit(**by_part)
