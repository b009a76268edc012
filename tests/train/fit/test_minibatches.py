import numpy as np
import pytest

torch = pytest.importorskip("torch")

from handwriting import write  # noqa: E402

from handpad.train.datasets.dataset import Sample, collect  # noqa: E402
from handpad.train.datasets.dropped import Dropped  # noqa: E402
from handpad.train.fit.builders import build  # noqa: E402
from handpad.train.fit.minibatches import (  # noqa: E402
    METRICS,
    chosen_order,
    gradient,
    gradient_distances,
    in_batches,
    nearest_half,
    phase_of,
    rate_of,
    walk,
)
from handpad.train.fit.studies import MINIBATCH  # noqa: E402


@pytest.fixture(scope="module")
def data():
    labels = "covxzHTL74"
    letters = [(labels[n % 10], [stroke[:, :2] for stroke in write(labels[n % 10], seed=n)]) for n in range(60)]
    return collect("own", "", [Sample(label, "w", strokes) for label, strokes in letters], Dropped())


def test_the_full_gradient_is_the_mean_of_the_batches(data):
    network = build("prelu", 10, {"width": 4}).eval()
    batches = in_batches(np.arange(60), 20)
    mean = torch.stack([gradient(network, data, rows) for rows in batches]).mean(dim=0)
    assert torch.allclose(mean, gradient(network, data, np.arange(60)), atol=1e-5)
    expected = [float((gradient(network, data, rows) - mean).norm()) for rows in batches]
    assert np.allclose(gradient_distances(network, data, batches), expected, atol=1e-4)


def test_comparing_changes_nothing_that_is_trained(data):
    batches = in_batches(np.arange(60), 20)
    found = []
    for compared in (None, batches):
        torch.manual_seed(1)
        found.append(walk(build("prelu", 10, {"width": 4}), data, np.arange(60), 3, lambda _: batches, compared))
    assert found[0].accuracies == found[1].accuracies
    assert found[1].distances.shape == (3, 3)


def test_metrics_tell_what_they_say():
    thin, thick = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8)
    thin[4:24, 13:15] = thick[4:24, 10:18] = 255
    assert set(METRICS) == set(MINIBATCH.values)
    for name in ("ink", "stroke width"):
        few, many = METRICS[name](np.stack([thin, thick]))
        assert few < many
    assert METRICS["stroke width"](thick[None])[0] == pytest.approx(8, abs=1.5)
    two = thin.copy()
    two[4:24, 20:22] = 255
    assert np.diff(METRICS["edges"](np.stack([thin, two])))[0] > 20
    assert METRICS["unlike the mean"](np.stack([thin] * 9 + [thick])).argmax() == 9


def test_three_phases_each_with_a_tenth_of_the_rate():
    assert [phase_of(epoch, 9) for epoch in range(9)] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert [rate_of(epoch, 3) for epoch in range(3)] == pytest.approx([0.1, 0.01, 0.001])


def test_the_nearest_half_takes_as_many_steps():
    distances = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [1.0, 9.0, 9.0, 2.0]])
    chosen = nearest_half(distances)
    assert [set(own) for own in chosen] == [{0, 1}, {2, 3}, {0, 3}]
    batches = [np.array([number]) for number in range(4)]
    order = chosen_order(batches, chosen, 3, seed=1)
    assert [sorted(int(rows[0]) for rows in order(epoch)) for epoch in range(3)] == [
        [0, 0, 1, 1], [2, 2, 3, 3], [0, 0, 3, 3],
    ]  # fmt: skip
