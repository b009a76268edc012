"""Tesseract, the peer that reads whole lines: ink drawn as it likes it, read by the installed command."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import DataError

NAME = "Tesseract"
"""What it is called beside the variants of the reader."""

X_HEIGHT = 20
"""Height in pixels at which the typical stroke that is no dot is drawn."""

NIB = 0.12
"""Width of the drawn stroke, in x-heights. Tesseract reads training writers best so, of 16 to 40 pixels."""

MARGIN = 20
"""White pixels around the ink."""

_LARGEST = 8000
_SHIFT = 3  # cv2 draws at eighths of a pixel
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": "-", "–": "-", "ﬁ": "fi", "ﬂ": "fl"})
_SINGLE_LINE, _BLOCK = "7", "6"


def version() -> str | None:
    """What is installed, such as "tesseract 5.3.0"; None where the command is absent."""
    if shutil.which("tesseract") is None:
        return None
    return subprocess.run(["tesseract", "--version"], capture_output=True, text=True).stdout.splitlines()[0].strip()


def draw(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """Ink as an image: uint8 (h, w), black on white, antialiased.

    Parameters
    ----------
    strokes : float64 (n, 2..4), y down, in any unit. The typical height of those strokes that are no dots or marks
        is drawn X_HEIGHT tall, unless the image would be wider or taller than 8000 pixels.
    """
    points = np.concatenate([stroke[:, :2] for stroke in strokes])
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    heights = np.array([np.ptp(stroke[:, 1]) for stroke in strokes])
    tall = heights[heights > 0.25 * heights.max()]
    size = float(np.median(tall)) if len(tall) else float(extent.max()) or 1.0
    scale = min(X_HEIGHT / size, _LARGEST / max(extent.max(), 1e-9))
    width, height = np.ceil(extent * scale).astype(int) + 2 * MARGIN + 1
    image = np.full((height, width), 255, np.uint8)
    nib = max(1, round(NIB * X_HEIGHT))
    for stroke in strokes:
        path = np.round(((stroke[:, :2] - low) * scale + MARGIN) * (1 << _SHIFT)).astype(np.int32)
        # A dot is a line of no length; OpenCV draws it round and as wide as the nib.
        cv2.polylines(image, [path if len(path) > 1 else path[[0, 0]]], False, 0, nib, cv2.LINE_AA, _SHIFT)
    return image


def read(inks: Sequence[Sequence[np.ndarray]], block: Sequence[bool], workers: int | None = None) -> list[str]:
    """Read pieces of text, in parallel processes.

    Parameters
    ----------
    inks : the strokes of each piece, as for :func:`draw`.
    block : whether a piece has several lines (``--psm 6``) or is a single one (``--psm 7``).
    workers : processes at a time; one for each processor by default.

    Returns
    -------
    The text of each, its lines joined by "\\n", typographic quotes, dashes and ligatures made plain.

    Raises
    ------
    DataError : the command is absent or fails.
    """
    if version() is None:
        raise DataError("Tesseract is not installed: install the package tesseract-ocr.")
    workers = workers or os.cpu_count() or 1
    said = [""] * len(inks)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        paths = [str(Path(folder) / f"{number}.png") for number in range(len(inks))]
        for path, ink in zip(paths, inks, strict=True):
            cv2.imwrite(path, draw(ink))
        jobs = []
        for mode in (_SINGLE_LINE, _BLOCK):
            rows = [number for number, several in enumerate(block) if several == (mode == _BLOCK)]
            jobs += [(mode, rows[part::workers]) for part in range(workers) if rows[part::workers]]
        for (_, rows), texts in zip(jobs, pool.map(lambda job: _run(*job, paths), jobs), strict=True):
            for number, text in zip(rows, texts, strict=True):
                said[number] = text
    return said


def _run(mode: str, rows: list[int], paths: list[str]) -> list[str]:
    """The texts of some images, read by one process in one mode."""
    names = "\n".join(paths[number] for number in rows)
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", mode]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, input=names, capture_output=True, text=True, env=environment)
    pages = done.stdout.split("\f")
    if done.returncode or len(pages) != len(rows):
        raise DataError(f"Tesseract failed: {done.stderr.strip()[-200:] or 'it read fewer images than it was given'}.")
    return [page.strip().translate(_PLAIN) for page in pages]
