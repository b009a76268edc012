"""A fitted network as ONNX, checked: OpenCV must give what torch gives."""

import warnings
from pathlib import Path

import cv2
import numpy as np
import torch

from handpad import glyph
from handpad.errors import ModelError
from handpad.train.fit.networks import Network, outputs

TOLERANCE = 1e-4


OPSET = 13


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

    Returns the largest difference of any output. Raises ModelError unless every top label is the same, or ties with
    torch's, as the labels of a forest do now and then, and no output differs by more than TOLERANCE.
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
        said = np.take_along_axis(expected[1], found[1].argmax(axis=1)[:, None], axis=1)[:, 0]
        same = (said >= expected[1].max(axis=1) - TOLERANCE).all()
        if not same or not difference <= TOLERANCE:
            raise ModelError(f"The exported network differs from the fitted one by {difference:.2g}: not written.")
        largest = max(largest, difference)
    return largest
