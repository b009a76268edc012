"""A language resource, built from texts and word lists.

The texts are plain text in any case, one paragraph a line; what is not printable ASCII is left out. Every fortieth
paragraph is held out: the weights of the word list are fitted on it, and the bits per character are reported.

A resource is an ``.npz`` file with these arrays (C contexts, F n-grams, N nodes of the word tree):

==================== =================== ==========================================================================
``format``           int                 :data:`handpad.reading.language.FORMAT`
``sources``          str                 the names of the files that it was built from
``context_steps``    uint64 (C,)         differences of the sorted contexts, packed oldest character first in base 97
``context_sizes``    uint8 (C,)          how many n-grams each context holds
``followers``        uint8 (F,)          column of the last character
``levels``           uint8 (F,)          its discounted probability, exp(-level_step * level)
``level_step``       float
``unigram``          float32 (95,)
``classes``          float16 (37, 37, 36) P(class | the two classes before)
``tree_characters``  uint8 (N,)          the word tree, breadth first, after two nodes for "outside" and "root"
``tree_sizes``       uint8 (N,)          how many children each node has
``tree_levels``      uint8 (N,)          P(node | parent)
``tree_ends``        uint8 (N,)          P(the word ends | node), 255 where no word does
``tree_mix``         float32 (D,)        weight of the word list after 0, 1, 2 ... letters
``at_start``         float32 (3,)        weights of the components at the start of a line
``at_space``         float32 (3, 3)      P(component after | before) at a space
``within``           float32 (3, 3)      the same at any other character
==================== =================== ==========================================================================

The n-gram is interpolated with absolute discounting (Chen and Goodman 1998) and pruned by what an n-gram adds over
its shorter context (Stolcke 1998). It is our own: libraries know words, not characters mixed with a word tree and
classes, and none writes so small a file.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from handpad.errors import DataError
from handpad.reading.language import (
    BASE,
    CLASS_OF,
    CLASSES,
    FORMAT,
    ORDER,
    START,
    TREE_CHARACTERS,
    Language,
)
from handpad.train.lines.pattern_lines import pattern_lines

HELD_OUT_EVERY = 40
CALIBRATION_CHARACTERS = 60_000
LINE_LENGTHS = (12, 60)
"""Shortest and longest line, in characters, that paragraphs are cut into at spaces, as they are on a pad."""

DISCOUNTS = (0.6, 1.0, 1.35)
"""Taken from n-grams seen once, twice, three times or more."""
FEWEST = (0, 0, 0, 1, 2, 2, 2)
"""How often an n-gram of each order must have been seen."""
THRESHOLD = 2.2
"""What an n-gram must gain over its shorter context to be kept, in nats over the whole text."""

HIGHEST_WEIGHT = 3.0
CLASS_SHARE = 0.3
"""How much of a word's frequency comes from its word list's mean, for words that the texts hold by chance or not."""
LEVEL_STEP = 0.06
PATTERN_LINES = 6000
DEEPEST_MIX = 12

AT_START = (0.78, 0.10, 0.12)
AT_SPACE = ((0.97, 0.01, 0.02), (0.04, 0.93, 0.03), (0.35, 0.05, 0.60))
WITHIN = ((0.995, 0.002, 0.003), (0.004, 0.992, 0.004), (0.01, 0.005, 0.985))


def build(
    texts: Sequence[Sequence[str]], lists: Sequence[Sequence[str]], sources: str, seed: int
) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of a resource, and held-out lines to measure it on.

    texts: paragraphs of each text. A text counts with the square root of its size, so that a large one does not drown
    the others. lists: word lists from common to rare.

    Raises DataError if the texts are too short to hold anything out.
    """
    rng = random.Random(seed)
    held_out = [line for text in texts for line in text[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]]
    if len(held_out) < 2:
        paragraphs = sum(map(len, texts))
        raise DataError(f"The texts hold {paragraphs} lines: give more text, {2 * HELD_OUT_EVERY} lines or more.")
    rng.shuffle(held_out)
    texts = [[line for i, line in enumerate(text) if i % HELD_OUT_EVERY != HELD_OUT_EVERY - 1] for text in texts]
    patterns = list(pattern_lines(PATTERN_LINES, seed))
    weights = _text_weights(texts)
    lines = [(list(_cut(text, rng)), weight) for text, weight in zip(texts, weights, strict=True)]
    lines.append((patterns, 1.0))
    arrays = {"format": np.array(FORMAT), "sources": np.array(sources), "level_step": np.array(LEVEL_STEP)}
    arrays |= _ngrams(lines)
    arrays["classes"] = _classes(lines)
    arrays |= _tree(_word_masses(texts, weights, lists))
    arrays["at_start"] = np.array(AT_START, np.float32)
    arrays["at_space"] = np.array(AT_SPACE, np.float32)
    arrays["within"] = np.array(WITHIN, np.float32)
    sample = _take(list(_cut(held_out, rng)), CALIBRATION_CHARACTERS)
    arrays["tree_mix"] = _fit_mix(arrays, sample[::2])
    return arrays, sample[1::2]


