"""Several fitted networks that answer as one: the mean of their probabilities, or a vote."""

import math

import torch
from torch import Tensor, nn

LEAST = 1e-4
"""Added to every probability before the logarithm."""

_SHARPNESS = 30.0
"""A vote is a softmax of so many times the logits: all for the highest one unless two nearly tie."""


class Blend(nn.Module):
    """The members' mean, and their embeddings beside each other, each of unit length.

    Logits are the log of the mean of the members' calibrated probabilities or, with a vote, of the share of members
    that say a label (uniform blending). In and out as :class:`handpad.train.fit.networks.Network`.

    Parameters
    ----------
    members : fitted networks; temperatures : of each, what its logits are divided by.
    """

    def __init__(self, members: list[nn.Module], temperatures: list[float], vote: bool):
        super().__init__()
        self.members = nn.ModuleList(members)
        self._scales = [_SHARPNESS if vote else 1.0] * len(members)
        self._scales = [scale / value for scale, value in zip(self._scales, temperatures, strict=True)]
        self.embedding_size = sum(member.embedding_size for member in members)

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        embeddings, total = [], None
        for member, scale in zip(self.members, self._scales, strict=True):
            embedding, logits = member(glyphs)
            length = torch.sqrt((embedding * embedding).sum(1, keepdim=True) + 1e-12)
            embeddings.append(embedding / length / math.sqrt(len(self._scales)))
            probabilities = torch.softmax(logits * scale, 1)
            total = probabilities if total is None else total + probabilities
        return torch.cat(embeddings, 1), torch.log(total / len(self._scales) + LEAST)
