"""``handpad-train export``: write a fitted network as a model folder that Handpad runs without torch."""

import argparse
import json
import shlex
import shutil
import tempfile
import warnings
from pathlib import Path

import cv2
import numpy as np
import torch

from handpad import glyph
from handpad.errors import DataError, ModelError
from handpad.model_folder import DESCRIPTION, FORMAT, NETWORK, REPORT, STYLES, write_description
from handpad.train import published, styles, training_page
from handpad.train.datasets import Dataset
from handpad.train.diagnosis import Diagnosis, diagnose
from handpad.train.figures import label_counts, measure
from handpad.train.fitted import Fitted
from handpad.train.network import Network
from handpad.train.report import Report
from handpad.train.training import outputs
from handpad.train.training_page import Facts, Gallery

TOLERANCE = 1e-4
CHECKED_GLYPHS = 1000
OPSET = 13
MISTAKES = 24
"""How many of the commonest mistakes the report shows."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("run", type=Path, help="the run folder of a fit", metavar="folder")
    parser.add_argument("prepared", type=Path, help="the prepared data set of the fit, for the writing styles")
    parser.add_argument("model", type=Path, help="the model folder to write; its name becomes the model's")
    parser.add_argument("--unseen", type=Path, help="another prepared data set, to measure these very weights on")
    parser.add_argument(
        "--evaluation", type=Path, metavar="RESULTS", help="what evaluate wrote, to stand in the report"
    )


def run(args: argparse.Namespace) -> None:
    """Write the model folder, check it against torch, and report its size and new figures."""
    report = Report(args.json)
    fitted, data = Fitted.load(args.run), Dataset.load(args.prepared)
    unseen = Dataset.load(args.unseen) if args.unseen else None
    evaluation = read_evaluation(args.evaluation, data.name) if args.evaluation else None
    if unseen is not None:
        figures = measure_exported(fitted, data, unseen)
        fitted.record["figures"] |= figures
        for name, figure in figures.items():
            report.line("figure", name=name, **figure)
    words = ["handpad-train", "export", args.run.name, args.prepared.name, args.model.name]
    for option, path in (("--unseen", args.unseen), ("--evaluation", args.evaluation)):
        words += [option, path.name] if path else []
    sizes = export(fitted, data, args.model, args.model.resolve().name, shlex.join(words), report, unseen, evaluation)
    report.line("result", command="export", model=str(args.model), bytes=sizes, report=str(args.model / REPORT))


def read_evaluation(path: Path, data_name: str) -> dict:
    """The content of an evaluation.json, or of the one in a folder. Raises DataError if it is none of this data."""
    file = path / "evaluation.json" if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        name = found["about"]["data"]
        published.adapted_table(found.get("holdout", {}))  # older evaluations lack figures that it needs
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is no evaluation: run handpad-train evaluate first.") from error
    if name != data_name:
        raise DataError(f"{file} is an evaluation on {name}, not on {data_name}.")
    return found


def measure_exported(fitted: Fitted, data: Dataset, unseen: Dataset) -> dict[str, dict]:
    """The figures of the weights to be exported, on a data set that none of their fits has seen."""
    record = fitted.record
    if unseen.name == record["data"]["name"]:
        raise DataError(f"The weights were fitted on {unseen.name}: name a data set that they have not seen.")
    logits = outputs(fitted.network, unseen.glyphs)[1]
    part = "all writers, none trained on"
    trained = label_counts(data, data.rows_of(record["writers"]["train"]))
    found = measure(record["labels"], logits, unseen, np.arange(len(unseen)), record["temperature"], part, trained)
    about = {"split": record["split"], "seed": record["seed"], "fit": "the exported weights"}
    return {f"exported_{unseen.name}_{name}": figure | about for name, figure in found.items()}


def export(
    fitted: Fitted,
    data: Dataset,
    folder: Path,
    name: str,
    command: str,
    report: Report,
    unseen: Dataset | None = None,
    evaluation: dict | None = None,
) -> dict[str, int]:
    """Write the model folder and its report; an older model is replaced only by one that passed its check.

    Parameters
    ----------
    data : what the network was fitted on.
    command : what the user typed, for model.json and the report.
    unseen : another data set, whose mistakes the report shows where every writer of ``data`` was trained on.
    evaluation : the content of an evaluation.json for the report, or None.

    Returns
    -------
    the size of each file in bytes.

    Raises DataError where the data is not the fit's, ModelError where OpenCV does not give the outputs of torch.
    """
    record = fitted.record
    if record["labels"] != data.labels or record["data"]["name"] != data.name:
        raise DataError(f"The fit was not made on this {data.name}: name the prepared data set of the fit.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        temporary = Path(temporary)
        write_onnx(fitted.network, temporary / NETWORK)
        glyphs = data.glyphs[:: max(1, len(data) // CHECKED_GLYPHS)]
        difference = check_onnx(fitted.network, temporary / NETWORK, glyphs)
        report.progress("export", 1, 2, text="the network is written")
        rows = {part: data.rows_of(writers) for part, writers in record["writers"].items()}
        found = {part: outputs(fitted.network, data.glyphs[own]) for part, own in rows.items() if len(own)}
        centroids, centroid_labels, gallery = _styles(found, rows, data, record["seed"], report)
        np.savez(temporary / STYLES, centroids=centroids, labels=centroid_labels)
        info = {
            **describe(record, name, centroids.shape[1]),
            "export": {"command": command, "glyphs_checked": len(glyphs), "largest_difference": difference},
            "styles": {"count": len(centroids), "judged_on_validation_writers": gallery.judged},
        }
        facts = Facts(
            name,
            record,
            _commands(record, command),
            _images(record, data),
            _base(found, rows, data, record),
            *_diagnosis(fitted, found, rows, data, unseen),
            gallery,
            evaluation,
        )
        (temporary / REPORT).write_text(training_page.render(facts), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / DESCRIPTION).unlink(missing_ok=True)
        for file in (NETWORK, STYLES, REPORT):
            shutil.move(temporary / file, folder / file)
        write_description(folder, info)  # last, so that a folder with it is whole
    return {file: (folder / file).stat().st_size for file in (NETWORK, STYLES, REPORT, DESCRIPTION)}


def _styles(
    found: dict, rows: dict, data: Dataset, seed: int, report: Report
) -> tuple[np.ndarray, np.ndarray, Gallery]:
    """The styles of training and validation writers, and how those of the training writers alone are judged."""

    def centroids(embeddings: np.ndarray, labels: np.ndarray, what: str) -> tuple[np.ndarray, np.ndarray]:
        def tell(done: int, of: int) -> None:
            report.progress("export", done, of, text=what)

        return styles.style_centroids(embeddings, labels, seed, tell)

    parts = [part for part in ("train", "validation") if part in found]
    judged = None
    if "validation" in parts:
        known = centroids(found["train"][0], data.label_index[rows["train"]], "styles to judge")
        judged = styles.judge(*known, found["validation"][0], data.label_index[rows["validation"]])
    embeddings = np.concatenate([found[part][0] for part in parts])
    all_rows = np.concatenate([rows[part] for part in parts])
    labels = data.label_index[all_rows]
    means, means_labels = centroids(embeddings, labels, "styles")
    shown = all_rows[styles.nearest(means, means_labels, embeddings, labels)]
    shares = styles.share(means, means_labels, embeddings, labels)
    return means, means_labels, Gallery(means_labels, data.glyphs[shown], shares, judged)


def _commands(record: dict, command: str) -> list[str]:
    """What to type, from the source of the data to the model folder."""
    prepared = shlex.split(command)[3]
    fits = [record["earlier"]["command"]] if "earlier" in record else []
    return [f"handpad-train prepare {record['data']['name']} SOURCE {prepared}", *fits, record["command"], command]


def _images(record: dict, data: Dataset) -> dict[str, int]:
    """How many characters each part of the split that was measured has."""
    writers = record["earlier"]["writers"] if "earlier" in record else record["writers"]
    return {part: len(data.rows_of(names)) for part, names in writers.items()}


def _base(found: dict, rows: dict, data: Dataset, record: dict) -> dict[str, float | None]:
    """The accuracy over all labels by part; None for writers that were trained on in the end."""
    if "earlier" in record:
        return dict.fromkeys(rows)
    right = {part: logits.argmax(axis=1) == data.label_index[rows[part]] for part, (_, logits) in found.items()}
    return {part: float(values.mean()) for part, values in right.items()}


def _diagnosis(
    fitted: Fitted, found: dict, rows: dict, data: Dataset, unseen: Dataset | None
) -> tuple[Diagnosis | None, Dataset | None]:
    """What the network gets wrong on its test writers, else on the unseen data, and the data set that was read."""
    labels, temperature = fitted.record["labels"], fitted.record["temperature"]
    if "test" in found:
        own, logits = rows["test"], found["test"][1]
        part, examined, true = f"Test writers of {data.name}", data, data.label_index[own]
    elif unseen is not None:
        number = {label: index for index, label in enumerate(labels)}
        true = np.array([number.get(label, -1) for label in unseen.labels])[unseen.label_index]
        own = np.flatnonzero(true >= 0)
        logits, true = outputs(fitted.network, unseen.glyphs[own])[1], true[own]
        part, examined = f"All writers of {unseen.name}, none trained on", unseen
    else:
        return None, None
    writers = examined.writer_index[own]
    return diagnose(part, labels, logits, true, own, writers, temperature, MISTAKES), examined


def describe(record: dict, name: str, embedding: int) -> dict:
    """The content of model.json: what the model is, and under "provenance" and "figures" where it comes from."""
    keys = ("data", "split", "seed", "recipe", "writers", "command", "versions", "earlier")
    return {
        "format": FORMAT,
        "name": name,
        "labels": record["labels"],
        "embedding": embedding,
        "temperature": record["temperature"],
        "preprocessing": glyph.VERSION,
        "created": record["created"],
        "provenance": {"network": record["network"], **{key: record[key] for key in keys if key in record}},
        "figures": record["figures"],
    }


def write_onnx(network: Network, path: Path) -> None:
    """Write the network as ONNX: "glyph" float32 (n, 1, 28, 28) to "embedding" (n, d) and "logits" (n, c)."""
    network.eval()
    names = ("glyph", "embedding", "logits")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package is called deprecated
        torch.onnx.export(
            network.to(memory_format=torch.contiguous_format),
            (torch.zeros(2, 1, glyph.SIZE, glyph.SIZE),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["glyph"],
            output_names=["embedding", "logits"],
            dynamic_axes={name: {0: "n"} for name in names},
        )


def check_onnx(network: Network, path: Path, glyphs: np.ndarray) -> float:
    """Compare OpenCV's dnn with torch on glyphs uint8 (n, 28, 28), all at once and one at a time.

    Returns the largest difference of any output. Raises ModelError unless every top label is the same and no output
    differs by more than TOLERANCE.
    """
    expected = outputs(network, glyphs)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(path.read_bytes(), np.uint8))

    def run_dnn(images: np.ndarray) -> tuple[np.ndarray, ...]:
        net.setInput(images[:, None].astype(np.float32) / 255, "glyph")
        return tuple(output.copy() for output in net.forward(["embedding", "logits"]))

    single = [run_dnn(glyphs[index : index + 1]) for index in range(len(glyphs))]
    largest = 0.0
    for found in (run_dnn(glyphs), tuple(map(np.concatenate, zip(*single, strict=True)))):
        difference = max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))
        same = (found[1].argmax(axis=1) == expected[1].argmax(axis=1)).all()
        if not same or not difference <= TOLERANCE:
            raise ModelError(f"The exported network differs from the fitted one by {difference:.2g}: not written.")
        largest = max(largest, difference)
    return largest
