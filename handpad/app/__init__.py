"""The app: Qt lives here and nowhere else."""

import os

# Before numpy is loaded: what the engine's thread computes is small, and the other cores are for the pen.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
