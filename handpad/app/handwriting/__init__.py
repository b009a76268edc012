"""The drawer with all that was learned: samples as ink, mended there, and how well the writer is read."""
