import itertools
from types import SimpleNamespace

import pytest
from handwriting import write, write_line

pytest.importorskip("torch")

import torch

from handpad.reading.frames import LABELS
from handpad.reading.trajectory import FEATURES, FRAME, trajectory
from handpad.train.console import Console
from handpad.train.lines import sequence_fit
from handpad.train.lines.sequence_fit import Batches, Training, error_rate, fit
from handpad.train.lines.sequence_network import SequenceNetwork, export, restored
from handpad.train.lines.variation import Letters, Sample

WORDS = ["to", "it", "hill", "tilt", "lot", "oil", "till", "toil"]
ALL_LABELS = [*LABELS, " "]
STEPS = 30


def sample(text: str, transcript: str | None = None, writer: str = "ced/1") -> Sample:
    return Sample([stroke[:, :2] for letter in write_line(text) for stroke in letter], transcript or text, writer)


LINES = [sample(word, writer=f"ced/{copy}") for word in WORDS for copy in range(3)]
WRONG = sample("hill", "vxwz")
LETTERS = Letters([("ced/1", label, [s[:, :2] for s in write(label)]) for label in "otilhvxzuw"], WORDS)


@pytest.fixture(scope="module")
def short():
    """Changes for a fit of few steps: a clock on which each takes a second, and a rate that rises at once."""
    with pytest.MonkeyPatch.context() as patch:

        def start(warm_up: int) -> None:
            ticks = itertools.count()
            patch.setattr(sequence_fit, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
            patch.setattr(sequence_fit, "WARM_UP_STEPS", warm_up)

        yield start


@pytest.fixture(scope="module")
def fitted(short):
    """A fit on three copies of eight words and one with another's transcript, and what it handed on on the way."""
    short(warm_up=5)
    handed: list[SequenceNetwork] = []
    training = Training([*LINES, WRONG], LETTERS, ALL_LABELS)
    network, told = fit(training, LINES[::6], STEPS / 60, 1, Console(False, silent=True), handed.append)
    return network, told, handed


def test_a_fit_learns_what_it_is_shown(fitted):
    network, told, handed = fitted
    epochs = told["epochs"]
    assert [one["epoch"] for one in epochs] == list(range(1, len(epochs) + 1))
    assert len(handed) == len(epochs) > 10
    assert epochs[-1]["loss"] < 0.3 * epochs[0]["loss"]
    assert epochs[-1]["cer"] < 0.75 * epochs[0]["cer"]
    assert error_rate(network, LINES[::6], ALL_LABELS) == epochs[-1]["cer"]


def test_a_transcript_that_is_not_of_its_ink_is_left_out_and_no_other(fitted):
    _, told, _ = fitted
    assert told["left_out"] == [len(LINES)]
    assert told["epochs"][-1]["left_out"] == 1


def test_a_fit_goes_on_from_the_network_of_an_earlier_one(fitted, short):
    network, told, _ = fitted
    short(warm_up=300)
    training = Training(LINES, LETTERS, ALL_LABELS)
    console = Console(False, silent=True)
    _, more = fit(training, LINES[:1], 2 / 60, 1, console, lambda _: None, export(network))
    assert more["epochs"][0]["loss"] < 0.5 * told["epochs"][0]["loss"]


def test_a_network_that_is_restored_says_the_same_and_is_given_even_batches(fitted):
    network, _, _ = fitted
    features = torch.from_numpy(trajectory(LINES[0].strokes).features.T[None].copy())
    again = restored(export(network), [features])
    with torch.no_grad():
        torch.testing.assert_close(again(features)[1], network.eval()(features)[1], atol=2e-3, rtol=1e-3)
        before = again.body[:3](features)
        torch.testing.assert_close(again.train().body[:3](features), before, atol=1e-3, rtol=1e-3)


def test_a_network_that_reads_nothing_yet_leaves_nothing_out(short):
    """Few lines are shown many times before anything is learned."""
    short(warm_up=10_000)
    training = Training(LINES[:6], LETTERS, ALL_LABELS)
    _, told = fit(training, LINES[:1], 8 / 60, 1, Console(False, silent=True), lambda _: None)
    assert told["epochs"][-1]["loss"] > sequence_fit.DISAGREEMENT
    assert told["left_out"] == []


def batches(lines=LINES, seed=1, kept=None):
    kept = torch.ones(len(lines), dtype=torch.uint8) if kept is None else kept
    return iter(Batches(Training(lines, LETTERS, ALL_LABELS), kept, seed))


def test_batches_end_when_no_line_is_kept():
    kept = torch.ones(len(LINES), dtype=torch.uint8)
    one_by_one = batches(kept=kept)
    next(one_by_one)
    kept[:] = 0
    assert all(epoch == 0 for *_, epoch in one_by_one)
    assert list(batches(kept=torch.zeros(len(LINES), dtype=torch.uint8))) == []


def test_a_line_that_is_not_kept_is_not_shown():
    kept = torch.ones(len(LINES), dtype=torch.uint8)
    kept[::2] = 0
    shown = {int(number) for *_, numbers, _ in itertools.islice(batches(kept=kept), 8) for number in numbers}
    assert shown - {-1} <= set(range(1, len(LINES), 2))
    assert len(shown) > 6


def test_batches_hold_lines_with_their_transcripts_and_new_ones():
    numbers_shown, texts = [], set()
    for features, frames, targets, lengths, numbers, _ in itertools.islice(batches(), 10):
        count, width, points = features.shape
        assert (count, width) == (len(frames), FEATURES)
        assert points == FRAME * int(frames.max())
        assert len(targets) == int(lengths.sum())
        for row, text in enumerate(torch.split(targets, lengths.tolist())):
            said = "".join(ALL_LABELS[int(label) - 1] for label in text)
            texts.add(said)
            if numbers[row] >= 0:
                assert said == LINES[numbers[row]].text
            assert not features[row, :, FRAME * int(frames[row]) :].any()
        numbers_shown += numbers.tolist()
    assert set(range(len(LINES))) <= set(numbers_shown)
    assert {len(text) for text in texts if text not in WORDS} >= {1}  # single letters
    assert any(" " in text and set(text.split()) <= set(WORDS) for text in texts)  # words side by side


def test_the_same_seed_gives_the_same_batches():
    for one, other in itertools.islice(zip(batches(), batches(), strict=True), 4):
        assert all(torch.equal(torch.as_tensor(a), torch.as_tensor(b)) for a, b in zip(one, other, strict=True))
    first, changed = next(batches())[0], next(batches(seed=2))[0]
    assert first.shape != changed.shape or not torch.equal(first, changed)


class Says(torch.nn.Module):
    """A network that says the same labels of every line, one a frame and then nothing."""

    def __init__(self, labels: str):
        super().__init__()
        self.labels = labels

    def forward(self, features):
        logits = torch.zeros(1, len(ALL_LABELS) + 1, features.shape[2] // FRAME)
        logits[:, 0] = 1.0
        for frame, label in enumerate(self.labels):
            logits[0, ALL_LABELS.index(label) + 1 if label != "_" else 0, frame] = 2.0
        return logits, logits


@pytest.mark.parametrize(
    ("frames", "rate"),
    [("hill", 25), ("hil_l", 0), ("hhiil_ll", 0), ("_ _hil_l  ", 0), ("h_i l_l", 25), ("", 100), ("hil_lo", 25)],
)
def test_error_rate_is_that_of_the_likeliest_label_of_each_frame(frames, rate):
    assert len(trajectory(LINES[6].strokes).strokes) >= len(frames)
    assert error_rate(Says(frames), [sample("hill")], ALL_LABELS) == rate


def test_error_rate_counts_the_characters_of_all_lines_together():
    assert error_rate(Says("hil_l"), [sample("hill"), sample("lot")], ALL_LABELS) == 100 * 4 / 7
