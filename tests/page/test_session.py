"""A page session, driven by a script with a real recogniser: page and profile after everything that a writer does."""

from dataclasses import replace

import pytest
from desk import Desk, put, samples
from handwriting import write, write_line
from pages import labelled, page_of

from handpad.labels import alphabet_of
from handpad.page import read_page as module
from handpad.page.answers import Answers
from handpad.page.document import from_inkml, to_inkml
from handpad.page.line_job import LineJob
from handpad.page.messages import BoxJob, Change, ChangeSamples, LearnSample, PageChanged
from handpad.page.page import Page
from handpad.page.session import PageSession
from handpad.page.steps import UNDO_STEPS
from handpad.reading.fragments import KnownCharacter, moved
from handpad.recognizer import Recognizer


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "me.handpad")
    yield desk
    desk.recognizer.close()


def corrections(desk):
    return [event for event in desk.told if isinstance(event, Change)]


def marked(page):
    return [c.label for c in page.characters if c.sample_id]


def test_a_line_is_read_as_it_is_written_and_confirmed_when_the_pen_has_gone_on(desk):
    put(desk, "tool")
    assert desk.page.line_text(0).lower() == "tool"
    assert samples(desk.profile) == []
    put(desk, "vit", row=1)
    first = desk.page.lines[0]
    assert all(c.committed and c.sample_id for c in first)
    assert [label for label, _, confirmed, _ in samples(desk.profile) if confirmed] == [c.label for c in first]
    assert not marked(desk.page.erase(set(range(1, 7))))
    appeared = [key for event in desk.told if isinstance(event, PageChanged) for key in event.appeared]
    # A letter that grows by a bar and stays the same letter does not appear a second time.
    assert {c.substrokes for c in desk.page.characters if len(c.substrokes) == 1} <= set(appeared)


def test_a_letter_put_right_is_learned_forgotten_by_undo_and_learned_again_by_redo(desk):
    put(desk, "vit tool")
    first = desk.page.characters[0]
    desk.do("correct", first.substrokes, "n")
    now = desk.page.find(first.substrokes)
    assert (now.label, now.corrected) == ("n", True)
    learned = [("n", first.label, False, len(first.strokes))]
    assert samples(desk.profile) == learned
    (told,) = corrections(desk)
    assert told == Change("n", True, told.others)
    desk.do("undo")
    assert samples(desk.profile) == [] and desk.page.find(first.substrokes).label == first.label
    desk.do("redo")
    assert samples(desk.profile) == learned and desk.page.find(first.substrokes) == now
    assert desk.session.can_undo() and not desk.session.can_redo()


def test_while_learning_is_paused_the_page_changes_and_nothing_is_learned(desk):
    desk.session.learns = False
    put(desk, "to")
    put(desk, "li", row=1)
    desk.do("correct", desk.page.characters[0].substrokes, "f")
    assert desk.page.characters[0].corrected and desk.page.line_text(0).startswith("f")
    assert corrections(desk) == [Change("f", False, 0)]
    assert samples(desk.profile) == [] and not marked(desk.page)


def test_a_word_put_right_is_parted_over_its_ink_and_its_letters_are_learned(desk):
    put(desk, "clot tool")
    key = desk.page.characters[0].substrokes
    assert desk.page.line_text(0).startswith("dot ")  # the ink allows both
    (reading,) = desk.ask_word(key, "clot")
    desk.do("correct_word", key, reading)
    word = desk.page.words(0)[0]
    assert [(c.label, c.corrected, len(c.strokes)) for c in word] == [
        ("c", True, 1), ("l", True, 1), ("o", True, 1), ("t", True, 2)
    ]  # fmt: skip
    assert desk.page.line_text(0).startswith("clot ")
    assert [sample[::2] for sample in samples(desk.profile)] == [("o", True), ("t", True)]
    told = corrections(desk)[-1]
    assert (told.label, told.letters, told.text_only) == ("clot", 4, ())
    assert [one.label for one in told.skipped] == ["c", "l"]  # together they look like a d
    before = samples(desk.profile)
    (same,) = desk.ask_word(word[0].substrokes, "clot")
    desk.do("correct_word", word[0].substrokes, same)
    assert corrections(desk)[-1].confirmed and samples(desk.profile) == before
    desk.do("undo")
    desk.do("undo")
    assert samples(desk.profile) == [] and not any(c.corrected for c in desk.page.characters)


