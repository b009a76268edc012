"""The text of a page, edited by hand: which ink an edit is about, and what it asks of the page.

The words of the text before are aligned with those after, at the least cost (Levenshtein 1966), so that every word that
stays keeps its ink. What was written with the pen is corrected or taken off; what stands nowhere in ink stays on its
line as typed text.
"""

import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from handpad.page.document import LAST_ROW, LONGEST_LABEL, MOST_TYPED
from handpad.page.line_job import Key
from handpad.page.page import Character, Page, Typed

OTHER_LINE = 4.0
"""So many changed characters it counts if a word begins a line and what it becomes does not, or the other way round."""

JOINED = 3
"""So many words of ink may become one word of text, and one word of ink so many."""

MOST_PAIRS = 3000
"""Where the words before times those after are more, those that stay in long runs are found first ..."""

MOST_LOOKED_AT = 4_000_000
"""... and where they are more than this, words are paired as they come."""


@dataclass(frozen=True)
class Word:
    """A word of a page's text: what it says, its line, and its ink, or the typed text that it is a part of."""

    text: str
    row: int
    ink: tuple[Character, ...] = ()
    typed: Typed | None = None


@dataclass
class TextEdit:
    """What an edit of the text asks of the page, in the order in which it is to be done.

    Attributes
    ----------
    spaces : ink of a character to whether a space precedes it.
    labels : ink of a character in a box to what it says.
    says : ink of a word's first character, once the spaces are set, to what the word says.
    silent : ink of words that are to say nothing.
    typed_gone, typed_new : typed text that is there no more, and such that is there from now on.
    note : a sentence on what was not done as it was typed; "" if all was.
    """

    spaces: dict[Key, bool] = field(default_factory=dict)
    labels: dict[Key, str] = field(default_factory=dict)
    says: dict[Key, str] = field(default_factory=dict)
    silent: list[tuple[Key, ...]] = field(default_factory=list)
    typed_gone: list[Typed] = field(default_factory=list)
    typed_new: list[Typed] = field(default_factory=list)
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        gone, new = set(self.typed_gone), set(self.typed_new)
        return not (self.spaces or self.labels or self.says or self.silent) and gone == new


def words_of(page: Page) -> list[Word]:
    """The words of a page's text in the order in which it has them."""
    found = []
    for row in sorted({*page.lines, *(typed.row for typed in page.typed)}):
        for text, source in page.said(row):
            if isinstance(source, Typed):
                found += [Word(word, row, typed=source) for word in text.split()]
            else:
                found.append(Word(text, row, source))
    return found


def edit_of(page: Page, text: str) -> TextEdit:
    """What is to be done to a page so that its text becomes another one.

    page : whose text was edited. text : what it is now; characters that cannot be printed count as spaces.
    """
    old = words_of(page)
    lines = ["".join(c if c.isprintable() else " " for c in line).split() for line in text.split("\n")]
    new = [(word, number) for number, line in enumerate(lines) for word in line]
    if sum(len(word) for word, _ in new) > MOST_TYPED:
        return TextEdit(note="That is more text than one page holds.")
    return _Builder(page, old, new).build()


def same_text(one: str, other: str) -> bool:
    """Whether two texts have the same words on the same lines, whatever white space is between and around them."""
    first, second = ([line.split() for line in text.strip().split("\n")] for text in (one, other))
    return first == second


def merged_text(before: str, mine: str, theirs: str) -> str:
    """The text of a page with an edit in it that was begun when the page had another text.

    before : the page's text then. mine : that with the edit. theirs : the page's text now.
    """
    if same_text(before, mine):
        return theirs
    if same_text(before, theirs):
        return mine
    first, rest = common_ends(before, mine)
    last = len(before) - rest
    start, stop = first, last
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, theirs, autojunk=False).get_opcodes():
        if a <= first <= b:
            start = c + first - a if kind == "equal" else c
        if a <= last <= b:
            stop = c + last - a if kind == "equal" else d
    return theirs[:start] + mine[first : len(mine) - rest] + theirs[start if first == last else stop :]


