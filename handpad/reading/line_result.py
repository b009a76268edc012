"""What the search found of a line, as it is told: words, their characters and candidates, alternatives, probabilities.

The likeliest path is what the line says. How sure that is, and what else it may say, comes of the other paths and of
what each segment scores by itself, softened by the temperature and by the doubts of :mod:`handpad.reading.evidence`.
"""

from collections.abc import Callable, Sequence

import numpy as np

from handpad.adaptation import softmax
from handpad.ink import Guide, bounding_box
from handpad.reading.evidence import Scored
from handpad.reading.fragments import ink_of
from handpad.reading.language import Language
from handpad.reading.lattice import X_HEIGHTS, Lattice
from handpad.reading.potential_functions import FORBIDDEN
from handpad.reading.result import ReadCharacter, ReadLine, ReadWord
from handpad.reading.search import Path, Step, text_of
from handpad.reading.space_doubt import space_probabilities

ALTERNATIVES = 5
"""How many readings of a word and of a line are given at most."""

CANDIDATES = 8
"""Labels given for each character."""

LOOK_AHEAD = 3
"""So many characters after one help to choose among its candidates."""


def line_result(
    scored: Scored,
    paths: Sequence[Path],
    likely: np.ndarray,
    doubts: np.ndarray,
    alphabet: list[str],
    language: Language | None,
    between_steps: Callable[[], None],
) -> ReadLine:
    """A line as the likeliest of its paths reads it.

    Parameters
    ----------
    paths : at least one, best first.
    likely : float (n, c), how likely the ink of each segment is for each label without its language.
    doubts : float (k,), by how much to soften what is made of each of the k characters of the best path.
    alphabet : the c labels.
    between_steps : called every few hundredths of a second; it may raise.
    """
    segments, observation, best = scored.segments, scored.observation, paths[0]
    chances = softmax(np.array([path.score for path in paths]) / scored.weights.temperature)
    ranked = _candidates(best, scored, doubts, alphabet, language, between_steps)
    spaces = space_probabilities(
        best.steps, segments.starts.tolist(), scored.spaces, alphabet, language, scored.weights
    )
    words: list[list[ReadCharacter]] = []
    for step, candidates, space in zip(best.steps, ranked, spaces, strict=True):
        substrokes = segments.substrokes(step.segment)
        known = segments.fragments[segments.starts[step.segment]].known
        if known is not None and known.label not in (None, candidates[0][0]):  # a sign that the model lacks
            candidates = [(known.label, 1.0), *candidates]
        character = ReadCharacter(
            candidates[0][0],
            candidates[0][1],
            float(likely[step.segment, step.label]),
            tuple(candidates),
            substrokes,
            bounding_box(ink_of(substrokes, segments.strokes)),
            observation[[step.segment]],
            segments.geometry[step.segment],
            step.space and bool(words),
            space_probability=space,
        )
        if step.space or not words:
            words.append([])
        words[-1].append(character)
    spans = _spans(best.steps, segments)
    read = []
    for characters, span in zip(words, spans, strict=True):
        alternatives = _alternatives(span, segments, paths, chances, alphabet)
        share = dict(alternatives).get("".join(character.label for character in characters), 0.0)
        sure = float(np.prod([character.probability for character in characters]))
        read.append(ReadWord(tuple(characters), min(share, sure), tuple(alternatives[:ALTERNATIVES])))
    texts: dict[str, float] = {}
    for path, chance in zip(paths, chances, strict=True):
        text = text_of(path.steps, alphabet)
        texts[text] = texts.get(text, 0.0) + float(chance)
    lines = sorted(texts.items(), key=lambda pair: -pair[1])[:ALTERNATIVES]
    return ReadLine(tuple(read), tuple(lines), _guide(segments))


def _candidates(
    path: Path,
    scored: Scored,
    doubts: np.ndarray,
    alphabet: list[str],
    language: Language | None,
    between_steps: Callable[[], None],
) -> list[list[tuple[str, float]]]:
    """The best labels of each character with their probabilities, the rest of the line as it was read."""
    labels = scored.labels
    states, ahead = [], language.start() if language else 0
    for step in path.steps:
        if language and step.space:
            ahead = language.next(ahead, " ")
        states.append(ahead)
        ahead = language.next(ahead, alphabet[step.label]) if language else 0
    ranked = []
    for place, step in enumerate(path.steps):
        if place % 16 == 0:
            between_steps()
        likely = np.argsort(-labels[step.segment])[:CANDIDATES].tolist()
        if step.label not in likely:
            likely[-1] = step.label
        likely = [
            label for label in likely if labels[step.segment, label] > labels[step.segment, step.label] + FORBIDDEN / 2
        ]
        scores = labels[step.segment, likely].astype(np.float64)
        if language:
            following = path.steps[place + 1 :][:LOOK_AHEAD]
            scores += scored.weights.language * np.array(
                [_language_score(language, states[place], label, following, alphabet) for label in likely]
            )
        chances = softmax(scores / (scored.weights.temperature * doubts[place]))
        found = {alphabet[label]: float(chance) for label, chance in zip(likely, chances, strict=True)}
        chosen = alphabet[step.label]
        others = sorted(((label, p) for label, p in found.items() if label != chosen), key=lambda pair: -pair[1])
        ranked.append([(chosen, found[chosen]), *others])
    return ranked


def _language_score(
    language: Language, state: int, label: int, following: Sequence[Step], alphabet: list[str]
) -> float:
    """Log probability of a label and of the characters read after it."""
    total, texts = 0.0, [alphabet[label]]
    for step in following:
        texts += [" ", alphabet[step.label]] if step.space else [alphabet[step.label]]
    for text in texts:
        total += language.log_probability(state, text)
        state = language.next(state, text)
    return total


def _alternatives(
    span: tuple[int, int], segments: Lattice, paths: Sequence[Path], chances: np.ndarray, alphabet: list[str]
) -> list[tuple[str, float]]:
    """What the paths read in a word's fragments, likeliest first; paths that part the line elsewhere count not."""
    found: dict[str, float] = {}
    for path, chance in zip(paths, chances, strict=True):
        inside = [
            s for s in path.steps if segments.starts[s.segment] >= span[0] and segments.stops[s.segment] <= span[1]
        ]
        covered = sum(int(segments.stops[s.segment] - segments.starts[s.segment]) for s in inside)
        if covered == span[1] - span[0]:
            text = text_of(inside, alphabet)
            found[text] = found.get(text, 0.0) + float(chance)
    return sorted(found.items(), key=lambda pair: -pair[1])


def _spans(steps: Sequence[Step], segments: Lattice) -> list[tuple[int, int]]:
    """The fragments of each word: first and one past the last."""
    spans: list[tuple[int, int]] = []
    for step in steps:
        start, stop = int(segments.starts[step.segment]), int(segments.stops[step.segment])
        if step.space or not spans:
            spans.append((start, stop))
        else:
            spans[-1] = (spans[-1][0], stop)
    return spans


def _guide(segments: Lattice) -> Guide:
    """The line's own baseline (at its middle) and x-height, as far as its ink tells."""
    middle = float(np.mean([(fragment.box.left + fragment.box.right) / 2 for fragment in segments.fragments]))
    return Guide(segments.shape.intercept + segments.shape.slope * middle, segments.shape.size / X_HEIGHTS)
