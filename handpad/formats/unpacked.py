"""What is packed in a file of ink, without the bombs: gzip, and one member of a zip."""

import zlib
from pathlib import Path

from handpad.errors import InkError
from handpad.formats.document import MOST_BYTES
from handpad.zip_files import PIECE, MemberError, read_directory, unpacked

GZIP = b"\x1f\x8b"
ZIP = b"PK\3\4"


def gunzipped(data: bytes) -> bytes:
    """The content of gzip data. Raises InkError if it is damaged or cut off, or unpacks to more than MOST_BYTES."""
    found = bytearray()
    start = 0
    while data.startswith(GZIP, start):  # a gzip file may be several, one behind the other
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            while not inflate.eof and start < len(data):
                pending, start = data[start : start + PIECE], min(start + PIECE, len(data))
                while pending and not inflate.eof:
                    found += inflate.decompress(pending, 1 << 20)
                    pending = inflate.unconsumed_tail
                    _check_size(len(found))
        except zlib.error as error:
            raise InkError("It is damaged: what is packed in it cannot be unpacked.") from error
        if not inflate.eof:
            raise InkError("It is cut off: its end is missing.")
        start -= len(inflate.unused_data)
    return bytes(found)


def member_of_zip(path: Path, name: str) -> bytes:
    """One member of a zip file. Raises InkError if it is not there, damaged or too large, OSError if no file is."""
    try:
        names, members = read_directory(path)
        place = next((place for place, found in enumerate(names) if found == name), None)
        if place is None:
            raise InkError(f"It is a zip file without {name}.")
        found = bytearray()
        with path.open("rb") as file:
            for piece in unpacked(file, members[place].item()):
                found += piece
                _check_size(len(found))
        return bytes(found)
    except MemberError as error:
        raise InkError(f"It is a zip file with {error}.") from error
    except InkError:
        raise
    except (ValueError, OverflowError) as error:
        raise InkError(f"It is a damaged zip file: {error}.") from error


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise InkError(f"It unpacks to more than {MOST_BYTES // 1_000_000} MB: split it into smaller files.")
