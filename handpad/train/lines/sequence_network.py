"""The sequence network as it is fitted: dilated convolutions over the points of a line, and CTC (Graves et al. 2006).

:mod:`handpad.reading.sequence` runs what :func:`export` writes.
"""

import io
import warnings
from collections.abc import Iterable

import numpy as np
import onnx
import torch
from onnx import numpy_helper
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


def restored(content: bytes, features: Iterable[Tensor]) -> SequenceNetwork:
    """The network that :func:`export` wrote, to be fitted further.

    The export puts every normalisation that follows a convolution into its weights. Here it gets back the mean and the
    deviation that it has on real ink, so that the network goes on from where it was when batches are normalised again.

    features : batches (n, FEATURES, points) of real lines.
    """
    graph = onnx.load_from_string(content).graph
    arrays = {one.name: torch.from_numpy(np.array(numpy_helper.to_array(one))) for one in graph.initializer}
    convolutions = [[arrays[name] for name in node.input[1:]] for node in graph.node if node.op_type == "Conv"]
    network = SequenceNetwork(len(convolutions[-1][0]) - 1)
    stored = {name: array for name, array in arrays.items() if not name.startswith("onnx::")}
    network.load_state_dict(network.state_dict() | stored)
    ours = [module for module in network.modules() if isinstance(module, nn.Conv1d)]
    for module, (weight, bias) in zip(ours, convolutions, strict=True):
        module.load_state_dict({"weight": weight, "bias": bias})
    merged = [
        module
        for name, module in network.named_modules()
        if isinstance(module, nn.BatchNorm1d) and f"{name}.weight" not in stored
    ]
    _undo_merging(network.eval(), merged, features)
    return network


@torch.no_grad()
def _undo_merging(network: SequenceNetwork, merged: list[nn.BatchNorm1d], features: Iterable[Tensor]) -> None:
    """Give normalisations that do nothing the statistics of what they are given, and make up for them."""
    sums = {module: torch.zeros(3, module.num_features, dtype=torch.float64) for module in merged}

    def add(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        x = given[0].double()
        assert isinstance(module, nn.BatchNorm1d)
        sums[module] += torch.stack(
            [torch.ones(x.shape[1]) * x.shape[0] * x.shape[2], x.sum((0, 2)), (x**2).sum((0, 2))]
        )

    for module in merged:
        module.running_var = torch.full_like(module.bias, 1 - module.eps)
    hooks = [module.register_forward_pre_hook(add) for module in merged]
    for batch in features:
        network(batch)
    for hook in hooks:
        hook.remove()
    for module, (count, total, squares) in sums.items():
        mean = total / count
        variance = squares / count - mean**2
        module.running_mean, module.running_var = mean.float(), variance.float()
        module.weight.copy_((variance + module.eps).sqrt().float())
        module.bias.copy_(mean.float())
