"""What faults do to a profile: python tests/faults/profiles.py [--count 300] [--seed 1] [--json]

Kills a learning process, fills its disk, flips bits, damages and cuts off pages of the file, and lets processes and
threads learn at once; counts corrections that were told to be stored and are gone, samples that changed in silence,
tracebacks and hangs. Exit code 0 only if all of these are 0. Ink is made here.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from handwriting import LETTERS, write

from handpad import HandpadError, Recognizer, doctor
from handpad.profile import Profile
from handpad.profile.backups import back_up

TESTS = Path(__file__).resolve().parents[1]

LONGEST_S = 30.0
"""Opening a damaged profile that takes longer counts as hanging."""

LEARNER = """
import sys
sys.path.insert(0, sys.argv[2])
from handwriting import write
from handpad import HandpadError, Recognizer
if sys.argv[4] != "0":
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
pad = Recognizer(profile=sys.argv[1])
inks = [write("o", seed=seed) for seed in range(8)]
for number in range(int(sys.argv[3])):
    try:
        print(pad.learn(inks[number % 8], "o"), flush=True)
    except HandpadError as error:
        print("told:", error, flush=True)
pad.close()
"""

FAULTS = ("lost without a word", "changed in silence", "tracebacks", "hangs")


def learner(path: Path, count: int, largest: int = 0) -> subprocess.Popen:
    command = [sys.executable, "-c", LEARNER, str(path), str(TESTS), str(count), str(largest)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored(path: Path) -> set[str]:
    with Profile(path) as profile:
        return {sample.id for sample in profile.samples()}


def kills(folder: Path, count: int, rng: np.random.Generator) -> Counter:
    """A process that learns is killed (kill -9) at any moment, again and again, on one profile."""
    found, path, told = Counter(), folder / "kills.handpad", set()
    for _ in range(max(count // 15, 5)):
        process = learner(path, 100_000)
        first = process.stdout.readline()
        time.sleep(float(rng.uniform(0, 0.3)))
        process.send_signal(signal.SIGKILL)
        told |= {line.strip() for line in [first, *process.stdout.readlines()] if line.endswith("\n")}
        found["tracebacks"] += "Traceback" in process.stderr.read()
        process.wait()
        found["runs"] += 1
        found["lost without a word"] += len(told - stored(path))
    found["corrections"] = len(told)
    return found


def full_disks(folder: Path, count: int, rng: np.random.Generator) -> Counter:
    """No file may grow beyond some size, as on a full disk."""
    found = Counter()
    for run in range(max(count // 30, 4)):
        path = folder / f"full-{run}.handpad"
        process = learner(path, 60, int(rng.integers(60_000, 200_000)))
        out, err = process.communicate(timeout=120)
        told = {line for line in out.split("\n") if line and not line.startswith("told:")}
        found["runs"] += 1
        found["corrections"] += len(told)
        found["refused in a sentence"] += out.count("told:")
        found["tracebacks"] += "Traceback" in err
        found["lost without a word"] += len(told - stored(path))
    return found


def at_once(folder: Path, count: int, rng: np.random.Generator) -> Counter:
    """Four processes make one profile and learn into it."""
    found, path = Counter(), folder / "at-once.handpad"
    processes = [learner(path, max(count // 6, 10)) for _ in range(4)]
    told = set()
    for process in processes:
        out, err = process.communicate(timeout=600)
        found["tracebacks"] += "Traceback" in err
        found["refused in a sentence"] += out.count("told:")
        told |= {line for line in out.split("\n") if line and not line.startswith("told:")}
    found["runs"], found["corrections"] = 4, len(told)
    found["lost without a word"] = len(told - stored(path))
    return found


def content(profile: Profile) -> dict[str, tuple]:
    return {s.id: (s.label, s.confirmed, np.concatenate(s.strokes).tobytes()) for s in profile.samples()}


def damaged(spoil: Callable[[bytearray, np.random.Generator], None], with_backup: bool):
    """A campaign that spoils the file of a profile of 200 samples.

    with_backup : there is a backup of all of them, and `handpad doctor` is run before the profile is opened.
    """

    def run(folder: Path, count: int, rng: np.random.Generator) -> Counter:
        found, path = Counter(), folder / "damaged.handpad"
        pad = Recognizer(profile=path)
        for number in range(200):
            label = list(LETTERS)[number % len(LETTERS)]
            pad.learn(write(label, seed=number), label, guide=(74, 30))
        pad.close()
        with Profile(path) as profile:
            taught = content(profile)
        whole = path.read_bytes()
        for _ in range(count):
            for file in folder.glob("damaged-damaged-*"):
                file.unlink()
            shutil.rmtree(folder / "backups", ignore_errors=True)
            if with_backup:
                path.write_bytes(whole)
                back_up(path)
            data = bytearray(whole)
            spoil(data, rng)
            path.write_bytes(data)
            begun = time.monotonic()
            found["runs"] += 1
            notes = []
            try:
                if with_backup:
                    finding = doctor.check_profile(path)
                    notes = [finding.text] if finding.state != doctor.FINE else []
                with Profile(path) as profile:
                    left = content(profile)
                    notes += profile.take_notes()
            except HandpadError:
                found["refused in a sentence"] += 1
                continue
            except Exception:
                found["tracebacks"] += 1
                continue
            found["hangs"] += time.monotonic() - begun > LONGEST_S
            found["changed in silence"] += sum(taught.get(name) != sample for name, sample in left.items())
            lost = len(taught.keys() - left.keys())
            found["lost and told"] += lost if notes else 0
            found["lost without a word"] += 0 if notes else lost
        return found

    return run


def one_bit(data: bytearray, rng: np.random.Generator) -> None:
    place = int(rng.integers(8 * len(data)))
    data[place // 8] ^= 1 << place % 8


def one_page(data: bytearray, rng: np.random.Generator) -> None:
    page = int(rng.integers(len(data) // 4096))
    data[4096 * page : 4096 * (page + 1)] = rng.integers(0, 256, 4096, dtype=np.uint8).tobytes()


def cut_off(data: bytearray, rng: np.random.Generator) -> None:
    del data[int(rng.integers(200, len(data))) :]


CAMPAIGNS = {
    "kill -9 while learning": kills,
    "a full disk": full_disks,
    "four processes at once": at_once,
    "one bit flipped": damaged(one_bit, with_backup=False),
    "one bit flipped, with a backup and the doctor": damaged(one_bit, with_backup=True),
    "one page damaged": damaged(one_page, with_backup=False),
    "one page damaged, with a backup and the doctor": damaged(one_page, with_backup=True),
    "cut off": damaged(cut_off, with_backup=False),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="damaged files of each kind (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {}
    for name, campaign in CAMPAIGNS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = campaign(Path(folder), options.count, np.random.default_rng(options.seed))
        figures[name] = dict.fromkeys(FAULTS, 0) | dict(found)
        if not options.json:
            print(f"{name}: " + ", ".join(f"{value} {kind}" for kind, value in figures[name].items()), flush=True)
    if options.json:
        print(json.dumps(figures, indent=1))
    return int(any(found[fault] for found in figures.values() for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
