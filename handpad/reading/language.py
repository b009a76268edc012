"""How likely a character is after what was read before it on a line: a language that helps but never forbids.

Three components are mixed, and how much each counts follows from the line itself:

- *running text*: a character n-gram in the case in which people write, mixed with a list of words;
- *capitals*: the same n-gram and words read without case, for lines of CAPITALS and of Words With Capitals;
- *open*: classes of characters (small letter, capital, digit, each other sign), for numbers, codes and addresses.

After every character the weights are updated by how well each component foresaw it, and at a space a line may change
its style. Every printable ASCII character keeps a probability above 0 in every state. A word list names words in any
case; a token that leaves it is left to the n-gram. The n-gram is interpolated: a context holds the discounted
probabilities of what followed it, and the rest of its mass goes to the next shorter context.

Resources are built by ``handpad-train language`` (their arrays: :mod:`handpad.train.lines.language_resource`).
"""

import bisect
import copy
import math
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np

from handpad.errors import HandpadError
from handpad.paths import resources

ALPHABET = "".join(map(chr, range(32, 127)))
"""Printable ASCII with the space, 95 characters: the columns of every row of probabilities."""

ORDER = 6
"""Characters in the longest n-gram: the one foreseen, and five before it."""

FORMAT = 1
"""Version of a resource file."""

SURPRISE = 0.003
"""Probability spread evenly over the alphabet in every state: no character ever costs more than 10.4 nats."""

LOWEST = math.log(1e-6)
"""The log probability given to a character that :data:`ALPHABET` does not hold."""

SIGN = -2.5
"""The log probability given to a sign that is no letter with marks: about that of a letter, for lack of better."""

START = len(ALPHABET) + 1
"""The symbol before a line's first character. Symbols count from 1, so that 0 is "nothing" in a packed context."""
BASE = START + 1

OUT, ROOT = 0, 1
"""Nodes of the word tree: outside the word list; before the first letter of a word."""

TREE_CHARACTERS = "abcdefghijklmnopqrstuvwxyz'"

_SIZE = len(ALPHABET)
_COLUMNS = {character: column for column, character in enumerate(ALPHABET)}
_LARGE = slice(ALPHABET.index("A"), ALPHABET.index("Z") + 1)
_SMALL = slice(ALPHABET.index("a"), ALPHABET.index("z") + 1)
_APOSTROPHE = ALPHABET.index("'")
_LARGE_SYMBOLS, _SMALL_SYMBOLS = range(_LARGE.start + 1, _LARGE.stop + 1), range(_SMALL.start + 1, _SMALL.stop + 1)
_NEVER, _SELDOM = 0.01, 0.05
_FOLDED_SYMBOL = [0] + [ALPHABET.index(c.lower()) + 1 for c in ALPHABET] + [START]

