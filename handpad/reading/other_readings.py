"""Other readings of ink that the writer asks about: what it may say as well, and the words of the language near it."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from handpad.adaptation import softmax
from handpad.reading.evidence import Scored
from handpad.reading.language import TREE_CHARACTERS, Language
from handpad.reading.near_words import MARKS, NearWords, ink_scores
from handpad.reading.potential_functions import FORBIDDEN
from handpad.reading.search import Step, search, text_of
from handpad.reading.words import Apart

WIDE_BEAM, WIDE_MARGIN = 64, 20.0
"""The search's beam and margin where other readings are asked for."""

LOOK_AHEAD = 3
"""So many characters behind what is open help to choose among its readings."""

INK = 0.67
"""How much what the ink says counts here: of words that one asks about, many were misread for ink that misled ..."""

NOT_A_WORD, ODD_CASE = 3.0, 5.5
"""... so that words count for more. Nats: how much less likely a reading is for each word in it that no list knows, and
for each of "kNow" or "KnOW". All three are fitted on wrongly read words of UNIPEN's validation writers
(``tests/bench/bench_word_popup.py``)."""

NEAR_WORDS = 24
"""So many of the words near the ink are compared with what else it may say."""

ONE_LETTER = "aAI"
"""Words of one letter; the word list has them all."""

TRIED_JOINED = 4
"""So many of the best readings are also tried as one word with the word beside them."""


@dataclass(frozen=True)
class OtherReading:
    """One way to read the open stretch of a line.

    Attributes
    ----------
    text : what it says; score : log probability, not normalised, calibrated.
    steps : its characters; None of a word that the search has no path for, to be parted over the ink as a known text.
    before, behind : whether there is a space before it, and one behind it.
    """

    text: str
    score: float
    steps: tuple[Step, ...] | None
    before: bool
    behind: bool


@dataclass(frozen=True)
class Stretch:
    """The part of a line that is open, and what is known around it.

    Attributes
    ----------
    first, stop : its fragments, from first to stop - 1.
    before, behind : what the known characters around it say.
    """

    first: int
    stop: int
    before: str
    behind: str


def open_stretch(scored: Scored, labels: Sequence[str]) -> Stretch:
    """What of a line is open: from its first character without a label to its last one; all of it if there is none."""
    known = [fragment.known for fragment in scored.segments.fragments]
    free = [place for place, one in enumerate(known) if one is None or one.label not in labels] or range(len(known))
    first, stop = free[0], free[-1] + 1

    def said(places: range) -> str:
        return "".join(
            (" " if place != places.start and _spaced(scored, place) else "") + one.label
            for place in places
            if (one := known[place]) is not None and one.label is not None
        )

    return Stretch(first, stop, said(range(first)), said(range(stop, len(known))))


def _spaced(scored: Scored, place: int) -> bool:
    return bool(scored.spaces[place - 1, 1] > scored.spaces[place - 1, 0])


def other_readings(
    scored: Scored, labels: Sequence[str], language: Language | None, between_steps: Callable[[], None] | None = None
) -> tuple[Stretch, list[OtherReading]]:
    """The open stretch of a line, and its likeliest readings of different texts, best first, one at least."""
    stretch = open_stretch(scored, labels)
    before = bool(stretch.before) and _spaced(scored, stretch.first)
    behind = bool(stretch.behind) and _spaced(scored, stretch.stop)
    around = _Around(scored, language, stretch)
    found = _searched(scored, list(labels), language, stretch, around.state(before), between_steps)
    if language is not None:
        texts = {one.text for one in found}
        found += [one for one in _near(scored, labels, language, stretch, found[0]) if one.text not in texts]
    found = [replace(one, before=before, behind=behind) for one in found]
    ink = {one.text: one.score for one in found}
    ranked = sorted((around.weighed(one) for one in found), key=lambda one: -one.score)
    for one in ranked[:TRIED_JOINED]:
        for other in (replace(one, before=not before), replace(one, behind=not behind)):
            if around.allows(other):
                ranked.append(around.weighed(replace(other, score=ink[one.text])))
    return stretch, sorted(ranked, key=lambda one: -one.score)


