"""Pages as InkML."""

import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import labelled, page_of

from handpad.page.document import FORMAT, MOST_BYTES, DocumentError, NewerPageError, fitted, from_inkml, to_inkml
from handpad.page.page import Page, Typed
from handpad.profile import Profile

DATA = Path(__file__).parents[1] / "data"


def test_inkml_keeps_everything():
    page = labelled(page_of("Hit"), "<&g")
    first = page.characters[0]
    page = page.with_character(first, replace(first, corrected=True, sample_id="7a"))
    second = page.characters[1]
    page = page.with_character(second, replace(second, space=True, spaced=True, committed=True, doubtful=True))
    page = page.add(50, np.array([[300.25, 80.5, np.nan, np.nan]]))
    back = from_inkml(to_inkml(page))
    assert back.characters == page.characters
    assert back.ruling == page.ruling
    assert back.boxes == page.boxes
    assert back.strokes.keys() == page.strokes.keys()
    for number in page.strokes:
        assert np.allclose(back.strokes[number], page.strokes[number], atol=1e-9, equal_nan=True)


def test_labels_that_xml_cannot_hold_do_not_make_a_page_unreadable():
    """As a model of somebody else's may have them."""
    page = labelled(page_of("Hit"), ["\x01", "\ud800", "\U0001f600"])
    back = from_inkml(to_inkml(page))
    assert [character.label for character in back.characters] == ["\ufffd", "\ufffd", "\U0001f600"]


def test_whatever_a_pen_gives_can_be_read_again():
    wild = np.array([[60.0, 70.0, 1.5, 0.0], [np.inf, -1e9, -0.2, np.inf], [np.nan, 80.0, np.nan, -np.inf]])
    page = Page().add(1, fitted(wild))
    page = page.with_character(page.characters[0], replace(page.characters[0], label="x" * 1000))
    back = from_inkml(to_inkml(page))
    assert np.array_equal(back.strokes[1], page.strokes[1], equal_nan=True)
    raw = Page().add(1, np.array([[60.0, 70.0, 1.5, np.inf]]))  # as earlier versions may have written it
    assert np.array_equal(from_inkml(to_inkml(raw)).strokes[1], [[60.0, 70.0, 1.0, np.nan]], equal_nan=True)


def without_checksum(data: bytes) -> bytes:
    return data.partition(b"<!--")[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"<html/>",
        lambda data: data.replace(b'"#s1"', b'"#s9"'),
        lambda data: data.replace(b'<traceView traceDataRef="#s1" />', b""),
        lambda data: data.replace(b'"#s1"', b'"#s1" from="1" to="4"'),
        lambda data: data.replace(b'"#s1"', b'"#s1" from="0" to="400"'),
        lambda data: data.replace(b" 0.5 ", b" many "),
        lambda data: data.replace(b" 0.5 ", b" "),
        lambda data: data.replace(b"'utf-8'", b"'utf-9'"),
        lambda data: data.replace(b'id="s2"', b'id="s1"'),
        lambda data: data.replace(b'id="s2"', b'id="s-2"'),
        lambda data: data.replace(b'id="s2"', b'id="s' + b"9" * 5000 + b'"'),
        lambda data: data.replace(b"106 74 30 28 56", b"0 74 30 28 56"),
        lambda data: data.replace(b"106 74 30 28 56", b"1e-5 74 30 28 56"),
        lambda data: data.replace(b"106 74 30 28 56", b"106 74 30 28 0"),
        lambda data: data.replace(b"106 74 30 28 56", b"106 74 nan 28 56"),
        lambda data: data.replace(b"106 74 30 28 56", b"106 1e300 30 28 56"),
        lambda data: re.sub(rb'"s1">[^ ]+ [^ ]+', b'"s1">60 1e11', data),
        lambda data: re.sub(rb'"s1">[^ ]+ [^ ]+', b'"s1">1e400 60', data),
        lambda data: data.replace(b">i<", b">" + b"i" * 1001 + b"<"),
        lambda data: data.replace(b"<ink", b'<!DOCTYPE ink [<!ENTITY a "b">]><ink', 1),
        lambda data: data.replace(b"</ink>", b"<a/>" * 1_000_001 + b"</ink>"),
        lambda data: data.replace(b"</ink>", b"<a>" * 100_000 + b"</a>" * 100_000 + b"<trace/></ink>"),
        lambda data: data + b" " * MOST_BYTES,
    ],
)
def test_what_no_page_holds_is_refused_in_a_sentence(spoil):
    data = without_checksum(to_inkml(labelled(page_of("Hit"), "Hit")))
    from_inkml(data)
    spoiled = spoil(data)
    assert spoiled != data
    with pytest.raises(DocumentError) as refused:
        from_inkml(spoiled)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_page_of_the_first_format_opens_with_its_spaces():
    """It has whole strokes, and spaces only where the gaps are wide."""
    page = from_inkml((DATA / "page-1.inkml").read_bytes())
    assert page.text() == "to ol"
    assert [c.substrokes for c in page.characters] == [c.substrokes for c in page_of("to lo").characters]
    assert page.characters[0].corrected


