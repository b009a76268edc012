"""A new network learns the soft targets of fitted ones, and never from one that knows its test writers."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from handpad.errors import DataError  # noqa: E402
from handpad.train import cli  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit import distillation  # noqa: E402
from handpad.train.fit.networks import as_input, outputs  # noqa: E402
from handpad.train.fit.run_folder import Fitted  # noqa: E402


@pytest.fixture(scope="module")
def made(unipen_folder, tmp_path_factory):
    """A split fit ``teacher``, a fit ``pupil`` taught by it, and ``everyone``, the teacher refitted on all writers."""
    folder = tmp_path_factory.mktemp("teachers")
    prepared = folder / "own.npz"
    threads = torch.get_num_threads()
    short = ["--threads", "1", "--json"]
    try:
        assert cli.main(["prepare", "unipen", str(unipen_folder), str(prepared), "--json"]) == 0
        assert cli.main(["fit", "handpad", str(prepared), str(folder / "teacher"), "--epochs", "3", *short]) == 0
        taught = ["--epochs", "2", "--teacher", f"{folder / 'teacher'}=1", *short]
        assert cli.main(["fit", "handpad", str(prepared), str(folder / "pupil"), *taught]) == 0
        everyone = ["--all-writers-after", str(folder / "teacher"), *short]
        assert cli.main(["fit", "handpad", str(prepared), str(folder / "everyone"), *everyone]) == 0
        yield prepared, folder
    finally:
        torch.set_num_threads(threads)


def test_the_record_names_the_teacher_and_the_command_repeats_it(made):
    record = Fitted.load(made[1] / "pupil").record
    assert record["teachers"] == ["teacher=1"]
    assert record["command"].endswith("--teacher teacher=1")


def test_soft_targets_are_the_mean_of_calibrated_probabilities(made):
    prepared, folder = made
    data, fitted = Dataset.load(prepared), Fitted.load(folder / "teacher")
    writers = fitted.record["writers"]["train"]
    names = [f"{folder / 'teacher'}=1", f"{folder / 'pupil'}=3"]
    loaded = distillation.load(names, data.labels, writers)
    assert [teacher.share for teacher in loaded] == [0.25, 0.75]
    glyphs = data.glyphs[:5]
    expected = 0
    for name, share in (("teacher", 0.25), ("pupil", 0.75)):
        one = Fitted.load(folder / name)
        scaled = torch.from_numpy(outputs(one.network, glyphs)[1] / one.record["temperature"])
        expected = expected + share * torch.softmax(scaled, dim=1).numpy()
    found = distillation.soft_targets(loaded, as_input(glyphs, torch.device("cpu"))).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_teacher_that_knows_the_test_writers_is_refused(made, capsys):
    prepared, folder = made
    words = ["fit", "handpad", str(prepared), str(folder / "leak"), "--epochs", "1"]
    assert cli.main([*words, "--teacher", str(folder / "everyone")]) == 1
    assert "whom this fit must not know" in capsys.readouterr().err
    assert not (folder / "leak").exists()


@pytest.mark.parametrize("share", ["0", "-1", "much"])
def test_a_share_must_be_a_number_above_zero(made, share):
    data = Dataset.load(made[0])
    with pytest.raises(DataError, match="above 0"):
        distillation.load([f"{made[1] / 'teacher'}={share}"], data.labels, data.writers)
