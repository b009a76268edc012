import numpy as np
import pytest

from handpad.train.datasets.splits import Split, split_writers
from handpad.train.datasets.unipen_lines import Line
from handpad.train.lines.writing_split import TEST_SITES, VALIDATION_SITES, part_of, person, split_by_writer

NOBODY = Split([], [], [])


@pytest.mark.parametrize(
    ("writer", "who"),
    [
        ("apb/Bill_Cleveland", "ap/billcleveland"),
        ("apd/bill_cleveland_2", "ap/billcleveland"),
        ("app/textBillCleveland", "ap/billcleveland"),
        ("apa/BillClevelandsplit", "ap/billcleveland"),
        ("ape/Jo Ann", "ap/joann"),
        ("art/Bill_Cleveland", "art/Bill_Cleveland"),
        ("kar/07", "kar/07"),
    ],
)
def test_a_person_has_one_name_at_all_contributors_of_one_company(writer, who):
    assert person(writer) == who


def test_whole_contributors_are_held_out():
    assert not TEST_SITES & VALIDATION_SITES
    writers = [f"{site}/{number}" for site in sorted(TEST_SITES | VALIDATION_SITES) for number in range(3)]
    parts = part_of([*writers, "ced/1"], NOBODY)
    assert {writer.partition("/")[0] for writer in writers if parts[writer] == "test"} == TEST_SITES
    assert {writer.partition("/")[0] for writer in writers if parts[writer] == "validation"} == VALIDATION_SITES
    assert parts["ced/1"] == "train"


def test_who_is_held_out_with_characters_is_held_out_with_words_at_every_contributor():
    characters = Split(["apb/Ann_Lee", "ced/3"], ["apb/Bill_Cleveland", "ced/1"], ["apd/Cy_Young", "ced/2"])
    writers = ["apd/BillCleveland", "app/textcyyoung", "apa/Ann_Lee_1", "apc/Dot_Hill", "ced/1", "ced/2", "ced/3"]
    parts = part_of(writers, characters)
    assert list(parts.values()) == ["validation", "test", "train", "train", "validation", "test", "train"]


def test_somebody_in_two_parts_of_the_characters_is_tested_on():
    characters = Split(["apc/ann"], ["apb/Ann"], ["apd/Ann_2"])
    assert set(part_of(["apa/ann", "apb/Ann", "apd/Ann_2"], characters).values()) == {"test"}


def test_no_split_of_characters_is_contradicted():
    """Nobody who is held out there trains here, and the same person is never in two parts."""
    names = [f"{first}_{last}" for first in ("Ann", "Bill", "Cy", "Dot") for last in ("Lee", "Hill", "Young")]
    spelled = {"apa": str, "apb": str.lower, "apd": lambda name: f"{name}_2", "app": lambda name: f"text{name}"}
    writers = [f"{site}/{spell(name)}" for site, spell in spelled.items() for name in names]
    writers += [f"{site}/{number}" for site in ("ced", "abm") for number in range(30)]
    for seed in range(5):
        characters = split_writers(writers, seed)
        parts = part_of(writers, characters)
        held = {*characters.validation, *characters.test}
        assert not held & {writer for writer, part in parts.items() if part == "train"}
        of_person: dict[str, set[str]] = {}
        for writer, part in parts.items():
            of_person.setdefault(person(writer), set()).add(part)
        assert all(len(found) == 1 for found in of_person.values())
        assert len(set(parts.values())) == 3


def test_lines_go_where_their_writers_do_in_their_order():
    stroke = np.zeros((1, 2))
    writers = ["ced/2", "kar/1", "ced/1", "not/5", "ced/2", "ced/3"]
    lines = [Line(f"{number}", writer, writer[:3], [stroke], "a", "page") for number, writer in enumerate(writers)]
    split = split_by_writer(iter(lines), Split([], ["ced/1"], ["ced/3"]))
    assert [[line.name for line in part] for part in split] == [["0", "4"], ["2", "3"], ["1", "5"]]
