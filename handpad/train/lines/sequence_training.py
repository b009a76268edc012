"""Fit a sequence network on UNIPEN, and put it into a model's folder with its weights in the search."""

import io
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.model.folder import READING, SEQUENCE, add_file, read_description, read_file, write_description
from handpad.reading.evidence import Evidence
from handpad.reading.frames import LABELS
from handpad.reading.language import Language
from handpad.reading.potential_functions import PotentialFunctions
from handpad.reading.reader import Reader
from handpad.reading.sequence import SequenceNetwork as FittedNetwork
from handpad.train.console import Console
from handpad.train.datasets import Dataset, unipen
from handpad.train.datasets.splits import SPLIT_SEED, Split, split_writers
from handpad.train.datasets.unipen_lines import TEXTS, WORDS, Line, read
from handpad.train.lines import sequence_weights
from handpad.train.lines.screening import screened
from handpad.train.lines.search_weights import calibrate
from handpad.train.lines.sequence_fit import Training, fit
from handpad.train.lines.sequence_network import SequenceNetwork, export
from handpad.train.lines.variation import Letters, Sample, on_one_line
from handpad.train.lines.writing_split import LineSplit, part_of, split_by_writer

WATCHED = 700
"""So many validation lines tell how far the fit is."""


def run(
    folder: Path,
    sources: Sequence[Path],
    minutes: float,
    seed: int,
    console: Console,
    after: Path | None = None,
    go_on: bool = False,
) -> None:
    """Fit for so many minutes, choose the weights on validation writers, write both files and what was done.

    After every epoch the network so far lies in the folder: ending this early leaves a model that reads.

    after : a model whose network this one goes on from, and learns from its test writers too: what comes of it can only
        be measured on other data. Validation writers stay out, for the weights.
    go_on : from the network that lies in the folder, which was broken off; it has to know the same writers.

    Raises
    ------
    DataError : the sources hold no words and texts, or no isolated characters; or there is no network to go on from.
    """
    model = BaseModel.load(folder)
    potential_functions = PotentialFunctions.load(folder)
    if potential_functions is None:
        raise DataError(f"{folder} has no {READING}: make it with handpad-train reading first, without --sequence.")
    first, before = None, {}
    start = folder if go_on else after
    if start is not None:
        if not (start / SEQUENCE).is_file():
            raise DataError(f"{start} has no {SEQUENCE} to go on from: make it with handpad-train reading --sequence.")
        description = read_description(start)
        first, before = read_file(start, SEQUENCE, description), description.get("sequence", {})
    lines, dropped = read_lines(sources)
    characters = _characters(sources)
    split = split_writers(characters.writers)
    parts = split_by_writer(lines, split)
    if after is not None:
        parts = LineSplit([*parts.train, *parts.test], parts.validation, [])
    known, left_out = screened(parts.train)
    counts = {part: len(some) for part, some in parts._asdict().items()}
    console.line("progress", stage="sequence", text="reading the lines", **counts, left_out=left_out)
    samples = [_sample(line) for line in known]
    words = sorted({sample.text for sample in samples if " " not in sample.text and len(sample.text) > 1})
    training = Training(samples, _letters(characters, split, words, after is not None), (*LABELS, " "))
    generator = np.random.default_rng(seed)
    watched = [parts.validation[n] for n in generator.permutation(len(parts.validation))[:WATCHED]]

    def keep(network: SequenceNetwork) -> None:
        add_file(folder, SEQUENCE, export(network))

    network, history = fit(training, [_sample(line) for line in watched], minutes, seed, console, keep, first)
    keep(network)
    weights = weigh(model, potential_functions, folder, parts, seed, console)
    record = {
        "data": {"name": unipen.NAME, "licence": unipen.LICENCE, "lines": counts, "dropped": dropped},
        "left_out": {**left_out, "the network did not find the transcript in the ink": len(history["left_out"])},
        "writers": {part: sorted({line.writer for line in some}) for part, some in parts._asdict().items()},
        "split": f"by contributor and writer, that of the characters (seed {SPLIT_SEED}) and whole contributors",
        "seed": seed,
        "minutes": minutes,
        "epochs": history["epochs"],
        "weights": weights.tolist(),
        "command": shlex.join(["handpad-train", *sys.argv[1:]]),
        "went_on_from": {key: before[key] for key in ("seed", "minutes", "epochs", "command") if key in before},
    }
    write_description(folder, {**read_description(folder), "sequence": record})
    console.line("result", command="reading", model=str(folder), lines=counts, left_out=record["left_out"])


def weigh(
    model: BaseModel,
    potential_functions: PotentialFunctions,
    folder: Path,
    parts: LineSplit,
    seed: int,
    console: Console,
) -> np.ndarray:
    """Choose how much the folder's network counts, on validation writers, and write that into its ``reading.npz``."""
    network, language = FittedNetwork.load(folder), Language.load()
    drawn = sequence_weights.drawn(parts.validation, seed)
    examples = sequence_weights.examples(drawn, Evidence(model, model, potential_functions, network))
    weights = sequence_weights.choose(examples, model.labels, language, console)
    with np.load(io.BytesIO(read_file(folder, READING, read_description(folder)))) as stored:
        arrays = dict(stored)
    calm = []
    for kind in sequence_weights.KINDS:
        lines = [line for line, one in zip(drawn, examples, strict=True) if one.kind == kind]
        reader = Reader(model, model, PotentialFunctions(arrays | {"sequence_weights": weights}), language, network)
        calm.append(calibrate(lines, reader, console) if lines else 1.0)
    weights[:, -1] = calm
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **(arrays | {"sequence_weights": weights}))
    add_file(folder, READING, buffer.getvalue())
    return weights


def read_lines(sources: Sequence[Path]) -> tuple[list[Line], dict[str, int]]:
    """The words and texts of all sources, each once; and what was dropped. Raises DataError if there are none."""
    lines: dict[tuple[str, str], Line] = {}
    dropped: dict[str, int] = {}
    problem: DataError | None = None
    for source in sources:
        try:
            found, left_out = read(source, (WORDS, TEXTS))
        except DataError as error:
            problem = error
            continue
        lines |= {(line.category, line.name): line for line in found}
        dropped |= left_out
    if not lines:
        raise DataError("None of the sources holds UNIPEN's words and texts (data/7 and data/8).") from problem
    return list(lines.values()), dropped


def _characters(sources: Sequence[Path]) -> Dataset:
    """The isolated characters of the first source that holds any."""
    problem: DataError | None = None
    for source in sources:
        try:
            return unipen.read(source)
        except DataError as error:
            problem = error
    raise DataError("The sequence network also learns from UNIPEN's isolated characters (data/1a to 1d).") from problem


def _letters(characters: Dataset, split: Split, words: list[str], tested_too: bool) -> Letters:
    parts = part_of(characters.writers, split)
    learned = ("train", "test") if tested_too else ("train",)
    texts, known = characters.texts(), []
    for row, writer in enumerate(characters.writer_index):
        name = characters.writers[writer]
        if parts[name] in learned:
            known.append((name, str(texts[row]), characters.strokes(row)))
    return Letters(known, words)


def _sample(line: Line) -> Sample:
    return Sample([stroke.astype(np.float32) for stroke in on_one_line(line.strokes)], line.text, line.writer)
