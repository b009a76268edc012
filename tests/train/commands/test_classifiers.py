"""Every classifier that can be fitted by name: fitted, exported, installed, asked, and taught by a writer."""

from contextlib import closing

import numpy as np
import pytest
from handwriting import write

torch = pytest.importorskip("torch")

from handpad.installed import available_models  # noqa: E402
from handpad.model.base import BaseModel  # noqa: E402
from handpad.recognizer import Recognizer  # noqa: E402
from handpad.train import cli  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit.networks import outputs  # noqa: E402
from handpad.train.fit.recipes import PRESETS, Recipe  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402

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
