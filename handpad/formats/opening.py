"""Opening a file of ink, whatever program wrote it: its first bytes tell which."""

from pathlib import Path

from handpad.errors import HandpadError, InkError
from handpad.files import reason
from handpad.formats import inkml, rnote, xopp
from handpad.formats.document import MOST_BYTES, Document
from handpad.formats.unpacked import GZIP, ZIP, gunzipped, member_of_zip

SUFFIXES = (".inkml", ".xopp", ".xoj", ".rnote")
"""What the names of ink files end with; InkML may also be in a file that ends with .xml."""


def open_ink(path: Path) -> Document:
    """The pages of an InkML file, or one of Xournal++, Xournal or Rnote; at least one stroke of ink.

    Raises HandpadError, one sentence with the file's name.
    """
    try:
        document = read_ink(file_bytes(path), path)
        if not any(page.strokes for page in document.pages):
            raise InkError(f"There is no ink in it{', only ' if document.left_out else ''}{listed(document)}.")
    except InkError as error:
        raise HandpadError(f"{path} cannot be read. {error}") from error
    except OSError as error:
        raise HandpadError(f"{path} cannot be read: {reason(error)}.") from error
    return document


def file_bytes(path: Path) -> bytes:
    """What is in a file. Raises HandpadError, also if it is larger than MOST_BYTES."""
    try:
        if not path.is_file() and path.exists():
            raise HandpadError(f"{path} cannot be read: it is no file.")
        if path.stat().st_size > MOST_BYTES:
            raise HandpadError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB, too large to be read.")
        return path.read_bytes()
    except FileNotFoundError:
        raise HandpadError(f"There is no file {path}.") from None
    except OSError as error:
        raise HandpadError(f"{path} cannot be read: {reason(error)}.") from error


def read_ink(data: bytes, path: Path) -> Document:
    """The pages in the content of a file. path : where it lies. Raises InkError if it is no ink, OSError."""
    if data.startswith(ZIP):
        return xopp.read(member_of_zip(path, "content.xml"))
    if data.startswith(GZIP):
        data = gunzipped(data)
        return rnote.read(data) if data.lstrip()[:1] == b"{" else xopp.read(data)
    if data.startswith(rnote.MAGIC):
        raise InkError("It comes from a newer Rnote than this Handpad knows.")
    if not is_xml(data):
        raise InkError("It is no InkML, Xournal++ or Rnote file.")
    return xopp.read(data) if b"<xournal" in data[:1000] else inkml.read(data)


def is_xml(data: bytes) -> bool:
    """Whether data begin as an XML file does."""
    return data[:100].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff")


def listed(document: Document) -> str:
    """What of a file is no ink, as a part of a sentence: "2 pictures and 1 typed text"; "" if there is nothing."""
    found = [f"{count} {what if count > 1 else what.removesuffix('s')}" for what, count in document.left_out.items()]
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))
