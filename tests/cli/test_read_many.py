"""``handpad read`` with many files and folders, and with files to write."""

import gzip
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import unprivileged
from ink_files import document, page, xournal

from handpad.cli import read as read_command
from handpad.formats import export, open_ink
from handpad.formats.document import HIGHLIGHTER, Document, StrokeStyle


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder of its own; gives its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = read_command.main(list(map(str, arguments)))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def notes(tmp_path):
    """A folder with ink of three programs, one of them two folders down, and what is none."""
    folder = tmp_path / "notes"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    export(document("Hot oil"), folder / "a.xopp")
    export(document("oil", "Hot"), folder / "b.inkml")
    export(document("tilt"), folder / "deep" / "er" / "c.rnote")
    export(document("tilt"), folder / ".hidden" / "d.xopp")
    (folder / "e.xml").write_text("<svg/>")
    (folder / "f.txt").write_text("text")
    return folder


def test_pages_are_parted_by_an_empty_line(run, notes):
    code, out, error = run(notes / "b.inkml")
    assert (code, out.lower(), error) == (0, "oil\n\nhot\n", "")


def test_files_and_folders_are_read_one_after_the_other_with_progress(run, notes):
    code, out, error = run(notes, notes / "a.xopp")
    assert code == 0
    assert out.lower() == (
        f"==> {notes}/a.xopp <==\nhot oil\n\n==> {notes}/b.inkml <==\noil\n\nhot\n\n"
        f"==> {notes}/deep/er/c.rnote <==\ntilt\n"
    )
    assert error.splitlines() == [
        f"1 of 3: {notes}/a.xopp",
        f"2 of 3: {notes}/b.inkml",
        f"3 of 3: {notes}/deep/er/c.rnote",
    ]


def test_one_bad_file_is_told_and_the_others_are_read(run, notes):
    (notes / "a.xopp").write_bytes(gzip.compress(b"damaged")[:-3])
    code, out, error = run(notes)
    assert code == 1
    assert f"{notes}/a.xopp cannot be read. It is cut off" in error
    assert out.lower().count("<==") == 2


def test_json_tells_pages_strokes_and_boxes(run, notes):
    code, out, _ = run(notes, "--json")
    found = json.loads(out)
    assert code == 0
    assert [Path(one["file"]).name for one in found] == ["a.xopp", "b.inkml", "c.rnote"]
    assert [line["page"] for line in found[1]["lines"]] == [1, 2]
    (first,) = found[0]["pages"]
    strokes = open_ink(notes / "a.xopp").pages[0].strokes
    assert (first["strokes"], first["points_per_unit"]) == (len(strokes), 1.0)
    (line,) = found[0]["lines"]
    named = sorted(stroke for word in line["words"] for stroke in word["strokes"])
    assert named == list(range(1, len(strokes) + 1))
    for word in line["words"]:
        points = [point for stroke in word["strokes"] for point in strokes[stroke - 1][:, :2].tolist()]
        sides = [
            min(x for x, _ in points),
            min(y for _, y in points),
            max(x for x, _ in points),
            max(y for _, y in points),
        ]
        assert word["box"] == pytest.approx(sides, abs=0.001)
        assert word["alternatives"]
        for character in word["characters"]:
            assert {stroke for stroke, _, _ in character["parts"]} == set(character["strokes"]) <= set(word["strokes"])


def test_what_was_highlighted_is_not_read_and_numbers_go_on_over_it(run, tmp_path, qapp):
    ink = page("oil")
    styles = (StrokeStyle("#ffff00", 0.5, 20, HIGHLIGHTER), *ink.styles)
    export(Document((replace(ink, strokes=(ink.strokes[0] + 5, *ink.strokes), styles=styles),)), tmp_path / "a.xopp")
    code, out, _ = run("a.xopp", "--json")
    found = json.loads(out)
    assert (code, found["text"].lower()) == (0, "oil")
    assert found["lines"][0]["words"][0]["strokes"] == [2, 3, 4, 5]
    only = Document((replace(ink, strokes=ink.strokes[:1], styles=styles[:1]),))
    export(only, tmp_path / "b.xopp")
    code, out, error = run("b.xopp", "--svg", "b.svg")
    assert (code, out) == (1, "")
    assert error == "b.xopp has nothing to read: its ink was highlighted or erased, not written.\n"
    assert (tmp_path / "b.svg").exists()


def test_what_is_left_out_is_told(run, tmp_path):
    stroke = '<stroke tool="pen" color="black" width="1">1 2 3 4</stroke>'
    (tmp_path / "a.xopp").write_bytes(gzip.compress(xournal(f'<text x="1" y="1">typed</text>{stroke}')))
    assert run("a.xopp")[::2] == (0, "a.xopp: left out 1 typed text.\n")


