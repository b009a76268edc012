"""Figures of one writer, from the profile alone.

What was shown when a character was written, and what it was, are in the profile; so is what the base model sees in it.
The adapters are taught the same characters again in their order, and each is asked before it learns them, so that no
figure knows the answer beforehand (*prequential* evaluation, Dawid 1984).

All figures are about the characters that the writer has checked or left with certainty, as the status line's is.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from handpad.adaptation.confidence import Confidence
from handpad.adaptation.default import DefaultAdapter
from handpad.adaptation.history import ABSTAINED
from handpad.adaptation.paper import CLASSIFIERS, PaperAdapter
from handpad.handwriting import Written, kind_of
from handpad.labels import ALPHANUMERIC
from handpad.reading.frames import LABELS
from handpad.reading.line_context import LineContext
from handpad.training_set import Labelled

WINDOW = 200
"""Then and now are so many characters each, or half of all."""

REPLAYED = 2000
"""So many of the latest characters are taught again at most."""

STEP, GROWTH = 20, 5
"""So many characters, or this part of those known by then, are asked together before they are learned together."""

STEPS_SHOWN = 24
"""The course of the accuracy has so many points at most."""

BASE, DEFAULT, PAPER, SEQUENCE, SHOWN = "Base model", "Handpad's adapter", "Paper's adapter", "Sequence reader", "Shown"
NEIGHBOURS = tuple(name.replace(" nearest", " nearest styles") for name in CLASSIFIERS[1:])


@dataclass(frozen=True)
class Share:
    """So many of so many were right."""

    right: int
    counted: int

    @property
    def rate(self) -> float:
        """The share, 0 to 1; 0 where nothing counts."""
        return self.right / self.counted if self.counted else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies in 19 of 20 cases (Wilson 1927), 0 to 1."""
        if not self.counted:
            return 0.0, 1.0
        z, n, p = 1.96, self.counted, self.rate
        middle, width = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - width) / (1 + z * z / n)), min(1.0, (middle + width) / (1 + z * z / n))


@dataclass(frozen=True)
class Method:
    """How often one way of reading was right, each character asked before it was learned.

    every : of all that it was asked; then, now : of the first and of the latest, which do not overlap.
    course : the shares of consecutive parts, with the number of characters behind each.
    """

    name: str
    every: Share
    then: Share
    now: Share
    course: tuple[tuple[int, Share], ...] = ()


@dataclass(frozen=True)
class Confusion:
    """A character that was read as another: how often then, and now, of how many of that character."""

    label: str
    shown: str
    then: Share
    now: Share


@dataclass(frozen=True)
class Coverage:
    """How many samples of a character there are, of each kind."""

    label: str
    corrections: int
    confirmations: int
    parted: int

    @property
    def samples(self) -> int:
        """How many there are together."""
        return self.corrections + self.confirmations + self.parted


@dataclass(frozen=True)
class Reliability:
    """How far a classifier can be trusted when it says a label: Beta(1 + right, 1 + wrong) (paper, section 3.4)."""

    classifier: str
    label: str
    right: int
    wrong: int

    @property
    def mean(self) -> float:
        """The mean of the distribution, 0 to 1."""
        return (1 + self.right) / (2 + self.right + self.wrong)

    @property
    def deviation(self) -> float:
        """Its standard deviation."""
        a, b = 1 + self.right, 1 + self.wrong
        return math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))


@dataclass(frozen=True)
class Effect:
    """What became of a mistake after it was put right for the first time.

    Attributes
    ----------
    label, shown : what was written, and what it was read as.
    after : how many characters had been written when it was first put right.
    since : of that character since then, how many were not read so again.
    """

    label: str
    shown: str
    after: int
    since: Share


@dataclass(frozen=True)
class Insight:
    """All figures of one writer.

    Attributes
    ----------
    characters, corrected : how many were learned, and how many of them as corrections or partings.
    methods : what was shown first, then each way of reading; of samples that the base model has seen.
    confusions : most frequent first, now before then.
    coverage : of every character that was learned, and of all letters and digits.
    reliabilities : by classifier, of every label that it has said.
    effects : the latest first.
    unreadable : how many samples the base model does not know or has not seen: the methods leave them out.
    """

    characters: int
    corrected: int
    methods: tuple[Method, ...]
    confusions: tuple[Confusion, ...]
    coverage: tuple[Coverage, ...]
    reliabilities: tuple[Reliability, ...]
    effects: tuple[Effect, ...]
    unreadable: int = 0
    classifiers: tuple[str, ...] = field(default=())

    @property
    def shown(self) -> Method:
        """What the writer was shown."""
        return self.methods[0]


