"""Networks that others have compared: dense ones, pairs of convolutions with PReLU, bottleneck residual blocks.

They come from three reports on image classifiers, scaled to 28 x 28: "Optical Character Recognition applied to MNIST
dataset" (Rouzaire: linear, shallow, deep), a project on grading mangoes (Lin, Tsai and Tsai: prelu) and a ResNet
for telling monkeys apart (Chen 2020, after He et al. 2015: resnet). What the reports vary is a setting here.
"""

from collections.abc import Callable
from itertools import pairwise

from torch import Tensor, nn

from handpad import glyph
from handpad.train.fit.networks import Network, conv

ACTIVATIONS: dict[str, Callable[[int], nn.Module]] = {
    "relu": lambda channels: nn.ReLU(),
    "leaky-relu": lambda channels: nn.LeakyReLU(0.01),
    "prelu": lambda channels: nn.PReLU(channels),
}
"""The activation functions; PReLU learns one slope for each of its channels."""

ORDERS = ("activation first", "norm first")
"""Batch norm after the activation, or before it."""

POOLINGS = ("max", "stride")
"""What halves the image: max pooling, or one more convolution with stride 2."""


def linear(classes: int) -> Network:
    """One layer, from pixels to labels. Its embedding is the pixels themselves."""
    return Network(nn.Flatten(), nn.Identity(), nn.Linear(glyph.SIZE**2, classes), dropout=0.0)


def shallow(classes: int, width: int = 100, dropout: float = 0.0, activation: str = "relu") -> Network:
    """One hidden layer; its output is the embedding."""
    return _dense(classes, 1, width, dropout, activation)


def deep(classes: int, width: int = 100, dropout: float = 0.0, activation: str = "relu") -> Network:
    """Three hidden layers of one width, dropout before every layer; the last one's output is the embedding."""
    return _dense(classes, 3, width, dropout, activation)


def _dense(classes: int, layers: int, width: int, dropout: float, activation: str) -> Network:
    sizes = [glyph.SIZE**2, *[width] * layers]
    hidden = [
        nn.Sequential(nn.Dropout(dropout), nn.Linear(before, after), ACTIVATIONS[activation](after))
        for before, after in pairwise(sizes)
    ]
    return Network(nn.Sequential(nn.Flatten(), *hidden[:-1]), hidden[-1], nn.Linear(width, classes), dropout)


def prelu(
    classes: int,
    width: int = 32,
    dropout: float = 0.5,
    activation: str = "prelu",
    order: str = ORDERS[0],
    pooling: str = POOLINGS[0],
) -> Network:
    """Pairs of 3 x 3 convolutions, 28 -> 14 -> 7 -> 3 pixels, then three dense layers and the classifier.

    The report has five pairs (32 to 512 filters) for 224 x 224 pixels: here are the first three, and dense layers of
    half its width, except the last, the embedding.

    Parameters
    ----------
    width : filters of the first pair; each next pair has twice as many.
    activation : a key of ACTIVATIONS; order : one of ORDERS; pooling : one of POOLINGS.
    """

    def block(channels: int, filters: int) -> list[nn.Module]:
        parts: list[nn.Module] = []
        for before in (channels, filters):
            parts += [nn.Conv2d(before, filters, 3, padding=1), *_normed(nn.BatchNorm2d, filters, activation, order)]
        if pooling == "max":
            return [*parts, nn.MaxPool2d(2)]
        # Without padding to the right, 7 pixels become 3, as max pooling makes them.
        return [*parts, nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(filters, filters, 3, stride=2), nn.ReLU()]

    def dense(before: int, after: int) -> list[nn.Module]:
        return [nn.Dropout(dropout), nn.Linear(before, after), *_normed(nn.BatchNorm1d, after, activation, order)]

    features = nn.Sequential(
        *block(1, width), *block(width, 2 * width), *block(2 * width, 4 * width), nn.Flatten(),
        *dense(4 * width * 9, 8 * width), *dense(8 * width, 4 * width),
    )  # fmt: skip
    embedding = nn.Sequential(*dense(4 * width, 2 * width))
    return Network(features, embedding, nn.Linear(2 * width, classes), dropout)


def _normed(norm: type[nn.Module], channels: int, activation: str, order: str) -> list[nn.Module]:
    parts = [ACTIVATIONS[activation](channels), norm(channels)]
    return parts if order == ORDERS[0] else parts[::-1]


_STAGES = 3
_DEPTH = 2
_EXPANSION = 4


def resnet(classes: int, width: int = 16) -> Network:
    """Bottleneck residual blocks, two in each of three stages, 14 -> 7 -> 4 pixels; the pooled features embed.

    The report has ResNet-50: four stages of 3, 4, 6 and 3 such blocks with 64 to 512 filters for 224 x 224 pixels.

    width : inner filters of the first stage; each next stage has twice as many.
    """
    stem = 2 * width
    blocks: list[nn.Module] = [*conv(1, stem), nn.MaxPool2d(2)]
    channels = stem
    for stage in range(_STAGES):
        inner = width * 2**stage
        for place in range(_DEPTH):
            blocks.append(Bottleneck(channels, inner, stride=2 if place == 0 and stage else 1))
            channels = inner * _EXPANSION
    features = nn.Sequential(*blocks, nn.AvgPool2d(4), nn.Flatten())
    return Network(features, nn.Identity(), nn.Linear(channels, classes), dropout=0.0)


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3 and 1 x 1 convolutions around a shortcut, which is a 1 x 1 convolution where the shape changes."""

    def __init__(self, channels: int, inner: int, stride: int):
        super().__init__()
        filters = inner * _EXPANSION
        self.inner = nn.Sequential(
            *conv(channels, inner, 1), *conv(inner, inner, 3, stride), *conv(inner, filters, 1)[:-1]
        )
        same = channels == filters and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv(channels, filters, 1, stride)[:-1])
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.shortcut(x) + self.inner(x))
