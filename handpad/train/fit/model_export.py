"""A fitted network as a model folder that Handpad runs without torch, with its writing styles and its report."""

import shlex
import shutil
import tempfile
from pathlib import Path

import numpy as np

from handpad import glyph
from handpad.errors import DataError
from handpad.model.folder import DESCRIPTION, FORMAT, NETWORK, REPORT, STYLES, write_description
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit import styles
from handpad.train.fit.networks import outputs
from handpad.train.fit.onnx_export import check_onnx, write_onnx
from handpad.train.fit.run_folder import Fitted
from handpad.train.measure.base_figures import label_counts, measure
from handpad.train.measure.mistakes import Diagnosis, diagnose
from handpad.train.measure.unseen import NONE_TRAINED_ON
from handpad.train.report import training_report
from handpad.train.report.training_report import Facts, Gallery

CHECKED_GLYPHS = 1000
MISTAKES = 24
"""How many of the commonest mistakes the report shows."""


def measure_exported(fitted: Fitted, data: Dataset, unseen: Dataset) -> dict[str, dict]:
    """The figures of the weights to be exported, on a data set that none of their fits has seen."""
    record = fitted.record
    if unseen.name == record["data"]["name"]:
        raise DataError(f"The weights were fitted on {unseen.name}: name a data set that they have not seen.")
    logits = outputs(fitted.network, unseen.glyphs)[1]
    part = NONE_TRAINED_ON
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
    console: Console,
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
        console.progress("export", 1, 2, text="the network is written")
        rows = {part: data.rows_of(writers) for part, writers in record["writers"].items()}
        found = {part: outputs(fitted.network, data.glyphs[own]) for part, own in rows.items() if len(own)}
        centroids, centroid_labels, gallery = _styles(found, rows, data, record["seed"], console)
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
        (temporary / REPORT).write_text(training_report.render(facts), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / DESCRIPTION).unlink(missing_ok=True)
        for file in (NETWORK, STYLES, REPORT):
            shutil.move(temporary / file, folder / file)
        write_description(folder, info)  # last, so that a folder with it is whole
    return {file: (folder / file).stat().st_size for file in (NETWORK, STYLES, REPORT, DESCRIPTION)}


def _styles(
    found: dict, rows: dict, data: Dataset, seed: int, console: Console
) -> tuple[np.ndarray, np.ndarray, Gallery]:
    """The styles of training and validation writers, and how those of the training writers alone are judged."""

    def centroids(embeddings: np.ndarray, labels: np.ndarray, what: str) -> tuple[np.ndarray, np.ndarray]:
        def tell(done: int, of: int) -> None:
            console.progress("export", done, of, text=what)

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
    return {part: float(right[part].mean()) if part in right else None for part in rows}


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


def write_without_styles(run: Path, folder: Path) -> dict:
    """Write the network of a run folder as a model folder to be measured: its only style is all zeros.

    Returns the run's record.

    Raises DataError if ``run`` is no run folder.
    """
    fitted = Fitted.load(run)
    embedding = fitted.network.embedding_size
    write_onnx(fitted.network, folder / NETWORK)
    no_styles = {"centroids": np.zeros((1, embedding), np.float32), "labels": np.zeros(1, np.int32)}
    np.savez(folder / STYLES, **no_styles)
    write_description(folder, describe(fitted.record, run.name, embedding))
    return fitted.record


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
