"""The text of a page edited by hand, with a real recogniser: ink, text, samples and undo."""

import pytest
from desk import Desk, put, samples

from handpad.page.session import PageSession


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "me.handpad")
    yield desk
    desk.recognizer.close()


def edit(desk, text: str) -> str:
    note = desk.session.edit_text(desk.page, text)
    desk.work()
    return note


def strokes_of(word):
    return {number for character in word for number in character.strokes}


def test_a_word_edited_is_a_correction_of_its_ink_and_learned(desk):
    put(desk, "vox tool")
    before = desk.page
    assert edit(desk, "Vox tool") == ""
    word = desk.page.words(0)[0]
    assert [(c.label, c.corrected, len(c.strokes)) for c in word] == [("V", True, 1), ("o", True, 1), ("x", True, 2)]
    assert ("V", False) in [(label, confirmed) for label, _, confirmed, _ in samples(desk.profile)]
    desk.do("undo")
    assert desk.page.text() == before.text() and samples(desk.profile) == []
    desk.do("redo")
    assert desk.page.text().startswith("Vox ")


def test_a_character_deleted_and_one_put_in_are_parted_over_the_same_ink(desk):
    put(desk, "clot tool")
    ink = strokes_of(desk.page.words(0)[0])
    for said in ("clot", "dot"):
        edit(desk, f"{said} {desk.page.line_text(0).split()[1]}")
        assert desk.page.line_text(0).split()[0] == said
        assert strokes_of(desk.page.words(0)[0]) == ink


@pytest.mark.parametrize("said", ["transubstantiation", "Ω", "čaj", "größe", "!"])
def test_any_text_can_be_said_by_any_ink(desk, said):
    put(desk, "to lit")
    ink = strokes_of(desk.page.words(0)[0])
    second = desk.page.line_text(0).split()[1]
    assert edit(desk, f"{said} {second}") == ""
    assert desk.page.text().split(" ")[0] == said and len(desk.page.words(0)) == 2
    assert strokes_of(desk.page.words(0)[0]) == ink
    put(desk, "zoo", row=1)
    assert desk.page.line_text(0).split(" ")[0] == said and len(desk.page.words(0)) == 2
    edit(desk, desk.page.text().replace(said, "to"))
    assert desk.page.line_text(0).split(" ")[0] == "to"


def test_several_words_are_one_step(desk):
    put(desk, "vox tool")
    put(desk, "lit zoo", row=1)
    before = desk.page
    second = desk.page.line_text(1).split()[1]
    edit(desk, f"Vox pool\nbit {second}\n\nand more")
    said = desk.page.text().split()
    assert [*said[:3], *said[4:]] == ["Vox", "pool", "bit", "and", "more"]
    assert desk.page.line_text(3) == "and more"
    assert len(samples(desk.profile)) > 0
    desk.do("undo")
    assert (desk.page.text(), desk.page.strokes.keys()) == (before.text(), before.strokes.keys())
    assert all(confirmed for _, _, confirmed, _ in samples(desk.profile))


def test_a_space_put_in_and_taken_away_parts_and_joins_words(desk):
    put(desk, "to lit")
    text = desk.page.text()
    edit(desk, text.replace(" ", ""))
    assert len(desk.page.words(0)) == 1 and desk.page.text() == text.replace(" ", "")
    edit(desk, text)
    assert desk.page.text() == text and len(desk.page.words(0)) == 2


def test_text_typed_around_the_ink_stays_where_it_is_when_the_line_is_read_again(desk):
    put(desk, "to lit")
    first, second = desk.page.text().split()
    edit(desk, f"so {first} and {second} too")
    desk.session.review(frozenset(c.substrokes for c in desk.page.characters))
    desk.work()
    said = desk.page.line_text(0).split()
    assert [said[0], said[2], said[4]] == ["so", "and", "too"]
    desk.do("erase", strokes_of(desk.page.words(0)[0]))
    assert desk.page.line_text(0).split()[:2] == ["so", "and"]


def test_an_answer_that_comes_after_undo_changes_nothing(desk):
    put(desk, "vox tool")
    text = desk.page.text()
    desk.session.edit_text(desk.page, "Vox tool")
    desk.session.undo()
    desk.work()
    assert desk.page.text() == text


def test_what_was_typed_is_on_the_page_although_nobody_answers_any_more(desk):
    put(desk, "vox tool")
    desk.session.edit_text(desk.page, "Vox tool")
    desk.session.end_asking()
    assert desk.page.text() == "Vox tool"
    assert len(desk.page.words(0)[0]) == 1


def test_an_edit_of_text_that_has_changed_meanwhile_is_one_of_what_it_was(desk):
    put(desk, "vox tool")
    before = desk.page
    second = before.text().split()[1]
    put(desk, "lit", row=1)
    desk.session.edit_text(before, f"Vox {second}")
    desk.work()
    assert desk.page.line_text(0) == f"Vox {second}"
    assert desk.page.line_text(1)


def test_a_page_without_a_recogniser_takes_typed_text():
    session = PageSession()
    assert session.edit_text(session.page, "hello\n\nworld") == ""
    assert session.page.text() == "hello\n\nworld"
    session.undo()
    assert session.page.text() == ""


def test_a_word_deleted_from_the_text_leaves_its_ink_as_a_drawing(desk):
    put(desk, "to lit")
    page, strokes = desk.page, len(desk.page.strokes)
    desk.do("edit_text", page, page.text().split()[0])
    assert desk.page.text() == page.text().split()[0]
    assert len(desk.page.strokes) == strokes and desk.page.drawings
    desk.do("undo")
    assert desk.page.text() == page.text() and not desk.page.drawings