@pytest.mark.parametrize("text", ["transubstantiation", "Čäß Ω€", "t", "a b c", "long" * 40, "t\u20dd…"])
def test_any_text_is_taken_for_any_ink_and_stays_on_the_page(desk, text):
    put(desk, "to")
    before = desk.page
    (reading,) = desk.ask_word(before.characters[0].substrokes, text)
    desk.do("correct_word", before.characters[0].substrokes, reading)
    assert desk.page.text() == text
    alphabet = desk.recognizer.model.labels
    assert all(label in alphabet for label, *_ in samples(desk.profile))
    told = corrections(desk)[-1]
    assert told.label == text and all(one.label not in alphabet for one in told.text_only)
    put(desk, "tool", row=1)
    desk.session.review({c.substrokes for c in desk.page.characters})
    desk.work()
    assert desk.page.text() == f"{text}\ntool"
    assert from_inkml(to_inkml(desk.page)).text() == f"{text}\ntool"
    for _ in range(6):  # the strokes of "tool", and the correction
        desk.do("undo")
    assert desk.page.text() == before.text()


def test_a_sign_that_the_model_does_not_know_is_taught_and_the_writer_is_told_what_it_looks_like(desk):
    put(desk, "to")
    key = desk.page.characters[1].substrokes
    desk.do("correct", key, "o\u0308")
    assert desk.page.text() == "tö" and [label for label, *_ in samples(desk.profile)] == ["ö"]
    told = corrections(desk)[-1]
    assert told.learned and not told.text_only and told.like in "oO0" and told.like
    assert "ö" in desk.session.alphabet.known
    desk.do("undo")
    assert desk.page.text() == "to" and samples(desk.profile) == []


def test_several_characters_are_text_only_unless_the_writer_teaches_them_as_a_sign(desk):
    put(desk, "to")
    key = desk.page.characters[1].substrokes
    desk.do("correct", key, "ch", True)
    assert [label for label, *_ in samples(desk.profile)] == ["ch"] and desk.page.text() == "tch"
    desk.do("undo")
    desk.session.alphabet = desk.recognizer.alphabet
    desk.do("correct", key, "ch")
    told = corrections(desk)[-1]
    assert [one.label for one in told.text_only] == ["ch"] and told.text_only[0].substrokes == key
    assert desk.page.text() == "tch" and len(desk.page.characters) == 2 and samples(desk.profile) == []
    line = desk.recognizer.read_line(
        list(desk.page.strokes.values()), known=[KnownCharacter(moved(key, {3: 2}), "ch", False)]
    )
    assert line.characters[-1].label == "ch" and line.text == "tch"


def test_the_cuts_of_a_character_are_shown_the_likeliest_first(desk):
    put(desk, "to vt tool")
    first, second = desk.page.words(0)[1][:2]
    desk.do("join", first.substrokes)
    (joined,) = [c for c in desk.page.characters if c.grouped]
    cuts = desk.ask_cuts(joined.substrokes)
    assert (cuts[0].left, cuts[0].right) == (first.substrokes, second.substrokes)  # and not the bar off the t
    assert cuts[0].labels[1] == "t" and len(cuts) > 3
    assert {(one.left, one.right) for one in cuts} == {(o.left, o.right) for o in desk.session.cuts(joined.substrokes)}
    bar_off = next(one for one in cuts if len(one.right) == 1 and one.right[0] == second.substrokes[-1])
    desk.do("split", joined.substrokes, bar_off)
    assert [c.substrokes for c in desk.page.characters if c.grouped] == [bar_off.left, bar_off.right]
    desk.do("undo")
    desk.do("split", joined.substrokes, cuts[0])
    assert [c.substrokes for c in desk.page.characters if c.grouped] == [first.substrokes, second.substrokes]


