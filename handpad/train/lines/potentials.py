"""How ink parts into characters and words, learned from lines of text: the networks of ``reading.npz``.

:class:`handpad.reading.potential_functions.PotentialFunctions` runs them. They are fitted as the potentials of a
semi-Markov conditional random field (Sarawagi and Cohen 2004): the score of a text in a grouping is the sum of its
characters' and gaps' scores, and the fit maximises the probability of the true text, all its groupings together, among
all texts in all groupings. So every wrong grouping of real ink counts as an example of what is no character, and nobody
needs to say where each character lies.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from handpad.model.folder import READING, add_file
from handpad.reading import potential_functions
from handpad.reading.lattice import GAPS, GEOMETRY, MOST_PIECES
from handpad.train.console import Console
from handpad.train.fit.device import set_seed
from handpad.train.lines.examples import Example

EPOCHS = 40
BATCH = 16
PEAK_RATE = 4e-3
WEIGHT_DECAY = 0.02
IMPOSSIBLE = -1e4


class ReadingNetworks(nn.Module):
    """What :class:`handpad.reading.potential_functions.PotentialFunctions` runs, as it is fitted."""

    def __init__(self, embedding: int, classes: int):
        super().__init__()
        self.trust = nn.Parameter(torch.tensor(1.0))
        self.size = nn.Sequential(nn.Linear(GEOMETRY, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, classes))
        self.whole = nn.Sequential(
            nn.Linear(GEOMETRY + embedding + 3, 192), nn.ReLU(), nn.Dropout(0.3),
            nn.Linear(192, 48), nn.ReLU(), nn.Linear(48, 1),
        )  # fmt: skip
        self.space = nn.Sequential(nn.Linear(GAPS, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 2))
        self.shape = nn.Sequential(nn.Dropout(0.3), nn.Linear(embedding, classes))
        for last in (self.size[-1], self.shape[-1]):  # at first the base model alone names the characters
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, geometry: Tensor, gaps: Tensor, embeddings: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of labels (n, c) in each segment, and of no space and a space (g, 2) in each gap."""
        logged = torch.log_softmax(logits, dim=1)
        entropy = -(logged.exp() * logged).sum(dim=1, keepdim=True)
        whole = self.whole(torch.cat([geometry, embeddings, entropy, logged.topk(2, dim=1).values], dim=1))
        trusted = self.trust * logged.clamp(min=potential_functions.LEAST_LOG_PROBABILITY)
        return trusted + self.size(geometry) + self.shape(embeddings) + whole, self.space(gaps)


