import json
from dataclasses import replace

import numpy as np
import pytest
from handwriting import LETTERS, write

from handpad.errors import DataError
from handpad.glyph import glyph
from handpad.paths import bundled_models
from handpad.train import cli
from handpad.train.commands import compare
from handpad.train.datasets import Dataset
from handpad.train.measure import comparison


@pytest.fixture(autouse=True)
def results_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Four writers of whom no model knows."""
    texts = list(LETTERS) * 2
    labels = sorted(set(texts))
    count = 4 * len(texts)
    return Dataset(
        name="own",
        labels=labels,
        label_index=np.array([labels.index(text) for text in texts] * 4, np.int32),
        writers=[f"site/{writer}" for writer in range(4)],
        writer_index=np.repeat(np.arange(4, dtype=np.int32), len(texts)),
        points=np.zeros((count, 2), np.float32),  # nothing here looks at the ink
        stroke_starts=np.arange(count + 1),
        sample_starts=np.arange(count + 1),
        glyphs=np.stack([glyph(write(text, seed=10 * w + n)) for w in range(4) for n, text in enumerate(texts)]),
        licence="",
    )


def contestant(name: str, **writers: list[str]) -> comparison.Contestant:
    """The bundled paper model with a history of its own: fitted on "own" if writers are named."""
    one = compare.load(bundled_models() / "paper")
    provenance = {"data": {"name": "own" if writers else "another"}, "writers": writers}
    one.model.info = {**one.model.info, "provenance": provenance}
    return replace(one, path=name)


def test_models_are_compared_on_the_same_characters(data, tmp_path, capsys):
    data.save(tmp_path / "own.npz")
    folders = [str(bundled_models() / name) for name in ("paper", "handpad", "paper")]
    assert cli.main(["compare", str(tmp_path / "own.npz"), *folders, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    paper, handpad, again = (line for line in lines if line["event"] == "figure")
    assert paper["accuracy"] == again["accuracy"]
    assert paper["calibration_error"] == again["calibration_error"]
    assert handpad["megabytes"] == pytest.approx((bundled_models() / "handpad" / "model.onnx").stat().st_size / 1e6)
    assert all(one["milliseconds"] > 0 for one in (paper, handpad))
    other, same = (line for line in lines if line["event"] == "difference")
    assert other["points"] == pytest.approx(handpad["accuracy"] - paper["accuracy"])
    assert other["low"] <= other["points"] <= other["high"]
    assert (same["points"], same["low"], same["high"], same["equal"]) == (0, 0, 0, 4)
    assert lines[-1]["characters"] == len(data)
    assert paper["low"] <= paper["accuracy"] <= paper["high"]
    assert paper["parameters"] > 300_000
    assert paper["training_seconds"] is None
    assert paper["gain"]["better"] + paper["gain"]["equal"] + paper["gain"]["worse"] == 4
    page = (tmp_path / "comparison" / "comparison.html").read_text(encoding="utf-8")
    assert lines[-1]["page"] == "comparison/comparison.html"
    assert "handpad-train compare own.npz paper handpad paper" in page
    assert "href='http" not in page


def test_people_get_two_tables(data, tmp_path, capsys):
    data.save(tmp_path / "own.npz")
    folders = [str(bundled_models() / name) for name in ("paper", "handpad")]
    assert cli.main(["compare", str(tmp_path / "own.npz"), *folders]) == 0
    said = capsys.readouterr().out
    assert "ECE points" in said
    assert "95 % interval" in said


def test_a_run_is_measured_as_it_would_be_exported(data, tmp_path, capsys):
    pytest.importorskip("torch")
    from handpad.train.fit.builders import NETWORKS
    from handpad.train.fit.device import set_seed
    from handpad.train.fit.run_folder import Fitted

    set_seed(1)
    labels = sorted(LETTERS)
    writers = {"train": ["site/0"], "validation": ["site/1"], "test": ["site/2", "site/3"]}
    record = {
        "network": "paper", "labels": labels, "temperature": 1.5, "seed": 1, "split": "x", "recipe": {}, "figures": {},
        "data": {"name": "own"}, "writers": writers, "command": "", "versions": {}, "created": "",
    }  # fmt: skip
    Fitted(NETWORKS["paper"](len(labels)), record).save(tmp_path / "run")
    found = compare.load(tmp_path / "run")
    assert found.model.run(data.glyphs[:3])[1].shape == (3, len(labels))
    assert found.model.info["provenance"]["writers"] == writers
    assert 1_000_000 < found.bytes < 2_000_000


def test_difference_by_hand():
    # Writer 0: 1 of 2 -> 2 of 2. Writer 1: 2 of 4 -> 1 of 4. Writer 2: nothing changes.
    writers = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    first = np.array([1, 0, 1, 1, 0, 0, 1, 0], bool)
    other = np.array([1, 1, 1, 0, 0, 0, 1, 0], bool)
    found = comparison.difference(first, other, writers, seed=1)
    assert found["points"] == 0
    assert (found["better"], found["equal"], found["worse"]) == (1, 1, 1)
    assert found["low"] == pytest.approx(-25)  # writer 1 drawn three times: one time in 27
    assert found["high"] == pytest.approx(50)


def test_the_interval_keeps_a_writers_characters_together():
    random = np.random.default_rng(0)
    writers = np.repeat(np.arange(10), 100)
    other = np.repeat(random.random(10) < 0.5, 100)  # all or nothing by writer
    wide = comparison.difference(np.zeros(1000, bool), other, writers, seed=1)
    narrow = comparison.difference(np.zeros(1000, bool), other, np.arange(1000), seed=1)
    assert wide["high"] - wide["low"] > 5 * (narrow["high"] - narrow["low"])


def test_one_model_or_no_common_label_is_refused(data, tmp_path, capsys):
    data.save(tmp_path / "own.npz")
    assert cli.main(["compare", str(tmp_path / "own.npz"), str(bundled_models() / "paper")]) == 1
    assert "two models or classifiers, or more" in capsys.readouterr().err
    with pytest.raises(DataError, match="no label in common"):
        comparison.shared_labels(replace(data, labels=["é"]), [contestant("one")], all_labels=True)