def _nothing() -> None:
    """Called between steps where nobody wants to end them."""


def insight(written: Written, replayed: bool = True, between_steps: Callable[[], None] = _nothing) -> Insight:
    """The figures of a writer.

    replayed : whether all is taught again, which takes seconds; otherwise only what was shown is known.
    between_steps : called often; it may raise, to end what nobody waits for any more.
    """
    entries = written.entries
    right = np.array([entry.label == entry.predicted for entry in entries], bool)
    methods = [_method(SHOWN, right)]
    reliabilities: list[Reliability] = []
    seen = len(written.characters.ids) if written.characters is not None else 0
    if written.characters is not None and replayed:
        replay = _Replay(written, between_steps)
        methods += replay.methods()
        reliabilities = replay.reliabilities()
    classifiers = tuple(dict.fromkeys(one.classifier for one in reliabilities))
    return Insight(
        len(entries),
        sum(not entry.confirmed for entry in entries),
        tuple(methods),
        _confusions(written),
        _coverage(written),
        tuple(reliabilities),
        _effects(written),
        len(entries) - seen,
        classifiers,
    )


def _window(count: int) -> int:
    return min(WINDOW, count // 2)


def _method(name: str, right: np.ndarray, counts: np.ndarray | None = None) -> Method:
    """The figures of answers in their order, right or not, bool (n,); counts : those that were given at all."""
    if counts is not None:
        right = right[counts]
    count, width = len(right), _window(len(right))
    then, now = right[:width], right[count - width :]
    step = max(STEP, math.ceil(count / STEPS_SHOWN)) if count else STEP
    course = tuple(
        (min(start + step, count), Share(int(right[start : start + step].sum()), len(right[start : start + step])))
        for start in range(0, count, step)
        if count - start >= step // 2  # a last part of a few characters would tell chance
    )
    every, first, latest = (Share(int(part.sum()), len(part)) for part in (right, then, now))
    return Method(name, every, first, latest, course)


class _Replay:
    """Every way of reading, asked in order, each character before it is learned."""

    def __init__(self, written: Written, between_steps: Callable[[], None]):
        model = written.model
        every = written.characters
        assert every is not None
        characters = _latest(every, REPLAYED)
        self._names = model.labels
        self._truth = np.array(characters.labels)
        logits = characters.observation.logits
        self._answers = {BASE: logits.argmax(axis=1)}
        self._answers[DEFAULT] = _by_blocks(DefaultAdapter(model.labels), characters, between_steps)
        paper = PaperAdapter(model.centroids, model.centroid_labels, len(model.labels))
        decisions, votes = _one_by_one(paper, characters, between_steps)
        self._answers[PAPER] = decisions
        self._votes = votes
        self._answers[SEQUENCE] = _of_the_sequence(characters.ids, written.lines, model.labels)

    def methods(self) -> list[Method]:
        """The figures of each way, of those that answered at all."""
        return [
            _method(name, answers == self._truth, answers != ABSTAINED)
            for name, answers in self._answers.items()
            if (answers != ABSTAINED).any()
        ]

    def reliabilities(self) -> list[Reliability]:
        """Of each classifier by what it said."""
        by_name = {
            BASE: self._answers[BASE],
            DEFAULT: self._answers[DEFAULT],
            **dict(zip(NEIGHBOURS, self._votes.T, strict=True)),
            SEQUENCE: self._answers[SEQUENCE],
        }
        names = list(by_name)
        confidence = Confidence(len(names), len(self._names))
        for classifier, answers in enumerate(by_name.values()):
            said = answers != ABSTAINED
            for answer, true in zip(answers[said], self._truth[said], strict=True):
                confidence.add(classifier, int(answer), bool(answer == true))
        return [
            Reliability(
                names[classifier],
                self._names[label],
                int(confidence.right[classifier, label]),
                int(confidence.wrong[classifier, label]),
            )
            for classifier, label in zip(*np.nonzero(confidence.right + confidence.wrong), strict=True)
        ]


def _latest(characters: Labelled, most: int) -> Labelled:
    some = slice(-most, None)
    return Labelled(
        characters.ids[some], characters.observation[some], characters.labels[some], characters.confirmed[some]
    )


def _by_blocks(adapter: DefaultAdapter, characters: Labelled, between_steps: Callable[[], None]) -> np.ndarray:
    """What an adapter says of each character, asked before it learns it: int (n,)."""
    found, start = [], 0
    while start < len(characters.ids):
        between_steps()
        some = slice(start, start + max(STEP, start // GROWTH))
        start = some.stop
        found.append(adapter.predict(characters.observation[some]).argmax(axis=1))
        adapter.learn_many(
            characters.ids[some], characters.observation[some], characters.labels[some], characters.confirmed[some]
        )
    return np.concatenate(found)


def _one_by_one(
    adapter: PaperAdapter, characters: Labelled, between_steps: Callable[[], None]
) -> tuple[np.ndarray, np.ndarray]:
    """What the paper's adapter decides, (n,), and what its neighbours vote, (n, k), each before it is learned.

    As the adapter itself does, a vote that abstains counts as the base model's.
    """
    decided, votes = [], []
    for row, (sample_id, label) in enumerate(zip(characters.ids, characters.labels, strict=True)):
        if row % STEP == 0:
            between_steps()
        one = characters.observation[row : row + 1]
        decision = adapter.decide(one)[0]
        decided.append(decision.label)
        votes.append([decision.votes[0] if vote == ABSTAINED else vote for vote in decision.votes[1:]])
        adapter.learn(sample_id, one, label)
    return np.array(decided), np.array(votes)


def _of_the_sequence(ids: Sequence[str], lines: Mapping[str, LineContext], names: Sequence[str]) -> np.ndarray:
    """What the sequence network says by itself where a character stood on a line; ABSTAINED elsewhere: int (n,)."""
    columns = [(place, LABELS.index(name)) for place, name in enumerate(names) if name in LABELS]
    own, theirs = (np.array(column, int) for column in zip(*columns, strict=True)) if columns else (None, None)
    found = np.full(len(ids), ABSTAINED)
    for row, sample_id in enumerate(ids):
        line = lines.get(sample_id)
        if line is not None and line.sequence is not None and own is not None:
            found[row] = own[int(line.sequence[theirs].argmax())]
    return found


def _confusions(written: Written) -> tuple[Confusion, ...]:
    entries = written.entries
    width = _window(len(entries))
    parts = entries[:width], entries[len(entries) - width :]
    wrong = [Counter((e.label, e.predicted) for e in part if e.predicted not in ("", e.label)) for part in parts]
    written_of = [Counter(entry.label for entry in part) for part in parts]
    pairs = sorted(wrong[0].keys() | wrong[1].keys(), key=lambda pair: (-wrong[1][pair], -wrong[0][pair], pair))
    return tuple(
        Confusion(*pair, *(Share(wrong[part][pair], written_of[part][pair[0]]) for part in (0, 1))) for pair in pairs
    )


def _coverage(written: Written) -> tuple[Coverage, ...]:
    kinds: dict[str, list[int]] = {label: [0, 0, 0] for label in ALPHANUMERIC if label in written.model.labels}
    for entry in written.entries:
        own = kinds.setdefault(entry.label, [0, 0, 0])
        own[kind_of(entry)] += 1
    return tuple(Coverage(label, *own) for label, own in kinds.items())


def _effects(written: Written) -> tuple[Effect, ...]:
    first: dict[tuple[str, str], int] = {}
    again: Counter[tuple[str, str]] = Counter()
    since: Counter[tuple[str, str]] = Counter()
    mistakes: dict[str, list[str]] = {}
    for place, entry in enumerate(written.entries):
        for shown in mistakes.get(entry.label, ()):
            since[entry.label, shown] += 1
            again[entry.label, shown] += entry.predicted == shown
        pair = entry.label, entry.predicted
        if not entry.confirmed and entry.predicted not in ("", entry.label) and pair not in first:
            first[pair] = place + 1
            mistakes.setdefault(entry.label, []).append(entry.predicted)
    return tuple(
        Effect(*pair, after, Share(since[pair] - again[pair], since[pair]))
        for pair, after in sorted(first.items(), key=lambda one: -one[1])
    )
