import copy
import itertools
import shutil
from collections import defaultdict

import numpy as np
import pytest
from handwriting import line, write_line
from said import class_of, frames, with_probabilities

from handpad.errors import ModelError
from handpad.model.folder import NEEDED, SEQUENCE, add_file, read_description, seal
from handpad.paths import bundled_models
from handpad.reading.frames import BLANK, CLASSES, LABELS, SPACE, Frames
from handpad.reading.lattice import Lattice, lattice
from handpad.reading.sequence import (
    FLOOR,
    LEAST_MISSING,
    MOST_FRAMES,
    MOST_LEARNED,
    SPACE_FLOOR,
    SequenceNetwork,
    frame_samples,
    label_scores,
    owners,
    space_scores,
)
from handpad.reading.trajectory import FEATURES, FRAME, trajectory


def ink(text):
    return [stroke for letter in write_line(text) for stroke in letter]


def bars(count: int) -> Lattice:
    """The groups of so many separate upright strokes, each a fragment: rows 0 to 12."""
    strokes = [line((20 * number, 0), (20 * number, 30)) for number in range(count)]
    return lattice([np.column_stack([stroke, np.full((len(stroke), 2), 0.5)]) for stroke in strokes])


WAVE = np.column_stack([line((0, 0), (5, 20), (10, 0), points=10), np.full((21, 2), 0.5)])
"""One stroke, cut at row 10 where a network sees two letters."""


def column(label: str) -> int:
    return LABELS.index(label)


def row_of(segments: Lattice, start: int, stop: int) -> int:
    """The group of the fragments from start to stop - 1."""
    return int(np.flatnonzero((segments.starts == start) & (segments.stops == stop))[0])


# Whose frames they are


def test_frames_belong_to_the_fragment_that_they_lie_on():
    observation = frames([(0, 2, "n"), (0, 9, ""), (0, 11, ""), (0, 17, "i")])
    segments = lattice([WAVE], frames=observation)
    assert [fragment.substrokes[0][1:] for fragment in segments.fragments] == [(0, 11), (10, 21)]
    assert owners(observation, segments).tolist() == [0, 0, 1, 1]


def test_the_way_through_the_air_goes_with_the_stroke_that_it_leads_to():
    observation = frames([(0, 5, "i"), (1, -1, ""), (1, 2, "l"), (2, -1, " "), (2, 4, "")])
    assert owners(observation, bars(3)).tolist() == [0, 1, 1, 2, 2]


def test_a_late_dot_goes_to_its_own_fragment_wherever_that_stands():
    strokes = ink("iu")
    stem, dot, u = strokes
    observation = frames([(0, 3, "i"), (1, -1, ""), (1, 8, "u"), (2, -1, ""), (2, 0, "")])
    segments = lattice([stem, u, dot])
    order = [fragment.substrokes[0].stroke for fragment in segments.fragments]
    assert order.index(2) < order.index(1)
    assert owners(observation, segments).tolist() == [order.index(stroke) for stroke in (0, 1, 1, 2, 2)]


def test_frames_in_a_row_of_one_label_go_to_the_surest():
    observation = frames([(0, 2, "n"), (0, 9, "i"), (0, 11, "i"), (0, 17, "")])
    segments = lattice([WAVE], frames=frames([(0, 2, "n"), (0, 17, "i")]))
    for surest, owner in ((1, 0), (2, 1)):
        probabilities = observation.probabilities.copy()
        probabilities[surest, class_of("i")] = 0.95
        found = owners(with_probabilities(probabilities, observation.strokes, observation.positions), segments)
        assert found.tolist() == [0, owner, owner, 1]


def test_unsure_frames_and_blanks_in_a_row_stay_where_they_are():
    segments = lattice([WAVE], frames=frames([(0, 2, "n"), (0, 17, "i")]))
    blanks = frames([(0, 2, "n"), (0, 9, ""), (0, 11, ""), (0, 17, "i")])
    assert owners(blanks, segments).tolist() == [0, 0, 1, 1]
    probabilities = np.full((4, CLASSES), 0.75 / (CLASSES - 1))
    probabilities[:, class_of("i")] = 0.25
    unsure = with_probabilities(probabilities, [0] * 4, [2, 9, 11, 17])
    assert owners(unsure, segments).tolist() == [0, 0, 1, 1]


