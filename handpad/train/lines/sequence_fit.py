"""Fit the sequence network on words and texts, with CTC, in a given time."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from handpad.reading.trajectory import FEATURES, FRAME, trajectory
from handpad.train.console import Console
from handpad.train.fit.averaging import weight_average
from handpad.train.fit.device import set_seed
from handpad.train.lines.sequence_network import SequenceNetwork, restored
from handpad.train.lines.variation import Letters, Sample, joined_words, no_writing, upside_down, varied
from handpad.train.measure.text_errors import edits

PEAK_RATE = 2.5e-3
WEIGHT_DECAY = 0.02
WARM_UP_STEPS = 300
BATCH_POINTS = 24_000
CHUNK = 768
"""So many lines are drawn, sorted by length and cut into batches of like length."""

JOINED = 0.15
WORDS_OF_LETTERS = 0.12
SINGLE_LETTERS = 0.4
"""Lines of several words, made-up words of isolated characters, and single characters, for each line as written."""

NO_WRITING = 0.03
TURNED = 0.01
"""Drawn strokes, and lines upside down, for each line as written: of these the network is to say nothing."""

TURNED_FROM = 5
"""Shorter ones may be writing as well ("on", "no")."""

GO_ON_RATE = 0.4
"""Times PEAK_RATE, where a fitted network is fitted further."""

_STATISTICS_FROM = 40
"""So many batches tell what the normalisations of a network that is fitted further are given."""

AVERAGE = 0.999
DISAGREEMENT = 3.0
"""Nats a character: transcripts that cost the network more than that, epoch after epoch, are not of their ink.

