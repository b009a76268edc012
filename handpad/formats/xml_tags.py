"""The tags of an XML file one after the other: nothing is kept, and nothing grows as entities do."""

from typing import Protocol
from xml.parsers import expat

from handpad.errors import InkError


class Listener(Protocol):
    """What is told of the tags of a file, named without their namespace, and of the text between them."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def each_tag(data: bytes, listener: Listener, kind: str) -> None:
    """Go through an XML file.

    kind : what the file should be, for the sentence. Raises InkError if it is no XML, or has a document type.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = lambda name, attributes: listener.begin(_plain(name), attributes)
    parser.EndElementHandler = lambda name: listener.end(_plain(name))
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except InkError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InkError(f"It is no {kind}: {error}.") from error


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _refuse_doctype(*_: object) -> None:
    """The entities that a document type may declare grow without bound."""
    raise InkError("It has a document type (DOCTYPE), which no ink needs: it is not read.")
