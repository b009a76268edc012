"""One writer's history on disk: every learned character as ink with its true label."""

from handpad.profile.accuracy import Accuracy
from handpad.profile.packing import pack_ink, unpack_ink
from handpad.profile.profile import Derived, Entry, Profile, Sample
from handpad.profile.salvage import mend
from handpad.profile.schema import APPLICATION_ID, VERSION

__all__ = [
    "APPLICATION_ID",
    "VERSION",
    "Accuracy",
    "Derived",
    "Entry",
    "Profile",
    "Sample",
    "mend",
    "pack_ink",
    "unpack_ink",
]
