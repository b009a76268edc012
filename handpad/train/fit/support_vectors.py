"""PCA and a support vector machine as a network that OpenCV runs.

skl2onnx writes a support vector machine as the operator SVMClassifier of ai.onnx.ml, which OpenCV's dnn does not have.
Here it is products of matrices, an exponential and a grouped convolution.
"""

import numpy as np
import torch
from torch import Tensor, nn

from handpad import glyph

SCALE = 0.2
"""Of the logits, so that their temperature is near 1."""


class PcaSvm(nn.Module):
    """The space of the principal components is the embedding; every pair of labels has its own machine.

    The logits are the sums of what each label's machines say, cut to -1 to 1, which is where the margins lie: the
    loss-based decoding of Allwein, Schapire and Singer 2000. scikit-learn counts votes instead: that jumps where two
    labels tie, and its confidences say little. In and out as :class:`handpad.train.fit.networks.Network`.

    Parameters
    ----------
    components : d of the embedding; vectors : the most support vectors of any label, m.
    """

    def __init__(self, classes: int, components: int, vectors: int):
        super().__init__()
        self.classes, self.embedding_size = classes, components
        self.pca = nn.Linear(glyph.SIZE**2, components)
        self.kernel = nn.Linear(components, classes * vectors)
        self.gamma = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.machines = nn.Conv2d(classes * vectors, classes * classes, 1, groups=classes, bias=False)
        self.offsets = nn.Parameter(torch.zeros(classes, classes), requires_grad=False)
        upper = torch.triu(torch.ones(classes, classes), 1)
        self.register_buffer("sign", SCALE * (upper - upper.T))

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.pca(glyphs.flatten(1))
        return embedding, (self.decisions(embedding).clamp(-1, 1) * self.sign).sum(2)

    def decisions(self, embedding: Tensor) -> Tensor:
        """What the machine of each pair of labels says: (n, c, c), symmetric; above 0 for the lower number."""
        squares = (embedding * embedding).sum(1, keepdim=True)
        similar = torch.exp(self.kernel(embedding) - self.gamma * squares)
        sides = self.machines(similar.reshape(-1, similar.shape[1], 1, 1))
        sides = sides.reshape(-1, self.classes, self.classes)
        return sides + sides.transpose(1, 2) + self.offsets


def pca_svm(classes: int, components: int, vectors: int) -> PcaSvm:
    """An empty machine of this shape, to be filled by a fit or from a file."""
    return PcaSvm(classes, components, vectors)


def from_sklearn(matrix: np.ndarray, offset: np.ndarray, svm, classes: int) -> tuple[PcaSvm, dict]:
    """The network of a fitted ``sklearn.svm.SVC`` with RBF kernel, and its settings.

    Parameters
    ----------
    matrix, offset : the projection of pixels (784,) in 0..1 to components: float (d, 784) and (d,).
    svm : fitted on such components; its classes are label numbers below ``classes``, its gamma is a number. Labels that
        it has not seen never win.
    """
    seen = np.asarray(svm.classes_)
    starts = np.concatenate([[0], np.cumsum(svm.n_support_)])
    vectors = int(svm.n_support_.max())
    settings = {"components": len(matrix), "vectors": vectors}
    network = PcaSvm(classes, **settings)
    turned = -1 if len(seen) == 2 else 1  # of two labels, scikit-learn turns libsvm's signs about
    centres = np.zeros((classes, vectors, len(matrix)))
    weights = np.zeros((classes, classes, vectors))
    for place, label in enumerate(seen):
        own = slice(starts[place], starts[place + 1])
        count = own.stop - own.start
        centres[label, :count] = svm.support_vectors_[own]
        others = np.delete(np.arange(len(seen)), place)
        weights[label, seen[others], :count] = turned * svm.dual_coef_[:, own]
    offsets = np.zeros((classes, classes))
    pairs = [(i, j) for i in range(len(seen)) for j in range(i + 1, len(seen))]
    for (i, j), value in zip(pairs, turned * svm.intercept_, strict=True):
        offsets[seen[i], seen[j]] = offsets[seen[j], seen[i]] = value
    unseen = np.setdiff1d(np.arange(classes), seen)
    for label in unseen:
        for other in range(classes):
            offsets[label, other] = offsets[other, label] = 1e3 if other < label else -1e3
    flat = centres.reshape(classes * vectors, -1)
    with torch.no_grad():
        for parameter, value in (
            (network.pca.weight, matrix),
            (network.pca.bias, offset),
            (network.kernel.weight, 2 * svm.gamma * flat),
            (network.kernel.bias, -svm.gamma * (flat * flat).sum(axis=1)),
            (network.gamma, [svm.gamma]),
            (network.machines.weight, weights.reshape(classes * classes, vectors, 1, 1)),
            (network.offsets, offsets),
        ):
            parameter.copy_(torch.as_tensor(np.asarray(value), dtype=torch.float32))
    return network.eval(), settings
