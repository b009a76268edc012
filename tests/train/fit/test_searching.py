"""Machines and forests as networks say what scikit-learn says."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

from handpad.train.console import Console  # noqa: E402
from handpad.train.datasets import Dataset  # noqa: E402
from handpad.train.fit import searching, support_vectors, trees  # noqa: E402
from handpad.train.fit.recipes import SvmSearch  # noqa: E402
from handpad.train.fit.searching import Notes, polar_matrix, project  # noqa: E402
from handpad.train.fit.task import Task  # noqa: E402

CLASSES = 7


@pytest.fixture(scope="module")
def pixels() -> tuple[np.ndarray, np.ndarray]:
    """Noisy blots, six of seven labels: 240 images in steps of 1/255."""
    random = np.random.default_rng(1)
    labels = np.arange(240) % (CLASSES - 1)
    blots = random.random((CLASSES, 784)) < 0.2
    noise = random.random((240, 784)) < 0.25
    return np.rint(255 * (blots[labels] ^ noise) * random.random((240, 784))).astype(np.float32) / 255, labels


def as_images(pixels: np.ndarray):
    return torch.from_numpy(pixels.reshape(-1, 1, 28, 28))


@pytest.mark.parametrize("labels_seen", [2, 6])
@pytest.mark.parametrize(("whiten", "polar"), [(False, False), (True, True)])
def test_every_machine_decides_as_in_scikit_learn(pixels, labels_seen, whiten, polar):
    images, labels = pixels
    images, labels = images[labels < labels_seen], labels[labels < labels_seen]
    projection = project(images, 20, whiten, polar, seed=1)
    inputs = projection(images)
    svm = SVC(C=1.5, gamma=float(1 / (20 * inputs.var())), decision_function_shape="ovo").fit(inputs, labels)
    network, _ = support_vectors.from_sklearn(projection.matrix, projection.offset, svm, CLASSES)
    embedding, logits = network(as_images(images))
    assert np.abs(embedding.numpy(force=True) - inputs).max() < 1e-4
    found = network.decisions(embedding).numpy(force=True)
    expected = svm.decision_function(inputs).reshape(len(inputs), -1)
    if labels_seen == 2:
        expected = -expected  # scikit-learn's sign for two labels
    pairs = [(i, j) for i in range(labels_seen) for j in range(i + 1, labels_seen)]
    for column, (i, j) in enumerate(pairs):
        assert np.abs(found[:, i, j] - expected[:, column]).max() < 1e-3
    assert (logits.argmax(1).numpy() == svm.predict(inputs)).mean() > 0.97
    assert (logits.argmax(1).numpy() < labels_seen).all()


@pytest.mark.parametrize("components", [0, 10])
def test_a_forest_has_the_probabilities_of_scikit_learn(pixels, components):
    images, labels = pixels
    matrix = searching.whole_components(images, components, seed=1) if components else None
    inputs = np.rint(255 * images) if matrix is None else (np.rint(255 * images) @ matrix.T).astype(np.float32)
    model = RandomForestClassifier(9, max_leaf_nodes=17, random_state=1).fit(inputs, labels)
    ends = model.apply(inputs)

    def to_embedding(leaves):
        return searching._leaf_space(ends, leaves, seed=1)

    network, settings = trees.from_sklearn(model, CLASSES, matrix, to_embedding)
    embedding, logits = network(as_images(images))
    probabilities = np.exp(logits.numpy(force=True)) - trees.LEAST
    assert np.abs(probabilities[:, : CLASSES - 1] - model.predict_proba(inputs)).max() < 1e-5
    assert probabilities[:, -1].max() < 1e-4
    assert np.allclose(network.leaves(as_images(images)).sum(1).numpy(force=True), 9, atol=1e-3)
    assert embedding.shape[1] == settings["embedding"] == network.embedding_size
    same = embedding.numpy(force=True)
    nearer = np.linalg.norm(same[:, None] - same[None], axis=2)
    own = labels[:, None] == labels[None]
    assert nearer[own].mean() < nearer[~own].mean()


def test_a_tree_that_is_a_single_leaf_is_kept(pixels):
    images, labels = pixels
    model = RandomForestClassifier(3, max_depth=1, min_samples_split=10_000).fit(255 * images, labels)
    network, _ = trees.from_sklearn(model, CLASSES, None, lambda leaves: (np.zeros((2, len(leaves))), np.zeros(2)))
    found = np.exp(network(as_images(images[:5]))[1].numpy(force=True)) - trees.LEAST
    assert np.abs(found[:, : CLASSES - 1] - model.predict_proba(255 * images[:5])).max() < 1e-4


def test_polar_coordinates_turn_a_turn_into_a_shift():
    ring = np.zeros((28, 28), np.float32)
    ring[13:15, 20:22] = 1
    angles = (polar_matrix() @ ring.ravel()).reshape(28, 28).sum(axis=1)
    quarter = (polar_matrix() @ np.rot90(ring).ravel()).reshape(28, 28).sum(axis=1)
    assert (quarter.argmax() - angles.argmax()) % 28 in (20, 21, 22)


def test_a_search_goes_on_where_it_was(pixels):
    images, labels = pixels
    glyphs = np.rint(images * 255).astype(np.uint8).reshape(-1, 28, 28)
    count = len(glyphs)
    data = Dataset(
        name="own", labels=list("abcdefg"), label_index=labels.astype(np.int32), writers=["w"],
        writer_index=np.zeros(count, np.int32), points=np.zeros((count, 2), np.float32),
        stroke_starts=np.arange(count + 1), sample_starts=np.arange(count + 1), glyphs=glyphs, licence="",
    )  # fmt: skip
    search = SvmSearch(searched=100, components=(5, 10), costs=(1.0,), scales=(1.0,), largest=150)
    rows = {"train": np.arange(180), "validation": np.arange(180, 240), "test": np.arange(0)}
    task = Task(data, rows, search, None, 1, lambda: None)
    states = []

    def save(notes: Notes) -> None:
        states.append(Notes(list(notes.tried), list(notes.history)))

    first = searching.fit(task, None, Notes(), save, Console(False, silent=True))
    assert len(states[-1].tried) == 4  # 5 and 10 components, then whitened, then polar
    assert [step["characters"] for step in states[-1].history] == [150]
    count = len(states)
    again = searching.fit(task, None, states[1], save, Console(False, silent=True))
    assert len(states) - count == count - 2
    assert again.settings == first.settings
    assert torch.equal(again.network.kernel.weight, first.network.kernel.weight)
