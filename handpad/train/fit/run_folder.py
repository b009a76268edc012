"""A run folder: what one fit leaves behind, weights and the record of how they came about."""

import io
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train.fit.builders import build
from handpad.train.fit.networks import Network
from handpad.train.fit.run_files import RECORD, WEIGHTS

FORMAT = 1


@dataclass(frozen=True)
class Fitted:
    """A fitted network and its record.

    record holds: preset, network, network_settings, labels, temperature, seed, split, writers (the names by part),
    recipe, history, stopped (after how many epochs, or None), data, figures, machine, command, versions, created; and
    of a search tried and found.
    """

    network: Network
    record: dict

    def save(self, folder: Path) -> None:
        """Write the run folder; the record comes last, so that a folder with a record is whole.

        Raises DataError if the disk refuses.
        """
        folder = Path(folder)
        weights = io.BytesIO()
        torch.save(self.network.state_dict(), weights)
        text = json.dumps({"format": FORMAT, **self.record}, indent=1, ensure_ascii=False)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / RECORD).unlink(missing_ok=True)
            replace_file(folder / WEIGHTS, weights.getvalue())
            replace_file(folder / RECORD, (text + "\n").encode())
        except OSError as error:
            raise DataError(f"The fit cannot be written to {folder} ({error.strerror or error}).") from error

    @classmethod
    def load(cls, folder: Path) -> "Fitted":
        """Read a run folder. Raises DataError if it is none, is damaged or not finished."""
        folder = Path(folder)
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            network = build(record["network"], len(record["labels"]), record.get("network_settings"))
            network.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True))
        except FileNotFoundError:
            raise DataError(f"{folder} holds no finished fit: run handpad-train fit first.") from None
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise DataError(f"The fit in {folder} is damaged: run handpad-train fit again.") from error
        network.eval()
        return cls(network, record)
