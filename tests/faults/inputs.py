"""Give hostile files to every reader, run by hand: ``python tests/faults/inputs.py [--count N] [--seed S] [--json]``.

Counts what becomes of each kind: read, refused in one sentence, traceback, hang (beyond SECONDS), over memory (beyond
MEGABYTES). Ends with 0 only if there is none of the last three.
"""

import argparse
import contextlib
import json
import os
import random
import select
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

import hostile  # noqa: E402

SECONDS = 60
MEGABYTES = 1500
READ, REFUSED, TRACEBACK, HANG, MEMORY = "read", "refused", "traceback", "hang", "over memory"
BAD = (TRACEBACK, HANG, MEMORY)

_SUFFIX = {"deepwriting": ".npz", "prepared": ".npz"}


def outcome(kind: str, path: Path) -> tuple[str, str]:
    """What a reader makes of a file, in this process: READ, REFUSED or TRACEBACK, and what it said."""
    from handpad.errors import HandpadError
    from handpad.formats.opening import open_ink
    from handpad.reading.images import ink_of_image
    from handpad.train import datasets
    from handpad.train.datasets.dataset import read_about
    from handpad.train.datasets.detect import detect

    try:
        if kind in ("inkml", "xopp", "rnote"):
            open_ink(path)
        elif kind in ("png", "jpeg"):
            ink_of_image(path.read_bytes())
        elif kind == "prepared":
            read_about(path)
            datasets.Dataset.load(path)
        else:
            detect(path)
            datasets.read(kind, path)
    except HandpadError as error:
        return (REFUSED if str(error) and "\n" not in str(error).strip() else TRACEBACK), str(error)[:300]
    except Exception as error:  # whatever else comes is what is looked for
        return TRACEBACK, f"{type(error).__name__}: {error}"[:300]
    return READ, ""


class Child:
    """A process that reads one file after another; begun anew when it hangs or ends."""

    def __init__(self):
        self._process: subprocess.Popen | None = None

    def outcome(self, kind: str, path: Path) -> tuple[str, str]:
        """The same as :func:`outcome`, with HANG and MEMORY."""
        if self._process is None:
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path[:2]), "PYTHONWARNINGS": "ignore"}
            self._process = subprocess.Popen(
                [sys.executable, __file__, "--child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
        process = self._process
        process.stdin.write(json.dumps([kind, str(path)]) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], SECONDS)[0]:
            self.close()
            return HANG, f"more than {SECONDS} s"
        line = process.stdout.readline()
        if not line:
            code = process.wait()
            self._process = None
            return TRACEBACK, f"the process ended with {code}"
        result, said, peak = json.loads(line)
        return (MEMORY, f"{peak} MB") if peak > MEGABYTES else (result, said)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None


def serve() -> None:
    """Be the child: answer each line of stdin with outcome, text and peak memory in MB."""
    for line in sys.stdin:
        kind, path = json.loads(line)
        _forget_peak()
        result, said = outcome(kind, Path(path))
        print(json.dumps([result, said, _peak()]), flush=True)


def _forget_peak() -> None:
    with contextlib.suppress(OSError):  # where there is no such file, the peak is that of all inputs so far
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def run(count: int, seed: int, bomb_bytes: int, tell=lambda text: None) -> dict[str, Counter]:
    """Give all bombs and `count` damaged files to the readers. Returns the outcomes by kind."""
    counts: dict[str, Counter] = defaultdict(Counter)
    rng, child = random.Random(seed), Child()
    with tempfile.TemporaryDirectory() as folder:

        def give(kind: str, name: str, shown: str, content: bytes) -> None:
            path = Path(folder, "hostile" + _SUFFIX.get(kind, ""))
            path.write_bytes(content)
            result, said = child.outcome(kind, path)
            counts[shown][result] += 1
            if result in BAD:
                tell(f"{result}: {kind}, {name}: {said}")

        try:
            for kind, name, content in hostile.bombs(bomb_bytes):
                give(kind, name, f"bombs for {kind}", content)
            for kind, sound in hostile.SOUND.items():
                give(kind, "sound", f"sound {kind}", sound(random.Random(seed)))
            kinds = list(hostile.DAMAGED)
            for number in range(count):
                kind = kinds[number % len(kinds)]
                one = rng.getrandbits(64)
                give(kind, f"seed {one}", kind, hostile.DAMAGED[kind](random.Random(one)))
        finally:
            child.close()
    return counts


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=4000, help="damaged files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bomb-mb", type=int, default=600, help="what the bombs unpack to")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        serve()
        return 0
    counts = run(args.count, args.seed, args.bomb_mb << 20, lambda text: print(text, file=sys.stderr, flush=True))
    if args.json:
        print(json.dumps(counts, indent=1))
    else:
        columns = (READ, REFUSED, *BAD)
        print(f"{'':22}" + "".join(f"{column:>13}" for column in columns))
        for kind, found in counts.items():
            print(f"{kind:22}" + "".join(f"{found[column]:13,}" for column in columns))
    return int(any(found[bad] for found in counts.values() for bad in BAD))


if __name__ == "__main__":
    sys.exit(main())