def fit(
    versions: Sequence[Sequence[Example]], labels: Sequence[str], seed: int, console: Console
) -> dict[str, np.ndarray]:
    """Fit the networks on lines; returns their arrays as ``reading.npz`` holds them.

    versions : of each line, as it was written first; every epoch takes one of each.
    """
    set_seed(seed)
    examples = [one[0] for one in versions]
    generator = np.random.default_rng(seed)
    scale = {
        "geometry": _scale(np.concatenate([one.segments.geometry for one in examples])),
        "gaps": _scale(np.concatenate([one.segments.gaps for one in examples])),
        "embedding": _scale(np.concatenate([one.embeddings for one in examples]), together=True),
    }
    networks = ReadingNetworks(examples[0].embeddings.shape[1], len(labels))
    optimizer = torch.optim.AdamW(networks.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps)
    lengths = np.array([len(one.segments.fragments) for one in examples])
    for epoch in range(EPOCHS):
        networks.train()
        examples = [one[generator.integers(len(one))] for one in versions]
        order = np.argsort(lengths + generator.normal(0, 8, len(lengths)))  # lines of like length together
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        total = 0.0
        for number in generator.permutation(len(batches)):
            loss = line_loss(networks, [examples[index] for index in batches[number]], scale)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(networks.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        console.line("epoch", epoch=epoch + 1, epochs=EPOCHS, loss=total / len(batches))
    networks.eval()
    arrays = {
        "format": np.int64(potential_functions.FORMAT),
        "labels": np.array(labels),
        "trust": networks.trust.detach().numpy(),
    }
    for name, (mean, deviation) in scale.items():
        arrays |= {f"{name}_mean": mean, f"{name}_deviation": deviation}
    for name in ("size", "whole", "space", "shape"):
        layers = [layer for layer in getattr(networks, name) if isinstance(layer, nn.Linear)]
        for number, layer in enumerate(layers):
            arrays[f"{name}_{number}_weight"] = layer.weight.detach().numpy()
            arrays[f"{name}_{number}_bias"] = layer.bias.detach().numpy()
    return arrays


def _scale(values: np.ndarray, together: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each feature; one deviation for all of an embedding, whose units are alike."""
    deviation = values.std() if together else values.std(axis=0) + 0.05
    return values.mean(axis=0).astype(np.float32), np.asarray(deviation, dtype=np.float32)


def line_loss(networks: ReadingNetworks, examples: Sequence[Example], scale: dict) -> Tensor:
    """Mean over the characters of -log P(text | ink), all groupings together; lines that no grouping fits count not."""
    labels, spaces = _padded_scores(networks, examples, scale)
    ends = torch.tensor([len(one.segments.fragments) for one in examples])
    rows = torch.arange(len(examples))
    possible = _all_texts(labels, spaces)[rows, ends]
    true = _true_text(labels, spaces, examples)[rows, torch.tensor([len(one.labels) - 1 for one in examples]), ends]
    counts = torch.tensor([float(len(one.labels)) for one in examples])
    fits = true > IMPOSSIBLE / 2
    return (possible - true)[fits].sum() / counts[fits].sum().clamp(min=1.0)


def _padded_scores(networks: ReadingNetworks, examples: Sequence[Example], scale: dict) -> tuple[Tensor, Tensor]:
    """labels (b, m + 1, MOST_PIECES, c) by last fragment (from 1) and number of fragments - 1; spaces (b, m + 1, 2)."""

    def gather(name: str, values: list[np.ndarray]) -> Tensor:
        mean, deviation = scale[name]
        return torch.from_numpy(((np.concatenate(values) - mean) / deviation).astype(np.float32))

    found, gaps = networks(
        gather("geometry", [one.segments.geometry for one in examples]),
        gather("gaps", [one.segments.gaps for one in examples]),
        gather("embedding", [one.embeddings for one in examples]),
        torch.from_numpy(np.concatenate([one.logits for one in examples])).float(),
    )
    count, most = len(examples), max(len(one.segments.fragments) for one in examples)
    row = torch.cat([torch.full((len(one.segments),), index) for index, one in enumerate(examples)])
    starts = torch.from_numpy(np.concatenate([one.segments.starts for one in examples]))
    stops = torch.from_numpy(np.concatenate([one.segments.stops for one in examples]))
    labels = torch.full((count, most + 1, MOST_PIECES, found.shape[1]), IMPOSSIBLE)
    labels = labels.index_put((row, stops, stops - starts - 1), found)
    row = torch.cat([torch.full((len(one.segments.gaps),), index) for index, one in enumerate(examples)])
    place = torch.cat([torch.arange(1, len(one.segments.gaps) + 1) for one in examples])
    spaces = torch.zeros((count, most + 1, 2)).index_put((row, place), gaps)
    for index, one in enumerate(examples):
        spaces[index, one.breaks] = torch.tensor([IMPOSSIBLE, 0.0])
    return labels, spaces


def _all_texts(labels: Tensor, spaces: Tensor) -> Tensor:
    """Log of the summed scores of all texts in all groupings up to each fragment: (b, m + 1)."""
    any_label, any_space = labels.logsumexp(dim=3), spaces.logsumexp(dim=2)
    any_space = torch.cat([torch.zeros_like(any_space[:, :1]), any_space[:, 1:]], dim=1)
    sums = [torch.zeros(len(labels))]
    for stop in range(1, labels.shape[1]):
        ways = [
            sums[stop - size] + any_label[:, stop, size - 1] + any_space[:, stop - size]
            for size in range(1, min(MOST_PIECES, stop) + 1)
        ]
        sums.append(torch.stack(ways).logsumexp(dim=0))
    return torch.stack(sums, dim=1)


def _true_text(labels: Tensor, spaces: Tensor, examples: Sequence[Example]) -> Tensor:
    """Log of the summed scores of all groupings in which the true text is read up to each character and fragment.

    (b, t, m + 1).
    """
    count, nodes = len(examples), labels.shape[1]
    longest = max(len(one.labels) for one in examples)
    wanted, spaced = torch.zeros((2, count, longest), dtype=torch.long)
    for index, one in enumerate(examples):
        wanted[index, : len(one.labels)] = torch.from_numpy(one.labels)
        spaced[index, : len(one.spaces)] = torch.from_numpy(one.spaces)
    sums = torch.full((count, nodes), IMPOSSIBLE)
    sums[:, 0] = 0
    all_sums = []
    for place in range(longest):
        gap = spaces.gather(2, spaced[:, place].view(-1, 1, 1).expand(-1, nodes, 1))[:, :, 0]
        ahead = sums + gap if place else sums
        shifted = [
            torch.cat([torch.full((count, size), IMPOSSIBLE), ahead[:, : nodes - size]], dim=1)[:, :nodes]
            for size in range(1, MOST_PIECES + 1)
        ]
        label = labels.gather(3, wanted[:, place].view(-1, 1, 1, 1).expand(-1, nodes, MOST_PIECES, 1))[..., 0]
        sums = (torch.stack(shifted, dim=2) + label).logsumexp(dim=2)
        all_sums.append(sums)
    return torch.stack(all_sums, dim=1)


def save(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write ``reading.npz`` into a model's folder, whole or not at all; ``model.json`` gets its checksum."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    add_file(folder, READING, buffer.getvalue())
