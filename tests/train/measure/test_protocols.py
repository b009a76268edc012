from contextlib import closing

import numpy as np
import pytest

from handpad.adaptation import Observation
from handpad.model.base import BaseModel
from handpad.recognizer import Recognizer
from handpad.train.measure import protocols
from handpad.train.measure.protocols import WriterData, generator, stratified_draw

MODEL = BaseModel.load().restricted("abc")
WIDTH = MODEL.info["embedding"]


class Recorder(Recognizer):
    """Writes down what it is asked and told."""

    def __init__(self):
        super().__init__(model=MODEL)
        self.events = []

    def rank(self, observation):
        self.events.append(("asked", rows_of(observation)))
        return super().rank(observation)

    def learn_observed(self, observation, labels, confirmed=False):
        self.events.append(("told", rows_of(observation), [self.model.index(label) for label in labels], confirmed))
        super().learn_observed(observation, labels, confirmed)

    def told(self):
        """Row and label of every character learned."""
        return [pair for event in self.events if event[0] == "told" for pair in zip(event[1], event[2], strict=True)]


@pytest.fixture
def recorder():
    with closing(Recorder()) as pad:
        yield pad


def rows_of(observation):
    return observation.embeddings[:, 0].astype(int).tolist()


def writer(labels):
    """A writer of whose characters the embedding begins with the row, and is far from those of other labels."""
    count = len(labels)
    embeddings = np.zeros((count, WIDTH), np.float32)
    embeddings[:, 0] = np.arange(count)
    embeddings[np.arange(count), 1 + np.array(labels)] = 1000
    observation = Observation(embeddings, np.zeros((count, 3), np.float32), np.zeros((count, 4)))
    return WriterData("somebody", observation, np.array(labels))


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


def test_live_asks_before_it_tells_and_confirms_what_was_right(recorder):
    labels = [0, 1, 1, 2, 0, 1, 2, 2]
    trial = protocols.live(recorder, writer(labels), np.random.default_rng(0), limit=7)
    for place, row in enumerate(trial.rows):
        right = trial.predicted[place] == labels[row]
        assert recorder.events[2 * place] == ("asked", [row])
        assert recorder.events[2 * place + 1] == ("told", [row], [labels[row]], right)
    assert len(recorder.events) == 14
    assert 0 < sum(trial.predicted == np.array(labels)[trial.rows]) < 7


def test_what_is_told_is_learned_and_answered_later(recorder):
    trial = protocols.holdout(recorder, writer([0, 1, 2] * 10), np.random.default_rng(0))
    assert (trial.predicted == np.array([0, 1, 2] * 10)[trial.rows]).all()
    assert recorder.sample_count() == 0  # there is no ink


def test_only_the_classifiers_of_an_adapter_that_has_some_reach_a_label():
    reach = {}
    for adapter in ("paper", "default"):
        with closing(Recognizer(model=MODEL, adapter=adapter)) as pad:
            trial = protocols.live(pad, writer([0] * 4 + [1] * 30), np.random.default_rng(0), limit=34)
            reach[adapter] = trial.reach
    assert reach["paper"].any()
    assert not reach["paper"].all()
    assert not reach["default"].any()


def test_holdout_learns_nine_tenths_first_and_goes_on_learning(recorder):
    someone = writer([0] * 10 + [1] * 10)
    trial = protocols.holdout(recorder, someone, np.random.default_rng(0))
    assert [event[0] for event in recorder.events] == ["told", *["asked", "told"] * 2]
    told = recorder.told()
    assert len(recorder.events[0][1]) == 18
    assert not recorder.events[0][3]
    assert sorted(row for row, _ in told) == list(range(20))
    assert all(label == someone.labels[row] for row, label in told)
    assert trial.rows.tolist() == [row for row, _ in told[18:]]


def test_mistaken_teaches_just_so_many_wrong_labels_and_only_those(recorder):
    someone = writer([0, 1, 2] * 20)
    trial = protocols.mistaken(recorder, someone, np.random.default_rng(0), learned=40, wrong=10, limit=15)
    told = recorder.told()
    assert len(told) == 40
    assert sum(someone.labels[row] != label for row, label in told) == 10
    assert len(trial.rows) == 15
    assert not {row for row, _ in told} & set(trial.rows.tolist())
