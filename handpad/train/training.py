"""The training loop: one network, its rows, its recipe."""

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor, nn

from handpad.train.augment import Augmenter
from handpad.train.datasets import Dataset
from handpad.train.measures import softmax
from handpad.train.network import Network
from handpad.train.noise import contradicted
from handpad.train.recipes import Cosine, Plateau, Recipe, Replay

_PREDICT_BATCH = 1024
_AVERAGE_WARM_UP = 10  # early on the average follows faster, so that the first random weights are soon forgotten


def set_seed(seed: int) -> None:
    """Seed Python, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for libraries that still draw from the global state
    torch.manual_seed(seed)


def as_input(glyphs: np.ndarray) -> Tensor:
    """uint8 (n, 28, 28) to the network's input: float32 (n, 1, 28, 28), divided by 255 once."""
    return torch.from_numpy(glyphs).unsqueeze(1).float().div_(255).contiguous(memory_format=torch.channels_last)


def outputs(network: Network, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings float32 (n, d) and logits float32 (n, c) of glyphs uint8 (n, 28, 28), in float32 arithmetic."""
    network.eval()
    embeddings, logits = [], []
    with torch.inference_mode():
        for start in range(0, len(glyphs), _PREDICT_BATCH):
            embedding, logit = network(as_input(glyphs[start : start + _PREDICT_BATCH]))
            embeddings.append(embedding.numpy())
            logits.append(logit.numpy())
    return np.concatenate(embeddings), np.concatenate(logits)


def train(
    network: Network,
    data: Dataset,
    rows: np.ndarray,
    validation: np.ndarray,
    recipe: Recipe,
    policy: Cosine | Plateau | Replay,
    seed: int,
    workers: int,
    tell: Callable[[dict], None],
) -> tuple[Network, list[dict]]:
    """Train a network.

    Parameters
    ----------
    network : as made, or fitted before; its weights are changed.
    rows, validation : the rows of ``data`` to learn from and to watch; ``validation`` may be empty.
    policy : steers the learning rate and stops early; it sees the validation loss after every epoch.
    seed : of the order of the rows, of the variants and of dropout.
    workers : processes that augment the ink ahead of the training.
    tell : called after every epoch with its record.

    Returns
    -------
    the network to keep (its averaged weights where the recipe averages, otherwise those of the best validation
    loss, or the last ones without validation rows), and one record per epoch: epoch, batch, rate, loss,
    validation_loss and validation_accuracy (None without validation rows), rows_left_out, seconds.
    """
    network = network.to(memory_format=torch.channels_last)
    average = deepcopy(network) if recipe.average else None
    optimizer = torch.optim.AdamW(_decay_groups(network, recipe.weight_decay), lr=recipe.learning_rate)
    best, best_loss, history = None, np.inf, []
    kept, steps = rows, 0
    has_ink = len(data.points) > 0  # scanned images have none to vary
    with Augmenter(data, workers) if recipe.augment and has_ink else nullcontext() as augmenter:
        for epoch in range(recipe.epochs):
            started = time.monotonic()
            current = average if average is not None else network
            if recipe.clean is not None and epoch == round(recipe.clean * recipe.epochs):
                probabilities = softmax(outputs(current, data.glyphs[rows])[1])
                kept = rows[~contradicted(probabilities, data.labels, data.label_index[rows])]
            batches = _batches(kept, recipe.batch_size(epoch), seed, epoch)
            glyphs = augmenter.glyphs(batches) if augmenter else (data.glyphs[batch] for batch, _ in batches)
            total = 0.0
            network.train()
            for step, ((batch, _), images) in enumerate(zip(batches, glyphs, strict=True)):
                rate = policy.rate(epoch + step / len(batches))
                for group in optimizer.param_groups:
                    group["lr"] = rate
                target = torch.from_numpy(data.label_index[batch]).long()
                total += _step(network, optimizer, as_input(images), target, recipe.label_smoothing) * len(batch)
                steps += 1
                if average is not None:
                    _move_average(average, network, min(recipe.average, steps / (steps + _AVERAGE_WARM_UP)))
            record = {
                "epoch": epoch + 1,
                "epochs": recipe.epochs,
                "batch": recipe.batch_size(epoch),
                "rate": rate,
                "loss": total / len(kept),
                **_watch(current, data, validation),
                "rows_left_out": len(rows) - len(kept),
                "seconds": round(time.monotonic() - started, 1),
            }
            history.append(record)
            tell(record)
            if average is None and len(validation) and record["validation_loss"] < best_loss:
                best_loss, best = record["validation_loss"], deepcopy(network.state_dict())
            if len(validation) and policy.after_epoch(record["validation_loss"]):
                break
    if best is not None:
        network.load_state_dict(best)
    return (average if average is not None else network), history


def _batches(rows: np.ndarray, size: int, seed: int, epoch: int) -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """The rows in random order, in batches of about equal size, each with the seed of its variants."""
    shuffled = np.random.default_rng((seed, epoch)).permutation(rows)
    parts = np.array_split(shuffled, max(1, round(len(rows) / size)))
    return [(part, (seed, epoch, number)) for number, part in enumerate(parts)]


def _decay_groups(network: nn.Module, weight_decay: float) -> list[dict]:
    """Weight decay for matrices and filters, none for biases and batch norm."""
    weights = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in network.parameters() if parameter.ndim <= 1]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def _step(network: Network, optimizer: torch.optim.Optimizer, x: Tensor, target: Tensor, smoothing: float) -> float:
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(x)[1]
    loss = nn.functional.cross_entropy(logits.float(), target, label_smoothing=smoothing)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def _move_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


def _watch(network: Network, data: Dataset, rows: np.ndarray) -> dict[str, float | None]:
    if len(rows) == 0:
        return {"validation_loss": None, "validation_accuracy": None}
    probabilities = softmax(outputs(network, data.glyphs[rows])[1])
    true = data.label_index[rows]
    loss = -np.log(np.maximum(probabilities[np.arange(len(rows)), true], 1e-12)).mean()
    return {
        "validation_loss": float(loss),
        "validation_accuracy": float((probabilities.argmax(axis=1) == true).mean()),
    }
