"""The errors that Handpad raises on purpose: each message is one plain sentence for the person who reads it."""


class HandpadError(Exception):
    """Something that a user can act on: what happened, to which file or line, and what to do."""


class InkError(HandpadError, ValueError):
    """Strokes that cannot be read as ink: none, no points, or numbers that are not finite."""


class LabelError(HandpadError, ValueError):
    """A label that the model's alphabet does not hold."""


class ModelError(HandpadError):
    """A model folder with a missing, damaged or unsuitable file."""


class ProfileError(HandpadError):
    """A profile file that is no profile, is damaged, or comes from a newer Handpad."""


class FolderError(HandpadError):
    """A folder of Handpad's own that cannot be made or written in."""


class DataError(HandpadError):
    """Training data that cannot be read."""
