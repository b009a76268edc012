"""Read the files of a data set of ink from an archive or its unpacked folder, without unpacking to disk."""

import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.stores import EntryError, Zip

MAX_BYTES = 2 << 30


def read_texts(source: Path) -> dict[str, str]:
    """All files of a zip or tar archive (any compression) or of a folder, as text by their path, which uses "/".

    Bytes that are not ASCII become Latin-1 characters. Raises DataError where the source is missing, is no
    archive, is cut off, or holds more than MAX_BYTES.
    """
    source = Path(source)
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        return {path.relative_to(source).as_posix(): path.read_text("latin-1") for path in paths}
    if not source.exists():
        raise DataError(f"There is no file or folder {source}.")
    if zipfile.is_zipfile(source):
        return _zipped_texts(source)
    texts, total = {}, 0
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if not member.isfile():
                    continue
                total += member.size
                if total > MAX_BYTES:
                    raise DataError(f"{source} unpacks to more than {MAX_BYTES >> 30} GiB: it is no data set of ink.")
                texts[member.name.removeprefix("./")] = archive.extractfile(member).read().decode("latin-1")
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{source} is no zip or tar archive or is cut off: download it again.") from error
    return texts


def _zipped_texts(source: Path) -> dict[str, str]:
    store, texts, total = Zip(source), {}, 0
    for name, content in zip(store.names, store.portion(np.arange(len(store.names))), strict=True):
        if isinstance(content, EntryError):
            raise DataError(f"{source}, {name}: this is one of the {content}. Download {source.name} again.")
        total += len(content)
        if total > MAX_BYTES:
            raise DataError(f"{source} unpacks to more than {MAX_BYTES >> 30} GiB: it is no data set of ink.")
        texts[name] = content.decode("latin-1")
    return texts