def common_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters two texts have in common at their beginning, and behind that at their end."""
    most = min(len(one), len(other))
    first = next((i for i in range(most) if one[i] != other[i]), most)
    return first, next((i for i in range(most - first) if one[-1 - i] != other[-1 - i]), most - first)


def paragraphs(text: str) -> str:
    """A text with the lines of each paragraph as one; an empty line parts paragraphs."""
    found = itertools.groupby((line.strip() for line in text.split("\n")), bool)
    return "\n\n".join(" ".join(lines) for any_text, lines in found if any_text)


class _Builder:
    """Makes an edit of two aligned texts.

    Parameters
    ----------
    old : the words of the page. new : those of the text after, with the number of the line that each is on.
    """

    def __init__(self, page: Page, old: Sequence[Word], new: Sequence[tuple[str, int]]):
        self._page, self._old, self._new = page, old, new
        self._edit = TextEdit()
        self._typed: dict[Typed, list[str]] = {word.typed: [] for word in old if word.typed is not None}
        self._fresh: list[tuple[int, float, list[str]]] = []  # row, x, words
        self._rows: dict[int, int] = {}  # number of a line that is new to the line of paper that it is put on

    def build(self) -> TextEdit:
        rows, lines = [word.row for word in self._old], [line for _, line in self._new]
        steps = align(
            [
                Place(w.text, begins, joins)
                for w, begins, joins in zip(self._old, _begins(rows), self._joins(), strict=True)
            ],
            list(map(Place, [text for text, _ in self._new], _begins(lines))),
        )
        before: tuple[int, int] | None = None  # the last word that stayed: its place on the page and in the text
        for place, (mine, theirs) in enumerate(steps):
            if mine and theirs:
                self._change(mine, [self._new[index][0] for index in theirs])
                before = mine[-1], theirs[-1]
            elif mine:
                self._remove(self._old[mine[0]])
            else:
                after = next(((m[0], t[0]) for m, t in steps[place:] if m and t), None)
                self._insert(theirs[0], before, after)
        edit = self._edit
        edit.typed_gone = list(self._typed)
        kept = [(typed.row, typed.x, words) for typed, words in self._typed.items()]
        edit.typed_new = [Typed(row, x, " ".join(words)) for row, x, words in [*kept, *self._fresh] if words]
        return edit

    def _joins(self) -> list[bool]:
        """For each word whether it can be one with that before it: both are ink of one line."""
        boxes = self._page.box_rows
        return [
            bool(place and word.ink and self._old[place - 1].ink)
            and self._old[place - 1].row == word.row
            and word.row not in boxes
            for place, word in enumerate(self._old)
        ]

    def _change(self, places: range, now: list[str]) -> None:
        """The words of the page at some places are these from now on."""
        mine = [self._old[place] for place in places]
        if mine[0].typed is not None:
            self._typed[mine[0].typed] += now
            return
        if " ".join(word.text for word in mine) == " ".join(now):
            return
        if any(len(word) > LONGEST_LABEL for word in now):
            self._edit.note = f"A word of ink says {LONGEST_LABEL} characters at most."
        elif mine[0].row in self._page.box_rows:
            self._change_boxes(mine[0], now)
        else:
            self._change_ink(places[0], places[-1], now)

    def _change_ink(self, first: int, last: int, now: list[str]) -> None:
        """The words of ink of these places say something else; what precedes and follows them stays apart."""
        for word in self._old[first + 1 : last + 1]:
            self._edit.spaces[word.ink[0].substrokes] = False
        self._edit.says[self._old[first].ink[0].substrokes] = " ".join(now)
        for place in (first, last + 1):
            ahead, word = self._old[max(place - 1, 0)], self._old[min(place, len(self._old) - 1)]
            if ahead is not word and ahead.row == word.row and word.ink:
                self._edit.spaces.setdefault(word.ink[0].substrokes, True)

    def _change_boxes(self, word: Word, now: list[str]) -> None:
        said = "".join(now)
        if len(said) != len(word.ink) or len(now) > 1:
            self._edit.note = "A box holds one character: write, erase or correct it on the page."
            return
        for character, label in zip(word.ink, said, strict=True):
            if character.label != label:
                self._edit.labels[character.substrokes] = label

    def _remove(self, word: Word) -> None:
        """A word of the page is not in the text any more."""
        if word.typed is None:
            self._edit.silent.append(tuple(character.substrokes for character in word.ink))

    def _insert(self, index: int, before: tuple[int, int] | None, after: tuple[int, int] | None) -> None:
        """A word of the text stands nowhere on the page.

        before, after : the words around it that do: their places on the page and in the text.
        """
        text, line = self._new[index]
        left = (self._old[before[0]], self._new[before[1]][1]) if before else None
        right = (self._old[after[0]], self._new[after[1]][1]) if after else None
        if left is not None and left[1] == line:
            self._put_behind(left[0], text)
        elif right is not None and right[1] == line:
            self._put_before(right[0], text)
        else:
            self._put_alone(text, line, left, right)

    def _put_behind(self, word: Word, text: str) -> None:
        if word.typed is not None:
            self._typed[word.typed].append(text)
            return
        edge = self._page.box(word.ink[-1]).right
        follower = next((x for x in self._lefts(word.row) if x > edge), None)
        reach = _GAP * self._page.ruling.x_height
        self._put(word.row, edge + (reach if follower is None else min(reach, (follower - edge) / 2)), text)

    def _put_before(self, word: Word, text: str) -> None:
        if word.typed is not None:  # nothing of it has been taken yet: it stands before all of that
            self._typed[word.typed].append(text)
            return
        edge = self._page.box(word.ink[0]).left
        self._put(word.row, edge - _GAP * self._page.ruling.x_height, text)

    def _put_alone(self, text: str, line: int, left: tuple[Word, int] | None, right: tuple[Word, int] | None) -> None:
        """Put a word on the line of paper that it was typed on, if that is empty, or else on the next one that is."""
        page = self._page
        used = {*page.lines, *(typed.row for typed in page.typed), *self._rows.values()}
        first = left[0].row + line - left[1] if left else (right[0].row - right[1] + line if right else line)
        last = right[0].row if right else LAST_ROW + 1
        below = range(max(first, 0, *(row + 1 for row in self._rows.values())), last)
        row = self._rows.get(line, next((row for row in below if row not in used), None))
        if row is not None:
            self._rows[line] = row
            self._put(row, page.ruling.margin, text)
            return
        self._edit.note = "There is no empty line there, so it stands beside the writing."
        if left is not None:
            self._put_behind(left[0], text)
        elif right is not None:
            self._put_before(right[0], text)

    def _put(self, row: int, x: float, text: str) -> None:
        for place, (there, at, words) in enumerate(self._fresh):
            if there == row and at == x:
                self._fresh[place] = (row, x, [*words, text])
                return
        self._fresh.append((row, x, [text]))

    def _lefts(self, row: int) -> list[float]:
        """Where the words and the typed text of a line begin."""
        words = [self._page.box(word.ink[0]).left for word in self._old if word.row == row and word.ink]
        return sorted([*words, *(typed.x for typed in self._page.typed if typed.row == row)])


_GAP = 0.3
"""So many x-heights behind a word of ink the text begins that was typed there, if there is room."""


@dataclass(frozen=True)
class Place:
    """A word of a text that is aligned: what it says, whether it begins a line, whether it may join that before it."""

    text: str
    begins: bool = False
    joins: bool = False


def align(old: Sequence[Place], new: Sequence[Place]) -> list[tuple[range, range]]:
    """Which words of one text are which of another, at the least cost: pairs of places, in order.

    An empty place of old stands for a word put in, an empty one of new for a word left out. A word may become up to
    JOINED, and as many may become one.
    """
    first = 0
    while first < min(len(old), len(new)) and old[first].text == new[first].text:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last].text == new[-1 - last].text:
        last += 1
    n, m = len(old) - last, len(new) - last
    same, tail = _run(0, 0, first), _run(n, m, last)
    return same + _moved(_align(old[first:n], new[first:m]), first, first) + tail


def _align(old: Sequence[Place], new: Sequence[Place]) -> list[tuple[range, range]]:
    n, m = len(old), len(new)
    if n * m > MOST_LOOKED_AT:
        return _paired(n, m)
    if n * m > MOST_PAIRS:
        return _around_run(old, new)
    cost = np.full((n + 1, m + 1), np.inf)
    back = np.zeros((n + 1, m + 1, 2), np.int8)
    cost[0, 0] = 0.0
    for i, j in itertools.product(range(n + 1), range(m + 1)):
        for a, b in _MOVES:
            if a > i or b > j or not all(place.joins for place in old[i - a + 1 : i]):
                continue
            step = cost[i - a, j - b] + _price(old[i - a : i], new[j - b : j])
            if step < cost[i, j]:
                cost[i, j], back[i, j] = step, (a, b)
    steps, i, j = [], n, m
    while i or j:
        a, b = back[i, j].tolist()
        steps.append((range(i - a, i), range(j - b, j)))
        i, j = i - a, j - b
    return steps[::-1]


_MOVES = [(1, 1), (1, 0), (0, 1), *((1, b) for b in range(2, JOINED + 1)), *((a, 1) for a in range(2, JOINED + 1))]


def _price(old: Sequence[Place], new: Sequence[Place]) -> float:
    """What it costs that some words become others, in edits of single characters; one that stays is a little gain."""
    before, after = " ".join(place.text for place in old), " ".join(place.text for place in new)
    if not old or not new:
        return len(before) + len(after) + 0.1
    if before == after:
        return -0.01
    return _distance(before, after) + (OTHER_LINE if old[0].begins != new[0].begins else 0.0)


def _around_run(old: Sequence[Place], new: Sequence[Place]) -> list[tuple[range, range]]:
    """The same for long texts: the longest run of words that stays is found first, then what is around it."""
    texts = [place.text for place in old], [place.text for place in new]
    run = difflib.SequenceMatcher(None, *texts, autojunk=False).find_longest_match()
    if not run.size:
        return _paired(len(old), len(new))
    end, stop = run.a + run.size, run.b + run.size
    before, behind = align(old[: run.a], new[: run.b]), align(old[end:], new[stop:])
    return before + _run(run.a, run.b, run.size) + _moved(behind, end, stop)


def _run(old: int, new: int, size: int) -> list[tuple[range, range]]:
    """So many words from these places on that stay."""
    return [(range(old + i, old + i + 1), range(new + i, new + i + 1)) for i in range(size)]


def _moved(steps: list[tuple[range, range]], old: int, new: int) -> list[tuple[range, range]]:
    return [(range(m.start + old, m.stop + old), range(t.start + new, t.stop + new)) for m, t in steps]


def _paired(n: int, m: int) -> list[tuple[range, range]]:
    """The words of two texts as they come."""
    both = min(n, m)
    left_out = [(range(i, i + 1), range(m, m)) for i in range(both, n)]
    return _run(0, 0, both) + left_out + [(range(n, n), range(i, i + 1)) for i in range(both, m)]


def _begins(lines: Sequence[int]) -> list[bool]:
    """Which words begin a line, each given by its number."""
    return [not place or lines[place - 1] != line for place, line in enumerate(lines)]


def _distance(before: str, after: str) -> int:
    """How many characters are put in, left out or changed from one text to another at least (Levenshtein 1966)."""
    row = list(range(len(after) + 1))
    for i, mine in enumerate(before, start=1):
        diagonal, row[0] = row[0], i
        for j, theirs in enumerate(after, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (mine != theirs))
    return row[-1]
