import errno
import os
from dataclasses import replace

import numpy as np
import pytest
from handwriting import write, write_line

from handpad import files
from handpad.document import (
    Character,
    DocumentError,
    Page,
    Ruling,
    from_inkml,
    load_page,
    save_page,
    to_inkml,
)
from handpad.files import backup_path


def page_of(text: str, boxes: bool = False, row: int = 0) -> Page:
    page = Page(boxes=boxes)
    at = (60.0, page.ruling.baseline(row))
    for letter in write_line(text, page.ruling.x_height, at):
        for stroke in letter:
            page = page.add(len(page.strokes) + 1, stroke.round(2))
    return page


def labelled(page: Page, text: str) -> Page:
    for character, label in zip(page.characters, text, strict=True):
        page = page.with_character(character, Character(character.strokes, label))
    return page


def test_letters_become_characters_in_reading_order():
    page = page_of("HiT")
    assert [len(character.strokes) for character in page.characters] == [3, 2, 2]


def test_text_has_spaces_and_lines():
    page = labelled(page_of("to lo"), "tolo")
    assert page.text() == "to lo"
    for stroke in write("x", 30, (60, page.ruling.baseline(2))):
        page = page.add(len(page.strokes) + 1, stroke)
    assert page.text() == "to lo\n\n\N{WHITE SQUARE}"


def test_boxes_part_what_touches_and_an_empty_box_is_a_space():
    page = Page(boxes=True)
    ruling = page.ruling
    for number, column in enumerate((0, 1, 3)):
        x = ruling.margin + column * ruling.box_width + 2
        stroke = np.array([[x, 50, 1, 0], [x + ruling.box_width - 4, 60, 1, 1]])
        page = page.add(number + 1, stroke)
    assert len(page.characters) == 3
    assert labelled(page, "abc").text() == "ab c"
    page = replace(page, boxes=False)  # for lines without ink
    assert page.has_boxes(0)
    assert not page.has_boxes(1)
    assert len(page.add(9, stroke + np.array([80, 0, 0, 0])).characters) == 4
    assert from_inkml(to_inkml(page)).box_rows == {0}


def test_an_edit_leaves_the_page_before_as_it_was_and_keeps_other_characters():
    before = labelled(page_of("to"), "to")
    after = before.add(99, write("x", 30, (300, 74))[0])
    assert before.text() == "to"
    assert after.characters[:2] == before.characters
    assert after.erase([99]).characters == before.characters


def test_what_the_writer_fixed_takes_no_more_strokes():
    page = page_of("l")
    fixed = Character(page.characters[0].strokes, "l", fixed=True)
    page = page.with_character(page.characters[0], fixed)
    page = page.add(2, write("l", 30, (61, 74))[0])
    assert fixed in page.characters
    assert len(page.characters) == 2


def test_joined_and_split_characters_stay_so():
    page = page_of("ll")
    joined = page.join(*page.characters)
    (one,) = joined.characters
    assert one == Character((1, 2), grouped=True)
    assert joined.add(9, write("o", 30, (300, 74))[0]).characters[0] == one
    assert [c.strokes for c in joined.split(one).characters] == [(1,), (2,)]
    assert from_inkml(to_inkml(joined)).characters == joined.characters
    with pytest.raises(ValueError):
        page.split(page.characters[0])


def test_only_the_same_line_follows():
    page = page_of("ll")
    page = page.add(3, write("l", 30, (60, page.ruling.baseline(1)))[0])
    first, second, third = page.characters
    assert page.following(first) == second
    assert page.following(second) is None
    assert page.following(third) is None


def test_erasing_a_part_of_a_character_makes_it_unread():
    page = labelled(page_of("t"), "t")
    page = page.erase([2])
    assert page.characters == (Character((1,)),)


@pytest.mark.parametrize(("y", "row"), [(-50, 0), (74, 0), (74 + 30, 0), (74 + 106, 1), (74 + 106 - 40, 1)])
def test_heights_belong_to_lines(y, row):
    assert Ruling().row(y) == row


def test_inkml_keeps_everything():
    page = labelled(page_of("Hit"), "<&g")
    first = page.characters[0]
    page = page.with_character(first, Character(first.strokes, "<", fixed=True, sample_id=7))
    page = page.add(50, np.array([[300.25, 80.5, np.nan, np.nan]]))
    back = from_inkml(to_inkml(page))
    assert back.characters == page.characters
    assert back.ruling == page.ruling
    assert back.boxes == page.boxes
    assert back.strokes.keys() == page.strokes.keys()
    for number in page.strokes:
        assert np.allclose(back.strokes[number], page.strokes[number], atol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"<html/>",
        lambda data: data.replace(b'"#s1"', b'"#s9"'),
        lambda data: data.replace(b'<traceView traceDataRef="#s1" />', b""),
        lambda data: data.replace(b">1<", b">2<", 1),
        lambda data: data.replace(b" 0.5 ", b" many "),
    ],
)
def test_a_damaged_page_is_refused_and_its_backup_offered(tmp_path, spoil):
    path = tmp_path / "page.inkml"
    old, new = page_of("to"), page_of("Hit")
    save_page(old, path)
    save_page(new, path)
    damaged = spoil(path.read_bytes())
    assert damaged != path.read_bytes()
    path.write_bytes(damaged)
    page, notice = load_page(path)
    assert page.characters == old.characters
    assert "damaged" in notice
    backup_path(path).unlink()
    with pytest.raises(DocumentError, match="cannot be opened"):
        load_page(path)
    assert path.read_bytes() == damaged


def test_a_missing_page_is_empty(tmp_path):
    assert load_page(tmp_path / "page.inkml") == (Page(), "")


@pytest.mark.parametrize("step", ["fsync", "replace", "fdopen"])
def test_a_save_that_fails_leaves_the_old_page_and_no_litter(tmp_path, monkeypatch, step):
    path = tmp_path / "page.inkml"
    save_page(page_of("to"), path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if step == "replace":
        monkeypatch.setattr(files.Path, "replace", full)
    else:
        monkeypatch.setattr(files.os, step, full)
    with pytest.raises(DocumentError, match="No space left"):
        save_page(page_of("Hit"), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp"))