def test_a_page_of_the_second_format_knows_its_samples_in_the_migrated_profile(tmp_path):
    """Samples had numbers then; the same ink and label give the same identifier on page and profile, others do not."""
    page = from_inkml((DATA / "page-2.inkml").read_bytes())
    for name, known in (("page", True), ("lines", False)):
        shutil.copyfile(DATA / f"profile-1-{name}.handpad", tmp_path / f"{name}.handpad")
        with Profile(tmp_path / f"{name}.handpad") as profile:
            assert {c.sample_id for c in page.characters if c.sample_id} <= profile.known_ids() or not known
            assert known or not {c.sample_id for c in page.characters} & profile.known_ids()
    assert page.text() == "to lo"
    assert page.profile == ""


def test_a_page_of_the_third_format_says_whose_samples_it_has():
    page = from_inkml((DATA / "page-3.inkml").read_bytes())
    assert page.text() == "to lo"
    assert page.profile == "0f" * 16
    assert [bool(character.sample_id) for character in page.characters] == [True, False, False, True]


def test_typed_text_is_kept():
    typed = (Typed(0, 133.25, "so & <so>"), Typed(4, 28.0, "ä €\u202fΩ 😀"))
    page = replace(labelled(page_of("Hit"), "Hit"), typed=typed)
    kept = from_inkml(to_inkml(page))
    assert kept.typed == (typed[0], Typed(4, 28.0, "ä € Ω 😀"))
    assert kept.text() == "Hit so & <so>\n\n\n\nä € Ω 😀"


@pytest.mark.parametrize("text", ["", "0", "0 1", "x 1 a", "-1 1 a", "10001 1 a", "0 nan a", "0 inf a", "0 1e9 a"])
def test_typed_text_that_stands_nowhere_is_refused(text):
    data = to_inkml(replace(page_of("Hit"), typed=(Typed(0, 1.0, "a"),))).replace(b">0 1 a<", b">%s<" % text.encode())
    with pytest.raises(DocumentError):
        from_inkml(data.rpartition(b"<!--")[0])


def test_a_page_of_a_later_version_is_known_as_one():
    data = to_inkml(page_of("Hit")).replace(b">%d<" % FORMAT, b">%d<" % (FORMAT + 1), 1)
    with pytest.raises(NewerPageError, match="update Handpad"):
        from_inkml(data)


def test_no_flipped_bit_goes_unnoticed():
    data = to_inkml(labelled(page_of("Hit"), "Hit"))
    from_inkml(data)
    choose = random.Random(1)
    for bit in choose.sample(range(8 * len(data.rstrip())), 400):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DocumentError):
            from_inkml(bytes(flipped))


def test_a_page_that_another_program_wrote_without_the_checksum_is_read():
    data = to_inkml(labelled(page_of("Hit"), "Hit"))
    moved = without_checksum(data).replace(b" 0.5 ", b" 0.75 ")
    assert from_inkml(moved).text() == "Hit"
    with pytest.raises(DocumentError, match="checksum"):
        from_inkml(data.replace(b" 0.5 ", b" 0.75 "))


def test_a_bomb_of_elements_costs_little_memory():
    """Refused while it is read: the tree of all of it would take gigabytes."""
    data = without_checksum(to_inkml(page_of("Hit"))).replace(b"</ink>", b"<a/>" * 15_000_000 + b"</ink>")
    program = """
import resource, sys
from handpad.page.document import DocumentError, from_inkml
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    from_inkml(data)
except DocumentError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""
    pytest.importorskip("resource")
    said = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True).stdout.decode()
    assert "more than 1,000,000 elements" in said
    assert int(said.split()[0]) < 400_000 * (1 if sys.platform != "darwin" else 1024)


def test_ink_far_down_is_refused_only_where_no_paper_is():
    far = Page().add(1, np.array([[60.0, 900_000.0, np.nan, np.nan]]))
    assert from_inkml(to_inkml(far)).characters == far.characters
    low = replace(far, ruling=replace(far.ruling, pitch=10.0))
    low = low.with_line(low.stroke_row(1), far.characters)
    with pytest.raises(DocumentError, match="10,000"):
        from_inkml(to_inkml(replace(low, lines={low.stroke_row(1): far.characters})))
