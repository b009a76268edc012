"""The public API: what a character says, and learning how its writer writes."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from handpad.adaptation import Observation
from handpad.adaptation.history import ABSTAINED
from handpad.adaptation.kinds import ADAPTERS
from handpad.adaptation.line import LATEST, LineAdapter
from handpad.adaptation.own_signs import with_signs
from handpad.adaptation.paper import CLASSIFIERS, PaperAdapter
from handpad.errors import InkError, LabelError, ProfileError
from handpad.glyph import SIZE
from handpad.handwriting import Handwriting
from handpad.ink import as_guide, as_guides, as_strokes, checked_ink
from handpad.labels import LONGEST_SIGN, Alphabet, may_be_sign, plain_label
from handpad.model.base import BaseModel
from handpad.profile import Accuracy, Profile, Sample
from handpad.reading.correction import Correction, TrainingSample, line_around, taught_by, with_text
from handpad.reading.fragments import KnownCharacter, Substroke, ink_of
from handpad.reading.language import Language
from handpad.reading.line_context import LineAround, LineContext
from handpad.reading.line_result import ALTERNATIVES
from handpad.reading.reader import Progress, Reader
from handpad.reading.result import LineInk, ReadCharacter, Reading, ReadLine, ReadWord, on_its_line
from handpad.reading.spelling import Unit, units_of
from handpad.sample_ids import new_sample_id
from handpad.training_set import BATCH, Labelled, Signs, TrainingSet, fitting_lines, teach_grouping, teach_lines


@dataclass(frozen=True)
class Candidate:
    """One reading of a character, with its probability (0 to 1)."""

    label: str
    probability: float


class Recognizer:
    """Recognises single characters and learns from corrections.

    Parameters
    ----------
    profile : path of the writer's history, made if it does not exist. None: learn in memory only.
    labels : the alphabet to choose from, signs of the writer's own among it; by default all that the model knows and
        all signs that are taught.
    model : folder of a base model, or one that is loaded, which several recognizers may share; by default the bundled
        one.
    adapter : "default", "paper" or "none".
    wait : learn samples that another base model saw anew from their ink before the constructor returns. False leaves
        them, however many there are, to :meth:`catch_up`; all that is not left is known at once.

    Raises
    ------
    ProfileError, ModelError, LabelError : with nothing changed.

    Use a recognizer from one thread at a time.

    Attributes
    ----------
    model : the base model, restricted to `labels`.
    handwriting : all that was learned, sample by sample, to look through, mend and take back.
    """

    def __init__(
        self,
        profile: str | Path | None = None,
        *,
        labels: Sequence[str] | None = None,
        model: str | Path | BaseModel | None = None,
        adapter: str = "default",
        wait: bool = True,
    ):
        self.model = model if isinstance(model, BaseModel) else BaseModel.load(model)
        self._further: frozenset[str] | None = None  # the signs that may be taught; None: any
        if labels is not None:
            chosen = {plain_label(label) for label in labels if isinstance(label, str)}
            self._further = frozenset(filter(may_be_sign, chosen)) - set(self.model.labels)
            self.model = self.model.restricted([label for label in labels if label not in self._further])
        self._on_disk = profile is not None
        self._profile = Profile(profile if profile is not None else ":memory:")
        self._training_set = TrainingSet(self._profile, self.model)
        self._reader: Reader | None = None
        self._line_adapter: LineAdapter | None = None  # made when the first line is read
        self._waits = wait
        self.adapter = adapter
        self.handwriting = Handwriting(self, self._profile, self._training_set)

    @property
    def profile_id(self) -> str:
        """The identifier of the profile: pages tell by it whose samples they refer to."""
        return self._profile.id

    @property
    def alphabet(self) -> Alphabet:
        """What it can read now, and be taught. Without an adapter no sign of the writer's own."""
        if self._signs is None:
            return Alphabet(tuple(self.model.labels))
        return Alphabet((*self.model.labels, *self._signs.labels), self._further)

    def looks_like(self, strokes: Sequence[ArrayLike], guide: ArrayLike | None = None) -> str:
        """The character, no sign of the writer's own, that ink looks just like; "" if none. Raises InkError.

        Who teaches that ink as a sign should be told: from then on both are easily taken for each other.
        """
        observation = self.observe([(strokes, guide)])
        if self._signs is None or not self._signs.looks_known(observation)[0]:
            return ""
        return self.model.labels[int(self._adapter.predict(observation)[0].argmax())]

    def take_notes(self) -> list[str]:
        """Sentences for the writer on what was wrong with the profile since the last call; mostly none."""
        return self._profile.take_notes()

    @property
    def adapter(self) -> str:
        """Name of the adapter in use. Setting it learns the whole history anew. Raises ValueError if unknown."""
        return self._adapter_name

    @adapter.setter
    def adapter(self, name: str) -> None:
        if name not in ADAPTERS:
            raise ValueError(f"There is no adapter {name!r}; choose one of {', '.join(ADAPTERS)}.")
        adapter, training_set = ADAPTERS[name].characters(self.model), self._training_set
        known = training_set.labelled()
        training_set.count_behind()  # also what is not as it was stored
        if self._waits and training_set.behind:
            while training_set.behind:
                training_set.derive()
            known = training_set.labelled()
        if known is not None:
            adapter.learn_many(*known)
        self._adapter, self._adapter_name, self._line_adapter = adapter, name, None
        self._renew_signs()
        self._rebuild_at = 2 * (len(self._profile) - training_set.behind)

    def recognize(self, strokes: Sequence[ArrayLike], guide: ArrayLike | None = None) -> list[Candidate]:
        """All labels with their probabilities, best first. Raises InkError."""
        return self.rank(self.observe([(strokes, guide)]))[0]

    def observe(self, characters: Sequence[tuple[Sequence[ArrayLike], ArrayLike | None]]) -> Observation:
        """What the base model sees in n >= 1 characters, given as pairs of strokes and guide (or None).

        Depends on nothing learned, so it can be kept and ranked again after each correction. Raises InkError.
        """
        observation = self._training_set.see([checked_ink(strokes, guide) for strokes, guide in characters])
        return self._training_set.restrict(observation)

    def observe_glyphs(self, glyphs: np.ndarray, cues: np.ndarray) -> Observation:
        """The same of n >= 1 characters of which there is no ink, as in many data sets, for :meth:`learn_observed`.

        glyphs : uint8 (n, 28, 28), as from :func:`handpad.glyph.glyph`.
        cues : float64 (n, 4), as from :func:`handpad.glyph.cues`.

        Raises InkError.
        """
        count = len(glyphs)
        fit = glyphs.dtype == np.uint8 and glyphs.shape == (count, SIZE, SIZE) and np.shape(cues) == (count, 4)
        if not fit or not count or not np.isfinite(cues).all():
            raise InkError(f"Glyphs are uint8 (n, {SIZE}, {SIZE}) and come with finite cues (n, 4).")
        return Observation(*self.model.run(glyphs), cues)

    def rank(self, observation: Observation) -> list[list[Candidate]]:
        """The candidates of each observed character, best first, as the adapter sees them now."""
        ranked, labels, every = [], self.alphabet.known, self._adapter.predict(observation)
        if self._signs:
            every = with_signs(every, self._signs.probabilities(observation))
        for probabilities in every:
            order = np.argsort(-probabilities, kind="stable")
            ranked.append([Candidate(labels[i], float(probabilities[i])) for i in order])
        return ranked

    def votes(self, observation: Observation) -> list[dict[str, str]]:
        """What each classifier of the adapter says of each observed character, by the classifier's name.

        One that abstains is left out. Only the paper's adapter has classifiers: of the others the dicts are empty.
        """
        if not isinstance(self._adapter, PaperAdapter):
            return [{} for _ in range(len(observation))]
        labels = self.model.labels
        return [
            {name: labels[vote] for name, vote in zip(CLASSIFIERS, decision.votes, strict=True) if vote != ABSTAINED}
            for decision in self._adapter.decide(observation)
        ]

    def confidence(self) -> dict[str, np.ndarray]:
        """How far each classifier of :meth:`votes` is trusted when it says a label: float64 (c,), 0 to 1, by its name.

        In the order of ``model.labels``. Empty where the adapter has no classifiers.
        """
        if not isinstance(self._adapter, PaperAdapter):
            return {}
        return dict(zip(CLASSIFIERS, self._adapter.confidence.means(), strict=True))

    def read(
        self,
        strokes: Sequence[ArrayLike],
        guide: ArrayLike | Sequence[ArrayLike] | None = None,
        progress: Progress | None = None,
        traced: bool = False,
    ) -> Reading:
        """Read a line or a page of ink.

        Parameters
        ----------
        strokes : in writing order, as for :meth:`recognize`.
        guide : (baseline, x_height) of the ruled line, or a list of these, one for each line of the page.
        progress : told after every line how many strokes have been read, and of how many; it may raise to end it.
        traced : no pen wrote the ink so, it was traced from a picture: order and direction of its strokes mean nothing.

        Returns
        -------
        A :class:`handpad.reading.result.Reading`: ``text``, and ``lines``, ``words`` and ``characters`` with their
        ink, probabilities and alternatives; and ``drawings``, what is clearly no writing. Raises InkError.
        """
        checked = as_strokes(strokes)
        given = [np.asarray(stroke) for stroke in strokes]
        reader = self._get_reader().without_sequence() if traced else self._get_reader()
        return reader.read(checked, as_guides(guide), self._get_line_adapter(), progress, given)

    def read_line(
        self,
        strokes: Sequence[ArrayLike],
        guide: ArrayLike | None = None,
        known: Sequence[KnownCharacter] = (),
        writing: Collection[int] = (),
        boxes: bool = False,
    ) -> ReadLine:
        """Read ink that is one line. Raises InkError.

        known : what is known already of some characters, by the places of the strokes; they stay and help to read on.
        writing : places of strokes that are no drawings, whatever they look like.
        boxes : each character stands in a box of its own, and `known` names the ink of all. What each looks like by
            itself (:meth:`recognize`) then counts beside its line; of a lone one, nothing else does.
        """
        checked, checked_guide = as_strokes(strokes), as_guide(guide)
        reader, adapter = self._get_reader(), self._get_line_adapter()
        line = reader.read_line(
            checked, checked_guide, adapter, known, writing, self._adapter.predict if boxes else None
        )
        return on_its_line(line, checked, checked_guide, [np.asarray(stroke) for stroke in strokes])

    def alternatives(
        self,
        strokes: Sequence[ArrayLike],
        guide: ArrayLike | None = None,
        known: Sequence[KnownCharacter] = (),
        count: int = ALTERNATIVES,
    ) -> list[tuple[float, tuple[KnownCharacter, ...]]]:
        """The likeliest readings of a line of different text, as :meth:`read_line` takes it.

        With their probabilities among each other, best first; at most `count`, and of each its characters, left to
        right. Slower than :meth:`read_line`, and looks farther. Raises InkError.
        """
        checked, checked_guide = as_strokes(strokes), as_guide(guide)
        return self._get_reader().alternatives(checked, checked_guide, self._get_line_adapter(), known, count)

    def reading_score(
        self, strokes: Sequence[ArrayLike], guide: ArrayLike | None = None, known: Sequence[KnownCharacter] = ()
    ) -> tuple[float, tuple[KnownCharacter, ...]]:
        """How likely a line is, as :meth:`read_line` takes it, with some characters parted as they are known.

        A log, not normalised, to compare ways to part the same ink; and the line's characters. Raises InkError.
        """
        checked, checked_guide = as_strokes(strokes), as_guide(guide)
        return self._get_reader().reading_score(checked, checked_guide, self._get_line_adapter(), known)

    def spelled(
        self,
        strokes: Sequence[ArrayLike],
        text: str,
        guide: ArrayLike | None = None,
        known: Sequence[KnownCharacter] = (),
    ) -> tuple[KnownCharacter, ...]:
        """The characters of the ink of a line that is not known, parted so that they say a text in the likeliest way.

        Any text can be said by any ink, see :meth:`handpad.reading.reader.Reader.spelled`. Raises InkError.
        """
        checked, checked_guide = as_strokes(strokes), as_guide(guide)
        return self._get_reader().spelled(checked, text, checked_guide, self._get_line_adapter(), known)

    def open_reading(self) -> None:
        """Load all that reading lines needs now rather than at the first line. Raises HandpadError."""
        self._get_reader()
        self._get_line_adapter()

    @contextlib.contextmanager
    def interruptible(self, between_steps: Callable[[], None]) -> Iterator[None]:
        """Have a function called between the steps of every reading inside; it may raise to end the reading."""
        reader = self._get_reader()
        reader.between_steps = between_steps
        try:
            yield
        finally:
            reader.between_steps = None

    def _get_reader(self) -> Reader:
        """What reads lines; made when it is first needed. Raises ModelError or HandpadError."""
        if self._reader is None:
            language = Language.load()
            words = self._profile.words()
            self._reader = Reader.for_model(self.model, language.with_words(words) if words else language)
        return self._reader

    def _get_line_adapter(self) -> LineAdapter:
        """The line side of the adapter; made when it is first needed. Raises ModelError or HandpadError."""
        if self._line_adapter is None:
            adapter = ADAPTERS[self._adapter_name].line(self._adapter)
            known = self._training_set.labelled(LATEST) if self._adapter_name != "none" else None
            if known is not None:
                lines = fitting_lines(self._profile)
                teach_lines(self._get_reader(), adapter, known, lines)
            adapter.signs, signs = self._signs, self._training_set.signs(self.alphabet)
            if signs is not None:
                teach_grouping(self._get_reader(), adapter, signs, fitting_lines(self._profile))
            self._line_adapter = adapter
        return self._line_adapter

    def _teach(self, characters: Labelled, lines: Mapping[str, LineContext]) -> None:
        """Let both sides of the adapter learn n characters, of which some stood on lines."""
        self._adapter.learn_many(*characters)
        if self._signs:
            self._signs.learn_others(characters.ids, characters.observation, characters.confirmed)
        if self._line_adapter is not None:
            teach_lines(self._get_reader(), self._line_adapter, characters, lines)

    def _teach_signs(self, signs: Signs, lines: Mapping[str, LineContext]) -> None:
        """Learn n characters that are signs of the writer's own, of which some stood on lines."""
        if self._signs:
            self._signs.learn(*signs)
        else:
            self._renew_signs()
        if self._line_adapter is not None:
            teach_grouping(self._get_reader(), self._line_adapter, signs, lines)

    def _renew_signs(self) -> None:
        """Make what reads the writer's own signs anew of all that was learned."""
        none = self._adapter_name == "none"
        self._signs = None if none else self._training_set.own_signs(Alphabet((), self._further))
        if self._line_adapter is not None:
            self._line_adapter.signs = self._signs

    def words(self) -> list[str]:
        """The writer's own words, which reading expects beside those of the language."""
        return self._profile.words()

    def add_word(self, word: str) -> None:
        """Expect a word from now on. Raises ProfileError, with nothing changed."""
        self._profile.add_word(word)
        self._expect_words()

    def remove_word(self, word: str) -> None:
        """Forget one of the writer's own words. Raises ProfileError, with nothing changed."""
        self._profile.remove_word(word)
        self._expect_words()

    def _expect_words(self) -> None:
        if self._reader is not None and self._reader.language is not None:
            self._reader.language = self._reader.language.with_words(self._profile.words())

    def learn(
        self,
        strokes: Sequence[ArrayLike],
        label: str,
        guide: ArrayLike | None = None,
        confirmed: bool = False,
        sample_id: str = "",
        shown: str | None = None,
        line: LineAround | None = None,
    ) -> str:
        """Learn what a character says; with a profile, it is on disk when this returns.

        What the model does not know becomes a sign of the writer's own: any character or short string, which is read
        from then on. :meth:`looks_like` tells whether its ink looks just like another character.

        confirmed: the writer let the prediction stand, which counts for less than a correction.
        shown: the label that the writer was shown for this ink, "" if none was, since it was parted wrongly; by default
            what would be predicted now.
        sample_id: from :func:`handpad.sample_ids.new_sample_id`, where the caller needs it beforehand.
        line: the ink around it, where it stands on a line; reading lines learns more from it then.

        Returns the sample's id. Raises InkError, LabelError or ProfileError, with nothing learned.
        """
        checked, checked_guide = checked_ink(strokes, guide)
        label = self._learnable(label)
        unrestricted = self._training_set.see([(checked, checked_guide)])
        observation = self._training_set.restrict(unrestricted)
        line_context = self._line_context(line, label) if line is not None else None
        if shown is None:
            shown = self.rank(observation)[0][0].label
        sample = Sample(
            sample_id or new_sample_id(),
            checked,
            checked_guide,
            label,
            shown,
            confirmed,
            self.model.name,
            time.time(),
            line_context,
        )
        sample_id = self._training_set.add(sample, unrestricted)
        lines = {sample_id: line_context} if line_context is not None else {}
        if label in self.model.labels:
            self._teach(Labelled([sample_id], observation, [self.model.index(label)], [confirmed]), lines)
        else:
            self._teach_signs(Signs([sample_id], observation, [label]), lines)
        return sample_id

    def _learnable(self, label: str) -> str:
        """A label in the form in which it is learned. Raises LabelError."""
        plain = plain_label(label) if isinstance(label, str) else label
        if plain in self.alphabet:
            return plain
        if self._further is None and self._signs is not None:
            raise LabelError(f"{label!r} is no sign that can be taught: give 1 to {LONGEST_SIGN} visible characters.")
        return self.model.labels[self.model.index(plain)]

    def learn_observed(self, observation: Observation, labels: Sequence[str], confirmed: bool = False) -> None:
        """Learn n >= 1 observed characters without their ink, for as long as the recognizer is open.

        For data sets that hold no ink, and measurements. A profile keeps ink, so that it outlives the base model: only
        a recognizer without one learns this way, and neither :meth:`samples` nor :meth:`forget` knows these characters.

        confirmed: as for :meth:`learn`, of all of them.

        Raises LabelError, ProfileError where there is a profile, or ValueError if there are not as many labels as
        characters or another model or alphabet has observed these; with nothing learned.
        """
        if self._on_disk:
            raise ProfileError("A profile keeps ink: characters without ink are learned by a recognizer without one.")
        widths = observation.embeddings.shape[1:] + observation.logits.shape[1:]
        if (
            not labels
            or len(labels) != len(observation)
            or widths != (self.model.info["embedding"], len(self.model.labels))
        ):
            raise ValueError("Every character needs one label, and an observation by this model and alphabet.")
        plain = [self._learnable(label) for label in labels]
        ids, known = [new_sample_id() for _ in plain], np.isin(plain, self.model.labels)
        rows, own = np.flatnonzero(known), np.flatnonzero(~known)
        if len(rows):
            indexes = [self.model.index(plain[row]) for row in rows]
            seen = observation if len(rows) == len(plain) else observation[rows]
            characters = Labelled([ids[row] for row in rows], seen, indexes, [confirmed] * len(rows))
            self._training_set.add_without_ink(characters)
            self._teach(characters, {})
        if len(own):
            signs = Signs([ids[row] for row in own], observation[own], [plain[row] for row in own])
            self._training_set.add_signs_without_ink(signs)
            self._teach_signs(signs, {})

    def _line_context(self, line: LineAround, label: str) -> LineContext:
        reader, adapter = self._get_reader(), self._get_line_adapter()
        return reader.line_context(
            line.strokes, line.characters, line.place, label, line.guide, adapter, line.regrouped
        )

    def correct(self, part: ReadCharacter | ReadWord | ReadLine, text: str) -> Correction:
        """Put a character, word or line of a reading right, and learn from it what the app does.

        Any text can be given to any ink. A character that is given one character is learned with its ink as it is. Any
        other text is parted over the ink in the likeliest way, everything around it staying as it was read; of that the
        characters are learned whose ink, and whose neighbours' ink, looks like them, as corrections or, where they were
        right, as confirmations. Several characters that stand for one piece of ink are text only, unless they are a
        sign that was taught.

        Returns the ids of the learned samples, and beside them how the part is parted now. Raises InkError if the part
        has no ink of a line (it does not come from :meth:`read`) or the text is empty, or ProfileError.
        """
        line = part.characters[0].line if part.characters else None
        if line is None:
            raise InkError("Only what was read by this recognizer can be corrected.")
        sign = plain_label(text)
        units = [Unit(sign, False)] if sign in self.alphabet.known else units_of(text)
        if not units:
            raise InkError("There is no text to correct it to.")
        characters, before, now = with_text(line, part.characters, units, self.spelled)
        taught = taught_by(before, characters, self.alphabet)
        samples = [self._learn_on_line(sample, line, now) for sample in taught.samples]
        return Correction(samples, characters, taught)

    def _learn_on_line(self, sample: TrainingSample, line: LineInk, every: Sequence[tuple[Substroke, ...]]) -> str:
        """Learn a character of a line whose characters have that ink; returns the sample's id."""
        around = line_around(line.strokes, every, list(every).index(sample.substrokes), line.guide, regrouped=False)
        ink = ink_of(sample.substrokes, line.strokes)
        return self.learn(ink, sample.label, line.guide, confirmed=sample.right, shown=sample.shown, line=around)

    def forget(self, sample_id: str) -> Sample:
        """Forget a sample, as if it had never been learned; returns it, for :meth:`restore`.

        Raises KeyError if there is no such sample, ProfileError if the profile cannot be written.
        """
        sample = self._training_set.remove(sample_id)
        with contextlib.suppress(KeyError):  # a sign of the writer's own, or a label outside a restricted alphabet
            self._adapter.forget(sample_id)
        with contextlib.suppress(KeyError):
            if self._line_adapter is not None:
                self._line_adapter.forget(sample_id)
        if self._signs:
            self._renew_signs()
        return sample

    def restore(self, samples: Sequence[Sample]) -> None:
        """Learn forgotten samples again under their old ids. Raises ProfileError."""
        for sample in samples:
            self._training_set.add(sample, self._training_set.see([(sample.strokes, sample.guide)]))
        self.adapter = self._adapter_name

    def behind(self) -> int:
        """How many samples, of those that another base model saw, are still to be learned by :meth:`catch_up`."""
        return self._training_set.behind

    def catch_up(self, most: int = BATCH) -> int:
        """Derive up to `most` of the samples that are still to be learned, the newest first, and store that.

        What is read changes when all together have doubled since the last time, and when none is left; then
        everything is as if the constructor had waited. Returns how many are left. Raises ProfileError if the profile
        cannot be written; what could not be stored is left.
        """
        if self._training_set.behind:
            self._training_set.derive(most)
            left = self._training_set.behind
            if not left or len(self._profile) - left >= self._rebuild_at:
                self.adapter = self._adapter_name
        return self._training_set.behind

    def known_ids(self) -> set[str]:
        """The ids of all samples that were learned, those that were forgotten since among them."""
        return self._profile.known_ids()

    def samples(self) -> list[Sample]:
        """All that was learned, oldest first."""
        return self._profile.samples()

    def deciding(self) -> set[str]:
        """The ids of the samples that have a part in every prediction now, as the adapter chooses them."""
        return self._adapter.deciding()  # type: ignore[return-value] # here all ids are strings

    def behind_reading(
        self, strokes: Sequence[ArrayLike], label: str, guide: ArrayLike | None = None
    ) -> dict[str, float]:
        """How much samples speak for a character alone being a label, or, below 0, against it: by their ids.

        Raises InkError or LabelError.
        """
        observation = self.observe([(strokes, guide)])
        return self._adapter.behind(observation, self.model.index(label))  # type: ignore[return-value] # as above

    def sample_count(self) -> int:
        """How many samples were learned."""
        return len(self._profile)

    def accuracy(self) -> Accuracy:
        """Of the latest characters that were learned, how many were read right at once."""
        return self._profile.accuracy()

    def close(self) -> None:
        """Close the profile. The recognizer cannot be used afterwards."""
        self._profile.close()
