import numpy as np
import pytest

from handpad.adaptation import Observation
from handpad.train.measure import protocols
from handpad.train.measure.protocols import WriterData, generator, stratified_draw


class Recorder:
    """Says the label it was taught last, and writes down what happens to it."""

    def __init__(self):
        self.events = []
        self.last = 0

    def predict(self, seen):
        self.events.append(("asked", int(seen.cues[0, 0])))
        return np.eye(3)[[self.last]]

    def learn(self, sample_id, seen, label, confirmed=False):
        self.events.append(("told", sample_id, int(seen.cues[0, 0]), label, confirmed))
        self.last = label

    def learn_many(self, sample_ids, seen, labels, confirmed):
        for row, (sample_id, label) in enumerate(zip(sample_ids, labels, strict=True)):
            self.learn(sample_id, seen[row : row + 1], label, bool(confirmed[row]))

    def told(self):
        return [event for event in self.events if event[0] == "told"]


def writer(labels):
    """A writer whose first cue of every character is its row."""
    count = len(labels)
    cues = np.zeros((count, 4))
    cues[:, 0] = np.arange(count)
    seen = Observation(np.zeros((count, 2), np.float32), np.zeros((count, 3), np.float32), cues)
    return WriterData("somebody", seen, np.array(labels))


def test_of_every_ten_characters_of_a_class_one_tests():
    labels = np.repeat([0, 1], [20, 10])
    adapting, testing = stratified_draw(labels, np.random.default_rng(0))
    assert sorted([*adapting, *testing]) == list(range(30))
    assert np.bincount(labels[testing]).tolist() == [2, 1]


def test_the_rest_tests_one_with_probability_r_tenths():
    tests = [len(stratified_draw(np.zeros(13), np.random.default_rng(seed))[1]) for seed in range(1000)]
    assert set(tests) == {1, 2}
    assert np.mean(tests) == pytest.approx(1.3, abs=0.05)


def test_a_draw_is_the_same_for_every_adapter_and_differs_between_writers():
    first, again, other = (generator(1, name, 0).random() for name in ("a", "a", "b"))
    assert first == again != other


def test_live_asks_before_it_tells_and_confirms_what_was_right():
    recorder = Recorder()
    trial = protocols.live(recorder, writer([0, 1, 1, 2]), np.random.default_rng(0), limit=3)
    labels = [0, 1, 1, 2]
    last = 0
    for place, row in enumerate(trial.rows):
        assert recorder.events[2 * place] == ("asked", row)
        assert recorder.events[2 * place + 1] == ("told", place, row, labels[row], last == labels[row])
        assert trial.predicted[place] == last
        last = labels[row]
    assert len(recorder.events) == 6


def test_holdout_learns_nine_tenths_first_and_goes_on_learning():
    recorder = Recorder()
    someone = writer([0] * 10 + [1] * 10)
    trial = protocols.holdout(recorder, someone, np.random.default_rng(0))
    assert [event[0] for event in recorder.events] == ["told"] * 18 + ["asked", "told"] * 2
    assert [event[1] for event in recorder.told()] == list(range(20))
    assert sorted(event[2] for event in recorder.told()) == list(range(20))
    assert sorted(trial.rows) == sorted(event[2] for event in recorder.told()[18:])


def test_mistaken_teaches_just_so_many_wrong_labels_and_only_those():
    recorder = Recorder()
    someone = writer([0, 1, 2] * 20)
    trial = protocols.mistaken(recorder, someone, np.random.default_rng(0), learned=40, wrong=10, limit=15)
    told = recorder.told()
    assert len(told) == 40
    assert sum(someone.labels[row] != label for _, _, row, label, _ in told) == 10
    assert len(trial.rows) == 15
    assert not {event[2] for event in told} & set(trial.rows.tolist())
