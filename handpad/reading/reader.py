"""Ink to text: a page to lines, lines to words, words to characters."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.line import NO_ADAPTER, LineAdapter
from handpad.errors import ModelError
from handpad.glyph import glyph
from handpad.ink import Box, Guide, bounding_box
from handpad.model.base import BUNDLED, BaseModel
from handpad.model.folder import READING
from handpad.paths import bundled_models
from handpad.reading.alignment import align, unit_scores
from handpad.reading.correction import strokes_of
from handpad.reading.drawings import PASSES, around_lines
from handpad.reading.evidence import Alone, Evidence, Scored
from handpad.reading.fragments import SPELLED, KnownCharacter, joined, moved, share_ink
from handpad.reading.frames import FrameSamples
from handpad.reading.language import Language
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.reading.likely import likelihoods
from handpad.reading.line_context import LineContext
from handpad.reading.line_result import ALTERNATIVES, line_result
from handpad.reading.lines import nearest_guide, split_lines
from handpad.reading.other_readings import chances, other_readings
from handpad.reading.potential_functions import PotentialFunctions
from handpad.reading.result import (
    Reading,
    ReadLine,
    ReadWord,
    on_its_line,
    reading_of,
    renumbered,
)
from handpad.reading.search import Foresight, Path, Step, Weights, search
from handpad.reading.sequence import SequenceNetwork
from handpad.reading.spelling import Unit, said_by, units_of

MOST_STROKES = 400
"""A line of more strokes is read in stretches of so many: a page of scribbles stays bounded."""

TELL_S = 0.5
"""A line that takes longer is told of between its steps as well, so that reading it can be ended."""

Progress = Callable[[int, int], None]


class Reader:
    """Reads lines and pages with one base model. Use it from one thread at a time.

    Parameters
    ----------
    model : names the characters; its alphabet may be restricted.
    grouping : finds them: the base model whose folder holds potential functions. Often the same.
    potential_functions : of ``grouping``.
    language : helps to choose; None to go by the ink alone.
    sequence : reads along the pen's way; None to go by segments alone.

    Attributes
    ----------
    between_steps : called every few hundredths of a second while a line is read; it may raise to end that.
    """

    between_steps: Callable[[], None] | None = None

    def __init__(
        self,
        model: BaseModel,
        grouping: BaseModel,
        potential_functions: PotentialFunctions,
        language: Language | None,
        sequence: SequenceNetwork | None = None,
    ):
        self._model, self._grouping, self._functions = model, grouping, potential_functions
        self.language = language
        self._evidence = Evidence(model, grouping, potential_functions, sequence)
        self._tell: Callable[[], None] | None = None  # says how far a page has been read
        self._told = 0.0

    @classmethod
    def for_model(cls, model: BaseModel, language: Language | None) -> "Reader":
        """The reader of a base model. What its folder lacks for reading lines is taken from the bundled model.

        Raises ModelError where that is damaged.
        """
        fitted = PotentialFunctions.load(model.folder)
        sequence = SequenceNetwork.load(model.folder) or SequenceNetwork.load(bundled_models() / BUNDLED)
        if fitted is not None and fitted.fingerprint == model.fingerprint:
            return cls(model, model, fitted, language, sequence)
        bundled = BaseModel.load()
        fitted = PotentialFunctions.load(bundled.folder)
        if fitted is None or fitted.fingerprint != bundled.fingerprint:
            raise ModelError(f"The bundled model at {bundled.folder} lacks its {READING}; install Handpad again.")
        return cls(model, bundled, fitted, language, sequence)

    def without_sequence(self) -> "Reader":
        """The reader that goes by segments alone, for ink whose order and direction mean nothing."""
        return Reader(self._model, self._grouping, self._functions, self.language)

    def read(
        self,
        strokes: Sequence[np.ndarray],
        guides: Sequence[Guide] = (),
        adapter: LineAdapter = NO_ADAPTER,
        progress: Progress | None = None,
        given: Sequence[np.ndarray] | None = None,
    ) -> Reading:
        """Read a page of checked ink; guides are its ruled lines, if any.

        progress : told how many strokes have been read, and of how many, after every line and, while a line takes
            long, about twice a second; it may raise to end it.
        given : the strokes before they were checked, where characters are to give their ink as it came in.
        """
        lines, done = [], 0

        def tell() -> None:
            self._told = time.monotonic()
            if progress is not None:
                progress(done, len(strokes))

        self._tell, self._told = tell if progress is not None else None, time.monotonic()
        try:
            boxes = self._boxes(strokes)
            around = frozenset() if guides else around_lines(boxes)
            written = [index for index in range(len(strokes)) if index not in around]
            found = split_lines([boxes[index] for index in written], guides, self._between_steps)
            for members in ([written[place] for place in line] for line in found):
                ink = [strokes[index] for index in members]
                guide = nearest_guide(ink, guides)
                line = renumbered(self.read_line(ink, guide, adapter), members)
                lines.append(on_its_line(line, strokes, guide, strokes if given is None else given))
                done += len(members)
                if progress is not None:
                    tell()
        finally:
            self._tell = None
        return reading_of(lines, strokes, around)

    def _between_steps(self) -> None:
        """Let those who wait for a reading end it."""
        if self.between_steps is not None:
            self.between_steps()
        if self._tell is not None and time.monotonic() - self._told > TELL_S:
            self._tell()

    def _boxes(self, strokes: Sequence[np.ndarray]) -> list[Box]:
        boxes = []
        for number, stroke in enumerate(strokes):
            if number % 1000 == 0:
                self._between_steps()
            boxes.append(bounding_box([stroke]))
        return boxes

    def read_line(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None = None,
        adapter: LineAdapter = NO_ADAPTER,
        known: Sequence[KnownCharacter] = (),
        writing: Collection[int] = (),
        alone: Alone | None = None,
    ) -> ReadLine:
        """Read one line of checked ink. What is clearly no writing is told as such, and left out.

        Parameters
        ----------
        guide : the ruled line, if the canvas knows it.
        adapter : the line side of what the writer taught; by default nothing.
        known : known characters, which stay as they are and help to read the others.
        writing : strokes that are no drawings, whatever they look like; those of known characters never are.
        alone : of a line of boxes, of which all characters are known: tells what each is by itself.
        """
        if len(strokes) > MOST_STROKES:
            return self._in_stretches(strokes, guide, adapter, known, writing, alone)
        given = {*writing, *strokes_of(character.substrokes for character in known)}
        left = list(range(len(strokes)))
        for _ in range(PASSES):
            ink = [strokes[index] for index in left]
            none = [place for place, index in enumerate(left) if index in given]
            drawn = self._evidence.drawings(ink, guide, adapter, none)
            left = [index for place, index in enumerate(left) if place not in drawn]
            if not left:
                return ReadLine((), (), guide or _guide_of(strokes), frozenset(range(len(strokes))))
            if not drawn:
                break
        place = {index: new for new, index in enumerate(left)}
        known = [replace(character, substrokes=moved(character.substrokes, place)) for character in known]
        scored = self._scored([strokes[index] for index in left], guide, adapter, known, alone)
        line = renumbered(self._line(scored), left)
        return replace(line, drawings=frozenset(range(len(strokes))) - place.keys())

    def alternatives(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None = None,
        adapter: LineAdapter = NO_ADAPTER,
        known: Sequence[KnownCharacter] = (),
        count: int = ALTERNATIVES,
    ) -> list[tuple[float, tuple[KnownCharacter, ...]]]:
        """The likeliest readings of a line of different text, with their probabilities among each other, best first.

        At most ``count`` of them, and at least one; of each its characters, left to right, with the probability that
        the ink of those without a label is such a character. Slower than :meth:`read_line`, and looks farther, to words
        of the language near the ink, and to what is one word with a neighbour: meant for a word that the writer asks
        about, with everything else of the line in ``known``.
        """
        scored = self._scored(strokes, guide, adapter, known)
        stretch, found = other_readings(scored, scored.alphabet, self.language, self._between_steps)
        likely, whole = self._likelihoods(scored), []
        around = [fragment.known for fragment in scored.segments.fragments]
        before, behind = ([one for one in part if one] for part in (around[: stretch.first], around[stretch.stop :]))
        for chance, one in list(zip(chances(found), found, strict=True))[:count]:
            if one.steps is not None:
                own = self._as_known(scored, one.steps, likely)
            else:
                own = self._aligned(scored, units_of(one.text), likely)
            own = (replace(own[0], space=one.before), *own[1:])
            after = [replace(behind[0], space=one.behind), *behind[1:]] if behind else []
            whole.append((chance, (*before, *own, *after)))
        return whole

    def reading_score(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        adapter: LineAdapter,
        known: Sequence[KnownCharacter],
    ) -> tuple[float, tuple[KnownCharacter, ...]]:
        """How likely a line is with some characters parted as they are known (log, not normalised), and its characters.

        To compare ways to part the same ink.
        """
        scored = self._scored(strokes, guide, adapter, known)
        best = self._search(scored, self.language, scored.weights)[0]
        likely = self._likelihoods(scored)
        return best.score / scored.weights.temperature, self._as_known(scored, best.steps, likely)

    def spelled(
        self,
        strokes: Sequence[np.ndarray],
        text: str,
        guide: Guide | None = None,
        adapter: LineAdapter = NO_ADAPTER,
        known: Sequence[KnownCharacter] = (),
    ) -> tuple[KnownCharacter, ...]:
        """The characters of the ink of a line that is not known, parted so that they say a text in the likeliest way.

        That way may be very unlikely: of each character, ``probability`` tells how likely its ink is for it, and how
        likely it and its neighbours are parted so, whichever is least. There is always a way: a label of several
        characters stands for ink that could not be parted, and signs that the model does not know are labels like all
        others. Only where all ink is known, or the text is empty, there are no characters.

        text : anything; white space parts words.
        """
        signs = set(adapter.signs.labels) if adapter.signs is not None else set()
        units = [Unit(text, False)] if text in signs else units_of(text)
        if not units:
            return ()
        scored = self._evidence.scored(
            strokes, guide, adapter, known, self._between_steps, SPELLED, said=signs & {unit.text for unit in units}
        )
        return self._aligned(scored, units, self._likelihoods(scored))

    def _aligned(self, scored: Scored, units: list[Unit], likely: np.ndarray) -> tuple[KnownCharacter, ...]:
        """A text parted over the open ink of a line in the likeliest way."""
        segments, calm = scored.segments, scored.weights.temperature
        scores = unit_scores(scored.labels, scored.alphabet, units)
        pieces = align(segments, scores, scored.spaces, units, calm)
        found = []
        for place, piece in enumerate(pieces):
            said, probability = units[piece.first : piece.last], 0.0
            if piece.segment is not None and said[0].text in scored.alphabet:
                own = float(likely[piece.segment, scored.alphabet.index(said[0].text)]) * piece.share
                probability = min(own, *(near.share for near in pieces[max(place - 1, 0) : place + 2]))
            ink = joined(
                substroke
                for fragment in segments.fragments[piece.start : piece.stop]
                if fragment.known is None
                for substroke in fragment.substrokes
            )
            found.append(KnownCharacter(ink, said_by(said), said[0].space, probability))
        return tuple(found)

    def line_context(
        self,
        strokes: Sequence[np.ndarray],
        characters: Sequence[KnownCharacter],
        place: int,
        label: str,
        guide: Guide | None = None,
        adapter: LineAdapter = NO_ADAPTER,
        regrouped: bool = False,
    ) -> LineContext:
        """How a character stands on a line of checked ink, to learn it with.

        Parameters
        ----------
        characters : the line as it is right, left to right; place : the index of the one to learn; label : what it is.
        regrouped : whether the writer has parted or joined its ink. Then what would still be taken for characters in
            its place is told as well: nothing, if the reading has learned better meanwhile.
        """
        own = characters[place].substrokes
        segments = self._evidence.lattice(strokes, guide)
        row = segments.row_of(own)
        if row is None:  # parted as the reading never would
            segments = self._evidence.lattice(strokes, guide, characters)
            row = segments.row_of(own)
            assert row is not None  # a known character is a segment
            return self._evidence.line_context(strokes, segments, row, label)
        found = self._evidence.line_context(strokes, segments, row, label)
        if not regrouped:
            return found
        scored = self._scored(strokes, guide, adapter, ())
        segments, steps = scored.segments, self._search(scored, self.language, scored.weights)[0].steps
        wrong = [
            step.segment for step in steps if step.segment != row and share_ink(segments.substrokes(step.segment), own)
        ]
        misread = tuple((segments.strokes_of(one), segments.geometry[one]) for one in wrong)
        return replace(found, misread=misread)

    def frames_learned(self, line: LineContext) -> FrameSamples | None:
        """See :meth:`handpad.reading.evidence.Evidence.frames_learned`."""
        return self._evidence.frames_learned(line)

    def misparted(
        self, observation: Observation, line: LineContext
    ) -> tuple[np.ndarray, np.ndarray, list[bool]] | None:
        """What a sample (seen, one row) teaches of grouping, as line adapters learn it; None if nothing.

        Embeddings (m, d) and geometry (m, g) of the sample and of what was misread in its place, and which is whole.
        """
        if not line.misread:
            return None
        embeddings, _ = self._model.run(np.stack([glyph(strokes) for strokes, _ in line.misread]))
        geometry = np.stack([line.geometry, *(geometry for _, geometry in line.misread)])
        return np.concatenate([observation.embeddings, embeddings]), geometry, [True] + [False] * len(line.misread)

    def _as_known(self, scored: Scored, steps: Sequence[Step], likely: np.ndarray) -> tuple[KnownCharacter, ...]:
        return tuple(
            KnownCharacter(
                scored.segments.substrokes(step.segment),
                scored.alphabet[step.label],
                step.space,
                float(likely[step.segment, step.label]),
            )
            for step in steps
        )

    def _likelihoods(self, scored: Scored) -> np.ndarray:
        calm = scored.weights.temperature
        return likelihoods(scored.segments, scored.labels / calm, scored.spaces / calm, scored.alphabet)

    def _in_stretches(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        adapter: LineAdapter,
        known: Sequence[KnownCharacter],
        writing: Collection[int],
        alone: Alone | None,
    ) -> ReadLine:
        centers = [box.center[0] for box in self._boxes(strokes)]
        order = sorted(range(len(strokes)), key=centers.__getitem__)
        words: list[ReadWord] = []
        shapes: list[Guide] = []
        drawings: frozenset[int] = frozenset()
        for start in range(0, len(order), MOST_STROKES):
            members = sorted(order[start : start + MOST_STROKES])
            place = {index: new for new, index in enumerate(members)}
            known_here = [
                replace(character, substrokes=moved(character.substrokes, place))
                for character in known
                if all(substroke.stroke in place for substroke in character.substrokes)
            ]
            own = [new for index, new in place.items() if index in writing]
            ink = [strokes[index] for index in members]
            line = renumbered(self.read_line(ink, guide, adapter, known_here, own, alone), members)
            words += line.words
            drawings |= line.drawings
            shapes.append(line.guide)
        return ReadLine(tuple(words), (), shapes[0], drawings)

    def in_context(
        self, observation: Observation, geometry: np.ndarray, sequence: Sequence[np.ndarray | None] | None = None
    ) -> np.ndarray:
        """See :meth:`handpad.reading.evidence.Evidence.in_context`."""
        return self._evidence.in_context(observation, geometry, sequence)

    def _scored(
        self,
        strokes: Sequence[np.ndarray],
        guide: Guide | None,
        adapter: LineAdapter,
        known: Sequence[KnownCharacter],
        alone: Alone | None = None,
    ) -> Scored:
        return self._evidence.scored(strokes, guide, adapter, known, self._between_steps, alone=alone)

    def _search(self, scored: Scored, language: Foresight | None, weights: Weights) -> list[Path]:
        """The likeliest readings of a line, best first."""
        segments, names = scored.segments, scored.alphabet
        return search(
            segments.starts, segments.stops, scored.labels, scored.spaces, names, language, weights, self._between_steps
        )

    def _line(self, scored: Scored) -> ReadLine:
        """A line as it is read, its strokes as the search had them."""
        paths = self._search(scored, self.language, scored.weights)
        doubts = self._evidence.doubts(scored, paths[0].steps)
        likely = scored.by_themselves if scored.by_themselves is not None else self._likelihoods(scored)
        return line_result(scored, paths, likely, doubts, scored.alphabet, self.language, self._between_steps)


def _guide_of(strokes: Sequence[np.ndarray]) -> Guide:
    """A baseline and x-height of a line on which nothing is written, as if its ink were writing."""
    shape = line_shape([bounding_box([stroke]) for stroke in strokes])
    middle = float(np.mean(bounding_box(strokes)[::2]))
    return Guide(shape.intercept + shape.slope * middle, shape.size / X_HEIGHTS)
