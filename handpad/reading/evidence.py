"""What speaks for each segment hypothesis of a line: base model, size and place, sequence network, and the writer.

The potentials of the segments and those of the sequence network are added with weights that were chosen on validation
writers; the search (:mod:`handpad.reading.search`) puts the language beside them.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.adaptation.line import NO_ADAPTER, LineAdapter
from handpad.adaptation.own_signs import with_signs
from handpad.glyph import cues, cues_of_box, glyph
from handpad.ink import Box, Guide
from handpad.model.base import BaseModel
from handpad.reading.drawings import drawings_among
from handpad.reading.fragments import READ, Fineness, KnownCharacter
from handpad.reading.frames import LABELS, Frames, FrameSamples, joining
from handpad.reading.lattice import Lattice, lattice
from handpad.reading.line_context import LineContext
from handpad.reading.potential_functions import FORBIDDEN, PotentialFunctions, from_styles
from handpad.reading.search import Step, Weights
from handpad.reading.sequence import FLOOR, SequenceNetwork, frame_samples, label_scores, owners, space_scores
from handpad.reading.signs import sign_columns, strokes_of_signs

DOUBT = 4
"""What lies f times as far from all writing styles as real characters do is read f to this power less surely."""

USUAL_FRAMES = 20
"""Letters have up to so many frames; what has f times as many is read f to the power of DOUBT less surely."""

BY_THEMSELVES = 5
"""With fewer characters in boxes than that, the line and the language say the less beside what each looks like."""

LEAST_ALONE = 1e-6
"""No label of a character in a box counts as less probable by its looks alone."""

REMEMBERED = 8192
"""What the base model saw in so many segments is kept, so that reading a growing line again is quick."""

SEEN_AT_ONCE = 64
"""So many segments are shown to the base model at once: reading can be ended between two such steps."""


Alone = Callable[[Observation], np.ndarray]
"""The probabilities (n, c) of the labels of n observed characters by themselves."""


@dataclass(frozen=True)
class Potentials:
    """What each part says of a line, still apart.

    Attributes
    ----------
    segments : the line's; n of them, m fragments.
    observation : what the base model sees in each.
    labels, spaces : float (n, c) and (m - 1, 2), of the segments by themselves: what each label scores in each segment,
        and no space and a space before each fragment but the first.
    sequence_labels, sequence_spaces : the same of the sequence network; None where there is none.
    joining : letters a stroke, see :func:`handpad.reading.frames.joining`.
    frames : int (n,), how many frames of the network each segment has.
    """

    segments: Lattice
    observation: Observation
    labels: np.ndarray
    spaces: np.ndarray
    frames: np.ndarray
    sequence_labels: np.ndarray | None = None
    sequence_spaces: np.ndarray | None = None
    joining: float = 0.0

    def weighed(self, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
        """Labels and spaces of both together."""
        if self.sequence_labels is None or self.sequence_spaces is None:
            return self.labels, self.spaces
        labels = weights.segments * self.labels + weights.sequence * self.sequence_labels
        return labels, weights.segments * self.spaces + weights.spaces * self.sequence_spaces


@dataclass(frozen=True)
class Scored:
    """A line ready for the search.

    Attributes
    ----------
    segments : the line's.
    observation : what the base model sees in each.
    alphabet : the c labels: the model's, and those of the writer's own signs that the line may hold.
    labels : float (n, c), score of each label in each segment.
    spaces : float (m - 1, 2), score of no space and of a space before each fragment but the first.
    weights : of the search, for such a line.
    frames : int (n,), how many frames of the sequence network each segment has; 0 where there is no network.
    by_themselves : of a line of boxes, float (n, c), the probabilities of the labels of each segment by itself.
    """

    segments: Lattice
    observation: Observation
    alphabet: list[str]
    labels: np.ndarray
    spaces: np.ndarray
    weights: Weights
    frames: np.ndarray
    by_themselves: np.ndarray | None = None


class Evidence:
    """Scores the segment hypotheses of lines. Use it from one thread at a time.

    Parameters
    ----------
    model : names the characters; its alphabet may be restricted.
    grouping : finds them: the base model whose folder holds the potential functions. Often the same.
    potential_functions : of ``grouping``.
    sequence : reads along the pen's way; None to go by segments alone.
    """

    def __init__(
        self,
        model: BaseModel,
        grouping: BaseModel,
        potential_functions: PotentialFunctions,
        sequence: SequenceNetwork | None,
    ):
        self._model, self._grouping, self._functions, self._sequence = model, grouping, potential_functions, sequence
        self._same = model.fingerprint == grouping.fingerprint
        self._columns = _places(model.labels, potential_functions.labels)
        self._classes = _places(model.labels, LABELS)
        self._known: OrderedDict[tuple, tuple[np.ndarray, ...]] = OrderedDict()

    def lattice(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        known: Sequence[KnownCharacter] = (),
        fineness: Fineness = READ,
    ) -> Lattice:
        """The segments of a line, parted also where the sequence network sees a letter end."""
        frames = self._sequence.frames(strokes) if self._sequence is not None else None
        return lattice(strokes, guide, known, frames, fineness)

    def drawings(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        adapter: LineAdapter = NO_ADAPTER,
        writing: Collection[int] = (),
    ) -> frozenset[int]:
        """The strokes of a line of checked ink that are clearly no writing; none where no sequence network hears it.

        writing : those that are, whatever they look like.
        """
        if self._sequence is None or len(writing) == len(strokes):
            return frozenset()
        sequence = self._sequence
        drawn = drawings_among(strokes, lambda some: self._frames(sequence, some, adapter), guide, writing)
        if drawn and adapter.signs:
            drawn -= strokes_of_signs(strokes, drawn, adapter.signs, lambda some: self._see(some, guide))
        return drawn

    def _see(self, characters: Sequence[Sequence[np.ndarray]], guide: Guide | None) -> Observation:
        """What the model sees in characters."""
        embeddings, logits = self._model.run(np.stack([glyph(strokes) for strokes in characters]))
        return Observation(embeddings, logits, np.stack([cues(list(strokes), guide) for strokes in characters]))

    def scored(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        adapter: LineAdapter,
        known: Sequence[KnownCharacter],
        between_steps: Callable[[], None],
        fineness: Fineness = READ,
        alone: Alone | None = None,
        said: Set[str] = frozenset(),
    ) -> Scored:
        """Everything that the search needs of a line of checked ink, n >= 1 strokes.

        between_steps : called every few hundredths of a second; it may raise.
        alone : of a line of boxes, where every segment is a known character: what each of them is by itself.
        said : own signs that the line is known to hold.
        """
        found = self.potentials(strokes, guide, known, between_steps, adapter, fineness)
        segments, weights = found.segments, self._functions.weights
        if self._sequence is not None:
            weights = self._functions.weights_for(found.joining)
            weights = replace(weights, segments=max(weights.segments, fineness.look))
        labels, spaces = found.weighed(weights)
        labels = adapter.corrected(labels, found.observation, segments.geometry)
        labels = labels + adapter.grouped(found.observation, segments.geometry)[:, None]
        by_themselves = alone(found.observation) if alone is not None else None
        if by_themselves is not None:
            # A ruled box tells size and place better than a line of few characters does, and few tell no language.
            share = min(1.0, (len(segments) - 1) / (BY_THEMSELVES - 1))
            labels = share * labels + np.log(np.maximum(by_themselves, LEAST_ALONE))
            calm = share * weights.temperature + 1 - share
            weights = replace(weights, language=share * weights.language, temperature=calm)
        alphabet = self._model.labels
        if adapter.signs:
            wanted = said | {character.label for character in known if character.label is not None}
            columns = sign_columns(
                segments, found.observation, labels, spaces, adapter.signs, weights, wanted, alone is not None
            )
            alphabet, labels = [*alphabet, *columns[0]], np.concatenate([labels, columns[1]], axis=1)
            if by_themselves is not None:
                kept = [adapter.signs.labels.index(sign) for sign in columns[0]]
                by_themselves = with_signs(by_themselves, adapter.signs.probabilities(found.observation)[:, kept])
        labels, spaces = _with_known(segments, alphabet, labels, spaces)
        return Scored(segments, found.observation, alphabet, labels, spaces, weights, found.frames, by_themselves)

    def potentials(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        known: Sequence[KnownCharacter],
        between_steps: Callable[[], None],
        adapter: LineAdapter = NO_ADAPTER,
        fineness: Fineness = READ,
    ) -> Potentials:
        """What each part says of a line of checked ink, see :meth:`scored`."""
        segments = self.lattice(strokes, guide, known, fineness)
        observation, found = self._look(segments, guide, between_steps)
        labels, spaces = self._by_segments(segments, observation, found)
        if self._sequence is None:
            return Potentials(segments, observation, labels, spaces, np.zeros(len(segments), np.int64))
        frames = self._frames(self._sequence, strokes, adapter)
        owner = owners(frames, segments)
        said = _with_unknown(label_scores(frames, segments, owner), self._classes)
        spaced = space_scores(frames, segments, owner)
        before = np.concatenate([[0], np.cumsum(np.bincount(owner[owner >= 0], minlength=len(segments.fragments)))])
        counts = before[segments.stops] - before[segments.starts]
        return Potentials(segments, observation, labels, spaces, counts, said, spaced, joining(frames))

    def _frames(self, sequence: SequenceNetwork, strokes: Sequence[np.ndarray], adapter: LineAdapter) -> Frames:
        """What the network makes of a line, as the writer has corrected it."""
        frames = sequence.frames(strokes)
        return replace(frames, probabilities=adapter.corrected_frames(frames.probabilities, frames.embeddings))

    def _look(
        self, segments: Lattice, guide: Guide | None, between_steps: Callable[[], None]
    ) -> tuple[Observation, Observation]:
        """What the model and the grouping model see in each segment; segments seen before are not drawn again."""
        marks = [hash(stroke.tobytes()) for stroke in segments.strokes]
        keys = []
        for segment in range(len(segments)):
            keys.append(
                tuple(
                    (marks[substroke.stroke], substroke.start, substroke.stop)
                    for substroke in segments.substrokes(segment)
                )
            )
        missing = [segment for segment, key in enumerate(keys) if key not in self._known]
        for start in range(0, len(missing), SEEN_AT_ONCE):
            between_steps()
            some = missing[start : start + SEEN_AT_ONCE]
            glyphs = np.stack([glyph(segments.strokes_of(segment)) for segment in some])
            embeddings, logits = self._grouping.run_unrestricted(glyphs)
            own = (embeddings, logits[:, self._model.columns]) if self._same else self._model.run(glyphs)
            for row, segment in enumerate(some):
                self._known[keys[segment]] = (own[0][row], own[1][row], embeddings[row], logits[row])
        for key in keys:
            self._known.move_to_end(key)
        columns = [np.stack(column) for column in zip(*(self._known[key] for key in keys), strict=True)]
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        places = np.stack([cues_of_box(Box(*box), guide) for box in segments.boxes])
        return Observation(columns[0], columns[1], places), Observation(columns[2], columns[3], places)

    def in_context(
        self, observation: Observation, geometry: np.ndarray, sequence: Sequence[np.ndarray | None] | None = None
    ) -> np.ndarray:
        """Scores (n, c) of observed characters with all that speaks for a label where they stood on a line.

        geometry : float32 (n, GEOMETRY); of rows of NaN, which stood on no line, the base model's scores are given,
        and of all where another model does the grouping.
        sequence : what the sequence network said of each, see :class:`handpad.reading.line_context.LineContext`.
        """
        scores = self._functions.trusted(softmax(observation.logits))
        placed = ~np.isnan(geometry[:, 0])
        if self._same and placed.any():
            scores[placed] += self._context(geometry[placed], observation.embeddings[placed])
        for row, said in enumerate(sequence or ()):
            if said is not None and self._sequence is not None:
                weights = self._functions.weights_for(float(said[-1]))
                own = _with_unknown(said[None, :-1], self._classes)[0]
                scores[row] = weights.segments * scores[row] + weights.sequence * own
        return scores

    def line_context(self, strokes: Sequence[np.ndarray], segments: Lattice, row: int, label: str) -> LineContext:
        """How one segment of a line stands there, and what its frames teach when it is that label."""
        if self._sequence is None:
            return LineContext(segments.geometry[row])
        frames = self._sequence.frames(strokes)
        owner = owners(frames, segments)
        said = np.append(label_scores(frames, segments, owner)[row], joining(frames)).astype(np.float32)
        own = np.flatnonzero((owner >= segments.starts[row]) & (owner < segments.stops[row]))
        samples = frame_samples(frames, own, label, self._sequence.fingerprint)
        return LineContext(segments.geometry[row], sequence=said, frames=samples)

    def frames_learned(self, line: LineContext) -> FrameSamples | None:
        """What a sample's frames teach; None if nothing, or if another network saw them."""
        if self._sequence is None or line.frames is None or line.frames.network != self._sequence.fingerprint:
            return None
        return line.frames

    def _context(self, geometry: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """What size, place and shape say for each of the model's labels: (n, c)."""
        context = self._functions.label_scores(geometry, embeddings)
        known = self._columns >= 0
        found = np.broadcast_to(context.mean(axis=1, keepdims=True), (len(context), len(known))).copy()
        found[:, known] = context[:, self._columns[known]]
        return found

    def _by_segments(
        self, segments: Lattice, observation: Observation, found: Observation
    ) -> tuple[np.ndarray, np.ndarray]:
        """The potentials of the segments: of labels (n, c) and of spaces."""
        labels = self.in_context(observation, segments.geometry)
        if not self._same:
            labels = labels + self._context(segments.geometry, found.embeddings)
        whole = self._functions.character_scores(segments.geometry, found)
        return labels + whole[:, None], self._functions.space_scores(segments.gaps)

    def doubts(self, scored: Scored, steps: Sequence[Step]) -> np.ndarray:
        """By how much to soften what is made of the segments of some steps, at least 1: (k,).

        Drawings look like no writing style, and go a longer way for a letter than writing does. So do the writer's own
        signs, of which there is no doubt therefore.
        """
        chosen = [step.segment for step in steps]
        doubts = np.maximum(scored.frames[chosen] / USUAL_FRAMES, 1.0) ** DOUBT
        if self._same:
            apart = from_styles(scored.observation[chosen].embeddings, self._model.centroids) / self._functions.familiar
            doubts *= np.maximum(apart, 1.0) ** DOUBT
        own_sign = np.array([step.label for step in steps]) >= len(self._model.labels)
        return np.where(own_sign, 1.0, doubts)


def _with_known(
    segments: Lattice, alphabet: list[str], labels: np.ndarray, spaces: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The scores with all ruled out that a known character rules out."""
    for segment in range(len(segments)):
        fragment = segments.fragments[segments.starts[segment]]
        if fragment.known is None:
            continue
        if fragment.known.label in alphabet:
            allowed = alphabet.index(fragment.known.label)
            labels[segment, np.arange(labels.shape[1]) != allowed] += FORBIDDEN
        if fragment.known.space is not None and segments.starts[segment] > 0:
            spaces[segments.starts[segment] - 1, int(not fragment.known.space)] += FORBIDDEN
    return labels, spaces


def _places(labels: Sequence[str], among: Sequence[str]) -> np.ndarray:
    """Where each label stands among others: int (c,), -1 where it does not."""
    places = {label: place for place, label in enumerate(among)}
    return np.array([places.get(label, -1) for label in labels])


def _with_unknown(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The columns of scores (n, k) at these places, (n, c); what the network has no class for is at its floor."""
    return np.where(places >= 0, scores[:, np.maximum(places, 0)], FLOOR)