# What they say for labels


def random_frames(count: int, strokes, generator: np.random.Generator, said=".ab") -> Frames:
    """Frames that say only some labels, each a fragment of its own stroke or several to one."""
    probabilities = np.zeros((count, CLASSES))
    classes = [BLANK, SPACE, *map(class_of, said)]
    probabilities[:, classes] = generator.dirichlet(np.ones(len(classes)), count)
    return with_probabilities(probabilities, list(strokes), [5.0] * count)


def by_all_paths(observation: Frames, members: list[np.ndarray], said=".ab") -> dict[tuple[str, ...], float]:
    """CTC by brute force: log odds of each text, against that nothing is said, with one label to each group's frames.

    All paths that say it are added up; a space says nothing here, and two groups may say the same label side by side.
    """
    texts: dict[tuple[str, ...], float] = defaultdict(float)
    classes = [BLANK, SPACE, *map(class_of, said)]
    label_of = {BLANK: "", SPACE: ""} | {class_of(label): label for label in said}
    own = np.concatenate(members)
    group_of = np.concatenate([[number] * len(frames_of) for number, frames_of in enumerate(members)])
    nothing = float(observation.probabilities[own][:, [BLANK, SPACE]].sum(axis=1).prod())
    for path in itertools.product(classes, repeat=len(own)):
        probability = float(np.prod(observation.probabilities[own, path]))
        text: list[list[str]] = [[] for _ in members]
        before = ""
        for place, chosen in enumerate(path):
            label = label_of[chosen]
            if label and (label != before or group_of[place] != group_of[place - 1]):
                text[group_of[place]].append(label)
            before = label
        if all(len(labels) == 1 for labels in text):
            texts[tuple(labels[0] for labels in text)] += probability / nothing
    return {text: float(np.log(odds)) for text, odds in texts.items()}


@pytest.mark.parametrize("count", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(3))
def test_a_label_scores_the_sum_over_all_paths_that_say_it(count, seed):
    observation = random_frames(count, [0] * count, np.random.default_rng(seed))
    segments = bars(1)
    found = label_scores(observation, segments, owners(observation, segments))
    assert found.shape == (1, len(LABELS))
    wanted = by_all_paths(observation, [np.arange(count)])
    for label in ".ab":
        assert found[0, column(label)] == pytest.approx(max(wanted[label,], FLOOR), abs=1e-4)
    assert (np.delete(found[0], [column(label) for label in ".ab"]) == FLOOR).all()


@pytest.mark.parametrize("seed", range(3))
def test_scores_of_groups_add_up_to_those_of_a_text_whose_characters_part_the_frames(seed):
    """Also where a late stroke's frames come after those of the next letter."""
    generator = np.random.default_rng(seed)
    segments = bars(3)
    observation = random_frames(6, [0, 0, 1, 1, 2, 2], generator)
    owner = owners(observation, segments)
    owner = np.array([0, 0, 1, 1, 2, 2]) if len(set(owner.tolist())) < 3 else owner
    found = label_scores(observation, segments, owner)
    for ends in ((1, 3), (2, 3), (1, 2, 3), (3,)):
        starts = (0, *ends[:-1])
        rows = [
            int(np.flatnonzero((segments.starts == a) & (segments.stops == b))[0])
            for a, b in zip(starts, ends, strict=True)
        ]
        members = [np.flatnonzero((owner >= a) & (owner < b)) for a, b in zip(starts, ends, strict=True)]
        for text, odds in by_all_paths(observation, members).items():
            summed = sum(found[row, column(label)] for row, label in zip(rows, text, strict=True))
            assert summed == pytest.approx(odds, abs=1e-3)


def test_frames_of_a_late_stroke_count_to_its_letter():
    """A stem, another letter, and then the rest of the first: both of its frames may say it, one after the other."""
    generator = np.random.default_rng(5)
    segments = bars(2)
    observation = random_frames(5, [0, 0, 1, 1, 0], generator)
    owner = np.array([0, 0, 1, 1, 0])
    found = label_scores(observation, segments, owner)
    row = row_of(segments, 0, 1)
    wanted = by_all_paths(observation, [np.array([0, 1, 4])])
    assert found[row, column("a")] == pytest.approx(wanted["a",], abs=1e-4)