def test_all_pages_go_to_one_file_or_each_file_to_its_own_in_a_folder(run, notes, tmp_path):
    code, out, _ = run(notes, "--xopp", "all.xopp", "--md", "each/", "--txt", "all.txt")
    assert (code, out) == (0, "")
    assert len(open_ink(tmp_path / "all.xopp").pages) == 4
    assert (tmp_path / "all.txt").read_text().lower() == "hot oil\n\noil\n\nhot\n\ntilt\n"
    written = {str(path.relative_to(tmp_path)) for path in (tmp_path / "each").rglob("*.md")}
    assert written == {"each/a.md", "each/b.md", "each/deep/er/c.md"}
    assert (tmp_path / "each" / "b.md").read_text().lower() == "oil\n\n---\n\nhot\n"


def test_svg_and_png_have_a_file_for_each_page(run, notes, tmp_path, qapp):
    assert run(notes / "b.inkml", notes / "a.xopp", "--svg", "out.svg", "--png", tmp_path, "--pdf", "out.pdf")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "notes", "out-1.svg", "out-2.svg", "out-3.svg", "b-1.png", "b-2.png", "a.png", "out.pdf"
    }  # fmt: skip


def test_files_of_one_name_do_not_replace_each_other(run, notes, tmp_path):
    (tmp_path / "more").mkdir()
    export(document("oil"), tmp_path / "more" / "a.xopp")
    assert run(notes / "a.xopp", tmp_path / "more", "--md", "out/")[0] == 0
    assert (tmp_path / "out" / "a.md").read_text().lower() == "hot oil\n"
    assert (tmp_path / "out" / "a-2.md").read_text().lower() == "oil\n"


def test_a_file_goes_to_stdout(notes, capsysbinary):
    assert read_command.main([str(notes / "a.xopp"), "--md", "-"]) == 0
    assert capsysbinary.readouterr().out.lower() == b"hot oil\n"


def test_no_file_that_is_read_is_replaced(run, notes, tmp_path):
    before = (notes / "a.xopp").read_bytes()
    code, _, error = run(notes / "a.xopp", "--xopp", notes / "a.xopp")
    assert code == 1
    assert "would be replaced" in error
    assert run(notes / "a.xopp", "--xopp", notes)[0] == 0
    assert (notes / "a.xopp").read_bytes() == before
    assert (notes / "a-read.xopp").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pdf", "none/out.pdf"], "none/out.pdf cannot be written: the folder is not there."),
        (["--md", "-", "--txt", "-"], "Only one kind of file can be written to stdout."),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_read(run, notes, monkeypatch, arguments, sentence):
    monkeypatch.setattr(read_command, "read_pages", None)
    assert run(notes / "a.xopp", *arguments) == (1, "", sentence + "\n")


def test_a_folder_that_can_only_be_read_is_told_at_once(notes, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o555)
    program = "import sys; from handpad.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = unprivileged.run(program, "read", str(notes / "a.xopp"), "--md", str(tmp_path / "closed" / "a.md"))
    assert done.returncode == 1
    assert done.stderr.endswith("a.md cannot be written: Handpad has no permission.\n")
    assert "Traceback" not in done.stderr


def test_a_folder_without_ink_is_refused(run, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run("empty") == (1, "", "There is no file of ink and no picture in empty.\n")


def test_a_stop_between_files_keeps_what_was_read(run, notes, monkeypatch):
    read_pages = read_command.read_pages

    def stop_at_b(pad, path, progress):
        if path.name == "b.inkml":
            raise KeyboardInterrupt
        return read_pages(pad, path, progress)

    monkeypatch.setattr(read_command, "read_pages", stop_at_b)
    code, out, error = run(notes, "--json", "--xopp", "all.xopp")
    assert code == 130
    assert [one["text"].lower() for one in json.loads(out)] == ["hot oil"]
    assert error.endswith("Stopped before the end: 1 of 3 files were read.\n")
    assert not (notes.parent / "all.xopp").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_ctrl_c_ends_a_process_without_a_traceback(notes):
    for number in range(200):
        (notes / f"more-{number}.xopp").write_bytes((notes / "a.xopp").read_bytes())
    process = subprocess.Popen(
        [sys.executable, "-m", "handpad", "read", str(notes)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if line.startswith("3 of"):
            break
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "files were read." in error
    assert "Traceback" not in error


def test_a_reader_that_goes_away_is_no_failure(notes):
    command = f"{sys.executable} -m handpad read {notes} {notes} 2>{notes}/error | true"
    subprocess.run(command, shell=True, timeout=60, check=True)
    assert "Traceback" not in (notes / "error").read_text()


def test_a_page_that_is_too_much_is_told_by_its_number(run, notes, monkeypatch):
    monkeypatch.setattr(read_command, "MOST_STROKES", 4)
    code, _, error = run(notes / "b.inkml")
    assert code == 1
    assert error == f"{notes}/b.inkml, page 2, cannot be read. It holds more than 4 strokes or 500,000 points: " \
        "split it into smaller files.\n"  # fmt: skip


def test_pdf_is_written_without_a_screen(notes, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(
        [sys.executable, "-m", "handpad", "read", str(notes / "a.xopp"), "--pdf", str(tmp_path / "a.pdf")],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
