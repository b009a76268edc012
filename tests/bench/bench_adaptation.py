"""How prediction, learning, forgetting and loading grow with the number of learned samples.

``OMP_NUM_THREADS=1 python tests/bench/bench_adaptation.py`` prints milliseconds (medians) for both adapters, over
94 labels and embeddings of 128 numbers, on characters that are drawn at random around styles of their labels.
Every third one is a correction. With ``--cpu`` the time is the process's own, for a machine that has other work.
"""

import string
import sys
import time

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.default import DefaultAdapter
from handpad.adaptation.paper import PaperAdapter

LABELS = [c for c in string.printable if c.isprintable() and c != " "]
DIMENSIONS = 128
SIZES = (0, 100, 300, 1000, 3000, 10000)
REPEATS = 20


def characters(count: int, seed: int) -> tuple[Observation, np.ndarray]:
    """Characters whose base is right four times in five."""
    styles = np.random.default_rng(0).normal(size=(len(LABELS), DIMENSIONS))
    random = np.random.default_rng(seed)
    labels = random.integers(0, len(LABELS), count)
    embeddings = styles[labels] + random.normal(scale=0.7, size=(count, DIMENSIONS))
    looks_like = np.where(random.random(count) < 0.2, random.integers(0, len(LABELS), count), labels)
    logits = 6 * np.eye(len(LABELS))[looks_like] + random.normal(size=(count, len(LABELS)))
    cues = np.column_stack([random.normal(3, 0.3, (count, 3)), np.zeros(count)])
    return Observation(embeddings.astype(np.float32), logits.astype(np.float32), cues), labels


clock = time.process_time if "--cpu" in sys.argv else time.perf_counter


def milliseconds(action, repeats: int = REPEATS) -> float:
    """The median time of an action that takes the number of its repetition."""
    times = []
    for number in range(repeats):
        start = clock()
        action(number)
        times.append(clock() - start)
    return 1e3 * float(np.median(times))


def main() -> None:
    centroids, centroid_labels = characters(940, seed=1)
    makers = {
        "default": lambda: DefaultAdapter(LABELS),
        "paper": lambda: PaperAdapter(centroids.embeddings, centroid_labels, len(LABELS)),
    }
    fresh, fresh_labels = characters(100, seed=2)
    print("adapter  learned  load ms  predict 1 ms  predict 100 ms  learn ms  forget ms")
    for name, make in makers.items():
        for size in SIZES:
            observation, labels = characters(size, seed=3)
            adapter = make()
            confirmed = np.arange(size) % 3 > 0
            load = milliseconds(
                lambda _, a=adapter, s=observation, y=labels, c=confirmed: a.learn_many(range(len(y)), s, y, c),
                repeats=1,
            )
            one = milliseconds(lambda number, a=adapter: a.predict(fresh[number : number + 1]))
            many = milliseconds(lambda _, a=adapter: a.predict(fresh), repeats=5)
            learn = milliseconds(
                lambda number, a=adapter, n=size: a.learn(
                    n + number, fresh[number : number + 1], int(fresh_labels[number])
                )
            )
            forget = milliseconds(lambda number, a=adapter, n=size: a.forget(n + number))
            print(
                f"{name:7}  {size:7}  {load:7.1f}  {one:12.2f}  {many:14.2f}  {learn:8.2f}  {forget:9.2f}", flush=True
            )


if __name__ == "__main__":
    main()