def test_a_clear_letter_wins_its_group_and_blanks_win_nothing():
    observation = frames([(0, 3, ""), (0, 6, "h"), (1, -1, ""), (1, 3, ""), (1, 6, "")], sure=0.99)
    segments = bars(2)
    found = label_scores(observation, segments, owners(observation, segments))
    alone = [row_of(segments, fragment, fragment + 1) for fragment in (0, 1)]
    both = row_of(segments, 0, 2)
    assert found[alone[0]].argmax() == found[both].argmax() == column("h")
    assert found[alone[0], column("h")] > 4
    assert found[alone[1]].max() < -3


def test_a_drawing_and_a_fragment_without_frames_are_at_the_floor():
    count = MOST_FRAMES + 1
    observation = frames([*[(0, 1 + 10 * frame / count, "m") for frame in range(count)], (1, -1, "l"), (1, 3, "l")])
    segments = bars(2)
    owner = np.array([0] * count + [1, 1])
    found = label_scores(observation, segments, owner)
    alone = [row_of(segments, fragment, fragment + 1) for fragment in (0, 1)]
    assert (found[alone[0]] == FLOOR).all()
    assert found[alone[1]].argmax() == column("l")
    nobody = label_scores(observation, segments, np.full(len(observation), -1))
    assert (nobody == FLOOR).all()


def test_frames_that_are_certain_stay_finite():
    observation = frames([(0, 1 + place / 10, "w") for place in range(MOST_FRAMES)], sure=1.0)
    segments = bars(1)
    assert np.isfinite(label_scores(observation, segments, owners(observation, segments))).all()


# What they say for spaces


def test_a_space_in_the_air_stands_before_the_stroke_that_it_leads_to():
    observation = frames([(0, 5, "a"), (1, -1, " "), (1, 5, "b"), (2, -1, ""), (2, 5, "c")])
    found = space_scores(observation, bars(3), owners(observation, bars(3)))
    assert found.shape == (2, 2)
    assert np.exp(found).sum(axis=1) == pytest.approx(1)
    assert np.exp(found[:, 1]) == pytest.approx([0.9, np.exp(SPACE_FLOOR)], rel=1e-4)


@pytest.mark.parametrize(("labels", "place"), [(" b", 0), ("b ", 1)], ids=["before its letter", "behind it"])
def test_a_space_in_a_stroke_stands_before_or_behind_its_letter(labels, place):
    middle = [(1, 3 + 4 * number, label) for number, label in enumerate(labels)]
    observation = frames([(0, 5, "a"), (1, -1, ""), *middle, (2, -1, ""), (2, 5, "c")])
    found = space_scores(observation, bars(3), owners(observation, bars(3)))
    assert (found[:, 1] > found[:, 0]).tolist() == [place == 0, place == 1]


def test_no_space_stands_before_the_first_letter_or_behind_the_last():
    observation = frames([(0, 2, " "), (0, 5, "a"), (1, -1, ""), (1, 5, "b"), (1, 9, " ")])
    found = space_scores(observation, bars(2), owners(observation, bars(2)))
    assert (found[:, 1] < found[:, 0]).all()
    assert space_scores(observation, bars(1), np.zeros(len(observation), int)).shape == (0, 2)


def test_a_space_may_be_anywhere_between_the_letters_before_and_behind_it():
    """The pen drew the right part of the second letter first."""
    observation = frames([(0, 5, "a"), (2, -1, " "), (2, 5, "h"), (1, -1, ""), (1, 5, "")])
    owner = np.array([0, 2, 2, 1, 1])
    found = np.exp(space_scores(observation, bars(3), owner)[:, 1])
    assert found == pytest.approx(0.9, abs=1e-3)
    back = frames([(0, 5, "a"), (2, -1, ""), (2, 5, "b"), (1, -1, " "), (1, 5, "c")])
    assert (np.exp(space_scores(back, bars(3), owner)[:, 1]) > 0.5).tolist() == [False, True]


def test_a_certain_space_leaves_the_other_way_possible():
    observation = frames([(0, 5, "a"), (1, -1, " "), (1, 5, "b")], sure=1.0)
    assert np.isfinite(space_scores(observation, bars(2), owners(observation, bars(2)))).all()


