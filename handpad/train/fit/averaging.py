"""The moving average of a network's weights, kept instead of the last weights (Polyak and Juditsky 1992)."""

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

_WARM_UP = 10  # early on the average follows faster, so that the first random weights are soon forgotten


def weight_average(network: nn.Module, decay: float) -> AveragedModel:
    """An average of a network's weights and statistics, to be updated after every step.

    decay : how much of the average a step keeps, 0 to 1, once it has warmed up.
    """

    @torch.no_grad()
    def move(kept: list[Tensor], new: list[Tensor], _: Tensor) -> None:
        steps = int(average.n_averaged)  # on the CPU, where asking for it makes no GPU wait
        if kept[0].is_floating_point():
            torch._foreach_lerp_(kept, new, 1 - min(decay, steps / (steps + _WARM_UP)))
        else:
            torch._foreach_copy_(kept, new)

    average = AveragedModel(network, multi_avg_fn=move, use_buffers=True)
    average.n_averaged.fill_(1)  # the first weights count as a step
    return average
