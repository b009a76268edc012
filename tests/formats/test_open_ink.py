import gzip
import re
from pathlib import Path

import pytest
from full_disk import no_room_beyond
from ink_files import brushstroke, document, element, rnote, xournal, zipped

from handpad.errors import HandpadError
from handpad.formats import export, open_ink

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "ink_samples"

STROKE = '<stroke tool="pen" color="black" width="1">1 2 3 4</stroke>'
XOPP = gzip.compress(xournal(STROKE))


def opened(tmp_path, data):
    path = tmp_path / "ink"
    path.write_bytes(data)
    return open_ink(path)


def refused(tmp_path, data):
    with pytest.raises(HandpadError) as caught:
        opened(tmp_path, data)
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'ink'} ")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    "data",
    [
        XOPP,
        xournal(STROKE),
        b"\xef\xbb\xbf \n<ink><trace>1 2</trace></ink>",
        "<?xml version='1.0' encoding='utf-16'?><ink><trace>1 2</trace></ink>".encode("utf-16"),
        rnote([brushstroke({"start": element(1, 2), "segments": []})]),
        zipped("content.xml", xournal(STROKE)),
        gzip.compress(xournal(STROKE)[:50]) + gzip.compress(xournal(STROKE)[50:]),
        XOPP + bytes(100),
    ],
)
def test_the_content_tells_what_a_file_is(tmp_path, data):
    assert len(opened(tmp_path, data).pages[0].strokes) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is no InkML, Xournal++ or Rnote file"),
        (b"%PDF-1.7", "It is no InkML, Xournal++ or Rnote file"),
        (XOPP[:30], "It is cut off"),
        (XOPP[:20] + b"\xff" * 9 + XOPP[29:], "It is damaged"),
        (XOPP[:-8] + bytes(8), "It is damaged"),
        (gzip.compress(b""), "no Xournal"),
        (gzip.compress(b"<svg/>"), "It is XML, but no Xournal"),
        (b"<!DOCTYPE html><xournal/>", "It has a document type"),
        (gzip.compress(b"<!DOCTYPE x [<!ENTITY a 'b'>]><xournal>&a;</xournal>"), "It has a document type"),
        (xournal('<text x="1" y="2">typed</text>'), "There is no ink in it, only 1 typed text"),
        (xournal(""), "There is no ink in it."),
        (zipped("content.xml", xournal(STROKE))[:60], "It is a damaged zip file"),
    ],
)
def test_what_is_damaged_or_something_else_is_refused_in_one_sentence(tmp_path, data, sentence):
    assert sentence in refused(tmp_path, data)


def test_every_cut_of_a_file_is_read_or_refused(tmp_path):
    for data in (
        XOPP,
        zipped("content.xml", xournal(STROKE)),
        rnote([brushstroke({"start": element(1, 2), "segments": []})]),
    ):
        for end in range(0, len(data), 7):
            refused(tmp_path, data[:end])


def test_nothing_is_unpacked_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("handpad.formats.unpacked.MOST_BYTES", 1_000_000)
    zeros = bytes(50_000_000)
    for bomb in (gzip.compress(zeros), gzip.compress(bytes(600_000)) * 2, zipped("content.xml", zeros)):
        assert "unpacks to more than 1 MB" in refused(tmp_path, bomb)


def test_many_small_packed_parts_take_time_in_proportion(tmp_path):
    parts = gzip.compress(b" ") * 100_000  # where each costs as much as those before it, this takes minutes
    assert "no Xournal" in refused(tmp_path, parts + gzip.compress(b"<"))


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("handpad.formats.opening.MOST_BYTES", 10)
    assert "too large" in refused(tmp_path, XOPP)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(HandpadError, match=r"There is no file .*none\."):
        open_ink(tmp_path / "none")
    with pytest.raises(HandpadError, match="it is no file"):
        open_ink(tmp_path)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "out.xopp"
    path.write_bytes(b"before")
    with no_room_beyond(100), pytest.raises(HandpadError, match=r"out\.xopp cannot be written: the (disk|file)"):
        export(document(), path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(HandpadError, match="the folder is not there"):
        export(document(), tmp_path / "none" / "out.xopp")
    with pytest.raises(HandpadError, match="must end with one of inkml, xopp"):
        export(document(), tmp_path / "out.doc")


def test_a_new_file_has_the_rights_that_others_have_and_an_old_one_keeps_its_own(tmp_path):
    (tmp_path / "plain").touch()
    export(document(), tmp_path / "out.xopp")
    assert (tmp_path / "out.xopp").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "out.xopp").chmod(0o600)
    export(document(), tmp_path / "out.xopp")
    assert (tmp_path / "out.xopp").stat().st_mode & 0o777 == 0o600


def samples():
    return sorted(SAMPLES.iterdir()) if SAMPLES.is_dir() else []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the ink of other programs is not at {SAMPLES}")
def test_every_file_of_other_programs_is_opened_or_refused_in_one_sentence(tmp_path):
    found, sentences = {}, {}
    for path in samples():
        try:
            found[path.name] = open_ink(path)
        except HandpadError as error:
            sentences[path.name] = str(error)
    assert {name: len(document.pages[0].strokes) for name, document in found.items()} == {
        "inkml-10065.inkml": 12,
        "inkml-correct.xml": 1,
        "inkml-highlighter_onenote.xml": 1,
        "inkml-journal_output.xml": 116,
        "inkml-onenote_web.xml": 6,
        "inkml-word_output.xml": 1,
        "rnote-lecture_note_1.rnote": 490,
        "rnote-v0-14-2-test.rnote": 409,
        "rnote-v0-5-13-test.rnote": 403,
        "xournalpp-README-Eraser-and-padded-box.xopp": 6,
        "xournalpp-load-compatibility-stroke_line_return.xoj": 1,
        "xournalpp-load-strokes.xopp": 12,
        "xournalpp-packaged_xopp-stroke-new.xopp": 1,
        "xournalpp-packaged_xopp-stroke-old.xopp": 1,
        "xournalpp-packaged_xopp-stroke-width_recovery.xopp": 5,
    }
    for name, sentence in sentences.items():
        assert re.search(r"There is no ink in it, only|It is no InkML|has a point without x or y", sentence), name
    for name, opened_one in found.items():
        large = sum(len(stroke) for page in opened_one.pages for stroke in page.strokes) > 10_000
        for kind in ("xopp",) if large else ("inkml", "xopp", "rnote"):
            path = tmp_path / f"{name}.{kind}"
            export(opened_one, path)
            assert [len(page.strokes) for page in open_ink(path).pages] == [
                len(page.strokes) for page in opened_one.pages
            ]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the ink of other programs is not at {SAMPLES}")
def test_damaged_files_of_other_programs_are_read_or_refused(tmp_path):
    for path in samples():
        data = path.read_bytes()
        if len(data) < 100_000:
            for part in range(1, 8):
                cut = tmp_path / "cut"
                cut.write_bytes(data[: len(data) * part // 8])
                try:
                    open_ink(cut)
                except HandpadError as error:
                    assert "\n" not in str(error)