def test_what_is_split_is_learned_at_once_and_written_again_it_is_parted_so(desk):
    put(desk, "clot tool")
    assert desk.page.line_text(0).startswith("dot ")
    key = desk.page.characters[0].substrokes
    (cut,) = [one for one in desk.session.cuts(key) if not one.border.through]
    desk.do("split", key, cut)
    halves = [c for c in desk.page.characters if c.grouped]
    assert [c.substrokes for c in halves] == [cut.left, cut.right] and all(c.sample_id for c in halves)
    assert [confirmed for _, _, confirmed, _ in samples(desk.profile)] == [True, True]
    put(desk, "clot", row=1)
    assert [len(c.strokes) for c in desk.page.lines[1]] == [1, 1, 1, 2]
    for _ in range(6):
        desk.do("undo")
    assert not any(c.grouped for c in desk.page.characters) and samples(desk.profile) == []


def test_the_writer_sets_the_parting_of_a_word_and_it_is_learned(desk):
    put(desk, "clot tool")
    key = desk.page.characters[0].substrokes
    parting = desk.session.parting(key)
    assert parting.text == "dot" and len(parting.borders) == 2
    (reading,) = desk.ask_word(key, "clot")
    parting = desk.session.parting(key, reading)
    assert [piece.label for piece in parting.pieces] == list("clot")
    right = [piece.substrokes for piece in parting.pieces]
    wrong = parting.removed(0)
    assert wrong.pieces[0].label == "cl" and wrong.text == "clot"
    border = parting.borders[0]
    assert not border.through
    again = wrong.added(border.x, border.y)
    assert [piece.substrokes for piece in again.pieces] == right
    assert [piece.probability is None for piece in again.pieces] == [True, True, False, False]
    before = desk.page
    desk.do("part_word", key, again)
    assert desk.page.line_text(0) == "clot tool"
    taught = {label: strokes for label, _, _, strokes in samples(desk.profile)}
    assert taught == {"c": 1, "l": 1, "o": 1, "t": 2}
    assert corrections(desk)[-1].skipped == ()
    desk.do("undo")
    assert desk.page.text() == before.text() and samples(desk.profile) == []
    desk.do("erase", {1})
    desk.do("part_word", desk.page.characters[0].substrokes, again)  # of ink that is not there any more
    assert samples(desk.profile) == []


def test_letters_are_joined_split_and_erased_and_each_step_can_be_taken_back(desk):
    put(desk, "to vt tool")
    before = desk.page
    first, second = before.words(0)[1][:2]
    desk.do("join", first.substrokes)
    (joined,) = [c for c in desk.page.characters if c.grouped]
    assert set(joined.strokes) == {*first.strokes, *second.strokes} and joined.label
    desk.do("split", joined.substrokes)
    assert [c.strokes for c in desk.page.characters if c.grouped] == [first.strokes, second.strokes]
    desk.do("set_space", second.substrokes, True)
    assert [len(word) for word in desk.page.words(0)] == [2, 1, 1, 4]
    desk.do("erase", set(second.strokes))
    assert set(before.strokes) - set(desk.page.strokes) == set(second.strokes)
    assert all(c.label for c in desk.page.characters)
    desk.do("delete", first.substrokes)
    assert set(before.strokes) - set(desk.page.strokes) == {*first.strokes, *second.strokes}
    for _ in range(5):
        desk.do("undo")
    assert [(c.substrokes, c.label) for c in desk.page.characters] == [
        (c.substrokes, c.label) for c in before.characters
    ]


def test_boxes_are_read_and_follow_what_is_learned(desk):
    desk.do("set_boxes", True)
    box, ruling = desk.page.ruling.box_width, desk.page.ruling
    for column in range(3):
        for stroke in write("v", 30, (ruling.margin + box * (column + 0.3), ruling.baseline(0))):
            desk.do("write", stroke)
    assert [c.label.lower() for c in desk.page.characters] == ["v"] * 3
    desk.do("correct", desk.page.characters[0].substrokes, "&")
    assert desk.page.line_text(0) == "&&&"
    assert corrections(desk)[-1].others == 2
    desk.do("undo")
    assert desk.page.line_text(0).lower() == "vvv"


