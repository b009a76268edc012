"""What a writer has taught, sample by sample: looked through, mended, set aside and taken back.

Reached as ``Recognizer.handwriting``, and used from the recognizer's thread. What takes long is computed of a
:class:`Written`, which nothing changes any more, in whatever thread.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from handpad.errors import LabelError
from handpad.model.base import BaseModel
from handpad.profile import Entry, Profile, Sample
from handpad.reading.line_context import LineContext
from handpad.suspects import aside_path, move
from handpad.training_set import BATCH, Labelled, TrainingSet, fitting_lines

CORRECTION, CONFIRMATION, PARTED = range(3)
"""What a sample is: the writer gave its label, let it stand, or joined or parted its ink."""

FEW = 8
"""So many samples are forgotten one by one; of more, all that is left is learned anew."""


@dataclass(frozen=True)
class Written:
    """All that a profile tells of its n samples, oldest first, as one base model sees them.

    Attributes
    ----------
    entries : of all samples.
    model : the base model.
    characters : those whose label the model knows and that it has seen; None if there are none.
    lines : how samples stood on their lines, by their ids.
    """

    entries: list[Entry]
    model: BaseModel
    characters: Labelled | None
    lines: Mapping[str, LineContext]


def kind_of(entry: Entry) -> int:
    """Whether a sample is a CORRECTION, a CONFIRMATION or PARTED."""
    if entry.regrouped or not entry.predicted:
        return PARTED
    return CONFIRMATION if entry.confirmed else CORRECTION


class Learner(Protocol):
    """The recognizer, as far as it is needed here."""

    model: BaseModel
    adapter: str

    def forget(self, sample_id: str) -> Sample:
        """See :meth:`handpad.recognizer.Recognizer.forget`."""

    def deciding(self) -> set[str]:
        """See :meth:`handpad.recognizer.Recognizer.deciding`."""


class Handwriting:
    """The samples of a recognizer. All ids are those of samples; what is not there any more is passed over."""

    def __init__(self, learner: Learner, profile: Profile, training_set: TrainingSet):
        self._learner, self._profile, self._training_set = learner, profile, training_set
        self._in_memory: Profile | None = None  # what was set aside from a profile that has no file

    def entries(self) -> list[Entry]:
        """All samples without their ink, oldest first. Raises ProfileError."""
        return self._profile.entries()

    def aside(self) -> list[Entry]:
        """The samples that were set aside, oldest first: nothing is learned from them. Raises ProfileError."""
        if not self._in_memory and not aside_path(self._profile.path).is_file():
            return []
        with self._aside() as aside:
            return aside.entries()

    def ink(self, sample_ids: Sequence[str]) -> dict[str, list[np.ndarray]]:
        """The strokes of samples, set aside or not, by id; without those that cannot be read. Raises ProfileError."""
        found = {}
        missing = []
        for sample_id in sample_ids:
            try:
                found[sample_id] = self._profile.sample(sample_id).strokes
            except KeyError:
                missing.append(sample_id)
        if missing and (self._in_memory or aside_path(self._profile.path).is_file()):
            with self._aside() as aside:
                for sample_id in missing:
                    with contextlib.suppress(KeyError):
                        found[sample_id] = aside.sample(sample_id).strokes
        return found

    def deciding(self) -> set[str]:
        """The ids of the samples that have a part in every prediction now."""
        return self._learner.deciding()

    def written(self) -> Written:
        """All that is known of the samples now, to be looked through elsewhere. Raises ProfileError."""
        profile = self._profile
        return Written(profile.entries(), self._learner.model, self._training_set.labelled(), fitting_lines(profile))

    def delete(self, sample_ids: Sequence[str]) -> list[Sample]:
        """Forget samples; returns them, for :meth:`restore`. Raises ProfileError, with the rest left as it is.

        Of many, the profile is copied to its backups first.
        """
        if len(sample_ids) <= FEW:
            return list(self._forgotten(sample_ids))
        self._profile.back_up("reset")
        found = self._profile.remove_many(sample_ids)
        self._learn_anew()
        return found

    def restore(self, samples: Sequence[Sample]) -> None:
        """Learn forgotten samples again, under their old ids and in their old places. Raises ProfileError.

        Where the recognizer does not wait, many are left to :meth:`handpad.recognizer.Recognizer.catch_up`.
        """
        known = {entry.id for entry in self._profile.entries()}
        self._profile.add_many([sample for sample in samples if sample.id not in known])
        self._learn_anew()

    def relabel(self, sample_id: str, label: str) -> Sample:
        """Learn that a sample says another label, as a correction; returns it as it was, for :meth:`give_back`.

        Raises LabelError if the model does not know the label, KeyError or ProfileError, with nothing changed.
        """
        if label not in self._learner.model.labels:
            raise LabelError(f"{label!r} is no character that this model reads, so nothing can be learned of it.")
        before = self._profile.sample(sample_id)
        line = before.line and replace(before.line, frames=None)  # its frames taught the label of before
        self.give_back(replace(before, label=label, confirmed=False, line=line))
        return before

    def give_back(self, sample: Sample) -> None:
        """Learn a sample as it is given in place of what is learned under its id. Raises ProfileError."""
        self._forgotten([sample.id])
        self._profile.add_many([sample])
        self._learn_anew()

    def set_aside(self, sample_ids: Sequence[str]) -> None:
        """Learn from samples no longer, and keep them beside the profile. Raises ProfileError."""
        lines, wanted = self._profile.lines(), set(sample_ids)
        found = [replace(one, line=lines.get(one.id)) for one in self._profile.samples() if one.id in wanted]
        with self._aside() as aside:
            move(found, self._profile, aside, self._learner.model)
        self._learn_anew()

    def bring_back(self, sample_ids: Sequence[str]) -> None:
        """Learn again from samples that were set aside. Raises ProfileError."""
        with self._aside() as aside:
            wanted = {entry.id for entry in aside.entries()} & set(sample_ids)
            move([aside.sample(sample_id) for sample_id in wanted], aside, self._profile, self._learner.model)
        self._learn_anew()

    def _forgotten(self, sample_ids: Sequence[str]) -> list[Sample]:
        found = []
        for sample_id in sample_ids:
            with contextlib.suppress(KeyError):
                found.append(self._learner.forget(sample_id))
        return found

    def _learn_anew(self) -> None:
        """Learn all that is stored, in its order; what no model has seen yet is seen first, if it is not much."""
        self._training_set.count_behind()
        if 0 < self._training_set.behind <= BATCH:
            self._training_set.derive()
        self._learner.adapter = self._learner.adapter

    @contextlib.contextmanager
    def _aside(self) -> Iterator[Profile]:
        """The profile of what was set aside. Raises ProfileError."""
        if str(self._profile.path) == ":memory:":
            if self._in_memory is None:
                self._in_memory = Profile(":memory:")
            yield self._in_memory
        else:
            with Profile(aside_path(self._profile.path)) as aside:
                yield aside
