"""The training loop: one network, its rows, its recipe, on one or several processes."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from handpad.adaptation import softmax
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit.augmentation import Augmenter
from handpad.train.fit.averaging import weight_average
from handpad.train.fit.device import Device
from handpad.train.fit.distillation import SOFT_SHARE, Teacher, soft_targets
from handpad.train.fit.label_noise import contradicted
from handpad.train.fit.networks import PREDICT_BATCH, Network, as_input, outputs
from handpad.train.fit.recipes import Policy, Recipe

_TELL_EVERY = 0.5  # seconds
_ASK_EVERY = 16  # batches after which several processes agree on whether to stop
_TRIAL_WARM_UP, _TRIAL_SECONDS = 2, 4.0  # batches that are not timed, and how long the timed ones take

Batch = tuple[np.ndarray, tuple[int, ...]]
"""Rows, and the seed of their variants."""


class Trainer:
    """Trains a network, epoch by epoch.

    Parameters
    ----------
    network : as made, or fitted before; it is moved to the device and its weights are changed.
    rows, validation : the rows of ``data`` to learn from and to watch; ``validation`` may be empty.
    policy : steers the learning rate and stops early; it sees the validation loss after every epoch.
    seed : of the order of the rows, of the variants and of dropout.
    device : every process that shares it makes its own Trainer, alike, and learns from its share of each batch.
    teachers : fitted networks whose outputs are learned beside the labels; none by default.

    Attributes
    ----------
    history : one record per epoch: epoch, epochs, batch, rate, loss and accuracy on the training rows as they were
        seen, validation_loss and validation_accuracy (None without validation rows), rows_left_out, seconds.
    finished : whether all epochs are done, or the policy has stopped them.
    """

    def __init__(
        self,
        network: Network,
        data: Dataset,
        rows: np.ndarray,
        validation: np.ndarray,
        recipe: Recipe,
        policy: Policy,
        seed: int,
        device: Device,
        teachers: Sequence[Teacher] = (),
    ):
        self._teachers = [replace(teacher, network=device.place(teacher.network)) for teacher in teachers]
        self.history: list[dict] = []
        self.finished = False
        self._data, self._rows, self._validation, self._kept = data, rows, validation, rows
        self._recipe, self._policy, self._seed, self._device = recipe, policy, seed, device
        self._network = device.place(network)
        self._parallel = device.parallel(self._network)
        self._average = weight_average(self._network, recipe.average) if recipe.average else None
        self._optimizer = _optimizer(self._network, recipe, device)
        self._scaler = torch.amp.GradScaler(device.torch_device.type, enabled=device.precision == "fp16")
        self._best, self._best_loss = None, np.inf

    def fitted(self) -> Network:
        """The network to keep, on the CPU.

        That is, its averaged weights where the recipe averages, otherwise those of the best validation loss, or
        the last ones without validation rows. Training cannot go on afterwards.
        """
        if self._best is not None:
            self._network.load_state_dict(self._best)
        return self._current().cpu()

    @property
    def network(self) -> Network:
        """The network as it is now, on the device: the averaged one where the recipe averages."""
        return self._current()

    def state(self) -> dict:
        """All that :meth:`restore` needs, between two epochs; in the form of :mod:`handpad.train.fit.checkpoint`."""
        return {
            "network": self._network.state_dict(),
            "average": self._average.module.state_dict() if self._average is not None else None,
            "best": self._best,
            "best_loss": float(self._best_loss),
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
            "policy": self._policy.state(),
            "steps": int(self._average.n_averaged) - 1 if self._average is not None else 0,
            "kept": torch.from_numpy(self._kept),
            "history": self.history,
            "finished": self.finished,
        }

    def restore(self, state: dict) -> None:
        """Go on where :meth:`state` was called, in this process or another."""
        self._network.load_state_dict(state["network"])
        if self._average is not None:
            self._average.module.load_state_dict(state["average"])
            self._average.n_averaged.fill_(state["steps"] + 1)
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        self._policy.restore(state["policy"])
        self._best, self._best_loss = state["best"], state["best_loss"]
        self._kept, self.history, self.finished = state["kept"].numpy(), list(state["history"]), state["finished"]

    def run(
        self, workers: int, console: Console, save: Callable[["Trainer"], None], stopping: Callable[[], bool]
    ) -> bool:
        """Train all epochs that are left. Returns whether that was done.

        Parameters
        ----------
        workers : processes that augment the ink ahead of the training.
        console : is told ``progress`` at most twice a second, and ``epoch`` after every epoch.
        save : called after every epoch, before it is reported.
        stopping : asked after every batch. Once it is true, the epoch is broken off and False returned; the last
            state saved is then the one to keep.
        """
        clock = _Clock(self._recipe.epochs - len(self.history))
        with self._augmenter(workers) as augmenter:
            while not self.finished:
                record = self._epoch(augmenter, clock, console, stopping)
                if record is None:
                    return False
                self.history.append(record)
                loss = record["validation_loss"]
                if self._average is None and loss is not None and loss < self._best_loss:
                    self._best_loss, self._best = loss, deepcopy(self._network.state_dict())
                stop_early = loss is not None and self._policy.after_epoch(loss)
                self.finished = stop_early or len(self.history) == self._recipe.epochs
                save(self)
                console.line("epoch", **record, seconds_left=clock.left(len(self._kept), 0))
        return True

    def epoch_seconds(self, workers: int) -> float:
        """How long an epoch will take, from its first batches. The trainer is spoilt by it: make another."""
        batches = self._batches(self._kept, 0)
        seen = begun = 0
        self._network.train()
        with self._augmenter(workers) as augmenter:
            images = self._images(augmenter, batches)
            for number, ((rows, _), glyphs) in enumerate(zip(batches, images, strict=True)):
                if number == min(_TRIAL_WARM_UP, len(batches) - 1):
                    seen, begun = 0, time.monotonic()
                together = len(rows) * self._device.ranks
                self._step(glyphs, rows, together, 0.0).tolist()
                seen += together
                if self._device.any(number > _TRIAL_WARM_UP and time.monotonic() - begun > _TRIAL_SECONDS):
                    break
        seconds = (time.monotonic() - begun) / seen * len(self._kept)
        if len(self._validation):
            some, begun = self._validation[:PREDICT_BATCH], time.monotonic()
            outputs(self._network, self._data.glyphs[some])
            seconds += (time.monotonic() - begun) * len(self._validation) / len(some) / self._device.ranks
        return self._device.same(seconds)

    def _current(self) -> Network:
        return self._average.module if self._average is not None else self._network

    def _augmenter(self, workers: int):
        has_ink = len(self._data.points) > 0  # scanned images have none to vary
        recipe = self._recipe
        wanted = recipe.augment and has_ink
        return Augmenter(self._data, workers, recipe.steps, recipe.strength) if wanted else nullcontext()

    def _images(self, augmenter: Augmenter | None, batches: list[Batch]) -> Iterable[np.ndarray]:
        return augmenter.glyphs(batches) if augmenter else (self._data.glyphs[rows] for rows, _ in batches)

    def _epoch(
        self, augmenter: Augmenter | None, clock: "_Clock", console: Console, stopping: Callable[[], bool]
    ) -> dict | None:
        recipe, device, epoch = self._recipe, self._device, len(self.history)
        started = time.monotonic()
        # Seeded anew in each epoch, dropout is the same whether or not the fit was broken off before.
        torch.manual_seed(int(np.random.SeedSequence((self._seed, epoch, device.rank)).generate_state(1)[0]))
        if recipe.clean is not None and epoch == round(recipe.clean * recipe.epochs):
            self._kept = self._uncontradicted()
        batches = self._batches(self._kept, epoch)
        tally, done = torch.zeros(2, device=device.torch_device), 0
        self._network.train()
        for step, ((rows, _), images) in enumerate(zip(batches, self._images(augmenter, batches), strict=True)):
            rate = self._policy.rate(epoch + step / len(batches))
            together = len(self._kept) // len(batches) + (step < len(self._kept) % len(batches))
            tally += self._step(images, rows, together, rate)
            done += together
            clock.add(together)
            if (device.ranks == 1 or step % _ASK_EVERY == 0) and device.any(stopping()):
                return None
            if device.first and clock.due():
                loss, right = (tally / done * device.ranks).tolist()
                console.progress(
                    stage="fit",
                    epoch=epoch + 1,
                    epochs=recipe.epochs,
                    done=done,
                    total=len(self._kept),
                    loss=round(loss, 4),
                    accuracy=round(right, 4),
                    seconds_left=clock.left(len(self._kept), done),
                    text=f"loss {loss:.3f}, {right:.1%} right",
                )
        loss, right = (device.total(tally) / len(self._kept)).tolist()
        self._share_statistics()
        watched = self._watch()
        clock.end_epoch()
        return {
            "epoch": epoch + 1,
            "epochs": recipe.epochs,
            "batch": recipe.batch_size(epoch),
            "rate": rate,
            "loss": loss,
            "accuracy": right,
            **watched,
            "rows_left_out": len(self._rows) - len(self._kept),
            "seconds": round(time.monotonic() - started, 1),
        }

    def _batches(self, rows: np.ndarray, epoch: int) -> list[Batch]:
        """The rows in random order, in batches of about equal size, each with its seed: this process's share."""
        shuffled = np.random.default_rng((self._seed, epoch)).permutation(rows)
        parts = np.array_split(shuffled, max(1, round(len(rows) / self._recipe.batch_size(epoch))))
        rank, ranks = self._device.rank, self._device.ranks
        own = (rank,) if ranks > 1 else ()
        return [(part[rank::ranks], (self._seed, epoch, number, *own)) for number, part in enumerate(parts)]

    def _step(self, images: np.ndarray, rows: np.ndarray, together: int, rate: float) -> Tensor:
        """Learn from this process's share of a batch of ``together`` rows. Returns its summed loss and its hits."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        target = torch.from_numpy(self._data.label_index[rows]).long().to(self._device.torch_device)
        x = as_input(images, self._device.torch_device)
        with self._device.autocast():
            logits = self._parallel(x)[1]
            wanted = soft_targets(self._teachers, x) if self._teachers else None
        loss = nn.functional.cross_entropy(
            logits.float(), target, label_smoothing=self._recipe.label_smoothing, reduction="sum"
        )
        if wanted is not None:
            taught = nn.functional.cross_entropy(logits.float(), wanted, reduction="sum")
            loss = (1 - SOFT_SHARE) * loss + SOFT_SHARE * taught
        self._optimizer.zero_grad(set_to_none=True)
        # The processes' gradients are averaged: that is then the mean over the whole batch, however it was shared.
        self._scaler.scale(loss * (self._device.ranks / together)).backward()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        if self._average is not None:
            self._average.update_parameters(self._network)
        return torch.stack([loss.detach(), (logits.argmax(dim=1) == target).sum().to(loss)])

    @torch.no_grad()
    def _share_statistics(self) -> None:
        """Every process has normalised its own share of the batches: keep the mean of what they saw."""
        for network in dict.fromkeys((self._network, self._current())):  # in the same order everywhere
            for buffer in network.buffers():
                if buffer.is_floating_point() and self._device.ranks > 1:
                    self._device.total(buffer).div_(self._device.ranks)

    def _uncontradicted(self) -> np.ndarray:
        mine = np.arange(len(self._rows))[self._device.rank :: self._device.ranks]
        rows = self._rows[mine]
        probabilities = softmax(outputs(self._current(), self._data.glyphs[rows])[1])
        left_out = torch.zeros(len(self._rows), device=self._device.torch_device)
        left_out[mine] = torch.from_numpy(
            contradicted(probabilities, self._data.labels, self._data.label_index[rows])
        ).to(left_out)
        return self._rows[self._device.total(left_out).cpu().numpy() == 0]

    def _watch(self) -> dict[str, float | None]:
        if len(self._validation) == 0:
            return {"validation_loss": None, "validation_accuracy": None}
        rows = self._validation[self._device.rank :: self._device.ranks]
        probabilities = softmax(outputs(self._current(), self._data.glyphs[rows])[1])
        true = self._data.label_index[rows]
        losses = -np.log(np.maximum(probabilities[np.arange(len(rows)), true], 1e-12))
        sums = torch.tensor([losses.sum(), (probabilities.argmax(axis=1) == true).sum()], dtype=torch.float32)
        loss, right = (self._device.total(sums.to(self._device.torch_device)) / len(self._validation)).tolist()
        return {"validation_loss": loss, "validation_accuracy": right}


class _Clock:
    """Tells when to report, and how long a training will take from what it has taken so far, validation included."""

    def __init__(self, epochs: int):
        self._epochs_left, self._begun, self._seen, self._told = epochs, time.monotonic(), 0, -math.inf

    def add(self, samples: int) -> None:
        self._seen += samples

    def due(self) -> bool:
        """Whether the last report is long enough ago for another, which is then counted as made."""
        due = time.monotonic() - self._told > _TELL_EVERY
        if due:
            self._told = time.monotonic()
        return due

    def end_epoch(self) -> None:
        self._epochs_left -= 1

    def left(self, total: int, done: int) -> float:
        """Seconds to go: ``total`` samples an epoch, of which ``done`` of the present one."""
        rest = total * self._epochs_left - done
        return round((time.monotonic() - self._begun) / self._seen * rest, 1)


def _optimizer(network: nn.Module, recipe: Recipe, device: Device) -> torch.optim.Optimizer:
    """The recipe's optimizer; weight decay for matrices and filters, none for biases and batch norm."""
    weights = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in network.parameters() if parameter.ndim <= 1]
    groups = [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
    settings = {"lr": recipe.learning_rate, "fused": device.torch_device.type != "mps"}
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, momentum=recipe.momentum, nesterov=recipe.momentum > 0, **settings)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[recipe.optimizer](groups, **settings)
