"""Read an .npz file whose arrays hold objects, without running anything that the file says.

``np.load(allow_pickle=True)`` runs whatever code a file names, and numpy's own reconstruction trusts the sizes and
flags in it. Here every array is built from checked parts instead. Arrays of numbers and of text are admitted, and
arrays of objects, of one dimension or of none, whose items are such arrays, text, numbers, None, lists of these
three, or dicts of all that with keys of text.
"""

import io
import math
import pickle
import re
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.npz import Header, Npz, NpzError, array_of, plain_dtype

MOST_OPERATIONS = 5_000_000
"""That one pickle may do; each makes at most some hundred bytes beyond those of the file."""

_SCALARS = str | bytes | int | float | None


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz file by name.

    Raises
    ------
    DataError : no such file, no zip, cut off, too large when unpacked, a member that is no array or whose size
        contradicts its header, or objects other than the plain ones; the sentence names file and member.
    """
    try:
        stored = Npz(path)
        return {name: _array(stored, name) for name in stored.names}
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except NpzError as error:
        raise DataError(f"{path} is no .npz file of plain data or is damaged ({error}): download it again.") from error


def _array(stored: Npz, name: str) -> np.ndarray:
    where = f"{stored.path}, {name}.npy"
    try:
        if not stored.header(name).dtype.hasobject:
            return stored.array(name)
        with stored.opened(name) as (header, pieces):
            pickled = b"".join(pieces)
    except NpzError as error:
        raise DataError(f"{where}: this is no array of plain data ({error}).") from error
    return _objects(where, header, pickled)


def _objects(where: str, header: Header, pickled: bytes) -> np.ndarray:
    try:
        return _array_of_objects(PlainUnpickler(io.BytesIO(pickled)).load(), header.shape)
    except (pickle.UnpicklingError, RecursionError, MemoryError) as error:
        raise DataError(f"{where}: this is refused, for it holds more than plain data ({error}).") from error
    except Exception as error:  # a crooked pickle makes its reader fail in more ways than can be listed
        raise DataError(f"{where}: this is no array of plain data ({_brief(error)}).") from error


def _brief(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:200]


def _array_of_objects(found, shape: tuple[int, ...]) -> np.ndarray:
    if not isinstance(found, _Array) or not isinstance(found.array, np.ndarray) or found.array.shape != shape:
        raise ValueError("it contradicts its header")
    if found.array.dtype.hasobject:
        items = found.array.reshape(-1)
        for place, item in enumerate(items):
            items[place] = _finished(item)
    return found.array


class _Dtype:
    """What a pickled numpy dtype says of itself: a code such as "f4", and the byte order that follows it."""

    def __init__(self, code: str):
        self.dtype = plain_dtype(code)

    def set_state(self, state: tuple) -> None:
        if state[1] in ("<", ">"):
            self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """A pickled numpy array, between the two steps in which a pickle makes it."""

    array: np.ndarray | None = None

    def set_state(self, state: tuple) -> None:
        _version, shape, of, fortran, raw = state
        if of.dtype.kind == "O":
            if not isinstance(raw, list) or len(raw) != math.prod(shape) or len(shape) > 1:
                raise ValueError("an array of objects has not one object per place")
            self.array = np.empty(shape, object)
            items = self.array.reshape(-1)
            for place, item in enumerate(raw):
                items[place] = item
            return
        raw = raw.encode("latin-1") if isinstance(raw, str) else raw
        self.array = array_of(raw, shape, of.dtype, bool(fortran))


_ALLOWED_NAMES = (
    *("PROTO", "FRAME", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1"),
    *("BINFLOAT", "SHORT_BINSTRING", "BINSTRING", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
    *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
    *(
        "EMPTY_LIST",
        "APPEND",
        "APPENDS",
        "EMPTY_DICT",
        "SETITEM",
        "SETITEMS",
        "BINPUT",
        "LONG_BINPUT",
        "MEMOIZE",
        "BINGET",
        "LONG_BINGET",
    ),
    *("GLOBAL", "STACK_GLOBAL", "REDUCE"),
)
_ALLOWED = [getattr(pickle, name) for name in _ALLOWED_NAMES]


class _Operations(dict):
    """What a pickle may do: the methods of an unpickler by the number of the operation. Counts what it does."""

    left = MOST_OPERATIONS

    def __getitem__(self, number: int):
        self.left -= 1
        if self.left < 0:
            raise pickle.UnpicklingError(f"more than {MOST_OPERATIONS:,} operations")
        return super().__getitem__(number)

    def __missing__(self, number: int):
        raise pickle.UnpicklingError("an operation that plain data does not need")


class PlainUnpickler(pickle._Unpickler):
    """Unpickles arrays and plain types only. The Python version, since its operations can be chosen one by one.

    Raises pickle.UnpicklingError for everything else.
    """

    dispatch = _Operations((code[0], pickle._Unpickler.dispatch[code[0]]) for code in _ALLOWED)

    def __init__(self, file: io.BytesIO):
        super().__init__(file, encoding="latin-1")
        self.dispatch = _Operations(type(self).dispatch)

    def find_class(self, module: str, name: str):
        """The stand-in for one of numpy's own constructors."""
        stand_in = _STAND_INS.get((module.replace("numpy._core", "numpy.core"), name))
        if stand_in is None:
            raise pickle.UnpicklingError(f"it names {f'{module}.{name}'[:80]!a}")
        return stand_in

    def load_build(self) -> None:
        """Give a half-made array or dtype its state."""
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _Array | _Dtype):
            raise pickle.UnpicklingError("it changes an object that is no array")
        self.stack[-1].set_state(state)

    dispatch[pickle.BUILD[0]] = load_build


def _reconstruct(*_) -> _Array:
    return _Array()


def _dtype(code: str, *_) -> _Dtype:
    return _Dtype(code)


def _scalar(of: _Dtype, raw: bytes | str):
    raw = raw.encode("latin-1") if isinstance(raw, str) else raw
    return array_of(raw, (1,), of.dtype, False)[0].item()


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"the encoding {encoding}")
    return text.encode("latin-1")


_STAND_INS = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy", "ndarray"): "an argument of _reconstruct",
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encode,
}


def _finished(item):
    """One object of an array of objects: arrays that stand-ins have made, or what is plain already."""
    if isinstance(item, dict):
        if not all(isinstance(key, str) for key in item):
            raise pickle.UnpicklingError("it holds a dict whose keys are no text")
        return {key: _flat(value) for key, value in item.items()}
    return _flat(item)


def _flat(item):
    if isinstance(item, _Array) and item.array is not None and not item.array.dtype.hasobject:
        return item.array
    if isinstance(item, _SCALARS) or (isinstance(item, list) and all(isinstance(each, _SCALARS) for each in item)):
        return item
    raise pickle.UnpicklingError(f"it holds a {type(item).__name__}")