def bits_per_character(language: Language, lines: Sequence[str]) -> float:
    """Mean of -log2 P over the characters of some lines."""
    return -sum(map(language.score, lines)) / np.log(2) / sum(map(len, lines))


def _text_weights(texts: Sequence[Sequence[str]]) -> list[float]:
    sizes = np.array([sum(map(len, text)) for text in texts], float)
    weights = sizes**-0.5
    weights *= sizes.sum() / (weights * sizes).sum()
    return np.minimum(weights, HIGHEST_WEIGHT).tolist()


def _cut(paragraphs: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Paragraphs cut at spaces into lines of random length."""
    for paragraph in paragraphs:
        line = ""
        longest = rng.randint(*LINE_LENGTHS)
        for word in paragraph.split():
            if line and len(line) + len(word) >= longest:
                yield line
                line, longest = "", rng.randint(*LINE_LENGTHS)
            line = f"{line} {word}" if line else word
        if line:
            yield line


def _take(lines: list[str], characters: int) -> list[str]:
    ends = np.cumsum([len(line) for line in lines])
    return lines[: int(np.searchsorted(ends, characters)) + 1]


def _ngrams(lines: Sequence[tuple[Sequence[str], float]]) -> dict[str, np.ndarray]:
    """Count, discount and prune the n-grams of every order."""
    symbols, places, weights = [], [], []
    for text, weight in lines:
        joined = np.frombuffer(("\n" + "\n".join(text)).encode("ascii"), np.uint8).astype(np.int64)
        starts = joined == ord("\n")
        index = np.arange(len(joined))
        places.append(index - np.maximum.accumulate(np.where(starts, index, 0)))
        symbols.append(np.where(starts, START, joined - 31))
        weights.append(np.full(len(joined), weight, np.float32))
    symbol, place, weight = (np.concatenate(parts) for parts in (symbols, places, weights))
    counts = np.bincount(symbol, weight, START)[1:START] + 1
    unigram = counts / counts.sum()
    kept: list[tuple[np.ndarray, np.ndarray]] = []
    code = symbol.copy()
    for order in range(2, ORDER + 1):
        before = np.concatenate([np.zeros(order - 1, np.int64), symbol[: -(order - 1)]])
        code = before * BASE ** (order - 1) + code
        usable = place >= order - 1
        codes, inverse, seen = np.unique(code[usable], return_inverse=True, return_counts=True)
        masses = np.bincount(inverse, weight[usable])
        contexts, first = np.unique(codes // BASE, return_index=True)
        context_of = np.repeat(np.arange(len(contexts)), np.diff([*first, len(codes)]))
        shares = masses / np.add.reduceat(masses, first)[context_of]
        shares *= 1 - np.array((0, *DISCOUNTS))[np.minimum(seen, 3)] / seen
        left = 1 - np.add.reduceat(shares, first)[context_of]
        shorter = _probability(codes % BASE ** (order - 1), unigram, kept)
        gain = masses * np.log((shares + left * shorter) / shorter)
        keep = (seen >= FEWEST[order]) & (gain > (THRESHOLD if order > 2 else 0))
        levels = _levels(shares[keep])
        kept.append((codes[keep], np.exp(-LEVEL_STEP * levels)))
    codes = np.concatenate([part[0] for part in kept])
    contexts, sizes = np.unique(codes // BASE, return_counts=True)
    return {
        "context_steps": np.diff(contexts, prepend=0).astype(np.uint64),
        "context_sizes": sizes.astype(np.uint8),
        "followers": (codes % BASE - 1).astype(np.uint8),
        "levels": _levels(np.concatenate([part[1] for part in kept])),
        "unigram": unigram.astype(np.float32),
    }


def _probability(codes: np.ndarray, unigram: np.ndarray, kept: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """P(last symbol | the ones before it) for packed n-grams, by the orders kept so far."""
    probability = unigram[codes % BASE - 1]
    for order, (known, shares) in enumerate(kept, start=2):
        tail = codes % BASE**order
        place = np.minimum(np.searchsorted(known, tail), len(known) - 1)
        share = np.where(known[place] == tail, shares[place], 0)
        sums = np.concatenate([[0], np.cumsum(shares)])
        context = tail // BASE
        low, high = np.searchsorted(known, context * BASE), np.searchsorted(known, (context + 1) * BASE)
        probability = share + (1 - (sums[high] - sums[low])) * probability
    return probability


def _levels(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as whole multiples of the level step, rounded down so that they never sum to more than 1."""
    return np.clip(np.ceil(-np.log(probabilities) / LEVEL_STEP - 1e-6), 0, 254).astype(np.uint8)


def _classes(lines: Sequence[tuple[Sequence[str], float]]) -> np.ndarray:
    """P(class | two classes before) of the lines that hold more than running text."""
    size = len(CLASSES)
    start = size - 1
    counts = np.zeros((size, size, start))
    for text, weight in lines:
        for line in text:
            if line.islower() or not re.search(r"\d|[^\w\s,.]|[A-Z]{2}", line):
                continue
            row = [start, start, *CLASS_OF[np.frombuffer(line.encode("ascii"), np.uint8) - 32]]
            np.add.at(counts, (row[:-2], row[1:-1], row[2:]), weight)
    single = counts.sum((0, 1)) + 1
    single /= single.sum()
    pair = counts.sum(0) + 20 * single
    pair /= pair.sum(1, keepdims=True)
    triple = counts + 20 * pair
    triple /= triple.sum(2, keepdims=True)
    return (0.98 * triple + 0.02 / start).astype(np.float16)


def _word_masses(
    texts: Sequence[Sequence[str]], weights: Sequence[float], lists: Sequence[Sequence[str]]
) -> dict[str, float]:
    """How frequent every listed word is: what the texts say, smoothed by the mean of its list."""
    found: Counter[str] = Counter()
    for text, weight in zip(texts, weights, strict=True):
        counted = Counter(word for line in text for word in re.findall(r"[a-z]+(?:'[a-z]+)*", line.lower()))
        for word, count in counted.items():
            found[word] += weight * count
    masses: dict[str, float] = {}
    for words in lists:
        folded = {word.lower() for word in words}
        folded = {w for w in folded if set(w) <= set(TREE_CHARACTERS) and not (w.endswith("'s") and w[:-2] in folded)}
        new = sorted(folded - masses.keys())
        mean = sum(found[word] for word in new) / max(len(new), 1)
        masses |= {word: (1 - CLASS_SHARE) * found[word] + CLASS_SHARE * mean + 0.01 for word in new}
    return masses


def _tree(masses: dict[str, float]) -> dict[str, np.ndarray]:
    """The words as a tree, breadth first."""
    level = [("", sorted(masses))]
    characters, sizes, shares, ends = [0, 0], [0], [1.0, 1.0], [0.0, 0.0]
    while level:
        following = []
        for prefix, words in level:
            depth = len(prefix)
            total = sum(masses[word] for word in words)
            groups: dict[str, list[str]] = {}
            for word in words:
                if len(word) > depth:
                    groups.setdefault(word[depth], []).append(word)
            sizes.append(len(groups))
            for character, group in groups.items():
                below = sum(masses[word] for word in group)
                characters.append(ord(character))
                shares.append(below / total)
                ends.append(masses.get(prefix + character, 0.0) / below)
                following.append((prefix + character, group))
        level = following
    end = np.array(ends)
    return {
        "tree_characters": np.array(characters, np.uint8),
        "tree_sizes": np.array(sizes, np.uint8),
        "tree_levels": _levels(np.array(shares)),
        "tree_ends": np.where(end > 0, _levels(np.maximum(end, 1e-9)), 255).astype(np.uint8),
    }


def _fit_mix(arrays: dict[str, np.ndarray], lines: Sequence[str]) -> np.ndarray:
    """The weight of the word list after each number of letters: expectation maximisation on held-out lines."""
    sides = [Language({**arrays, "tree_mix": np.full(DEEPEST_MIX + 1, weight, np.float32)}) for weight in (0.0, 1.0)]
    columns: list[tuple[int, float, float]] = []
    for line in lines:
        state = sides[0].start()
        for character in line:
            depth = sides[0].letters_before(state)
            if depth is not None:
                column = ord(character) - 32
                without, by_list = (float(side.foreseen(state)[0, column]) for side in sides)
                columns.append((min(depth, DEEPEST_MIX), without, by_list))
            state = sides[0].next(state, character)
    found = np.array(columns)
    mix = np.full(DEEPEST_MIX + 1, 0.3)
    for _ in range(30):
        weight = mix[found[:, 0].astype(int)]
        belongs = weight * found[:, 2] / (weight * found[:, 2] + (1 - weight) * found[:, 1])
        sums = np.bincount(found[:, 0].astype(int), belongs, DEEPEST_MIX + 1)
        mix = (sums + 0.3) / (np.bincount(found[:, 0].astype(int), minlength=DEEPEST_MIX + 1) + 1)
    return mix.astype(np.float32)
