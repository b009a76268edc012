"""Read an .npz file whose arrays hold objects, without running anything that the file says.

``np.load(allow_pickle=True)`` runs whatever code a file names, and numpy's own reconstruction trusts the sizes and
flags in it. Here every array is built from checked parts instead. Arrays of numbers and of text are admitted, and
arrays of objects, of one dimension or of none, whose items are such arrays, text, numbers, None, lists of these
three, or dicts of all that with keys of text.
"""

import io
import math
import pickle
import zipfile
import zlib
from pathlib import Path

import numpy as np

from handpad.errors import DataError

MAX_BYTES = 2 << 30

_SCALARS = str | bytes | int | float | None
_READ_HEADER = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz file by name.

    Raises
    ------
    DataError : no such file, no zip, cut off, more than MAX_BYTES unpacked, a member that is no array or whose
        size contradicts its header, or objects other than the plain ones; the sentence names file and member.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_BYTES:
                raise DataError(f"{path} unpacks to more than {MAX_BYTES >> 30} GiB: it is no data set of ink.")
            return {m.filename.removesuffix(".npy"): _array(path, m.filename, archive.read(m)) for m in members}
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path} is no .npz file or is damaged ({error}): download it again.") from error


def _array(path: Path, name: str, content: bytes) -> np.ndarray:
    """The array in one .npy member (NEP 1)."""
    file = io.BytesIO(content)
    try:
        shape, fortran, dtype = _READ_HEADER[np.lib.format.read_magic(file)](file)
        if dtype.hasobject:
            return _array_of_objects(PlainUnpickler(file).load(), shape)
        return _from_bytes(content[file.tell() :], dtype, shape, fortran)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, OverflowError) as error:
        raise DataError(f"{path}, {name}: this is no array of plain data ({error}).") from error
    except (pickle.UnpicklingError, RecursionError, MemoryError) as error:
        raise DataError(f"{path}, {name}: this is refused, for it holds more than plain data ({error}).") from error


def _array_of_objects(found, shape: tuple[int, ...]) -> np.ndarray:
    if not isinstance(found, _Array) or not isinstance(found.array, np.ndarray) or found.array.shape != shape:
        raise ValueError("it contradicts its header")
    if found.array.dtype.hasobject:
        items = found.array.reshape(-1)
        for place, item in enumerate(items):
            items[place] = _finished(item)
    return found.array


def _from_bytes(raw: bytes, dtype: np.dtype, shape: tuple[int, ...], fortran: bool) -> np.ndarray:
    if dtype.kind not in "biufSU" or len(raw) != math.prod(shape) * dtype.itemsize:
        raise ValueError("its size or type contradicts its header")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


class _Dtype:
    """What a pickled numpy dtype says of itself: a code such as "f4", and the byte order that follows it."""

    def __init__(self, code: str):
        self.dtype = np.dtype(code)
        if self.dtype.kind not in "biufSUO":
            raise pickle.UnpicklingError(f"the array type {code}")

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
        self.array = _from_bytes(raw, of.dtype, shape, fortran)


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
    """What a pickle may do: the methods of an unpickler by the number of the operation."""

    def __missing__(self, number: int):
        raise pickle.UnpicklingError("an operation that plain data does not need")


class PlainUnpickler(pickle._Unpickler):
    """Unpickles arrays and plain types only. The Python version, since its operations can be chosen one by one.

    Raises pickle.UnpicklingError for everything else.
    """

    dispatch = _Operations((code[0], pickle._Unpickler.dispatch[code[0]]) for code in _ALLOWED)

    def __init__(self, file: io.BytesIO):
        super().__init__(file, encoding="latin-1")

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
    return _from_bytes(raw, of.dtype, (1,), False)[0].item()


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
