"""All that adapters learn from: a profile's samples as one base model sees them, and what came without ink."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from handpad.adaptation import Observation, concatenate
from handpad.adaptation.line import InContext, LineAdapter
from handpad.adaptation.own_signs import OTHERS, OwnSigns
from handpad.glyph import cues, glyph
from handpad.ink import Guide
from handpad.labels import Alphabet
from handpad.model.base import BaseModel
from handpad.profile import Profile, Sample
from handpad.reading.frames import LABELS
from handpad.reading.lattice import GEOMETRY
from handpad.reading.line_context import LineContext
from handpad.reading.reader import Reader

BATCH = 64
"""So many samples are derived anew at a time."""

_FETCHED = 1024
"""So many are fetched from the profile for that."""


class Labelled(NamedTuple):
    """n characters with their true labels, oldest first.

    Attributes
    ----------
    ids, labels, confirmed : lists of n: sample ids, indexes into the model's labels, and whether the writer merely let
        the prediction stand.
    observation : n observations.
    """

    ids: list[str]
    observation: Observation
    labels: list[int]
    confirmed: list[bool]


class Signs(NamedTuple):
    """n characters that are signs of the writer's own, oldest first: their sample ids, observations and labels."""

    ids: list[str]
    observation: Observation
    labels: list[str]


class TrainingSet:
    """The samples of an open profile as one base model sees them.

    Attributes
    ----------
    behind : how many samples, of those that another base model saw, are still to be derived.
    """

    def __init__(self, profile: Profile, model: BaseModel):
        self._profile = profile
        self._model = model
        self._stale: list[Sample] = []  # the next ones to be derived anew, oldest first
        self._without_ink: list[Labelled] = []
        self._signs_without_ink: list[Signs] = []
        self._backed_up = False
        self.behind = 0

    def see(self, characters: Sequence[tuple[list[np.ndarray], Guide | None]]) -> Observation:
        """What the base model sees in checked characters, with logits over its whole alphabet."""
        embeddings, logits = self._model.run_unrestricted(np.stack([glyph(strokes) for strokes, _ in characters]))
        return Observation(embeddings, logits, np.stack([cues(*character) for character in characters]))

    def restrict(self, observation: Observation) -> Observation:
        """An observation of :meth:`see` with logits over the model's labels alone."""
        return Observation(observation.embeddings, observation.logits[:, self._model.columns], observation.cues)

    def add(self, sample: Sample, observation: Observation) -> str:
        """Store a sample with what :meth:`see` gives of it; returns its id. Raises ProfileError."""
        return self._profile.add(
            sample, self._model.fingerprint, observation.embeddings[0], observation.logits[0], observation.cues[0]
        )

    def add_without_ink(self, characters: Labelled) -> None:
        """Keep characters beside the profile, as newer than all that it holds, until this is dropped."""
        self._without_ink.append(characters)

    def add_signs_without_ink(self, characters: Signs) -> None:
        """The same of signs of the writer's own."""
        self._signs_without_ink.append(characters)

    def remove(self, sample_id: str) -> Sample:
        """Delete a sample from the profile and return it. Raises KeyError or ProfileError."""
        sample = self._profile.remove(sample_id)
        if self.behind:
            self._stale = [stale for stale in self._stale if stale.id != sample_id]
            self.count_behind()
        return sample

    def labelled(self, latest: int | None = None) -> Labelled | None:
        """All (or so many of the latest) samples whose labels the alphabet has; None if there are none."""
        stored = self._stored(latest)
        every = [stored, *self._without_ink] if stored else self._without_ink
        if len(every) < 2:
            return every[0] if every else None
        ids, observation, labels, confirmed = zip(*every, strict=True)
        return Labelled([*chain(*ids)], concatenate(observation), [*chain(*labels)], [*chain(*confirmed)])

    def _stored(self, latest: int | None) -> Labelled | None:
        derived, alphabet = self._profile.derived(self._model.fingerprint, latest), set(self._model.labels)
        known = [row for row, label in enumerate(derived.labels) if label in alphabet]
        if not known:
            return None
        return Labelled(
            [derived.ids[row] for row in known],
            self.restrict(Observation(derived.embeddings[known], derived.logits[known], derived.cues[known])),
            [self._model.index(derived.labels[row]) for row in known],
            [derived.confirmed[row] for row in known],
        )

    def signs(self, alphabet: Alphabet) -> Signs | None:
        """The samples that are signs of the writer's own in this alphabet; None if there are none."""
        wanted = [label for label in self._profile.labels() if label not in self._model.labels and label in alphabet]
        derived = self._profile.derived(self._model.fingerprint, labels=wanted) if wanted else None
        every = list(self._signs_without_ink)
        if derived is not None and derived.ids:
            seen = self.restrict(Observation(derived.embeddings, derived.logits, derived.cues))
            every.insert(0, Signs(derived.ids, seen, derived.labels))
        if len(every) < 2:
            return every[0] if every else None
        ids, observation, labels = zip(*every, strict=True)
        return Signs([*chain(*ids)], concatenate(observation), [*chain(*labels)])

    def own_signs(self, alphabet: Alphabet) -> OwnSigns:
        """What reads the signs of the writer's own: all of them, and the latest corrections of other characters."""
        found, signs = OwnSigns(self._model.centroids), self.signs(alphabet)
        if signs is not None:
            found.learn(*signs)
            others = self.labelled(OTHERS)
            if others is not None:
                found.learn_others(others.ids, others.observation, others.confirmed)
        return found

    def count_behind(self) -> None:
        """Count again how many are behind."""
        self.behind = self._profile.stale_count(self._model.fingerprint)

    def derive(self, most: int = BATCH) -> None:
        """Let the model see up to `most` of the samples again from which it has derived nothing, the newest first.

        Raises ProfileError if that cannot be stored.
        """
        fingerprint = self._model.fingerprint
        if not self._backed_up:
            self._backed_up = True
            if self._profile.fingerprints() - {fingerprint}:
                self._profile.back_up("model-change")
        if not self._stale:
            self._stale = self._profile.stale(fingerprint, _FETCHED)
        batch = self._stale[-most:]
        if batch:
            observation = self.see([(sample.strokes, sample.guide) for sample in batch])
            rows = zip(
                [sample.id for sample in batch],
                observation.embeddings,
                observation.logits,
                observation.cues,
                strict=True,
            )
            self._profile.store_derived(fingerprint, rows)
        del self._stale[-most:]
        self.behind = max(self.behind - len(batch), 0) if self._stale else self._left_after(len(batch))

    def _left_after(self, done: int) -> int:
        """How many are behind after `done` more, without those that cannot be read; fewer each time, so it ends."""
        return min(self.behind - done, self._profile.stale_count(self._model.fingerprint)) if done else 0


