"""Labels: those that most models and data sets have in common, and what else a character may be taught to say."""

import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""The 62 classes of NIST SD19, UJI and the paper."""

LONGEST_SIGN = 60
"""Characters of one of the writer's own signs."""


def plain_label(label: str) -> str:
    """A label in the one form in which it is learned: composed (NFC), with single spaces inside and none around."""
    return " ".join(unicodedata.normalize("NFC", label).split())


def may_be_sign(label: str) -> bool:
    """Whether a plain label may be a sign of the writer's own: 1 to LONGEST_SIGN characters that can be shown."""
    shown = all(unicodedata.category(one)[0] != "C" or one in _JOINERS for one in label)
    return 0 < len(label) <= LONGEST_SIGN and shown


_JOINERS = "\u200c\u200d"
"""Invisible characters that belong to others in some scripts and in emoji."""


@dataclass(frozen=True)
class Alphabet:
    """What a recogniser can be taught.

    Attributes
    ----------
    known : the labels that it can read now: its model's first, then the writer's own signs.
    further : signs that it may be taught beside them; None: any.
    """

    known: tuple[str, ...]
    further: frozenset[str] | None = frozenset()

    def __contains__(self, label: object) -> bool:
        if not isinstance(label, str) or label in self.known:
            return label in self.known
        return may_be_sign(label) if self.further is None else label in self.further

    def takes(self, label: str) -> bool:
        """Whether ink of a text that is given a label teaches it.

        Several characters may have one piece of ink because it could not be parted: they are a sign only if they are
        known for one, or the writer says so.
        """
        return label in self.known or (label in self and _is_one(label))

    def with_sign(self, label: str) -> "Alphabet":
        """The alphabet once a label has been taught."""
        return self if label in self.known else replace(self, known=(*self.known, label))


def _is_one(label: str) -> bool:
    """Whether a label is one character as a reader sees it, with its marks."""
    return sum(unicodedata.category(one)[0] not in "MC" for one in label) == 1


NOTHING = Alphabet(())
"""Before a recogniser is there."""


def alphabet_of(labels: Iterable[str]) -> Alphabet:
    """An alphabet of these labels and no others."""
    return Alphabet(tuple(labels))
