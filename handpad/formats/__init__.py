"""Ink files of other programs: :func:`open_ink` reads all of them, :func:`export` writes them."""

from handpad.formats.document import Document, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.exporting import export
from handpad.formats.opening import open_ink

__all__ = ["Document", "InkPage", "StrokeStyle", "TextLine", "Word", "export", "open_ink"]
