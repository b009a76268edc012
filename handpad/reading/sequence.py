"""What the sequence network makes of a line of ink, and what it says for each segment hypothesis.

The network gives, for each frame of the pen's way (:mod:`handpad.reading.trajectory`), a distribution over labels, a
space and CTC's blank (Graves et al. 2006). Given these, frames are independent: the probability of a text whose
characters part the frames is the product over its characters of the probability that their own frames say just that
label, between blanks. So the network speaks for segment hypotheses like every other potential of the search, joined
writing is parted where the network sees a letter end, and a late dot or bar, which is blank, goes where the search puts
it.
"""

import zlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import ModelError
from handpad.model.folder import SEQUENCE, is_model, read_description, read_file
from handpad.numerics import log_softmax
from handpad.reading.frames import BLANK, CLASSES, EMBEDDING, LABELS, SPACE, Frames, FrameSamples
from handpad.reading.lattice import Lattice
from handpad.reading.trajectory import FEATURES, FRAME, trajectory

FLOOR = -12.0
"""Nats: what the network finds less likely than that, beside a blank, is all the same."""

SPACE_FLOOR = -3.0
"""Nats: the network is never surer than that whether there is a space; how wide gaps are is seen beside it."""

MOST_FRAMES = 96
"""Of a character; ink with more is a drawing, for which the network says nothing."""

_CERTAIN = 0.3
_REMEMBERED = 24
_PADDED = 64


