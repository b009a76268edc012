import json
import subprocess
import sys

import pytest

from handpad.train import cli
from handpad.train.fit.recipes import PRESETS


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "handpad.train.cli", *words], capture_output=True, text=True)


def test_help_lists_every_command_without_loading_torch():
    code = (
        "import sys; from handpad.train import cli; cli.build_parser().format_help(); assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    text = " ".join(cli.build_parser().format_help().split())
    assert all(name in text and help in text for name, help in cli.COMMANDS.items())


def test_the_help_of_fit_needs_no_torch():
    code = """
import sys
from handpad.train import cli
sys.modules["torch"] = None
cli.main(["fit", "--help"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0
    assert all(preset in done.stdout for preset in PRESETS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([name, "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_an_error_is_one_sentence_on_stderr_and_exit_code_1(tmp_path):
    done = run("prepare", "uji", str(tmp_path / "gone"), str(tmp_path / "out.npz"), "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"There is no file or folder {tmp_path / 'gone'}.\n"


def test_results_are_lines_of_json(unipen_folder, tmp_path, capsys):
    assert cli.main(["prepare", "unipen", str(unipen_folder), str(tmp_path / "own.npz"), "--json"]) == 0
    *_, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert result["event"] == "result"
    assert (result["samples"], result["labels"], result["writers"], result["dropped"]) == (800, 10, 20, {})


def test_without_json_people_can_read_it(unipen_folder, tmp_path, capsys):
    assert cli.main(["prepare", "unipen", str(unipen_folder), str(tmp_path / "own.npz")]) == 0
    assert "samples 800" in capsys.readouterr().out


def test_a_missing_extra_is_explained(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [name for name in sys.modules if name.startswith("handpad.train.fit.")]:
        monkeypatch.delattr(name, raising=False)
        monkeypatch.delitem(sys.modules, name)
    assert cli.main(["fit", "paper", str(tmp_path), str(tmp_path)]) == 1
    assert "handpad[train]" in capsys.readouterr().err