# What they teach


def spread(observation: Frames, label: str) -> np.ndarray:
    """The posterior that each frame says a label, by adding up all ways to say it once: float64 (t,)."""
    says, nothing = (
        observation.probabilities[:, class_of(label)],
        observation.probabilities[:, [BLANK, SPACE]].sum(axis=1),
    )
    total = np.zeros(len(observation))
    every = 0.0
    for start, stop in itertools.combinations(range(len(observation) + 1), 2):
        inside = np.arange(start, stop)
        chance = float(np.where(np.isin(np.arange(len(observation)), inside), says, nothing).prod())
        total[inside] += chance
        every += chance
    return total / every


@pytest.mark.parametrize("seed", range(4))
def test_frames_teach_what_they_lacked_of_the_alignment_of_their_label(seed):
    observation = random_frames(4, [0] * 4, np.random.default_rng(seed))
    found = frame_samples(observation, np.arange(4), "a", 7)
    posterior = spread(observation, "a")
    missing = np.zeros((4, CLASSES))
    missing[:, class_of("a")] = posterior
    blanks = observation.probabilities[:, [BLANK, SPACE]]
    missing[:, [BLANK, SPACE]] = (1 - posterior)[:, None] * blanks / blanks.sum(axis=1, keepdims=True)
    missing -= observation.probabilities
    assert found.network == 7
    kept = np.abs(missing).sum(axis=1) > LEAST_MISSING
    kept[posterior.argmax()] = True
    assert found.missing == pytest.approx(missing[kept], abs=2e-3)
    assert found.missing.astype(float).sum(axis=1) == pytest.approx(0, abs=5e-3)


def test_only_the_frames_that_lacked_most_are_learned():
    observation = frames([(0, 2, ""), (0, 4, "a"), *((0, 5 + place, "b") for place in range(6)), (0, 20, "")])
    found = frame_samples(observation, np.arange(len(observation)), "a", 1)
    assert len(found.embeddings) == len(found.missing) == MOST_LEARNED
    sure = frames([(0, 2, ""), (0, 4, "a"), (0, 9, "")], sure=0.999)
    assert len(frame_samples(sure, np.arange(3), "a", 1).missing) == 1


def test_what_has_no_frames_too_many_or_no_such_label_teaches_nothing():
    observation = frames([(0, 1 + place / 10, "w") for place in range(MOST_FRAMES + 1)])
    assert frame_samples(observation, np.arange(MOST_FRAMES), "w", 1) is not None
    assert frame_samples(observation, np.arange(MOST_FRAMES + 1), "w", 1) is None
    assert frame_samples(observation, np.arange(0), "w", 1) is None
    assert frame_samples(observation, np.arange(3), "é", 1) is None


# The network itself


@pytest.fixture(scope="module")
def fitted():
    """A network of random weights, as torch has it."""
    torch = pytest.importorskip("torch")
    from handpad.train.lines.sequence_network import SequenceNetwork as Fitted

    torch.manual_seed(1)
    network = Fitted(CLASSES - 1)
    features = torch.from_numpy(trajectory(ink("the fox will vex us")).features.T[None].copy())
    with torch.no_grad():
        for _ in range(30):  # statistics as of a network that has seen ink
            network(features)
    network.head.weight.data *= 10  # some labels much likelier than others
    return network.eval()


@pytest.fixture(scope="module")
def onnx(fitted) -> bytes:
    from handpad.train.lines.sequence_network import export

    return export(fitted)


@pytest.fixture
def folder(tmp_path, onnx):
    """A whole model with such a network in it, every file under its checksum."""
    for name in NEEDED:
        shutil.copy(bundled_models() / "handpad" / name, tmp_path)
    seal(tmp_path)
    add_file(tmp_path, SEQUENCE, onnx)
    assert SEQUENCE in read_description(tmp_path)["sha256"]
    return tmp_path


def equal(one: Frames, other: Frames) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Frames.__dataclass_fields__)