_NOWHERE = np.full(GEOMETRY, np.nan, np.float32)
"""The geometry of a character that was learned off any line."""


def fitting_lines(profile: Profile) -> dict[str, LineContext]:
    """How the samples of a profile stood on their lines, as far as that is what reading knows of lines today."""
    return {sample_id: line for sample_id, line in profile.lines().items() if _fits(line)}


def _fits(line: LineContext) -> bool:
    if line.sequence is not None and not (len(line.sequence) == len(LABELS) + 1 and np.isfinite(line.sequence).all()):
        return False
    places = (line.geometry, *(geometry for _, geometry in line.misread))
    return all(len(geometry) == GEOMETRY and not np.isinf(geometry).any() for geometry in places)


def context_of(reader: Reader, characters: Labelled, lines: Mapping[str, LineContext]) -> tuple[np.ndarray, InContext]:
    """Size and place of n characters, float32 (n, GEOMETRY), NaN off any line; and what gives their scores in context.

    lines : of those that stood on one, by their ids.
    """
    ids, observation = characters.ids, characters.observation
    geometry = np.stack([lines[i].geometry if i in lines else _NOWHERE for i in ids])
    sequence = [lines[i].sequence if i in lines else None for i in ids]

    def in_context(some: slice) -> np.ndarray:
        return reader.in_context(observation[some], geometry[some], sequence[some])

    return geometry, in_context


def teach_lines(reader: Reader, adapter: LineAdapter, characters: Labelled, lines: Mapping[str, LineContext]) -> None:
    """Let the line side of an adapter learn n characters. lines : of those that stood on one, by their ids."""
    ids, observation, labels, confirmed = characters
    geometry, in_context = context_of(reader, characters, lines)
    adapter.learn(ids, observation, geometry, in_context, labels, confirmed)
    teach_grouping(reader, adapter, characters, lines)
    for row, sample_id in enumerate(ids):
        frames = reader.frames_learned(lines[sample_id]) if sample_id in lines else None
        if frames is not None:
            adapter.learn_frames(sample_id, frames.embeddings, frames.missing, confirmed[row])


def teach_grouping(
    reader: Reader, adapter: LineAdapter, characters: Labelled | Signs, lines: Mapping[str, LineContext]
) -> None:
    """Let the line side of an adapter learn how the ink of n characters was parted."""
    for row, sample_id in enumerate(characters.ids):
        if sample_id in lines:
            misparted = reader.misparted(characters.observation[[row]], lines[sample_id])
            if misparted is not None:
                adapter.learn_grouping(sample_id, *misparted)