A network that still finds half as much in the others has no say in it: it would leave out all.
"""

PATIENCE = 2
CLIPPED = 1.0


@dataclass(frozen=True)
class Training:
    """What to learn from: lines as they were written, isolated characters to make up words of, labels (c,)."""

    lines: Sequence[Sample]
    letters: Letters
    labels: Sequence[str]


class Batches(IterableDataset):
    """Batches of lines of like length in new variants, one epoch after another, for as long as any line is kept.

    Gives features (n, FEATURES, points), frames (n,), targets (all,), their lengths (n,), and the lines' numbers (n,),
    -1 for those that were put together; and the epoch.

    kept : uint8 (lines,), shared with the fit, which clears what is not to be shown again.
    """

    def __init__(self, training: Training, kept: Tensor, seed: int):
        self._training, self._kept, self._seed = training, kept, seed
        self._index = {label: number + 1 for number, label in enumerate(training.labels)}

    def __iter__(self) -> Iterator[tuple]:
        generator = np.random.default_rng(self._seed)
        epoch = 0
        while self._kept.any():
            chunk: list[tuple[int, np.ndarray, list[int]]] = []
            for number, sample in self._epoch(generator):
                strength = float(min(1.0, generator.uniform(0.2, 1.3)))
                features = trajectory(varied(sample.strokes, generator, strength)).features
                chunk.append((number, features, [self._index[label] for label in sample.text]))
                if len(chunk) == CHUNK:
                    yield from self._batches(chunk, generator, epoch)
                    chunk = []
            yield from self._batches(chunk, generator, epoch)
            epoch += 1

    def _epoch(self, generator: np.random.Generator) -> Iterator[tuple[int, Sample]]:
        lines, letters = self._training.lines, self._training.letters
        of_writer: dict[str, list[int]] = defaultdict(list)
        kept = self._kept.numpy().astype(bool)
        for number in generator.permutation(len(lines)):
            if kept[number]:
                of_writer[lines[number].writer].append(int(number))
        order = [(writer, place) for writer, own in of_writer.items() for place in range(len(own))]
        used: set[int] = set()
        for index in generator.permutation(len(order)):
            writer, place = order[index]
            own = of_writer[writer]
            number = own[place]
            if number in used:
                continue
            several = [n for n in own[place : place + 1 + int(generator.integers(1, 6))] if n not in used]
            if generator.random() < JOINED and all(" " not in lines[n].text for n in several):
                used |= set(several)
                yield -1, joined_words([lines[n] for n in several], generator)
            else:
                used.add(number)
                yield number, lines[number]
            if len(letters) and generator.random() < WORDS_OF_LETTERS:
                yield -1, letters.word(generator)
            if len(letters) and generator.random() < SINGLE_LETTERS:
                yield -1, letters.one(generator)
            if generator.random() < NO_WRITING:
                yield -1, no_writing(generator)
            if len(lines[number].text) >= TURNED_FROM and generator.random() < TURNED:
                yield -1, upside_down(lines[number])

    def _batches(self, chunk: list, generator: np.random.Generator, epoch: int) -> Iterator[tuple]:
        chunk = sorted(chunk, key=lambda one: len(one[1]))
        batches: list[list] = [[]]
        for one in chunk:
            if batches[-1] and (len(batches[-1]) + 1) * len(one[1]) > BATCH_POINTS:
                batches.append([])
            batches[-1].append(one)
        for place in generator.permutation(len(batches)):
            if batches[place]:
                yield (*_tensors(batches[place]), epoch)


def _tensors(batch: list[tuple[int, np.ndarray, list[int]]]) -> tuple[Tensor, ...]:
    longest = max(len(features) for _, features, _ in batch)
    padded = np.zeros((len(batch), FEATURES, longest), np.float32)
    for row, (_, features, _) in enumerate(batch):
        padded[row, :, : len(features)] = features.T
    frames = torch.tensor([len(features) // FRAME for _, features, _ in batch])
    targets = torch.tensor([label for _, _, text in batch for label in text])
    lengths = torch.tensor([len(text) for _, _, text in batch])
    return torch.from_numpy(padded), frames, targets, lengths, torch.tensor([number for number, _, _ in batch])


def fit(
    training: Training,
    validation: Sequence[Sample],
    minutes: float,
    seed: int,
    console: Console,
    kept: Callable[[SequenceNetwork], None],
    first: bytes | None = None,
) -> tuple[SequenceNetwork, dict]:
    """Fit a network in a given time.

    Parameters
    ----------
    validation : lines whose error rate is told after every epoch; nothing is chosen by it.
    minutes : of training; the rate falls to nothing by then.
    kept : is given the averaged network after every epoch, to keep what there is.
    first : what an earlier fit exported, to go on from.

    Returns
    -------
    The network with averaged weights; and what happened: epochs with losses and error rates, lines left out.
    """
    set_seed(seed)
    network, peak = SequenceNetwork(len(training.labels)), PEAK_RATE
    if first is not None:
        everything = torch.ones(len(training.lines), dtype=torch.uint8)
        some = islice(Batches(training, everything, seed), _STATISTICS_FROM)
        network, peak = restored(first, (batch[0] for batch in some)), GO_ON_RATE * PEAK_RATE
    average = weight_average(network, AVERAGE)
    optimizer = torch.optim.AdamW(network.parameters(), lr=peak, weight_decay=WEIGHT_DECAY)
    shown = torch.ones(len(training.lines), dtype=torch.uint8).share_memory_()
    disliked = np.zeros(len(training.lines), np.int64)
    loader = DataLoader(Batches(training, shown, seed), batch_size=None, num_workers=1, prefetch_factor=16)
    start, epoch, history = time.monotonic(), 0, []
    losses: list[float] = []
    for step, (features, frames, targets, lengths, numbers, now) in enumerate(loader):
        done = (time.monotonic() - start) / (60 * minutes)
        if int(now) != epoch or done >= 1:
            left_out = int((shown == 0).sum())
            rate = error_rate(average.module, validation, training.labels)
            history.append({"epoch": epoch + 1, "loss": float(np.mean(losses)), "cer": rate, "left_out": left_out})
            console.line("progress", stage="sequence", done=round(done, 3), **history[-1])
            kept(average.module)
            epoch, losses = int(now), []
            network.train()
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1.0, (step + 1) / WARM_UP_STEPS) * (1 + np.cos(np.pi * done)) / 2
        with torch.autocast("cpu", torch.bfloat16):
            _, logits = network(features)
        log_probabilities = logits.float().log_softmax(1).permute(2, 0, 1)
        each = functional.ctc_loss(log_probabilities, targets, frames, lengths, reduction="none", zero_infinity=True)
        loss = each.sum() / lengths.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIPPED)
        optimizer.step()
        average.update_parameters(network)
        losses.append(float(loss.detach()))
        if epoch >= 1 and np.mean(losses[-100:]) < DISAGREEMENT / 2:
            _leave_out(each.detach() / lengths, numbers, disliked, shown)
        if step % 100 == 0:
            console.line(
                "progress", stage="sequence", step=step, done=round(done, 3), loss=float(np.mean(losses[-100:]))
            )
    return average.module, {"epochs": history, "left_out": [int(n) for n in np.flatnonzero(shown.numpy() == 0)]}


def _leave_out(each: Tensor, numbers: Tensor, disliked: np.ndarray, shown: Tensor) -> None:
    """Count the lines whose transcript the network does not find in their ink; after PATIENCE times they go."""
    for loss, number in zip(each.tolist(), numbers.tolist(), strict=True):
        if number >= 0:
            disliked[number] = disliked[number] + 1 if loss > DISAGREEMENT or loss == 0 else 0
            if disliked[number] >= PATIENCE:
                shown[number] = 0


@torch.no_grad()
def error_rate(network: SequenceNetwork, samples: Sequence[Sample], labels: Sequence[str]) -> float:
    """Characters read wrongly in per cent, by the network alone: the likeliest label of each frame."""
    network.eval()
    wrong = written = 0
    for sample in samples:
        features = torch.from_numpy(trajectory(sample.strokes).features.T[None].copy())
        best = network(features)[1][0].argmax(0).tolist()
        said = [label for label, before in zip(best, [0, *best], strict=False) if label and label != before]
        text = "".join(labels[label - 1] for label in said)
        wrong += edits(sample.text, text.strip())
        written += len(sample.text)
    return 100 * wrong / max(written, 1)
