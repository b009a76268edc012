import numpy as np
from handwriting import write

from handpad import glyph
from handpad.train.datasets.dataset import Sample, collect
from handpad.train.datasets.dropped import Dropped
from handpad.train.fit.augmentation import Augmenter, augment

LABELS = "covxzHTL74"


def letters(count: int = 40):
    samples = [
        Sample(label, "w", [stroke[:, :2] for stroke in write(label, seed=n)])
        for n, label in enumerate((LABELS * count)[:count])
    ]
    return collect("own", "", samples, Dropped())


def test_variants_look_like_their_character_but_differ():
    data = letters()
    variants = augment(data.points, data.stroke_starts, data.sample_starts, np.random.default_rng(1))
    assert variants.shape == (40, glyph.SIZE, glyph.SIZE)
    assert variants.dtype == np.uint8
    flat, original = variants.reshape(40, -1).astype(float), data.glyphs.reshape(40, -1).astype(float)
    assert (np.abs(flat - original).mean(axis=1) > 1).all()
    own = [np.corrcoef(flat[i], original[i])[0, 1] for i in range(40)]
    other = [np.corrcoef(flat[i], original[(i + 1) % 40])[0, 1] for i in range(40)]
    assert np.mean(own) > np.mean(other) + 0.3


def test_single_points_survive():
    dot = np.array([[5.0, 5.0]])
    found = augment(dot, np.array([0, 1]), np.array([0, 1]), np.random.default_rng(1))
    assert found[0].max() > 200


def test_variants_depend_on_the_seed_only():
    data = letters(20)
    batches = [(np.arange(10), (1, 0, 0)), (np.arange(20)[::-1], (1, 0, 1)), (np.arange(10), (1, 1, 0))]
    with Augmenter(data, workers=1) as one, Augmenter(data, workers=2) as two:
        first, second = list(one.glyphs(batches)), list(two.glyphs(batches))
    assert [len(part) for part in first] == [10, 20, 10]
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert (first[0] != first[2]).any()
