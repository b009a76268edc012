"""Fitted networks whose outputs a new one learns beside the labels (distillation: Hinton, Vinyals and Dean 2015).

A soft target says which other characters the ink resembles, and it outvotes wrong labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from handpad.errors import DataError
from handpad.train.fit.networks import Network
from handpad.train.fit.run_folder import Fitted

SOFT_SHARE = 0.6
"""How much of the loss the soft targets decide; the labels decide the rest."""


@dataclass(frozen=True)
class Teacher:
    """A fitted network in evaluation mode, its temperature, and its share (> 0, all sum to 1) among the teachers."""

    network: Network
    temperature: float
    share: float


def load(names: Sequence[str], labels: Sequence[str], writers: Sequence[str]) -> list[Teacher]:
    """Read teachers named ``RUN`` or ``RUN=SHARE``.

    Parameters
    ----------
    labels : those of the fit, which the teachers must share.
    writers : whom the fit learns from; a teacher that has learned from others would tell what the fit must not know.

    Raises
    ------
    DataError : a share that is no number above 0, other labels, or a teacher that knows other writers.
    """
    found = []
    for name in names:
        run, _, share = name.partition("=")
        try:
            weight = float(share or 1)
        except ValueError:
            weight = 0.0
        if not weight > 0:
            raise DataError(f"--teacher {name}: the share must be a number above 0, as in {run}=0.5.")
        fitted = Fitted.load(Path(run))
        if fitted.record["labels"] != list(labels):
            raise DataError(f"The teacher {run} was fitted on other labels: name a fit on the same data.")
        if not set(fitted.record["writers"]["train"]) <= set(writers):
            raise DataError(f"The teacher {run} has learned from writers whom this fit must not know.")
        network = fitted.network.eval().requires_grad_(False)
        found.append(Teacher(network, float(fitted.record["temperature"]), weight))
    total = sum(teacher.share for teacher in found)
    return [Teacher(teacher.network, teacher.temperature, teacher.share / total) for teacher in found]


@torch.no_grad()
def soft_targets(teachers: Sequence[Teacher], x: Tensor) -> Tensor:
    """The teachers' mixed probabilities of glyphs as a network takes them: float32 (n, c)."""
    return sum(
        teacher.share * torch.softmax(teacher.network(x)[1].float() / teacher.temperature, dim=1)
        for teacher in teachers
    )
