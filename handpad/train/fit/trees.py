"""A random forest as a network that OpenCV runs.

skl2onnx writes a forest as the operator TreeEnsembleClassifier of ai.onnx.ml, which OpenCV's dnn does not have. Here
all trees go down together, level by level: how far a character belongs to a node is how far it belongs to the node
above, times how far it passes that node's test.
"""

import numpy as np
import torch
from torch import Tensor, nn

from handpad import glyph

STEEPNESS = 10.0
"""A test passes from 0 to 1 within 1 / STEEPNESS about its threshold.

Whatever is tested is a whole number (pixels from 0 to 255, or whole multiples of them added up), and thresholds lie at
least a quarter away from those, so that a test is all or nothing, as in scikit-learn, however the sums are rounded.
"""

_BETWEEN = 0.25
"""Added to thresholds, which are whole or half numbers: whole ones pass from the next one on."""

LEAST = 1e-3
"""Added to every probability before the logarithm."""


class Forest(nn.Module):
    """Leaves, projected to fewer dimensions, are the embedding; logits are the log of the trees' mean probabilities.

    In and out as :class:`handpad.train.fit.networks.Network`.

    Parameters
    ----------
    levels : of each level from the roots on, how many nodes test something and how many are leaves, all trees.
    embedding : d; components : how many principal components the tests are on, 0 for the pixels themselves.
    """

    def __init__(self, classes: int, levels: list[list[int]], embedding: int, components: int):
        super().__init__()
        self.embedding_size = embedding
        self.levels = levels
        tests, leaves = (sum(column) for column in zip(*levels, strict=True))
        self.pca = nn.Linear(glyph.SIZE**2, components, bias=False) if components else nn.Identity()
        self.register_buffer("tested", torch.zeros(tests, dtype=torch.long))
        self.thresholds = nn.Parameter(torch.zeros(tests), requires_grad=False)
        for level, (inner, _) in enumerate(levels[:-1]):
            self.register_buffer(f"order{level}", torch.zeros(2 * inner, dtype=torch.long))
        self.probabilities = nn.Linear(leaves, classes, bias=False)
        self.embedding = nn.Linear(leaves, embedding)

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        leaves = self.leaves(glyphs)
        return self.embedding(leaves), torch.log(self.probabilities(leaves) + LEAST)

    def leaves(self, glyphs: Tensor) -> Tensor:
        """How far each character belongs to each leaf: (n, leaves), a 1 for every tree."""
        inputs = self.pca(255 * glyphs.flatten(1))
        passed = torch.index_select(inputs, 1, self.tested) - self.thresholds
        passed = (STEEPNESS * passed + 0.5).clamp(0, 1)
        done, found, above = 0, [], None
        for level, (inner, ends) in enumerate(self.levels):
            right = passed[:, done : done + inner]
            done += inner
            if above is None:
                below = torch.cat([right, 1 - right], 1)  # every root tests something
            else:
                if ends:
                    found.append(above[:, inner:])
                if inner:
                    here = above[:, :inner]
                    below = torch.cat([here * right, here * (1 - right)], 1)
            if level < len(self.levels) - 1:
                above = torch.index_select(below, 1, getattr(self, f"order{level}"))
        return torch.cat(found, 1)


def forest(classes: int, levels: list[list[int]], embedding: int, components: int) -> Forest:
    """An empty forest of this shape, to be filled by a fit or from a file."""
    return Forest(classes, levels, embedding, components)


def from_sklearn(model, classes: int, projection: np.ndarray | None, to_embedding) -> tuple[Forest, dict]:
    """The network of a fitted ``sklearn.ensemble.RandomForestClassifier``, and its settings.

    Parameters
    ----------
    model : fitted on pixels in 0..255, or on components; its classes are label numbers below ``classes``.
    projection : whole numbers (d, 784) that make components of such pixels; None for the pixels themselves.
    to_embedding : makes of the leaves, a list of (tree, node) in order, the embedding: float (d, leaves) and (d,).
    """
    trees = [estimator.tree_ for estimator in model.estimators_]
    level = [(number, 0) for number in range(len(trees))]
    levels, orders, tested, thresholds, leaves = [], [], [], [], []
    while level:
        inner = [node for node in level if not levels or _children(trees, node) is not None]  # roots always test
        ends = [node for node in level if levels and _children(trees, node) is None]
        if levels:
            place = {node: number for number, node in enumerate(level)}
            orders.append([place[node] for node in [*inner, *ends]])
        levels.append([len(inner), len(ends)])
        leaves += ends
        for tree, number in inner:
            lone = _children(trees, (tree, number)) is None
            tested.append(0 if lone else int(trees[tree].feature[number]))
            thresholds.append((0.5 if lone else float(trees[tree].threshold[number])) + _BETWEEN)
        level = [_below(trees, node, side) for side in (1, 0) for node in inner]
    embedding, offset = to_embedding(leaves)
    settings = {
        "levels": levels,
        "embedding": len(embedding),
        "components": 0 if projection is None else len(projection),
    }
    network = Forest(classes, **settings)
    probabilities = np.zeros((classes, len(leaves)))
    seen = np.asarray(model.classes_)
    for place, (tree, number) in enumerate(leaves):
        value = trees[tree].value[max(number, 0)][0]
        probabilities[seen, place] = value / value.sum() / len(trees)
    values = {
        "tested": np.array(tested),
        "thresholds": np.array(thresholds),
        "probabilities.weight": probabilities,
        "embedding.weight": embedding,
        "embedding.bias": offset,
        **{f"order{number}": np.array(order, dtype=np.int64) for number, order in enumerate(orders)},
    }
    if projection is not None:
        values["pca.weight"] = np.asarray(projection, dtype=np.float64)
    state = {
        name: torch.as_tensor(value, dtype=torch.float32 if np.asarray(value).dtype.kind == "f" else torch.long)
        for name, value in values.items()
    }
    network.load_state_dict(state)
    return network.eval(), settings


def _children(trees, node: tuple[int, int]) -> tuple[int, int] | None:
    """The nodes to the left and the right; None for a leaf."""
    tree, number = node
    if number < 0 or trees[tree].children_left[number] < 0:
        return None
    return int(trees[tree].children_left[number]), int(trees[tree].children_right[number])


def _below(trees, node: tuple[int, int], side: int) -> tuple[int, int]:
    """The child on a side. A root that is a leaf has itself on both sides, as node -1 and -2."""
    children = _children(trees, node)
    return (node[0], -1 - side) if children is None else (node[0], children[side])