def write_in_boxes(desk, text: str, first: int = 0, large: int = -1) -> None:
    """Write a word in boxes from a column on, a letter in one of them as large as a capital."""
    ruling = desk.page.ruling
    for column, label in enumerate(text, start=first):
        at = (ruling.margin + ruling.box_width * (column + 0.3), ruling.baseline(0))
        for stroke in write(label, 46 if column == large else 30, at, seed=column):
            desk.do("write", stroke)


def test_a_letter_in_a_box_is_seen_at_once_and_then_read_with_its_word(desk):
    desk.do("set_boxes", True)
    write_in_boxes(desk, "tool", large=1)
    second = desk.page.characters[1]
    shown = [
        event.page.find(second.substrokes).label
        for event in desk.told
        if isinstance(event, PageChanged) and event.page.find(second.substrokes)
    ]
    assert shown[0] == "" and "O" in shown and desk.page.line_text(0) == "tool"
    assert desk.session.probability(second) > 0.5
    desk.session.learns = False
    desk.do("correct", second.substrokes, "O")
    write_in_boxes(desk, "lot", first=5)
    assert desk.page.line_text(0) == "tOol lot"


def test_ink_in_a_box_can_be_a_drawing_and_the_rest_of_its_line_is_read_on(desk):
    desk.do("set_boxes", True)
    write_in_boxes(desk, "tool", large=1)
    drawn = set(desk.page.characters[1].strokes)
    desk.do("draw", drawn)
    write_in_boxes(desk, "lot", first=5)
    assert desk.page.line_text(0) == "t ol lot" and desk.page.drawings == drawn
    desk.do("read_drawing", drawn)
    assert desk.page.line_text(0) == "tool lot" and not desk.page.drawings
    page = desk.page
    desk.do("turn_to", Page())
    desk.do("turn_to", page.renumbered(desk.session.next_stroke))
    assert desk.page.line_text(0) == "tool lot" and desk.page.box_rows == {0}
    assert all(desk.session.candidates[character.substrokes] for character in desk.page.characters)


def test_what_was_only_read_by_itself_is_neither_settled_nor_confirmed_by_going_on(slow):
    session, answers = slow
    read_all(session, answers)
    session.set_boxes(True)
    ruling = session.page.ruling
    for label, column in (("o", 0.3), ("e", 2.3)):
        for stroke in write(label, 30, (ruling.margin + ruling.box_width * column, ruling.baseline(2))):
            session.write(stroke)
        for job in asked(session, BoxJob):
            session.boxes_read(answers.read_boxes(job))
    for stroke in write("v", 30, (ruling.margin + ruling.box_width * 0.3, ruling.baseline(3))):
        session.write(stroke)
    for one in session.page.lines[2]:
        assert one.label and not (one.committed or one.sample_id or one.doubtful or session.is_doubtful(one))
    session.outbox.clear()
    while session.reads:
        session.line_read(session._queue.job, answers.read_line(session._queue.job))
    session.confirm()
    ring, certain = session.page.lines[2]
    assert ring.committed and ring.doubtful and not ring.sample_id and "0" in ring.alternatives
    assert certain.committed and not certain.doubtful and certain.sample_id


def test_turning_to_another_page_forgets_nothing_and_strokes_are_never_confused(desk):
    put(desk, "to")
    desk.do("correct", desk.page.characters[0].substrokes, "f")
    page, learned = desk.page, samples(desk.profile)
    desk.do("turn_to", Page())
    assert not desk.page.strokes and samples(desk.profile) == learned
    put(desk, "x")
    assert not desk.page.strokes.keys() & page.strokes.keys()
    desk.do("turn_to", page.renumbered(desk.session.next_stroke))
    assert desk.page.text() == page.text() and samples(desk.profile) == learned
    assert not desk.session.can_undo()
    assert not desk.page.strokes.keys() & page.strokes.keys()


