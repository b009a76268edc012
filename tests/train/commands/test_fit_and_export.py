"""From UNIPEN text to a model folder, on ink of our own."""

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from handpad.errors import DataError, ModelError  # noqa: E402
from handpad.model.base import BaseModel  # noqa: E402
from handpad.train import cli  # noqa: E402
from handpad.train.console import Console  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit import model_export, onnx_export  # noqa: E402
from handpad.train.fit.networks import outputs  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402
from handpad.train.report import results  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def events(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(scope="module")
def made(unipen_folder, tmp_path_factory):
    """The folder after prepare, fit of both networks, refit of one and export: run once for all tests."""
    folder = tmp_path_factory.mktemp("made")
    for words in (
        ["prepare", "unipen", unipen_folder, folder / "own.npz"],
        ["fit", "handpad", folder / "own.npz", folder / "split", "--epochs", "30", "--unseen", folder / "own.npz"],
        ["fit", "paper", folder / "own.npz", folder / "paper", "--epochs", "2"],
        ["fit", "paper", folder / "own.npz", folder / "all", "--all-writers-after", folder / "paper"],
        ["export", folder / "split", folder / "own.npz", folder / "models" / "mine"],
        ["export", folder / "all", folder / "own.npz", folder / "models" / "all"],
    ):
        assert cli.main([str(word) for word in [*words, "--json"]]) == 0
    return folder


def test_the_model_reads_writers_it_has_not_seen(made):
    model = BaseModel.load(made / "models" / "mine")
    data = Dataset.load(made / "own.npz")
    rows = data.rows_of(model.info["provenance"]["writers"]["test"])
    logits = model.run(data.glyphs[rows])[1]
    assert (logits.argmax(axis=1) == data.label_index[rows]).mean() > 0.6


def test_the_model_is_what_torch_fitted(made):
    data, fitted = Dataset.load(made / "own.npz"), Fitted.load(made / "split")
    expected = outputs(fitted.network, data.glyphs)
    embeddings, logits = BaseModel.load(made / "models" / "mine").run(data.glyphs)
    assert np.abs(embeddings - expected[0]).max() < 1e-4
    assert np.abs(logits * fitted.record["temperature"] - expected[1]).max() < 1e-4


def test_model_json_tells_where_it_comes_from(made):
    info = json.loads((made / "models" / "mine" / "model.json").read_text(encoding="utf-8"))
    provenance = info["provenance"]
    assert info["name"] == "mine"
    assert info["labels"] == sorted(info["labels"])
    assert "CC BY 4.0" in provenance["data"]["licence"]
    parts = provenance["writers"]
    assert [len(parts[part]) for part in ("train", "validation", "test")] == [15, 2, 3]
    assert provenance["seed"] == 1
    figure = info["figures"]["unipen_test_accuracy_62"]
    assert (figure["count"], figure["writers"], figure["seed"]) == (120, 3, 1)
    assert 0 <= figure["value"] <= 1
    assert "training writers only" in figure["fit"]


def test_model_json_tells_how_it_was_exported_and_what_its_styles_are_worth(made):
    info = json.loads((made / "models" / "mine" / "model.json").read_text(encoding="utf-8"))
    assert info["export"]["command"] == "handpad-train export split own.npz mine"
    assert info["export"]["glyphs_checked"] == 800
    assert 0 <= info["export"]["largest_difference"] < 1e-4
    judged = info["styles"]["judged_on_validation_writers"]
    assert list(judged) == [str(k) for k in range(1, 16)]
    assert judged["1"] > 0.5
    assert info["styles"]["count"] == len(BaseModel.load(made / "models" / "mine").centroids)
    again = json.loads((made / "models" / "all" / "model.json").read_text(encoding="utf-8"))
    assert again["styles"]["judged_on_validation_writers"] is None


def test_the_report_shows_what_the_model_is_worth(made):
    text = (made / "models" / "mine" / "report.html").read_text(encoding="utf-8")
    info = json.loads((made / "models" / "mine" / "model.json").read_text(encoding="utf-8"))
    figure = info["figures"]["unipen_test_accuracy_62"]["value"]
    for wanted in (
        f"{100 * figure:.1f} %",
        "handpad-train fit handpad own.npz split --seed 1 --epochs 30 --unseen own.npz",
        "handpad-train export split own.npz mine",
        "659,541",  # the paper's Table 2
        "87.39 %",
        "Test writers of unipen",
        "CC BY 4.0",
    ):
        assert wanted in text, wanted
    assert text.count("class='glyph'") >= info["styles"]["count"]
    assert "href='http" not in text
    assert 'src="http' not in text


def test_the_report_of_a_fit_on_all_writers_says_whose_figures_they_are(made):
    text = (made / "models" / "all" / "report.html").read_text(encoding="utf-8")
    assert "that left 3 writers out" in text
    assert "Every writer of its data has trained it" in text
    assert "handpad-train fit paper own.npz all --seed 1 --all-writers-after paper" in text


def test_an_evaluation_must_be_one_and_of_the_same_data(tmp_path):
    file = tmp_path / "evaluation.json"
    file.write_text(json.dumps({"about": {"data": "unipen"}, "holdout": {}}))
    assert results.read(tmp_path, "unipen") == results.read(file, "unipen")
    with pytest.raises(DataError, match="is an evaluation on unipen, not on uji"):
        results.read(file, "uji")
    for text in ("{", "[]", "{}", '{"about": {"data": "unipen"}, "holdout": {"paper": {"writers": 3}}}'):
        file.write_text(text)
        with pytest.raises(DataError, match="is no evaluation"):
            results.read(file, "unipen")


def test_exported_weights_are_measured_only_on_what_they_have_not_seen(made):
    data, fitted = Dataset.load(made / "own.npz"), Fitted.load(made / "all")
    with pytest.raises(DataError, match="have not seen"):
        model_export.measure_exported(fitted, data, data)
    figures = model_export.measure_exported(fitted, data, replace(data, name="other"))
    assert figures["exported_other_accuracy_62"]["fit"] == "the exported weights"
    assert figures["exported_other_accuracy_62"]["count"] == 800


def test_a_refit_uses_all_writers_and_keeps_the_split_figures(made):
    info = json.loads((made / "models" / "all" / "model.json").read_text(encoding="utf-8"))
    first = Fitted.load(made / "paper").record
    assert len(info["provenance"]["writers"]["train"]) == 20
    assert info["provenance"]["split"].startswith("none")
    assert len(info["provenance"]["earlier"]["writers"]["test"]) == 3
    assert info["provenance"]["earlier"]["command"] == first["command"]
    assert info["figures"] == first["figures"]
    assert info["temperature"] == first["temperature"]


def test_the_same_seed_gives_the_same_network(made, capsys):
    again = made / "again"
    assert cli.main(["fit", "paper", str(made / "own.npz"), str(again), "--epochs", "2", "--json"]) == 0
    assert [event["epoch"] for event in events(capsys) if event["event"] == "epoch"] == [1, 2]
    first, second = (Fitted.load(folder).network.state_dict() for folder in (made / "paper", again))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_network_that_opencv_runs_otherwise_is_not_written(made, monkeypatch):
    monkeypatch.setattr(onnx_export, "TOLERANCE", -1.0)
    target = made / "models" / "mine"
    before = (target / "model.onnx").read_bytes()
    with pytest.raises(ModelError, match="not written"):
        fitted, data = Fitted.load(made / "split"), Dataset.load(made / "own.npz")
        model_export.export(
            fitted, data, target, "mine", "handpad-train export split own.npz mine", Console(as_json=True)
        )
    assert (target / "model.onnx").read_bytes() == before
    assert not [path for path in target.parent.iterdir() if path.name not in ("mine", "all")]


@pytest.mark.parametrize("damage", ["no record", "no weights", "cut weights", "other weights", "no json"])
def test_a_damaged_run_is_one_sentence(made, tmp_path, damage):
    for name in ("weights.pt", "run.json"):
        (tmp_path / name).write_bytes((made / "paper" / name).read_bytes())
    weights, record = tmp_path / "weights.pt", tmp_path / "run.json"
    if damage == "no record":
        record.unlink()
    elif damage == "no weights":
        weights.unlink()
    elif damage == "cut weights":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "other weights":
        weights.write_bytes((made / "split" / "weights.pt").read_bytes())
    else:
        record.write_text("{")
    with pytest.raises(DataError, match=r"fit (first|again)"):
        Fitted.load(tmp_path)


def test_too_few_writers_are_refused(made, tmp_path, capsys):
    data = Dataset.load(made / "own.npz")
    few = data.writers[:2]
    rows = data.rows_of(few)
    last = data.sample_starts[rows[-1] + 1]
    Dataset(
        name="few",
        labels=data.labels,
        label_index=data.label_index[rows],
        writers=few,
        writer_index=data.writer_index[rows],
        points=data.points[: data.stroke_starts[last]],
        stroke_starts=data.stroke_starts[: last + 1],
        sample_starts=data.sample_starts[: len(rows) + 1],
        glyphs=data.glyphs[rows],
        licence="",
    ).save(tmp_path / "few.npz")
    assert cli.main(["fit", "paper", str(tmp_path / "few.npz"), str(tmp_path / "run")]) == 1
    assert "too few for validation and test writers" in capsys.readouterr().err