class SequenceNetwork:
    """The fitted network of a model folder. Use it from one thread at a time."""

    def __init__(self, data: bytes, path: Path):
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
            embeddings, logits = self._forward(np.zeros((1, FEATURES, FRAME * _PADDED), np.float32))
        except cv2.error as error:
            raise ModelError(f"The model file {path} is damaged: it does not run as a network.") from error
        if embeddings.shape != (1, EMBEDDING, _PADDED) or logits.shape != (1, CLASSES, _PADDED):
            raise ModelError(f"The model file {path} is damaged: it does not give what reading lines needs.")
        self.fingerprint = zlib.crc32(data)
        self._known: OrderedDict[int, Frames] = OrderedDict()

    @classmethod
    def load(cls, folder: Path) -> "SequenceNetwork | None":
        """The network in a model folder; None where there is none. Raises ModelError if it is damaged."""
        if not (folder / SEQUENCE).is_file():
            return None
        return cls(read_file(folder, SEQUENCE, read_description(folder) if is_model(folder) else {}), folder / SEQUENCE)

    def frames(self, strokes: Sequence[np.ndarray]) -> Frames:
        """Run the network on a line of ink: arrays (n, 2 or more), in the order of writing, y down."""
        key = hash(tuple((stroke.shape, stroke.dtype.str, stroke.tobytes()) for stroke in strokes))
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        ink = trajectory(strokes)
        count = len(ink.strokes)
        # Few different lengths, since OpenCV plans anew for each.
        padded = np.zeros((1, FEATURES, FRAME * _PADDED * -(-count // _PADDED)), np.float32)
        padded[0, :, : len(ink.features)] = ink.features.T
        embeddings, logits = self._forward(padded)
        probabilities = np.exp(log_softmax(logits[0, :, :count].T))
        found = Frames(probabilities, embeddings[0, :, :count].T.copy(), ink.strokes, ink.positions, ink.size)
        self._known[key] = found
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _forward(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self._net.setInput(features, "features")
        embeddings, logits = self._net.forward(["embeddings", "logits"])
        return embeddings, logits


def owners(frames: Frames, segments: Lattice) -> np.ndarray:
    """The fragment of each frame: int (t,), -1 where none has it.

    Frames that say the same label one behind the other belong to one fragment, that of the surest: else the two halves
    of a letter could each be taken for it.
    """
    owner = np.full(len(frames), -1)
    stretches: dict[int, list[tuple[int, int, int]]] = {}
    for index, fragment in enumerate(segments.fragments):
        for substroke in fragment.substrokes:
            stretches.setdefault(substroke.stroke, []).append((substroke.start, substroke.stop, index))
    for stroke, own in stretches.items():
        own.sort()
        frames_of = np.flatnonzero((frames.strokes == stroke) & (frames.positions >= 0))
        place = np.searchsorted([start for start, _, _ in own], frames.positions[frames_of], side="right") - 1
        owner[frames_of] = np.array([index for _, _, index in own])[np.maximum(place, 0)]
    for frame in range(len(frames) - 2, -1, -1):
        if owner[frame] < 0:
            owner[frame] = owner[frame + 1]
    best = frames.probabilities.argmax(axis=1)
    sure = frames.probabilities.max(axis=1)
    start = 0
    for stop in range(1, len(frames) + 1):
        if stop < len(frames) and best[stop] == best[start]:
            continue
        if best[start] != BLANK and stop - start > 1 and sure[start:stop].min() > _CERTAIN:
            owner[start:stop] = owner[start + int(sure[start:stop].argmax())]
        start = stop
    return owner


def label_scores(frames: Frames, segments: Lattice, owner: np.ndarray) -> np.ndarray:
    """How likely the frames of each segment say one label, against that they say nothing: log odds, float64 (n, c).

    c are LABELS; at least FLOOR.
    """
    blank = frames.probabilities[:, BLANK] + frames.probabilities[:, SPACE]
    ratio = frames.probabilities[:, 1:SPACE] / np.maximum(blank, np.exp(FLOOR))[:, None]
    ratio = np.concatenate([ratio, np.zeros((1, len(LABELS)), np.float32)])
    of_fragment = [np.flatnonzero(owner == index) for index in range(len(segments.fragments))]
    members = [
        np.sort(np.concatenate(of_fragment[start:stop]))
        for start, stop in zip(segments.starts, segments.stops, strict=True)
    ]
    longest = min(max(map(len, members)), MOST_FRAMES)
    table = np.full((len(segments), longest), len(frames))
    for segment, own in enumerate(members):
        if len(own) <= longest:
            table[segment, : len(own)] = own
    shape = (len(segments), len(LABELS))
    inside, behind = np.zeros(shape), np.zeros(shape)
    for column in range(longest):
        there = table[:, column] < len(frames)
        if not there.any():
            break
        behind += inside
        inside = (inside + 1.0) * ratio[table[:, column]]
        inside = np.minimum(inside, 1e200)
    return np.log(np.maximum(inside + behind, np.exp(FLOOR)))


def space_scores(frames: Frames, segments: Lattice, owner: np.ndarray) -> np.ndarray:
    """Log probability of no space and of a space before each fragment but the first: float64 (m - 1, 2)."""
    count = len(segments.fragments)
    chance = np.zeros(count + 1)
    best = frames.probabilities.argmax(axis=1)
    letters = np.flatnonzero((best != BLANK) & (best != SPACE) & (owner >= 0))
    for frame in np.flatnonzero(frames.probabilities[:, SPACE] > 1e-3):
        place = int(np.searchsorted(letters, frame))
        if 0 < place < len(letters):
            # The pen may have drawn a letter's right part first: the space is somewhere between the two letters.
            left, right = sorted((owner[letters[place - 1]], owner[letters[place]]))
            between = slice(left + 1, max(left + 1, right) + 1)
            chance[between] = np.maximum(chance[between], frames.probabilities[frame, SPACE])
    chance = np.clip(chance[1:count], np.exp(SPACE_FLOOR), 1 - np.exp(SPACE_FLOOR))
    return np.stack([np.log(1 - chance), np.log(chance)], axis=1)


LEAST_MISSING = 0.1
"""Frames of which more than that was missing teach it; of the others only the one that says the label the most."""

MOST_LEARNED = 4
"""So many frames of a character are learned at most."""


def frame_samples(frames: Frames, own: np.ndarray, label: str, network: int) -> FrameSamples | None:
    """What the frames of a character teach, once its label is known; None where the network has no such label.

    own : int (k,), the frames of the character's ink, in the order of writing.
    """
    if label not in LABELS or not 0 < len(own) <= MOST_FRAMES:
        return None
    column = LABELS.index(label) + 1
    said = frames.probabilities[own].astype(np.float64)
    posterior = _alignment(np.maximum(said[:, column], 1e-6), np.maximum(said[:, BLANK] + said[:, SPACE], 1e-6))
    wanted = np.zeros_like(said)
    wanted[:, column] = posterior
    blanks = said[:, [BLANK, SPACE]] + 1e-9
    wanted[:, [BLANK, SPACE]] = (1 - posterior)[:, None] * blanks / blanks.sum(axis=1, keepdims=True)
    missing = wanted - said
    amount = np.abs(missing).sum(axis=1)
    amount[posterior.argmax()] += 2.0
    chosen = np.sort(np.argsort(-amount, kind="stable")[:MOST_LEARNED])
    chosen = chosen[amount[chosen] > LEAST_MISSING]
    embeddings = frames.embeddings[own[chosen]].astype(np.float16)
    return FrameSamples(network, embeddings, missing[chosen].astype(np.float16))


def _alignment(label: np.ndarray, blank: np.ndarray) -> np.ndarray:
    """The posterior that each frame says the label, given that all together say it once: float64 (k,).

    label, blank : float64 (k,), the probabilities of either. Forward and backward sums over blank* label+ blank*.
    """
    count = len(label)
    ahead, back = np.zeros((count, 3)), np.zeros((count, 3))
    state = np.array([1.0, 0.0, 0.0])
    for frame in range(count):
        before, inside, after = state
        state = np.array([before * blank[frame], (before + inside) * label[frame], (inside + after) * blank[frame]])
        state /= state.sum()
        ahead[frame] = state
    state = np.array([0.0, 1.0, 1.0])
    for frame in range(count - 1, -1, -1):
        back[frame] = state
        before, inside, after = state * [blank[frame], label[frame], blank[frame]]
        state = np.array([before + inside, inside + after, after])
        state /= state.sum()
    both = ahead * back
    return both[:, 1] / np.maximum(both.sum(axis=1), 1e-300)
