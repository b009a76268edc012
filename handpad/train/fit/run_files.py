"""The names of the files of a run folder; nothing here needs torch."""

WEIGHTS = "weights.pt"
"""The fitted weights, as torch saves them."""

RECORD = "run.json"
"""How they came about; it is written last, so that a folder with it is whole."""

CHECKPOINT = "checkpoint.pt"
"""The state of a fit that is not finished."""