def test_what_another_program_wrote_on_the_page_is_taken_over_and_read(desk):
    put(desk, "to")
    base = desk.page
    theirs = base
    for number, stroke in enumerate(write("x", 30, (400, base.ruling.baseline(0))), 100):
        theirs = theirs.add(number, stroke)
    put(desk, "i", row=1)
    desk.do("merge", base, theirs)
    assert len(desk.page.strokes) == len(base.strokes) + 4
    assert all(character.label for character in desk.page.characters)
    desk.do("undo")
    assert len(desk.page.strokes) == len(base.strokes) + 2


def test_a_saved_page_goes_on_where_it_was_and_what_a_crash_kept_from_the_profile_is_learned(tmp_path):
    page = labelled(page_of("to lo"), "tolo")
    first = page.characters[0]
    page = page.with_character(first, replace(first, label="f", corrected=True, sample_id="a" * 20))
    recognizer = Recognizer(tmp_path / "me.handpad")
    page = replace(page, profile=recognizer.profile_id)
    recognizer.close()
    desk = Desk(tmp_path / "me.handpad", page)
    assert [(label, confirmed) for label, _, confirmed, _ in samples(desk.profile)] == [("f", False)]
    put(desk, "x", row=1)
    assert set(page.strokes) < set(desk.page.strokes)
    assert desk.page.line_text(0).startswith("f")
    desk.recognizer.close()


def test_nothing_is_asked_for_before_a_profile_is_open(tmp_path):
    session = PageSession()
    session.write(write("o")[0])
    session.confirm()
    assert [type(message) for message in session.outbox] == [PageChanged]
    session.profile_opened("id", set(), False, alphabet_of("abc"))
    assert [type(message) for message in session.outbox].count(LineJob) == 1


@pytest.fixture
def slow(tmp_path):
    """A session with two lines whose answers are given by hand, and what answers it."""
    session, recognizer = PageSession(), Recognizer(tmp_path / "me.handpad")
    session.resume(page_of("to lo"))
    session.profile_opened(recognizer.profile_id, recognizer.known_ids(), False, recognizer.alphabet)
    yield session, Answers(recognizer, {})
    recognizer.close()


def asked(session, kind):
    """What was asked for of a kind; the outbox is empty after that."""
    found = [message for message in session.outbox if isinstance(message, kind)]
    session.outbox.clear()
    return found


def read_all(session, answers):
    """Answer for every line that is asked for; returns what was told meanwhile of corrections."""
    told = []
    while session.reads:
        messages = asked(session, (LineJob, Change))
        told += [message for message in messages if isinstance(message, Change)]
        for job in messages:
            if isinstance(job, LineJob):
                session.line_read(job, answers.read_line(job))
    return told + asked(session, Change)


def test_an_answer_for_a_line_that_has_changed_meanwhile_is_asked_for_again(slow):
    session, answers = slow
    (job,) = asked(session, LineJob)
    reading = answers.read_line(job)
    session.erase({1})
    assert asked(session, LineJob) == []  # one at a time
    session.line_read(job, reading)
    (again,) = asked(session, LineJob)
    assert 1 not in again.numbers and not any(c.label for c in session.page.characters)
    session.line_read(job, reading)  # the old one once more: nobody waits for it
    assert asked(session, LineJob) == [] and session.reads
    session.line_read(again, answers.read_line(again))
    assert all(c.label for c in session.page.characters) and not session.reads


def test_what_was_to_be_looked_at_on_a_line_is_still_looked_at_when_the_line_has_changed_meanwhile(slow):
    session, answers = slow
    read_all(session, answers)
    keys = {character.substrokes for character in session.page.characters}
    session.review(keys)
    (job,) = asked(session, LineJob)
    assert job.relabel == keys
    session.correct(session.page.characters[0].substrokes, "f")
    asked(session, LearnSample)
    session.line_read(job, answers.read_line(job))
    (again,) = asked(session, LineJob)
    assert (again.bare, again.relabel) == (job.bare, job.relabel)
    assert session.page.characters[0].label == "f"