CLASSES = "aA0" + "".join(c for c in ALPHABET if not c.isalnum()) + "\n"
"""One character stands for each class of the open component; the last is the start of a line."""
CLASS_OF = np.array([CLASSES.index("a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else c)
                     for c in ALPHABET])  # fmt: skip
_START_CLASS = len(CLASSES) - 1
_CLASS_OF_SYMBOL = [_START_CLASS, *CLASS_OF.tolist(), _START_CLASS]

# A state packs the last characters, the node of the word tree and the components' weights into 63 bits.
_WEIGHT_BITS, _NODE_BITS = 10, 19
_WEIGHT_MASK, _NODE_MASK = (1 << _WEIGHT_BITS) - 1, (1 << _NODE_BITS) - 1
_CONTEXT_SHIFT = _WEIGHT_BITS + _NODE_BITS
_CONTEXT_SIZE = BASE ** (ORDER - 1)

# The weights of (running, capitals, open) as logs relative to the largest, on a grid of half units down to -8.5.
_STEP, _LEVELS = 0.5, 18
_GRID = [levels for levels in product(range(_LEVELS), repeat=3) if min(levels) == 0]
_GRID_INDEX = {levels: index for index, levels in enumerate(_GRID)}
_LEAST = math.exp(-_STEP * (_LEVELS - 1))
_GRID_WEIGHTS = np.exp(-_STEP * np.array(_GRID))
_GRID_WEIGHTS /= _GRID_WEIGHTS.sum(axis=1, keepdims=True)
_GRID_LISTS = _GRID_WEIGHTS.tolist()
_GRID_ROWS = ((1 - SURPRISE) * _GRID_WEIGHTS).astype(np.float32)

CACHED_STATES = 30_000
CACHED_STEPS = 100_000
CACHED_CONTEXTS = 20_000

OWN_WORD_MASS = 2e-5
"""How often one of the writer's own words is expected among all words."""


def foreseen_as(label: str) -> str:
    """What a label is to the language: a letter of its alphabet with marks, such as č, is that letter without them."""
    if len(label) == 1 and not label.isascii():
        parts = unicodedata.normalize("NFD", label)
        if parts[0] in _COLUMNS:
            return parts[0]
    return label


class Language:
    """A character n-gram with back-off, mixed with a word list. Made by :meth:`load`.

    States are plain ints below 2^63 and need no keeping: equal states foresee the same, whenever they were reached.
    They belong to the language that gave them; :meth:`with_words` makes another language.
    """

    alphabet: str = ALPHABET

    @classmethod
    def load(cls, name_or_path: str | Path = "english") -> "Language":
        """The bundled language of that name, or the resource file at that path.

        Raises HandpadError if the file is missing or is no language resource.
        """
        path = Path(name_or_path)
        if path.suffix != ".npz":
            path = resources() / "languages" / f"{name_or_path}.npz"
        try:
            with np.load(path) as file:
                arrays = {name: file[name] for name in file.files}
        except OSError as error:
            raise HandpadError(f"The language file {path} cannot be read ({error.strerror or error}).") from error
        except (ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise HandpadError(
                f"{path} is no language file of Handpad; build one with 'handpad-train language'."
            ) from error
        return cls(arrays, path)

    def __init__(self, arrays: dict[str, np.ndarray], path: Path | None = None) -> None:
        where = path or "The language"
        if int(arrays.get("format", -1)) != FORMAT:
            raise HandpadError(f"{where} is no language file that this Handpad reads; build it anew.")
        try:
            self._unpack(arrays)
        except (KeyError, IndexError, ValueError) as error:
            raise HandpadError(f"{where} is a damaged language file; build it anew.") from error
        self._own: _OwnWords | None = None
        self._words: np.ndarray | None = None
        self.own_words: tuple[str, ...] = ()
        self.forget()

    def _unpack(self, arrays: dict[str, np.ndarray]) -> None:
        probabilities = np.exp(-arrays["level_step"] * np.arange(256)).astype(np.float32)
        self._keys = np.cumsum(arrays["context_steps"].astype(np.uint64)).tolist()
        self._first = np.concatenate([[0], np.cumsum(arrays["context_sizes"], dtype=np.int64)]).tolist()
        self._followers = arrays["followers"].astype(np.intp)
        self._shares = probabilities[arrays["levels"]]
        sums = np.concatenate([[0], np.cumsum(self._shares, dtype=np.float64)])[self._first]
        self._left = (1 - np.diff(sums)).astype(np.float32)
        self._unigram = arrays["unigram"].astype(np.float32)
        classes = arrays["classes"].astype(np.float32)
        classes /= classes.sum(axis=2, keepdims=True)
        self._classes = (classes / np.bincount(CLASS_OF))[:, :, CLASS_OF]
        self._tree_mix = arrays["tree_mix"].tolist()
        self._at_start = tuple(arrays["at_start"].tolist())
        self._at_space = arrays["at_space"].tolist()
        self._within = arrays["within"].tolist()
        # Nodes lie breadth first, so a node's children lie together; nodes 0 and 1 are OUT and ROOT.
        self._tree_character = arrays["tree_characters"].tobytes()
        self._tree_columns = np.array([TREE_CHARACTERS.find(chr(c)) for c in range(128)])[arrays["tree_characters"]]
        self._tree_first = (2 + np.concatenate([[0], np.cumsum(arrays["tree_sizes"], dtype=np.int64)])).tolist()
        share = probabilities[arrays["tree_levels"]]
        end = np.where(arrays["tree_ends"] == 255, 0, probabilities[arrays["tree_ends"]])
        sums = np.concatenate([[0], np.cumsum(share, dtype=np.float64)])  # rounding to levels left a little over
        total = end + sums[self._tree_first[1:]] - sums[self._tree_first[:-1]]
        self._tree_share = (share / np.concatenate([[1, 1], np.repeat(total, arrays["tree_sizes"])])).astype(np.float32)
        self._tree_end = (end / np.maximum(total, 1e-9)).tolist()
        self._tree_levels = [2]
        while self._tree_levels[-1] < len(self._tree_character):
            self._tree_levels.append(self._tree_first[self._tree_levels[-1]])
            if self._tree_levels[-1] <= self._tree_levels[-2]:
                raise ValueError("tree")
        if len(self._keys) + 1 != len(self._first) or self._first[-1] != len(self._followers):
            raise ValueError("contexts")
        if self._tree_first[-1] != len(self._tree_character) or len(self._tree_character) > _NODE_MASK:
            raise ValueError("tree")

    def forget(self) -> None:
        """Drop every cached row; states stay good. Never needed, since the caches are bounded."""
        self._rows: dict[int, np.ndarray] = {}
        self._parts: dict[int, np.ndarray] = {}
        self._steps: dict[int, int] = {}
        self._contexts: dict[int, np.ndarray] = {}

    def start(self) -> int:
        """The state before the first character of a line."""
        return START << _CONTEXT_SHIFT | ROOT << _WEIGHT_BITS | _nearest(*self._at_start)

    def log_probabilities(self, state: int) -> np.ndarray:
        """Natural log of P(next character | state).

        Returns float32 (95,), in the order of :attr:`alphabet`; read-only, cached. It sums to 1 as probabilities.
        """
        row = self._rows.get(state)
        if row is None:
            if len(self._rows) >= CACHED_STATES:
                self._rows.clear()
            row = np.log(_GRID_ROWS[state & _WEIGHT_MASK] @ self.foreseen(state) + np.float32(SURPRISE / _SIZE))
            row.flags.writeable = False
            self._rows[state] = row
        return row

    def log_probability(self, state: int, label: str) -> float:
        """Natural log of P(label comes next | state), as what it is :func:`foreseen_as`; SIGN if that is nothing."""
        column = _COLUMNS.get(foreseen_as(label))
        return SIGN if column is None else float(self.log_probabilities(state)[column])

    def next(self, state: int, character: str) -> int:
        """The state after character was read in state. One outside the alphabet, or several, are taken as well."""
        if len(character) > 1:
            return self.next(self.next(state, character[0]), character[1:])
        code = ord(foreseen_as(character))
        if not 32 <= code < 127:
            node = OUT if character.isalpha() else ROOT
            return node << _WEIGHT_BITS | state & _WEIGHT_MASK
        key = state * 128 + code
        following = self._steps.get(key)
        if following is None:
            if len(self._steps) >= CACHED_STEPS:
                self._steps.clear()
            following = self._steps[key] = self._step(state, code - 32)
        return following

    def score(self, text: str) -> float:
        """Natural log probability of a text from the start of a line; nothing is added for its end."""
        state, total = self.start(), 0.0
        for character in text:
            code = ord(character) - 32
            total += float(self.log_probabilities(state)[code]) if 0 <= code < _SIZE else LOWEST
            state = self.next(state, character)
        return total

    def is_word(self, word: str) -> bool:
        """Whether the word list (or the writer's own words) holds the word, in any case."""
        node = ROOT
        for character in word.lower():
            node = self._child(node, character)
            if node == OUT:
                return False
        if self._own is not None and node >= self._own.offset:
            if self._own.end[node - self._own.offset]:
                return True
            node = self._own.base[node - self._own.offset]
        return node > ROOT and self._tree_end[node] > 0

    def with_words(self, words: Iterable[str]) -> "Language":
        """The same language with the writer's own words (in place of own words given before).

        Words keep their case: an own "McTavish" helps its capital T. Characters outside the alphabet end a word.
        """
        other = copy.copy(self)
        other.own_words = tuple(words)
        other._own = _OwnWords(self, other.own_words)
        other.forget()
        return other

    def without_words(self) -> "Language":
        """The same language by its n-grams alone, for measuring what the word list is worth."""
        other = copy.copy(self)
        other._tree_mix = [0.0] * len(self._tree_mix)
        other.forget()
        return other

    def letters_before(self, state: int) -> int | None:
        """How many letters of a word of the list were read just before a state; None within any other token."""
        node = state >> _WEIGHT_BITS & _NODE_MASK
        return None if node == OUT else self._depth(node)

    def words(self) -> np.ndarray:
        """All words of the list, in small letters: uint8 (n, longest), their ASCII codes with zeros behind."""
        if self._words is None:
            firsts, characters = np.array(self._tree_first), np.frombuffer(self._tree_character, np.uint8)
            parents = np.full(len(characters), ROOT)
            parents[firsts[ROOT] :] = np.repeat(np.arange(ROOT, len(characters)), np.diff(firsts)[ROOT:])
            nodes = np.flatnonzero(np.array(self._tree_end) > 0)
            left = np.searchsorted(self._tree_levels, nodes, side="right")
            self._words = np.zeros((len(nodes), int(left.max(initial=1))), np.uint8)
            while len(words := np.flatnonzero(left)):
                left[words] -= 1
                self._words[words, left[words]] = characters[nodes[words]]
                nodes[words] = parents[nodes[words]]
        return self._words

    def _step(self, state: int, column: int) -> int:
        context = state >> _CONTEXT_SHIFT
        node = state >> _WEIGHT_BITS & _NODE_MASK
        context = (context * BASE + column + 1) % _CONTEXT_SIZE
        character = ALPHABET[column].lower()
        if character.isalpha():
            node = self._child(node, character)
        else:
            node = (self._child(node, character) if character == "'" else ROOT) or ROOT
        moves = self._at_space if column == 0 else self._within
        a, b, c = _GRID_LISTS[state & _WEIGHT_MASK]
        running, capitals, signs = self.foreseen(state)[:, column].tolist()
        a, b, c = a * running, b * capitals, c * signs
        (aa, ab, ac), (ba, bb, bc), (ca, cb, cc) = moves
        weights = _nearest(a * aa + b * ba + c * ca, a * ab + b * bb + c * cb, a * ac + b * bc + c * cc)
        return context << _CONTEXT_SHIFT | node << _WEIGHT_BITS | weights

    def _child(self, node: int, character: str) -> int:
        """The node after a folded character, OUT if no word goes on like that."""
        if node == OUT:
            return OUT
        own = self._own
        if own is not None:
            following = own.children.get((node, character))
            if following is not None:
                return following
            if node >= own.offset:
                node = own.base[node - own.offset]
        return self._base_child(node, character)

    def _base_child(self, node: int, character: str) -> int:
        if node == OUT or character not in TREE_CHARACTERS:
            return OUT
        found = self._tree_character.find(character.encode(), self._tree_first[node], self._tree_first[node + 1])
        return max(found, OUT)

    def foreseen(self, state: int) -> np.ndarray:
        """P(next | state) by each component: float32 (3, 95), rows that sum to 1; cached."""
        parts = self._parts.get(state >> _WEIGHT_BITS)
        if parts is None:
            if len(self._parts) >= CACHED_STATES:
                self._parts.clear()
            parts = self._parts[state >> _WEIGHT_BITS] = self._foresee(
                state >> _CONTEXT_SHIFT, state >> _WEIGHT_BITS & _NODE_MASK
            )
        return parts

    def _foresee(self, context: int, node: int) -> np.ndarray:
        symbols = _symbols(context)
        folded = 0
        for symbol in symbols:
            folded = folded * BASE + _FOLDED_SYMBOL[symbol]
        parts = np.empty((3, _SIZE), np.float32)
        parts[0] = self._ngram(context)
        parts[1] = parts[0] if folded == context else self._ngram(folded)
        if node != OUT:
            self._mix_words(node, parts, 1 if folded == context else 2)
        letters = parts[1, _LARGE] + parts[1, _SMALL]
        capital = _capital_share(symbols)
        np.multiply(letters, capital, out=parts[1, _LARGE])
        np.multiply(letters, 1 - capital, out=parts[1, _SMALL])
        pair = [_START_CLASS, _START_CLASS] + [_CLASS_OF_SYMBOL[s] for s in symbols[-2:]]
        parts[2] = self._classes[pair[-2], pair[-1]]
        return parts

    def _mix_words(self, node: int, rows: np.ndarray, distinct: int) -> None:
        """Mix what the word list foresees after node into the first two rows, which are one if distinct is 1.

        How a row splits a letter between small and large stays as it was.
        """
        own = self._own
        place = None if own is None else own.place(node)
        base = node if own is None or place is None else own.base[place]
        share = 0.0 if own is None or place is None else own.share[place]
        words = np.zeros(len(TREE_CHARACTERS), np.float32)
        end = 0.0
        if base != OUT:
            first, last = self._tree_first[base], self._tree_first[base + 1]
            words[self._tree_columns[first:last]] = self._tree_share[first:last]
            words *= 1 - share
            end = self._tree_end[base] * (1 - share)
        if own is not None and place is not None:
            end += own.end[place] * share
        mix = self._tree_mix[min(self._depth(node), len(self._tree_mix) - 1)]
        for row in rows[:distinct]:
            letters = np.empty(len(TREE_CHARACTERS), np.float32)
            np.add(row[_SMALL], row[_LARGE], out=letters[:26])
            letters[26] = row[_APOSTROPHE]
            total = float(letters.sum())
            # Before a word the list knows which letters begin one, and nothing about other signs.
            scale, rest = (mix * total, 1.0) if node == ROOT else (mix, 1 - mix + mix * end / (1 - total))
            np.divide(words, letters, out=letters)
            letters *= scale
            letters += 1 - mix
            small, large = row[_SMALL] * letters[:26], row[_LARGE] * letters[:26]
            apostrophe = row[_APOSTROPHE] * letters[26]
            row *= rest
            row[_SMALL], row[_LARGE], row[_APOSTROPHE] = small, large, apostrophe
            if own is not None and place is not None:
                for column, part in own.following[place].items():
                    row[column] += scale * share * part
        if distinct == 1:
            rows[1] = rows[0]

    def _ngram(self, context: int) -> np.ndarray:
        """P(next | context) by the n-gram, float32 (95,): what the longest known context saw, then the shorter ones."""
        row = self._contexts.get(context)
        if row is None:
            if len(self._contexts) >= CACHED_CONTEXTS:
                self._contexts.clear()
            row = self._unigram if context == 0 else self._ngram(_shorter(context))
            place = bisect.bisect_left(self._keys, context)
            if context and place < len(self._keys) and self._keys[place] == context:
                first, last = self._first[place], self._first[place + 1]
                row = row * self._left[place]
                row[self._followers[first:last]] += self._shares[first:last]
            self._contexts[context] = row
        return row

    def _depth(self, node: int) -> int:
        """How many letters of a word lie before a node."""
        if self._own is not None and node >= self._own.offset:
            return self._own.depth[node - self._own.offset]
        return 0 if node == ROOT else bisect.bisect_right(self._tree_levels, node)


class _OwnWords:
    """The writer's own words as a small tree laid over the word tree: the nodes from offset on.

    ``base``: the node of the word tree under each; ``share``: how much of the mass there is the writer's;
    ``following``: column of the next character -> probability among the own words; ``end``: the rest of that.
    """

    def __init__(self, language: Language, words: Iterable[str]) -> None:
        self.offset = len(language._tree_character)
        self.children: dict[tuple[int, str], int] = {}
        self.base, self.depth = [ROOT], [0]
        base_mass, mass, ended = [1.0], [0.0], [0.0]
        self.following: list[dict[int, float]] = [{}]
        room = _NODE_MASK - self.offset
        for word in dict.fromkeys(words):
            node = 0
            if not word or len(self.base) + len(word) > room:
                continue
            for character in word:
                folded = character.lower()
                column = ord(character) - 32
                if folded not in TREE_CHARACTERS or not 0 <= column < _SIZE:
                    break
                mass[node] += OWN_WORD_MASS
                follow = self.following[node]
                follow[column] = follow.get(column, 0.0) + OWN_WORD_MASS
                key = (node + self.offset if node else ROOT, folded)
                child = self.children.get(key)
                if child is None:
                    below = language._base_child(self.base[node], folded)
                    child = len(self.base) + self.offset
                    self.children[key] = child
                    self.base.append(below)
                    self.depth.append(self.depth[node] + 1)
                    base_mass.append(base_mass[node] * float(language._tree_share[below]) if below != OUT else 0.0)
                    mass.append(0.0)
                    ended.append(0.0)
                    self.following.append({})
                node = child - self.offset
            if node:
                mass[node] += OWN_WORD_MASS
                ended[node] += OWN_WORD_MASS
        self.share = [own / (own + under) if own else 0.0 for own, under in zip(mass, base_mass, strict=True)]
        self.end = [part / own if own else 0.0 for part, own in zip(ended, mass, strict=True)]
        for follow, own in zip(self.following, mass, strict=True):
            for column in follow:
                follow[column] /= own

    def place(self, node: int) -> int | None:
        """The row of a node in this tree's lists; None if no own word goes through it."""
        return 0 if node == ROOT else node - self.offset if node >= self.offset else None


def _symbols(context: int) -> list[int]:
    """The symbols packed in a context, oldest first."""
    symbols = []
    while context:
        context, symbol = divmod(context, BASE)
        symbols.append(symbol)
    return symbols[::-1]


def _shorter(context: int) -> int:
    """The context without its oldest symbol."""
    size = BASE
    while size <= context:
        size *= BASE
    return context % (size // BASE)


def _capital_share(symbols: list[int]) -> float:
    """How often a letter after these symbols is a capital, in a line of CAPITALS or of Words With Capitals."""
    if not symbols:
        return 0.5
    if symbols[-1] == _APOSTROPHE + 1 and len(symbols) > 1:
        symbols = symbols[:-1]  # DON'T, Don't
    last = symbols[-1]
    if last in _SMALL_SYMBOLS:
        return _NEVER
    if last not in _LARGE_SYMBOLS:
        return 1 - _NEVER
    if len(symbols) > 1 and symbols[-2] in _LARGE_SYMBOLS:
        return 1 - _NEVER
    if any(symbol in _SMALL_SYMBOLS for symbol in symbols):
        return _SELDOM
    return 1 - _SELDOM if any(symbol in _LARGE_SYMBOLS for symbol in symbols[:-1]) else 0.5


def _nearest(*weights: float) -> int:
    """The place on the grid nearest to three weights (which need not sum to 1)."""
    top = max(weights)
    a, b, c = weights
    a, b, c = math.log(max(a / top, _LEAST)), math.log(max(b / top, _LEAST)), math.log(max(c / top, _LEAST))
    return _GRID_INDEX[round(a / -_STEP), round(b / -_STEP), round(c / -_STEP)]
