"""``handpad-train export``: write a fitted network as a model folder that Handpad runs without torch."""

import argparse
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import cv2
import numpy as np
import torch

from handpad import glyph
from handpad.errors import DataError, ModelError
from handpad.train.datasets import Dataset
from handpad.train.figures import measure
from handpad.train.fitted import Fitted
from handpad.train.network import Network
from handpad.train.report import Report
from handpad.train.styles import style_centroids
from handpad.train.training import outputs

FORMAT = 1
TOLERANCE = 1e-4
CHECKED_GLYPHS = 1000
OPSET = 13
FILES = ("model.onnx", "styles.npz", "model.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("run", type=Path, help="the run folder of a fit", metavar="folder")
    parser.add_argument("prepared", type=Path, help="the prepared data set of the fit, for the writing styles")
    parser.add_argument("model", type=Path, help="the model folder to write; its name becomes the model's")
    parser.add_argument("--unseen", type=Path, help="another prepared data set, to measure these very weights on")


def run(args: argparse.Namespace) -> None:
    """Write the model folder, check it against torch, and report its size and new figures."""
    report = Report(args.json)
    fitted = Fitted.load(args.run)
    if args.unseen:
        figures = measure_exported(fitted, Dataset.load(args.unseen))
        fitted.record["figures"] |= figures
        for name, figure in figures.items():
            report.line("figure", name=name, **figure)
    sizes = export(fitted, Dataset.load(args.prepared), args.model, args.model.resolve().name)
    report.line("result", command="export", model=str(args.model), bytes=sizes)


def measure_exported(fitted: Fitted, unseen: Dataset) -> dict[str, dict]:
    """The figures of the weights to be exported, on a data set that none of their fits has seen."""
    record = fitted.record
    if unseen.name == record["data"]["name"]:
        raise DataError(f"The weights were fitted on {unseen.name}: name a data set that they have not seen.")
    logits = outputs(fitted.network, unseen.glyphs)[1]
    part = "all writers, none trained on"
    found = measure(record["labels"], logits, unseen, np.arange(len(unseen)), record["temperature"], part)
    about = {"split": record["split"], "seed": record["seed"], "fit": "the exported weights"}
    return {f"exported_{unseen.name}_{name}": figure | about for name, figure in found.items()}


def export(fitted: Fitted, data: Dataset, folder: Path, name: str) -> dict[str, int]:
    """Write model.onnx, styles.npz and model.json; an older model is replaced only by one that passed its check.

    Returns the size of each file in bytes. Raises DataError where the data is not the fit's, ModelError where
    OpenCV does not give the outputs of torch.
    """
    record = fitted.record
    if record["labels"] != data.labels or record["data"]["name"] != data.name:
        raise DataError(f"The fit was not made on this {data.name}: name the prepared data set of the fit.")
    rows = data.rows_of(record["writers"]["train"] + record["writers"]["validation"])
    embeddings = outputs(fitted.network, data.glyphs[rows])[0]
    centroids, centroid_labels = style_centroids(embeddings, data.label_index[rows], record["seed"])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        temporary = Path(temporary)
        write_onnx(fitted.network, temporary / "model.onnx")
        check_onnx(fitted.network, temporary / "model.onnx", data.glyphs[:: max(1, len(data) // CHECKED_GLYPHS)])
        np.savez(temporary / "styles.npz", centroids=centroids, labels=centroid_labels)
        text = json.dumps(describe(record, name, embeddings.shape[1]), indent=1, ensure_ascii=False)
        (temporary / "model.json").write_text(text + "\n", encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for file in FILES:
            shutil.move(temporary / file, folder / file)
    return {file: (folder / file).stat().st_size for file in FILES}


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


def check_onnx(network: Network, path: Path, glyphs: np.ndarray) -> None:
    """Compare OpenCV's dnn with torch on glyphs uint8 (n, 28, 28), all at once and one at a time.

    Raises ModelError unless every top label is the same and no output differs by more than TOLERANCE.
    """
    expected = outputs(network, glyphs)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(path.read_bytes(), np.uint8))

    def run_dnn(images: np.ndarray) -> tuple[np.ndarray, ...]:
        net.setInput(images[:, None].astype(np.float32) / 255, "glyph")
        return tuple(output.copy() for output in net.forward(["embedding", "logits"]))

    single = [run_dnn(glyphs[index : index + 1]) for index in range(len(glyphs))]
    for found in (run_dnn(glyphs), tuple(map(np.concatenate, zip(*single, strict=True)))):
        difference = max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))
        same = (found[1].argmax(axis=1) == expected[1].argmax(axis=1)).all()
        if not same or not difference <= TOLERANCE:
            raise ModelError(f"The exported network differs from the fitted one by {difference:.2g}: not written.")
