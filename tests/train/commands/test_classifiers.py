"""Every classifier that can be fitted by name: fitted, exported, installed, asked, and taught by a writer."""

import json
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from full_disk import no_room_beyond
from handwriting import write

torch = pytest.importorskip("torch")

from handpad.errors import DataError  # noqa: E402
from handpad.installed import available_models  # noqa: E402
from handpad.model.base import BaseModel  # noqa: E402
from handpad.recognizer import Recognizer  # noqa: E402
from handpad.train import cli  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit import driver  # noqa: E402
from handpad.train.fit.networks import outputs  # noqa: E402
from handpad.train.fit.recipes import PRESETS, Recipe  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402
from handpad.train.report import results  # noqa: E402

LABELS = "covxzHTL74"
FROM_SEEDS = ("linear", "shallow", "deep", "prelu", "resnet", "pca-svm", "forest")


@pytest.fixture(scope="module")
def prepared(unipen_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("classifiers") / "own.npz"
    assert cli.main(["prepare", "unipen", str(unipen_folder), str(path), "--json"]) == 0
    return path


@pytest.fixture(scope="module")
def run_of(prepared):
    """The run folder of a classifier, fitted once for all tests."""

    def run(name: str):
        folder = prepared.parent / name
        if not folder.exists():
            quick = (
                ["--epochs", "2", "--no-augment"] if isinstance(PRESETS[name].recipe, Recipe) else ["--minutes", "0.02"]
            )
            words = ["fit", name, str(prepared), str(folder), "--threads", "1", *quick, "--json"]
            assert cli.main(words) == 0
        return folder

    return run


def test_the_names_are_these():
    assert set(FROM_SEEDS) < set(PRESETS)
    assert all(PRESETS[name].source != "Handpad" for name in FROM_SEEDS)


@pytest.mark.parametrize("name", FROM_SEEDS)
def test_a_classifier_is_used_in_the_pad(name, run_of, prepared, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = run_of(name)
    model = tmp_path / "exported" / name
    assert cli.main(["export", str(run), str(prepared), str(model), "--json"]) == 0
    assert cli.main(["install", str(model), "--json"]) == 0
    installed = BaseModel.load(available_models()[name])
    data, fitted = Dataset.load(prepared), Fitted.load(run)
    embeddings, logits = installed.run(data.glyphs[:100])
    expected = outputs(fitted.network, data.glyphs[:100])
    assert np.abs(embeddings - expected[0]).max() < 1e-4
    assert np.abs(logits * fitted.record["temperature"] - expected[1]).max() < 1e-4
    with closing(Recognizer(model=installed)) as pad:
        ink = write("T", seed=3)
        assert pad.recognize(ink)[0].label in LABELS
        for seed in range(4):  # a writer whose T means H
            pad.learn(write("T", seed=seed), "H")
        assert pad.recognize(ink)[0].label == "H"


@pytest.fixture(scope="module")
def compared(prepared, tmp_path_factory):
    """The folder and the command of a comparison of classifiers that were trained for it."""
    folder = tmp_path_factory.mktemp("compared")
    whats = ["linear", "forest", "blend", "vote:2xlinear+forest"]
    words = ["compare", str(prepared), *whats, "--results", str(folder), "--minutes", "0.01", "--threads", "1"]
    assert cli.main([*words, "--adapt", "20", "--json"]) == 0
    return folder, words


def test_classifiers_are_trained_and_compared(compared):
    folder, _ = compared
    found = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    linear, forest, blend, vote = found["figures"]
    assert (found["about"]["writers"], found["about"]["part"]) == (3, "test writers")
    assert [one["model"] for one in found["figures"]] == ["linear", "forest", "blend", "vote:2xlinear+forest"]
    assert linear["parameters"] == 784 * 10 + 10
    assert forest["megabytes"] > linear["megabytes"]
    assert blend["training_seconds"] == pytest.approx(linear["training_seconds"] + forest["training_seconds"])
    assert vote["gain"] is not None
    assert all(one["low"] <= one["accuracy"] <= one["high"] for one in found["figures"])
    members = {path.name for path in folder.iterdir() if path.is_dir()}
    assert members == {"linear", "forest", "blend", "linear-1", "linear-2", "vote-2xlinear+forest"}
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    for wanted in ("Importance of each pixel", "trained on", "As characters are written", "vote:2xlinear+forest"):
        assert wanted in page, wanted


def test_several_fits_of_one_classifier_validate_on_different_writers(compared):
    folder, _ = compared
    parts = [Fitted.load(folder / name).record["writers"] for name in ("linear", "linear-1", "linear-2")]
    assert len({tuple(part["validation"]) for part in parts}) > 1
    assert parts[0]["test"] == parts[1]["test"] == parts[2]["test"]
    assert [len(part["validation"]) for part in parts] == [2, 2, 2]


def test_a_blend_is_the_mean_of_its_members(compared, prepared):
    folder, _ = compared
    glyphs = Dataset.load(prepared).glyphs[:50]
    fits = [Fitted.load(folder / name) for name in ("linear", "forest")]
    calibrated = [outputs(one.network, glyphs)[1] / one.record["temperature"] for one in fits]
    mean = np.mean([np.exp(one) / np.exp(one).sum(axis=1, keepdims=True) for one in calibrated], axis=0)
    found = np.exp(outputs(Fitted.load(folder / "blend").network, glyphs)[1])
    assert np.abs(found - mean).max() < 1e-3


@pytest.mark.parametrize("name", ["blend", "vote-2xlinear+forest"])
def test_a_blend_is_exported_and_adapts(name, compared, prepared, tmp_path):
    folder, _ = compared
    assert cli.main(["export", str(folder / name), str(prepared), str(tmp_path / "mixed"), "--json"]) == 0
    with closing(Recognizer(model=tmp_path / "mixed")) as pad:
        for seed in range(4):
            pad.learn(write("T", seed=seed), "H")
        assert pad.recognize(write("T", seed=3))[0].label == "H"


def test_what_is_trained_is_kept(compared, capsys):
    folder, words = compared
    before = (folder / "linear" / "weights.pt").stat().st_mtime_ns
    assert cli.main([*words, "--adapt", "0"]) == 0
    assert (folder / "linear" / "weights.pt").stat().st_mtime_ns == before
    assert "95 % interval" in capsys.readouterr().out
    assert cli.main([*words, "--seed", "2"]) == 1
    assert "holds another fit" in capsys.readouterr().err


def test_a_comparison_that_was_broken_off_goes_on(prepared, tmp_path, capsys, monkeypatch):
    words = ["compare", str(prepared), "linear", "shallow", "--results", str(tmp_path), "--minutes", "0.01", "--json"]
    write_checkpoint = driver.checkpoint.write

    def killed(*arguments) -> None:
        write_checkpoint(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(driver.checkpoint, "write", killed)
        assert cli.main([*words, "--threads", "1"]) == 130
    assert (tmp_path / "linear" / "checkpoint.pt").is_file()
    assert not (tmp_path / "comparison.html").exists()
    capsys.readouterr()
    assert cli.main([*words, "--threads", "1", "--adapt", "0"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    begun = [number for number, event in enumerate(events) if event["event"] == "training"]
    epochs = [event["epoch"] for event in events[begun[0] : begun[1]] if event["event"] == "epoch"]
    assert 1 not in epochs  # the one that was done is not done again
    assert (tmp_path / "comparison.html").is_file()


def test_a_full_disk_is_one_sentence(tmp_path):
    results.write(tmp_path, {"is": "kept"}, "kept", "comparison")
    with no_room_beyond(100), pytest.raises(DataError, match="cannot be written"):
        results.write(tmp_path, {"is": "lost" * 100}, "lost" * 100, "comparison")
    assert json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8")) == {"is": "kept"}


@pytest.mark.parametrize(
    ("whats", "sentence"),
    [
        (["linear", "quadratic"], "these are: handpad, paper"),
        (["linear", "blend"], "of fewer than two"),
        (["linear", "vote:deep"], "of fewer than two"),
        (["linear"], "Name two"),
        (["linear", "deep", "--minutes", "0"], "--minutes must be more than 0"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(prepared, tmp_path, capsys, whats, sentence):
    assert cli.main(["compare", str(prepared), *whats, "--results", str(tmp_path / "new")]) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("name", "option"), [("forest", "--epochs"), ("pca-svm", "--no-augment")])
def test_what_has_no_epochs_says_so(prepared, tmp_path, capsys, name, option):
    words = [option, "3"] if option == "--epochs" else [option]
    assert cli.main(["fit", name, str(prepared), str(tmp_path / "run"), *words]) == 1
    assert f"leave out {option}" in capsys.readouterr().err


def test_a_single_label_is_nothing_to_tell_apart(prepared, tmp_path, capsys):
    data = Dataset.load(prepared)
    replace(data, label_index=np.zeros_like(data.label_index)).save(tmp_path / "same.npz")
    assert cli.main(["fit", "forest", str(tmp_path / "same.npz"), str(tmp_path / "run")]) == 1
    assert "single label" in capsys.readouterr().err
