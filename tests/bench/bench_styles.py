"""How long writing styles take, and what they are worth: python tests/bench/bench_styles.py PREPARED RUN [--nist]

Clusters the training writers' embeddings with K-means and with mini-batch K-means, judges the centroids on the
validation writers (the share of characters that their nearest centroids name right, best k of 1 to 15), for three
seeds. With ``--nist``, also the time for as many characters as NIST SD19 has (814,255: a digit 40,000 times, a
letter 8,000 times), drawn with some noise from the same embeddings, which are no real NIST characters.
Times are of the processor, on one core.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from handpad.train.datasets import Dataset
from handpad.train.fit.networks import outputs
from handpad.train.fit.run_folder import Fitted
from handpad.train.fit.styles import judge, style_count

KINDS = {
    "K-means, 3 starts": lambda k, seed: KMeans(k, n_init=3, random_state=seed),
    "K-means, 1 start": lambda k, seed: KMeans(k, n_init=1, random_state=seed),
    "mini-batch of 1024, 3 starts": lambda k, seed: MiniBatchKMeans(k, n_init=3, batch_size=1024, random_state=seed),
    "mini-batch of 4096, 3 starts": lambda k, seed: MiniBatchKMeans(k, n_init=3, batch_size=4096, random_state=seed),
}
DIGIT, LETTER = 40_000, 8_000


def cluster(kind: str, groups: list[np.ndarray], seed: int) -> tuple[list[np.ndarray], float, float]:
    """Centroids of each group, the mean squared distance to the nearest one, and the seconds it took."""
    begun = time.process_time()
    with threadpool_limits(1):
        fitted = [KINDS[kind](style_count(len(group)), seed).fit(group) for group in groups]
    seconds = time.process_time() - begun
    distance = sum(one.inertia_ for one in fitted) / sum(map(len, groups))
    return [one.cluster_centers_ for one in fitted], distance, seconds


def enlarged(group: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """So many rows drawn from a group, each moved by a third of the group's own spread."""
    drawn = group[random.integers(0, len(group), count)]
    return (drawn + random.normal(0, group.std(axis=0) / 3, drawn.shape)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--nist", action="store_true", help="also time as many characters as NIST SD19 has")
    args = parser.parse_args()
    data, fitted = Dataset.load(args.prepared), Fitted.load(args.run)
    rows = {substroke: data.rows_of(fitted.record["writers"][substroke]) for substroke in ("train", "validation")}
    observation = {substroke: outputs(fitted.network, data.glyphs[own])[0] for substroke, own in rows.items()}
    present = np.unique(data.label_index[rows["train"]])
    groups = [observation["train"][data.label_index[rows["train"]] == label] for label in present]
    print(f"{data.name}: {len(rows['train'])} characters, judged on {len(rows['validation'])}", flush=True)
    for kind in KINDS:
        for seed in (1, 2, 3):
            centroids, distance, seconds = cluster(kind, groups, seed)
            labels = np.repeat(present, [len(own) for own in centroids])
            right = judge(
                np.concatenate(centroids), labels, observation["validation"], data.label_index[rows["validation"]]
            )
            best = max(right, key=right.get)
            print(
                f"{kind:30} seed {seed}: {seconds:6.1f} s, mean squared distance {distance:.2f}, "
                f"nearest centroids right {100 * right[best]:.2f} % (k = {best})",
                flush=True,
            )
    if not args.nist:
        return
    random = np.random.default_rng(1)
    texts = [data.labels[label] for label in present]
    big = [
        enlarged(group, DIGIT if text.isdigit() else LETTER, random)
        for text, group in zip(texts, groups, strict=True)
        if text.isalnum()
    ]
    print(f"as large as NIST: {sum(map(len, big))} characters, {len(big)} labels", flush=True)
    for kind in KINDS:
        _, distance, seconds = cluster(kind, big, 1)
        print(f"{kind:30} seed 1: {seconds:6.1f} s, mean squared distance {distance:.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
