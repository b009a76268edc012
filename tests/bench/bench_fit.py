"""How fast fitting is: python tests/bench/bench_fit.py [--network paper] [--precision fp32] [--threads N] [--json]

Images per second of the paper's CNN, batch 1024: this project's training loop (precision chosen by the CPU) against
plain PyTorch (fp32, contiguous, the C library's own memory settings). Both have the same glyphs in memory, without new
variants, and as many threads. They run in a process each and take turns, so that a busy machine slows both: a round is
one epoch of 2,048 images each. Prints the median and the slowest 1 % of rounds, and the median of the rounds' ratios;
also per second of CPU time, which says most where others use the cores.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

TARGET = {"ratio_with_amx": 4.0, "ratio_elsewhere": 1.0}
IMAGES, BATCH, CLASSES = 2048, 1024, 62
ROUNDS, WARM_UP = 12, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="paper", choices=("paper", "handpad"))
    parser.add_argument("--precision", choices=("fp32", "bf16"), help="of our own, instead of the CPU's best")
    parser.add_argument("--threads", type=int, help="of each (default: torch's)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--child", choices=("ours", "plain"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        {"ours": ours, "plain": plain}[args.child](args)
        return
    figures = measure(args)
    print(json.dumps(figures) if args.json else "\n".join(f"{key}: {value}" for key, value in figures.items()))


def measure(args: argparse.Namespace) -> dict:
    """Let both take turns. Returns the figures."""
    children = {name: _start(name) for name in ("ours", "plain")}
    about = {name: json.loads(child.stdout.readline()) for name, child in children.items()}
    rounds: dict[str, list[dict]] = {name: [] for name in children}
    for number in range(WARM_UP + args.rounds):
        for name, child in children.items():
            child.stdin.write("go\n")
            child.stdin.flush()
            taken = json.loads(child.stdout.readline())
            if number >= WARM_UP:
                rounds[name].append(taken)
    for child in children.values():
        child.stdin.close()
        child.wait()
    figures = {"network": args.network, "batch": BATCH, "rounds": args.rounds, **about["ours"]}
    for name, taken in rounds.items():
        wall = np.array([IMAGES / one["seconds"] for one in taken])
        figures[f"{name}_images_per_second"] = round(float(np.median(wall)))
        figures[f"{name}_images_per_second_slowest_1_percent"] = round(float(np.percentile(wall, 1)))
        figures[f"{name}_images_per_cpu_second"] = round(float(np.median([IMAGES / one["cpu"] for one in taken])))
        figures[f"{name}_peak_megabytes"] = taken[-1]["megabytes"]
    for key, what in (("seconds", "ratio"), ("cpu", "ratio_of_cpu_seconds")):
        ratios = [p[key] / o[key] for o, p in zip(rounds["ours"], rounds["plain"], strict=True)]
        figures[what] = round(float(np.median(ratios)), 2)
    return {**figures, "targets": TARGET}


def _start(name: str) -> subprocess.Popen:
    command = [sys.executable, __file__, *sys.argv[1:], "--child", name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Turns:
    """Waits for a turn, and says afterwards how long it took."""

    def __init__(self, about: dict):
        print(json.dumps(about), flush=True)
        self._wait()

    def __call__(self, *_) -> None:
        taken = {"seconds": time.perf_counter() - self._begun, "cpu": time.process_time() - self._cpu}
        print(json.dumps({**taken, "megabytes": _peak_megabytes()}), flush=True)
        self._wait()

    def _wait(self) -> None:
        if not sys.stdin.readline():
            sys.exit()
        self._begun, self._cpu = time.perf_counter(), time.process_time()


def ours(args: argparse.Namespace) -> None:
    """The training loop of ``handpad-train fit``, on images without ink."""
    import torch

    from handpad.train.console import Console
    from handpad.train.datasets import Dataset
    from handpad.train.fit.builders import NETWORKS
    from handpad.train.fit.device import has_bf16, open_device
    from handpad.train.fit.loop import Trainer
    from handpad.train.fit.recipes import PRESETS, policy_of

    glyphs, labels = examples()
    nothing, starts = np.zeros(0, np.int64), np.zeros(1, np.int64)
    data = Dataset(
        name="random",
        labels=[str(n) for n in range(CLASSES)],
        label_index=labels,
        writers=["nobody"],
        writer_index=np.zeros(IMAGES, np.int32),
        points=np.zeros((0, 2), np.float32),
        stroke_starts=starts,
        sample_starts=starts,
        glyphs=glyphs,
        licence="",
    )
    recipe = replace(PRESETS["paper-nist"].recipe, series=((sys.maxsize, BATCH),))
    with open_device("cpu", args.precision, args.threads) as device:
        capabilities = torch.cpu.get_capabilities()
        about = {
            "cpu": capabilities.get("cpu_name"),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "threads": torch.get_num_threads(),
            "amx_bf16": bool(capabilities.get("amx_bf16")),
            "bf16_instructions": has_bf16(),
            "our_precision": device.precision,
            "torch": torch.__version__,
        }
        network = NETWORKS[args.network](CLASSES)
        rows = np.arange(IMAGES)
        trainer = Trainer(network, data, rows, nothing, recipe, policy_of(recipe), 1, device)
        turns = Turns(about)
        trainer.run(1, Console(as_json=True, silent=True), turns, lambda: False)


def plain(args: argparse.Namespace) -> None:
    """What PyTorch's tutorials do: fp32, contiguous, Adam, one batch after the other."""
    import torch

    from handpad.train.fit.builders import NETWORKS

    if args.threads:
        torch.set_num_threads(args.threads)
    glyphs, labels = (torch.from_numpy(array) for array in examples())
    network = NETWORKS[args.network](CLASSES)
    network.train()
    optimizer = torch.optim.Adam(network.parameters())
    turn = Turns({})
    while True:
        for rows in torch.randperm(IMAGES).split(BATCH):
            loss = torch.nn.functional.cross_entropy(network(glyphs[rows].unsqueeze(1) / 255)[1], labels[rows].long())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        turn()


def examples() -> tuple[np.ndarray, np.ndarray]:
    """Random glyphs uint8 (n, 28, 28), about a sixth of them ink, and labels int32 (n,)."""
    random = np.random.default_rng(1)
    ink = random.random((IMAGES, 28, 28)) < 1 / 6
    return (255 * ink).astype(np.uint8), random.integers(0, CLASSES, IMAGES, np.int32)


def _peak_megabytes() -> int | None:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