class _Around:
    """What lies around a stretch of a line: how likely readings of the stretch are there."""

    def __init__(self, scored: Scored, language: Language | None, stretch: Stretch):
        self._language, self._stretch, self._weights = language, stretch, scored.weights
        none = np.zeros(2)
        self._before = scored.spaces[stretch.first - 1] if stretch.before else none
        self._behind = scored.spaces[stretch.stop - 1] if stretch.behind else none

    def state(self, space: bool) -> int:
        """The state of the language before the stretch, with or without a space."""
        if self._language is None:
            return 0
        state = self._language.start()
        for character in self._stretch.before + (" " if space else ""):
            state = self._language.next(state, character)
        return state

    def allows(self, one: OtherReading) -> bool:
        """Whether there may be such spaces: not where nothing lies, nor where it is known that they are or are not."""
        said = float(self._before[int(one.before)] + self._behind[int(one.behind)])
        outside = (one.before and not self._stretch.before) or (one.behind and not self._stretch.behind)
        return not outside and said > FORBIDDEN / 2

    def weighed(self, one: OtherReading) -> OtherReading:
        """A reading of the stretch, whose score is that of its ink alone, with all that speaks for it."""
        weights = self._weights
        score = one.score + float(self._before[int(one.before)] + self._behind[int(one.behind)])
        score *= INK / weights.temperature
        if self._language is not None:
            space, stretch = " " if one.behind else "", self._stretch
            said = _said(self._language, self.state(one.before), one.text, space + stretch.behind)
            begun = "" if one.before else stretch.before.rpartition(" ")[2]
            ended = "" if one.behind else stretch.behind.partition(" ")[0]
            score += weights.language * said / weights.temperature
            score -= strangeness(self._language, begun + one.text + ended)
            score -= strangeness(self._language, stretch.before.rpartition(" ")[2]) if one.before else 0.0
            score -= strangeness(self._language, stretch.behind.partition(" ")[0]) if one.behind else 0.0
        return replace(one, score=score)


def _searched(
    scored: Scored,
    labels: list[str],
    language: Language | None,
    stretch: Stretch,
    state: int,
    between_steps: Callable[[], None] | None,
) -> list[OtherReading]:
    """The best paths through the stretch, their segments numbered as in the line."""
    segments, first = scored.segments, stretch.first
    rows = np.flatnonzero((segments.starts >= first) & (segments.stops <= stretch.stop))
    paths = search(
        segments.starts[rows] - first,
        segments.stops[rows] - first,
        scored.labels[rows],
        scored.spaces[first : stretch.stop - 1],
        labels,
        Apart(language, state),
        replace(scored.weights, beam=WIDE_BEAM, margin=WIDE_MARGIN),
        between_steps,
    )
    found: dict[str, OtherReading] = {}
    for path in paths:
        steps = tuple(step._replace(segment=int(rows[step.segment])) for step in path.steps)
        said = text_of(steps, labels)
        found.setdefault(
            said, OtherReading(said, path.score - _own(scored, language, state, said), steps, False, False)
        )
    return list(found.values())


def _own(scored: Scored, language: Language | None, state: int, text: str) -> float:
    """What the language has added to the score of a path."""
    return scored.weights.language * _said(language, state, text, "") if language is not None else 0.0


def _said(language: Language, state: int, text: str, behind: str) -> float:
    """Log probability of a text after a state, and of what comes next behind it."""
    total = 0.0
    for character in text + behind[: LOOK_AHEAD + behind[:LOOK_AHEAD].count(" ")]:
        total += language.log_probability(state, character)
        state = language.next(state, character)
    return total


def _near(
    scored: Scored, labels: Sequence[str], language: Language, stretch: Stretch, best: OtherReading
) -> list[OtherReading]:
    """Words of the language near the best reading, in the case and between the marks that the ink says best."""
    core = best.text.strip(MARKS)
    start = best.text.find(core) if core else 0
    letters = [label if len(label) == 1 else "" for label in labels]
    folded = [[column for column, label in enumerate(letters) if label.lower() == one] for one in TREE_CHARACTERS]
    rows = [step.segment for step in best.steps or ()]
    fragments = scored.segments.fragments[stretch.first : stretch.stop]
    if not core or " " in best.text or not all(folded) or any(one.known is not None for one in fragments):
        return []
    rows = rows[start : start + len(core)]
    scores = scored.labels[rows] / scored.weights.temperature
    costs = scores.max(axis=1)[:, None] - np.stack([scores[:, columns].max(axis=1) for columns in folded], axis=1)
    words = _near_words(language).find(costs)
    marks = {("", ""), (best.text[:start], best.text[start + len(core) :])}
    texts = list(
        dict.fromkeys(
            before + said + behind
            for word in words
            for said in (word, word.capitalize(), word.upper())
            for before, behind in sorted(marks)
        )
    )
    if not texts:
        return []
    ink = ink_scores(scored, stretch.first, stretch.stop, texts, labels)
    order = np.argsort(-ink, kind="stable")[:NEAR_WORDS]
    return [OtherReading(texts[row], float(ink[row]), None, False, False) for row in order if np.isfinite(ink[row])]


@functools.lru_cache(maxsize=2)
def _near_words(language: Language) -> NearWords:
    return NearWords(language)


def strangeness(language: Language, text: str) -> float:
    """How much less likely a text is for the words in it that are none, and for odd case, in nats."""
    total = 0.0
    for token in text.split(" "):
        word = token.strip(MARKS)
        letters = "".join(character for character in word if character.isalpha())
        if letters:
            usual = letters in (letters.lower(), letters.upper(), letters.capitalize())
            known = language.is_word(word) and (len(word) > 1 or word in ONE_LETTER)
            total += NOT_A_WORD * (not known) + ODD_CASE * (not usual)
    return total


def chances(readings: Sequence[OtherReading]) -> list[float]:
    """The probability of each reading among all."""
    return softmax(np.array([one.score for one in readings])).tolist()
