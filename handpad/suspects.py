"""Samples of a profile that were probably learned from wrong ink, and how they are set aside and brought back.

Until corrections looked at the ink before they taught it, a typed word could teach a stem as T and a crossbar as h.
What was learned so lies in profiles for years. Such ink does not look like its label, neither to the base model where
it stood on its line nor to the writer's other samples of that label.

Set aside, a sample lies in a profile of its own beside the first, where nothing is learned from it, and can be brought
back.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from handpad.adaptation import softmax
from handpad.adaptation.kernels import SHAPE, squared_distances, unit_length
from handpad.model.base import BaseModel
from handpad.profile import Profile, Sample
from handpad.profile.backups import back_up
from handpad.reading.likely import twins
from handpad.reading.line_context import LineContext
from handpad.reading.reader import Reader
from handpad.training_set import Labelled, TrainingSet, context_of, fitting_lines

UNLIKELY = 0.05
"""Ink that is less probable to be its label, or one of the same shape, may be wrong ..."""

ALIKE = 0.6
"""... unless it is so much like a sample of the label that is probable: then it is how this writer writes it."""

_ASIDE = "-set-aside"


def aside_path(path: Path) -> Path:
    """Where the samples lie that were set aside from a profile."""
    return path.with_name(f"{path.stem}{_ASIDE}{path.suffix}")


def is_aside(path: Path) -> bool:
    """Whether a file is where samples of another profile were set aside."""
    return path.stem.endswith(_ASIDE)


def suspects(profile: Profile) -> list[Sample]:
    """The samples that were probably learned from wrong ink, oldest first. Raises ProfileError or ModelError."""
    model = BaseModel.load()
    training_set = TrainingSet(profile, model)
    training_set.count_behind()
    while training_set.behind:
        training_set.derive()
    characters = training_set.labelled()
    if characters is None:
        return []
    probable = probabilities(characters, fitting_lines(profile), model)
    return [profile.sample(characters.ids[row]) for row in unlike(characters, probable, model)]


def unlike(characters: Labelled, probable: np.ndarray, model: BaseModel) -> list[int]:
    """The rows of learned characters whose ink looks like their label neither to the model nor to the other samples.

    probable : as from :func:`probabilities`.
    """
    embeddings, labels = unit_length(characters.observation.embeddings), np.array(characters.labels)
    same = twins(model.labels) > 0
    found = []
    for row in np.flatnonzero(probable < UNLIKELY):
        others = same[labels[row], labels] & (probable >= UNLIKELY)
        alike = np.exp(-SHAPE * squared_distances(embeddings[[row]], embeddings[others]))
        if alike.max(initial=0.0) < ALIKE:
            found.append(int(row))
    return found


def probabilities(characters: Labelled, lines: Mapping[str, LineContext], model: BaseModel) -> np.ndarray:
    """How probable each learned character's label, or one of its shape, is by what its ink and its line show: (n,)."""
    _, in_context = context_of(Reader.for_model(model, None), characters, lines)
    shape = softmax(in_context(slice(None))) @ twins(model.labels)
    return shape[np.arange(len(characters.labels)), characters.labels]


def set_aside(path: Path) -> list[Sample]:
    """Take the suspects of a profile out of what is learned from, into the profile of :func:`aside_path`; returns them.

    The profile is copied to its backups first. Raises ProfileError or ModelError.
    """
    with Profile(path) as profile:
        found = suspects(profile)
        if found:
            back_up(path, "samples")
            with Profile(aside_path(path)) as aside:
                move(found, profile, aside, BaseModel.load())
    return found


def bring_back(path: Path) -> list[Sample]:
    """Learn everything again that was set aside from a profile; returns it. Raises ProfileError or ModelError."""
    if not aside_path(path).is_file():
        return []
    with Profile(path) as profile, Profile(aside_path(path)) as aside:
        found = [aside.sample(sample.id) for sample in aside.samples()]
        move(found, aside, profile, BaseModel.load())
    return found


def move(samples: Sequence[Sample], source: Profile, target: Profile, model: BaseModel) -> None:
    """Take samples from one profile to another; the model sees them there. Raises ProfileError.

    Each is in the target before it leaves the source, so that none is lost on the way.
    """
    known = {sample.id for sample in target.samples()}
    training_set = TrainingSet(target, model)
    for sample in samples:
        if sample.id not in known:
            training_set.add(sample, training_set.see([(sample.strokes, sample.guide)]))
        source.remove(sample.id)
