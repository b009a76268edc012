"""How far each classifier can be trusted when it says a label (paper, section 3.4)."""

import numpy as np


class Confidence:
    """One Beta(1, 1) distribution per classifier and label; its mean is the reliability.

    The mean after r right and w wrong predictions of a label is (1 + r) / (2 + r + w). The paper lets beta
    count the right ones and its authors' code alpha: with a uniform start the reliability is the same.

    Attributes
    ----------
    right, wrong : int64 (classifiers, labels), the predictions scored so far.
    """

    def __init__(self, n_classifiers: int, n_labels: int):
        self.right = np.zeros((n_classifiers, n_labels), dtype=np.int64)
        self.wrong = np.zeros((n_classifiers, n_labels), dtype=np.int64)

    def add(self, classifier: int, predicted: int, correct: bool, times: int = 1) -> None:
        """Count a prediction as right or wrong; times = -1 takes one back."""
        (self.right if correct else self.wrong)[classifier, predicted] += times

    def of(self, classifier: int, label: int) -> float:
        """The reliability of one classifier when it says `label`: between 0 and 1, 0.5 if never seen."""
        right, wrong = self.right[classifier, label], self.wrong[classifier, label]
        return float((1 + right) / (2 + right + wrong))

    def means(self) -> np.ndarray:
        """All confidence vectors: float64 (classifiers, labels)."""
        return (1 + self.right) / (2 + self.right + self.wrong)
