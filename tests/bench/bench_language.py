"""What a language resource foresees, and how fast: ``python tests/bench/bench_language.py [RESOURCE]``.

Bits per character of everyday lines (``everyday.txt``, written for this file and trained on nowhere), once as they
stand and once in capitals; then the times that a beam search feels, median and 99th percentile over lines.
"""

import math
import sys
import time
from pathlib import Path

import numpy as np

from handpad.paths import resources
from handpad.reading.language import ALPHABET, Language

BEAM = 40
BRANCHES = 3


def everyday() -> dict[str, list[str]]:
    """The lines of each kind."""
    kinds: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("everyday.txt").read_text(encoding="ascii").splitlines():
        if line.startswith("# "):
            lines = kinds.setdefault(line[2:], [])
        else:
            lines.append(line)
    return kinds


def bits(language: Language, lines: list[str]) -> float:
    """Bits per character."""
    return -sum(map(language.score, lines)) / math.log(2) / sum(map(len, lines))


def search(language: Language, line: str) -> tuple[int, int]:
    """Follow a line and the likeliest characters beside it as a beam search does. Returns states, and steps taken."""
    beam, seen, steps = [language.start()], set(), 0
    for character in line:
        following = {}
        for state in beam:
            row = language.log_probabilities(state)
            for column in [*np.argpartition(row, -BRANCHES)[-BRANCHES:].tolist(), ALPHABET.index(character)]:
                reached = language.next(state, ALPHABET[column])
                following[reached] = max(following.get(reached, -np.inf), float(row[column]))
                steps += 1
        seen.update(beam)
        beam = sorted(following, key=following.get, reverse=True)[:BEAM]
    return len(seen), steps


def spread(name: str, seconds: list[float], unit: str = "ms", scale: float = 1e3) -> None:
    """Print the median and the 99th percentile."""
    middle, slow = np.percentile(seconds, [50, 99]) * scale
    print(f"{name}: median {middle:.1f} {unit}, p99 {slow:.1f} {unit}")


def clocked(action, *arguments) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    action(*arguments)
    return time.process_time() - start


def main() -> None:
    """Print every figure."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else resources() / "languages" / "english.npz"
    language = Language.load(path)
    print(f"size: {path.stat().st_size / 1e6:.2f} MB")
    kinds = everyday()
    for kind, lines in kinds.items():
        print(f"{kind}: {bits(language, lines):.2f} bits a character ({sum(map(len, lines))} characters)")
    print(f"notes in capitals: {bits(language, [line.upper() for line in kinds['notes']]):.2f}")
    print(f"notes in small letters: {bits(language, [line.lower() for line in kinds['notes']]):.2f}")
    spread("load", [clocked(Language.load, path) for _ in range(15)])
    words = [f"{stem}{ending}" for stem in map(str.lower, kinds["notes"][0].split()) for ending in ("ing", "er")]
    words = [word + letter * k for word in words for letter in "abcdefg" for k in range(1, 9)][:1000]
    spread("1,000 own words", [clocked(language.with_words, words) for _ in range(15)])
    lines = [line for kind in ("notes", "names", "capitals") for line in kinds[kind]]
    fresh, again, states = [], [], 0
    for line in lines:
        language.forget()
        fresh.append(clocked(search, language, line))
        again.append(clocked(search, language, line))
        states += search(language, line)[0]
    spread(f"a line, beam {BEAM}, nothing cached ({states / len(lines):.0f} states)", fresh)
    spread("the same line again", again)


if __name__ == "__main__":
    main()