def test_a_line_that_could_not_be_read_is_left_and_the_next_one_is_read(slow):
    session, _ = slow
    (job,) = asked(session, LineJob)
    session.write(write("o", 30, (60, session.page.ruling.baseline(1)))[0])
    session.line_read(job, None)
    (other,) = asked(session, LineJob)
    assert other.row == 1
    assert not any(c.label for c in session.page.lines[0])


def test_a_correction_is_told_when_its_line_was_read_again_and_once_more_when_other_lines_follow(slow):
    session, answers = slow
    for row, letter, left in ((1, "v", 60), (1, "o", 100), (2, "v", 60)):
        session.write(write(letter, 30, (left, session.page.ruling.baseline(row)))[0])
        assert read_all(session, answers) == []
    first, second = (session.page.lines[row][0].substrokes for row in (1, 2))
    session.correct(first, "&")
    (sample,) = asked(session, LearnSample)
    answers.learn(sample)
    assert session.stores and not session.reads
    session.sample_learned(sample.sample_id)
    (job,) = asked(session, (LineJob, Change))
    assert job.row == 1 and not session.stores  # its own line is the first, and nothing is told yet
    session.line_read(job, answers.read_line(job))
    assert read_all(session, answers) == [Change("&", True, 0), Change("&", True, 1, spread=True)]
    assert session.page.find(second).label == "&"


def test_a_sample_that_cannot_be_learned_leaves_the_label_and_no_trace_of_a_sample(slow):
    session, answers = slow
    read_all(session, answers)
    session.correct(session.page.characters[0].substrokes, "f")
    (sample,) = asked(session, LearnSample)
    session.samples_refused([sample.sample_id])
    first = session.page.characters[0]
    assert (first.label, first.corrected, first.sample_id) == ("f", True, "")
    assert not session.stores


def test_confirmations_for_which_there_was_no_time_can_be_made_another_time(slow):
    session, answers = slow
    read_all(session, answers)
    session.confirm()
    waiting = asked(session, LearnSample)
    assert waiting and all(sample.confirmed for sample in waiting)
    session.unconfirm({sample.sample_id for sample in waiting})
    session.confirm()
    assert len(asked(session, LearnSample)) == len(waiting)


def test_what_is_on_no_page_that_could_come_back_is_let_go(slow, monkeypatch):
    monkeypatch.setattr(module, "CLOSED", 3)
    session, answers = slow
    read_all(session, answers)
    letter = write("o", 30, (60, session.page.ruling.baseline(1)))[0]
    for _ in range(UNDO_STEPS):
        session.write(letter)
        read_all(session, answers)
        session.erase({max(session.page.strokes)})
        asked(session, PageChanged)
    assert len(session.candidates) <= 2 * len(session.page.characters) + 4 + UNDO_STEPS // 2


def test_a_confirmation_that_is_read_otherwise_later_is_not_believed_any_more(slow):
    session, answers = slow
    read_all(session, answers)
    session.confirm()
    confirmed = session.page.characters[1]
    assert confirmed.sample_id in {sample.sample_id for sample in asked(session, LearnSample)}
    session.review({confirmed.substrokes})
    (job,) = asked(session, LineJob)
    reading = [
        replace(back, label="Q") if back.substrokes == confirmed.substrokes else back for back in answers.read_line(job)
    ]
    session.line_read(job, reading)
    assert session.page.find(confirmed.substrokes) == replace(confirmed, label="Q", sample_id="")
    assert asked(session, ChangeSamples) == [ChangeSamples([confirmed.sample_id], [])]


def test_a_line_that_is_left_before_it_was_read_is_settled_when_it_has_been(desk):
    """The pen is faster than the reading: words are not cut where the reading had come to."""
    session = desk.session
    for row, text in enumerate(("the quick fox", "to")):
        for letter in write_line(text, desk.page.ruling.x_height, (60.0, desk.page.ruling.baseline(row)), gap=0.3):
            for stroke in letter:
                session.write(stroke.round(2))
    assert not any(c.committed for c in desk.page.lines[0])
    desk.do("confirm")  # and everything that was asked for is answered
    assert desk.page.line_text(0).lower() == "the quick fox"
    assert all(c.committed for c in desk.page.lines[0])
