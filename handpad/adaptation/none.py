"""No adaptation: the base model's own word."""

from collections.abc import Hashable, Sequence

import numpy as np

from handpad.adaptation import Observation, softmax


class NoAdapter:
    """Answers with the base model's probabilities and learns nothing."""

    def predict(self, observation: Observation) -> np.ndarray:
        return softmax(observation.logits)

    def learn(self, sample_id: Hashable, observation: Observation, label: int, confirmed: bool = False) -> None:
        pass

    def learn_many(
        self, sample_ids: Sequence[Hashable], observation: Observation, labels: Sequence[int], confirmed: Sequence[bool]
    ) -> None:
        pass

    def forget(self, sample_id: Hashable) -> None:
        pass

    def deciding(self) -> set[Hashable]:
        return set()

    def behind(self, observation: Observation, label: int) -> dict[Hashable, float]:
        return {}
