"""The sequence network as it is fitted: dilated convolutions over the points of a line, and CTC (Graves et al. 2006).

:mod:`handpad.reading.sequence` runs what :func:`export` writes.
"""

import io
import warnings

import torch
from torch import Tensor, nn

from handpad.reading.frames import EMBEDDING
from handpad.reading.trajectory import FEATURES
from handpad.train.fit.onnx_export import OPSET

CHANNELS = EMBEDDING
DILATIONS = (1, 2, 4, 8, 1, 2, 4, 8)


class _Residual(nn.Module):
    """Two convolutions beside the way straight through, each behind normalisation and activation (He et al. 2016)."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.inner = nn.Sequential(
            nn.BatchNorm1d(channels), nn.ReLU(), nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation),
            nn.BatchNorm1d(channels), nn.ReLU(),
            nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(x)


class SequenceNetwork(nn.Module):
    """Features (n, FEATURES, FRAME * t) of lines to embeddings (n, CHANNELS, t) and logits (n, classes + 1, t).

    Class 0 is CTC's blank.
    """

    def __init__(self, classes: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(FEATURES, 96, 5, padding=2), nn.BatchNorm1d(96), nn.ReLU(),
            nn.Conv1d(96, 128, 5, stride=2, padding=2), _Residual(128, 1),
            nn.BatchNorm1d(128), nn.ReLU(), nn.Conv1d(128, CHANNELS, 3, stride=2, padding=1),
            *(_Residual(CHANNELS, dilation) for dilation in DILATIONS),
            nn.BatchNorm1d(CHANNELS), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Conv1d(CHANNELS, classes + 1, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        embeddings = self.body(features)
        return embeddings, self.head(embeddings)


def export(network: SequenceNetwork) -> bytes:
    """The network as ONNX: "features" (1, FEATURES, FRAME * t) to "embeddings" (1, d, t) and "logits" (1, c, t)."""
    buffer = io.BytesIO()
    names = ["embeddings", "logits"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package is called deprecated
        torch.onnx.export(
            network.eval(), (torch.zeros(1, FEATURES, 256),), buffer, dynamo=False, opset_version=OPSET,
            input_names=["features"], output_names=names,
            dynamic_axes={"features": {2: "points"}} | {name: {2: "frames"} for name in names},
        )  # fmt: skip
    return buffer.getvalue()