def test_opencv_computes_what_torch_does(folder, fitted):
    import torch

    network = SequenceNetwork.load(folder)
    for text in ("i", "to", "lost hills", "the fox will vex us all yet again"):
        strokes = ink(text)
        features = trajectory(strokes).features.T[None]
        count = features.shape[2] // FRAME
        padded = np.zeros((1, FEATURES, FRAME * 64 * -(-count // 64)), np.float32)
        padded[:, :, : features.shape[2]] = features
        with torch.no_grad():
            embeddings, logits = (values[0, :, :count].T for values in fitted(torch.from_numpy(padded)))
        found = network.frames(strokes)
        assert found.probabilities.max() > 0.2
        assert found.embeddings.std() > 0.1
        assert found.probabilities == pytest.approx(logits.softmax(1).numpy(), abs=1e-4)
        assert found.embeddings == pytest.approx(embeddings.numpy(), abs=1e-4)
        assert found.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert found.probabilities.shape == (count, CLASSES)


def test_frames_are_the_same_whatever_was_asked_before(folder):
    lines = [ink(text) for text in ("over", "i", "a lazy line of it")]
    network = SequenceNetwork.load(folder)
    first = [network.frames(strokes) for strokes in lines]
    kept = [copy.deepcopy(one) for one in first]
    again = [network.frames(strokes) for strokes in reversed(lines)][::-1]
    fresh = SequenceNetwork.load(folder)
    other_order = [fresh.frames(strokes) for strokes in reversed(lines)][::-1]
    for one, before, repeated, other in zip(first, kept, again, other_order, strict=True):
        assert equal(one, before)
        assert equal(one, repeated)
        assert equal(one, other)


def test_ink_is_told_apart_by_its_shape_too(folder):
    """The same numbers in memory, as two points with pressure and time or as four without."""
    network = SequenceNetwork.load(folder)
    two = np.array([[0.0, 0.0, 40.0, 5.0], [3.0, 30.0, 8.0, 60.0]])
    four = two.reshape(4, 2)
    network.frames([two])
    assert equal(network.frames([four]), SequenceNetwork.load(folder).frames([four]))


def test_what_was_asked_long_ago_is_found_anew(folder):
    network = SequenceNetwork.load(folder)
    before = network.frames(ink("to"))
    for number in range(30):
        network.frames([np.array([[0.0, 0.0], [1.0 + number, 5.0]])])
    assert equal(network.frames(ink("to")), before)


def test_a_folder_without_a_network_has_none(tmp_path):
    assert SequenceNetwork.load(tmp_path) is None
    for name in NEEDED:
        shutil.copy(bundled_models() / "handpad" / name, tmp_path)
    assert SequenceNetwork.load(tmp_path) is None


def refused(folder) -> str:
    """The sentence with which a damaged network is refused."""
    with pytest.raises(ModelError) as caught:
        SequenceNetwork.load(folder)
    said = str(caught.value)
    assert str(folder / SEQUENCE) in said
    assert said.endswith(".")
    assert "\n" not in said
    return said


def test_a_flipped_bit_is_noticed_by_the_checksum(folder):
    data = bytearray((folder / SEQUENCE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / SEQUENCE).write_bytes(data)
    assert "install this model again" in refused(folder)


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.3, 0.99])
def test_a_network_cut_off_in_a_folder_without_checksums_is_refused(tmp_path, onnx, kept):
    (tmp_path / SEQUENCE).write_bytes(onnx[: int(kept * len(onnx))])
    assert "damaged" in refused(tmp_path)


def test_garbage_in_a_folder_without_checksums_is_refused(tmp_path):
    (tmp_path / SEQUENCE).write_bytes(np.random.default_rng(1).bytes(5000))
    assert "damaged" in refused(tmp_path)


def test_another_network_is_refused(tmp_path):
    (tmp_path / SEQUENCE).write_bytes((bundled_models() / "handpad" / "model.onnx").read_bytes())
    assert "damaged" in refused(tmp_path)


def test_a_network_of_other_labels_is_refused(tmp_path):
    pytest.importorskip("torch")
    from handpad.train.lines.sequence_network import SequenceNetwork as Fitted
    from handpad.train.lines.sequence_network import export

    (tmp_path / SEQUENCE).write_bytes(export(Fitted(10)))
    assert "does not give what reading lines needs" in refused(tmp_path)
