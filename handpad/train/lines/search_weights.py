"""What the search is told beside the potentials: its weights, the temperature, and how far familiar ink may lie."""

from collections.abc import Sequence

import numpy as np

from handpad.adaptation import softmax
from handpad.ink import as_strokes
from handpad.model.base import BaseModel
from handpad.reading import potential_functions
from handpad.reading.language import Language
from handpad.reading.line_result import CANDIDATES
from handpad.reading.reader import Reader
from handpad.reading.search import Weights, search, text_of
from handpad.train.console import Console
from handpad.train.datasets.unipen_lines import Line
from handpad.train.lines.examples import Example, rows_of, scores
from handpad.train.measure.calibration import expected_error, in_bins
from handpad.train.measure.text_errors import align, edits

FAMILIAR_EVERY, FEW_FAR = 5, 0.05


UNWEIGHTED = {
    name: np.float64(value) for name, value in {"language": 0, "character": 0, "temperature": 1, "familiar": 1}.items()
}
"""What :class:`handpad.reading.potential_functions.PotentialFunctions` needs before it is chosen."""


LANGUAGE_WEIGHTS = (0.55, 0.7, 0.85, 1.0)


CHARACTER_WEIGHTS = (1.0, 2.0, 3.0, 4.0, 5.0)


TEMPERATURES = (0.7, 0.85, 1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4.0)


def familiar(examples: Sequence[Example], model: BaseModel, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """How far all but FEW_FAR of the characters of every so many texts lie from the model's nearest writing style."""
    fitted = potential_functions.PotentialFunctions(UNWEIGHTED | arrays)
    apart = []
    for one in examples[::FAMILIAR_EVERY]:
        labels, spaces = scores(fitted, one)
        path = search(one.segments.starts, one.segments.stops, labels, spaces, fitted.labels, None, fitted.weights)[0]
        apart.append(
            potential_functions.from_styles(one.embeddings[[step.segment for step in path.steps]], model.centroids)
        )
    return np.quantile(np.concatenate(apart), 1 - FEW_FAR)


def choose(examples: Sequence[Example], arrays: dict[str, np.ndarray], console: Console) -> dict[str, np.ndarray]:
    """The search's weights and temperature that serve the validation lines best."""
    language = Language.load()
    fitted = potential_functions.PotentialFunctions(UNWEIGHTED | arrays)
    scored = [(one, *scores(fitted, one)) for one in examples]
    best, best_errors = Weights(0.5, 1.0), np.inf
    length = sum(len(one.text) for one in examples)
    for weight in LANGUAGE_WEIGHTS:
        for bonus in CHARACTER_WEIGHTS:
            weights = Weights(weight, bonus)
            errors = sum(
                edits(one.text, _read(one, labels, spaces, fitted.labels, language, weights))
                for one, labels, spaces in scored
            )
            console.line("weights", language=weight, character=bonus, character_error_rate=errors / length)
            if errors < best_errors:
                best, best_errors = weights, errors
    chosen = {"language": best.language, "character": best.character, "temperature": 1.0}
    return {name: np.float64(value) for name, value in chosen.items()}


def calibrate(lines: Sequence[Line], reader: Reader, console: Console) -> float:
    """The temperature that makes a read character's probability the share of such characters that are right.

    reader : with a temperature of 1.
    """
    chances, right = [], []
    for line in lines:
        rows = [reader.read_line(as_strokes(row)) for row in rows_of(line.strokes)]
        characters = [character for row in rows for character in row.characters]
        said = "".join(character.label for character in characters)
        pairs = [pair for pair in align(line.text.replace(" ", ""), said) if pair[1]]
        for character, (true, label) in zip(characters, pairs, strict=True):
            chances.append([chance for _, chance in character.candidates])
            right.append(true == label)
    logged = np.log(np.maximum(np.array([_padded(one) for one in chances]), 1e-12))
    right = np.array(right)

    def loss(temperature: float) -> float:
        top = np.clip(softmax(logged / temperature)[:, 0], 1e-6, 1 - 1e-6)
        return float(-np.mean(np.where(right, np.log(top), np.log(1 - top))))

    best = min(TEMPERATURES, key=loss)
    before, after = (expected_error(in_bins(softmax(logged / one)[:, 0], right)) for one in (1.0, best))
    console.line("calibration", temperature=best, error_before=before, error_after=after, characters=len(right))
    return best


def _padded(chances: Sequence[float]) -> list[float]:
    return [*chances, *[0.0] * (CANDIDATES - len(chances))]


def _read(one: Example, labels, spaces, alphabet, language, weights) -> str:
    path = search(one.segments.starts, one.segments.stops, labels, spaces, alphabet, language, weights)[0]
    return text_of(path.steps, alphabet)
