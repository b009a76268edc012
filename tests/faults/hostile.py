"""Hostile files for every reader: bombs that unpack to far more than they are, and damaged copies of sound files."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator

import cv2
import numpy as np

TOKENS = (
    b"9" * 400,
    b"#" + b"f" * 400,
    b"1e999",
    b"nan",
    b"-1",
    b"\0",
    b" " * 5000,
    b"<",
    b'"',
    b"((((",
    b"65535",
    b"\xff" * 8,
)
"""What damages text more than a changed byte does."""

INKML = (
    b"<?xml version='1.0' encoding='utf-8'?><ink xmlns='http://www.w3.org/2003/InkML'><traceFormat>"
    b"<channel name='X'/><channel name='Y'/><channel name='F'/></traceFormat>"
    b"<trace>10 0 0.5, 9 14 0.5, 10 28 .5</trace><trace>'1 \"2 #a, 3 4 ?, 5 6 *</trace></ink>"
)
UNIPEN = {
    "include/a/x": b".COORD X Y\n.WRITER_ID w\n" + b".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n1 1\n" * 3,
    "data/1a/a/x": b'.INCLUDE a/x\n.SEGMENT CHARACTER 0 OK "1"\n.SEGMENT CHARACTER 2:0-2:1 ? "2"\n',
}
UJI = {"UJIpenchars-w01": b'.SEGMENT CHARACTER 0 OK "a"\n.PEN_DOWN\n1 2\n3 4\n.PEN_UP\n'}


XOPP = (
    b"<?xml version='1.0' standalone='no'?><xournal creator='Xournal++ 1.2.8' fileversion='4'><title>x</title>"
    b"<page width='595.2' height='841.8'><background type='solid' color='#ffffffff' style='lined'/><layer>"
    b"<stroke tool='pen' color='#002e99ff' width='2.26 0.41 0.42' capStyle='round'>10 0 9 14 10.5 28</stroke>"
    b"<stroke tool='highlighter' color='yellow' width='9'>1 2 3 4</stroke><text x='1' y='2'>typed</text>"
    b"</layer></page></xournal>"
)
RNOTE = (
    b'{"version":"0.9.4","data":{"engine_snapshot":{"document":{"x":0,"y":0,"format":{"width":793.7,"height":1122.5},'
    b'"background":{"color":{"r":1,"g":1,"b":1,"a":1}},"layout":"fixed_size"},"stroke_components":[{"value":null},'
    b'{"value":{"brushstroke":{"path":{"start":{"pos":[1,2.5],"pressure":0.5},"segments":['
    b'{"lineto":{"end":{"pos":[2,2.5],"pressure":0.5}}},'
    b'{"quadbezto":{"cp":[3,4],"end":{"pos":[3,2.5],"pressure":0.5}}}]},'
    b'"style":{"smooth":{"stroke_width":2.0,"stroke_color":{"r":1,"g":0,"b":0,"a":1}}}}}},{"value":{"bitmapimage":{}}}],'
    b'"chrono_components":[{"value":null},{"value":{"t":1,"layer":{"user_layer":0}}},{"value":{"t":2,"layer":"image"}}]}}}'
)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The same with one to eight changes: bytes set, cut out, doubled, or one of TOKENS put in."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at = rng.randrange(len(found) + 1)
        length = rng.choice((1, 2, 4, 30))
        change = rng.randrange(5)
        if change == 0:
            found[at : at + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            del found[at : at + length]
        elif change == 2:
            found[at:at] = found[at : at + length] * rng.choice((1, 3))
        elif change == 3:
            found[at : at + rng.choice((0, 4))] = rng.choice(TOKENS)
        else:
            found[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\xff\xff", b"\x7f\xff\xff\xff"))
    return bytes(found)


def tar_of(files: dict[str, bytes], packing: str = "") -> bytes:
    """A tar archive, packed by "gz", "bz2", "xz" or not at all."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{packing}") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy_of(array: np.ndarray) -> bytes:
    """One array as an .npz file holds it."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()


def deepwriting_arrays() -> dict[str, np.ndarray]:
    """The arrays of a file of DeepWriting with one chunk of one character."""
    return {
        "samples": _objects([np.zeros((4, 3), np.float32)]),
        "char_labels": _objects([np.ones(4, np.int32)]),
        "boc_labels": _objects([np.array([1, 0, 0, 0], np.int32)]),
        "eoc_labels": _objects([np.array([0, 0, 0, 1], np.int32)]),
        "subject_labels": np.array([123457]),
        "alphabet": np.array(["\0", "a"]),
        **{name: np.arange(3, dtype=np.float32) + (name == "max") for name in ("min", "max", "mean", "std")},
    }


def prepared_arrays() -> dict[str, np.ndarray]:
    """The arrays of a prepared file of one character."""
    from handpad import glyph
    from handpad.train.datasets.dataset import FORMAT

    about = {"format": FORMAT, "preprocessing": glyph.VERSION, "name": "x", "labels": ["a"], "writers": ["w"]}
    about |= {"licence": "", "dropped": {}, "listed": {}, "notes": [], "key": ""}
    return {
        "about": np.array(json.dumps(about)),
        "label_index": np.zeros(1, np.int32),
        "writer_index": np.zeros(1, np.int32),
        "points": np.zeros((2, 2), np.float32),
        "stroke_starts": np.array([0, 2]),
        "sample_starts": np.array([0, 1]),
        "glyphs": np.zeros((1, 28, 28), np.uint8),
    }


def _objects(items: list) -> np.ndarray:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def _page(rng: random.Random) -> np.ndarray:
    """A picture of some letters, uint8 (60 to 160, 200)."""
    image = np.full((rng.randint(60, 160), 200), 255, np.uint8)
    cv2.putText(image, "ab c", (5, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    return image


def _png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def _any_xopp(data: bytes, rng: random.Random) -> bytes:
    """The file of Xournal++ with this XML, packed in one of the ways that it is packed in."""
    return rng.choice((lambda: data, lambda: gzip.compress(data), lambda: zip_of({"content.xml": data})))()


def nist_files(rng: random.Random) -> dict[str, bytes]:
    """The files of a by_class.zip of two images."""
    image = np.full((128, 128), 255, np.uint8)
    cv2.putText(image, "a", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 3)
    names = [f"hsf_0_{number:05}.png" for number in range(2)]
    listed = "".join(f"{name} f0001_01/l0001_01/l0001_01_0000{n}.png\n" for n, name in enumerate(names))
    return {f"by_class/61/hsf_0/{name}": _png(image) for name in names} | {
        "by_class/61/hsf_0.mit": f"2\n{listed}".encode()
    }


def _packed(files: dict[str, bytes], pack: Callable[[dict[str, bytes]], bytes], rng: random.Random) -> bytes:
    """An archive that is damaged, or of files one of which is."""
    if rng.random() < 0.5:
        return mutated(pack(files), rng)
    name = rng.choice(sorted(files))
    return pack(files | {name: mutated(files[name], rng)})


def _damaged_or_packed(data: bytes, pack: Callable, rng: random.Random) -> bytes:
    """Packed data that are damaged, or damaged data that are packed, which a checksum does not tell."""
    return mutated(pack(data, rng), rng) if rng.random() < 0.3 else pack(mutated(data, rng), rng)


def _npy_files(arrays: dict[str, np.ndarray]) -> dict[str, bytes]:
    return {f"{name}.npy": npy_of(array) for name, array in arrays.items()}


def _any_tar(files: dict[str, bytes], rng: random.Random) -> bytes:
    return tar_of(files, rng.choice(("", "gz", "bz2", "xz")))


_FILES: dict[str, tuple[Callable[[random.Random], dict[str, bytes]], Callable]] = {
    "deepwriting": (lambda rng: _npy_files(deepwriting_arrays()), lambda files, rng: zip_of(files)),
    "prepared": (lambda rng: _npy_files(prepared_arrays()), lambda files, rng: zip_of(files)),
    "unipen": (lambda rng: UNIPEN, _any_tar),
    "uji": (lambda rng: UJI, lambda files, rng: zip_of(files) if rng.random() < 0.5 else _any_tar(files, rng)),
    "nist": (nist_files, lambda files, rng: zip_of(files)),
}
_PLAIN: dict[str, Callable[[random.Random], bytes]] = {
    "inkml": lambda rng: INKML,
    "png": lambda rng: _png(_page(rng)),
    "jpeg": lambda rng: cv2.imencode(".jpg", _page(rng))[1].tobytes(),
}

SOUND: dict[str, Callable[[random.Random], bytes]] = (
    _PLAIN
    | {
        "xopp": lambda rng: _any_xopp(XOPP, rng),
        "rnote": lambda rng: gzip.compress(RNOTE),
    }
    | {kind: lambda rng, files=files, pack=pack: pack(files(rng), rng) for kind, (files, pack) in _FILES.items()}
)
"""A file of each kind that its reader can read."""

DAMAGED: dict[str, Callable[[random.Random], bytes]] = (
    {kind: lambda rng, sound=sound: mutated(sound(rng), rng) for kind, sound in _PLAIN.items()}
    | {
        "xopp": lambda rng: _damaged_or_packed(XOPP, _any_xopp, rng),
        "rnote": lambda rng: _damaged_or_packed(RNOTE, lambda data, _: gzip.compress(data), rng),
    }
    | {
        kind: lambda rng, files=files, pack=pack: _packed(files(rng), lambda found: pack(found, rng), rng)
        for kind, (files, pack) in _FILES.items()
    }
)
"""A damaged copy of one."""


def bombs(size: int) -> Iterator[tuple[str, str, bytes]]:
    """Reader, name and content of files that take far more than they have, `size` bytes where that can be chosen."""
    yield "inkml", "entities", _entities()
    yield "inkml", "blanks", INKML.replace(b"10 0", b"10" + b" " * min(size, 10_000_000) + b"0")
    yield "inkml", "prefixes", INKML.replace(b"10 0", b"'" + b" " * min(size, 10_000_000) + b"x")
    yield "inkml", "points", INKML.replace(b"10 0 0.5", b"1 2 .5," * (min(size, 100_000_000) // 7) + b"1 2 .5")
    yield (
        "inkml",
        "traces",
        INKML.replace(b"<trace>", b"<trace>1 2 0</trace>" * (min(size, 40_000_000) // 20) + b"<trace>", 1),
    )
    yield "inkml", "hexadecimal", INKML.replace(b"10 0", b"#" + b"f" * 400 + b" 0")
    for encoding in (b"utf-9", b"foo-8", b"idna", b"hex"):
        yield "inkml", f"encoding {encoding.decode()}", INKML.replace(b"utf-8", encoding)
    yield from _packed_ink(size)
    rng = np.random.default_rng(0)
    side = 1000 if size > 10_000_000 else 400
    for share in (0.02, 0.1, 0.3, 0.5):
        yield "png", f"noise {share}", _png(((rng.random((side, side)) > share) * 255).astype(np.uint8))
    dots = np.full((1400, 1400), 255, np.uint8)
    dots[::10, ::10] = 0
    yield "png", "dots", _png(dots)
    sound = _png(_page(random.Random(0)))
    yield "png", "huge header", sound[:16] + struct.pack(">LL", 1 << 30, 1 << 30) + sound[24:]
    zeros = bytes(size)
    for packing, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress)):
        yield "unipen", f"{packing} of nothing but zeros", pack(zeros)
        yield "unipen", f"{packing} of one file", pack(tar_of({"data/1a/a/x": zeros}))
    header = bytearray(tar_of({"data/1a/a/x": b""})[:512])
    header[156:157], header[124:136] = b"x", b"%011o\0" % size
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:]))
    yield "unipen", "a long extension header", gzip.compress(bytes(header) + zeros)
    yield "unipen", "zip of one file", zip_of({"data/1a/a/x": zeros})
    many = {"include/a/x": UNIPEN["include/a/x"] * 5000, "data/1a/a/x": b".INCLUDE a/x\n" * min(size // 1000, 300_000)}
    yield "unipen", "one include over and over", tar_of(many, "xz")
    over = b"".join(b'.SEGMENT CHARACTER 0-%d OK "1"\n' % (4000 - n % 2000) for n in range(4000))
    yield (
        "unipen",
        "the same ink over and over",
        tar_of({"data/1a/a/x": b".COORD X Y\n" + b".PEN_DOWN\n1 2\n3 4\n" * 5000 + over}, "xz"),
    )
    yield "uji", "one file", tar_of({"UJIpenchars-w01": zeros}, "xz")
    arrays = {f"{name}.npy": npy_of(array) for name, array in deepwriting_arrays().items()}
    head = npy_of(np.empty(0, np.uint8)).replace(b"(0,), }", b"(%d,), }" % size)[: 128 + len(str(size)) - 1]
    yield "deepwriting", "zeros", zip_of(arrays | {"mean.npy": head + zeros})
    reference = pickle.dumps([], protocol=2)[:-1].replace(b"q\x00", b"")
    objects = arrays["samples.npy"][:128]
    yield "deepwriting", "empty lists", zip_of(arrays | {"samples.npy": objects + reference + b"]" * size})
    prepared = {f"{name}.npy": npy_of(array) for name, array in prepared_arrays().items()}
    yield "prepared", "zeros", zip_of(prepared | {"glyphs.npy": npy_of(np.zeros((size // 784, 28, 28), np.uint8))})
    for name, text in (("broken shape", b"'shape': (("), ("broken type", b"'descr': '|O9999999999'")):
        broken = prepared["glyphs.npy"].replace(text[:9], text, 1)
        yield "prepared", name, zip_of(prepared | {"glyphs.npy": broken})
    yield "nist", "one image", zip_of(nist_files(random.Random(0)) | {"by_class/61/hsf_0/hsf_0_00000.png": zeros})


def _packed_ink(size: int) -> Iterator[tuple[str, str, bytes]]:
    """Bombs in files of Xournal++ and Rnote."""
    zeros, few = bytes(size), min(size, 90_000_000)
    yield "xopp", "gzip of nothing but zeros", gzip.compress(zeros)
    yield "xopp", "zip of nothing but zeros", zip_of({"content.xml": zeros})
    yield "xopp", "many small gzips", gzip.compress(b" ") * (few // 100)
    stroke = b"<stroke width='1'>1 2 3 4</stroke>"
    yield "xopp", "entities", gzip.compress(_entities().replace(b"<ink>", b"<xournal>"))
    for name, inside in (
        ("points", XOPP.replace(b"10 0", b"1 2 " * (few // 4))),
        ("blanks", XOPP.replace(b"10 0", b"1" + b" " * few + b"2")),
        ("widths", XOPP.replace(b"2.26", b"1 " * (few // 2))),
        ("strokes", XOPP.replace(b"<layer>", b"<layer>" + stroke * (few // len(stroke)))),
        ("pages", XOPP.replace(b"<page", b"<page/>" * (few // 7) + b"<page", 1)),
        ("depth", XOPP.replace(b"<layer>", b"<layer>" * (few // 7))),
        ("one number", XOPP.replace(b"10 0", b"9" * few)),
    ):
        yield "xopp", name, gzip.compress(inside, 1)
    yield "rnote", "gzip of nothing but zeros", gzip.compress(zeros)
    for name, value in (
        ("lists", b"[],"),
        ("nested lists", b"["),
        ("objects", b"{},"),
        ("objects with a key", b'{"a":1},'),
        ("nested objects", b'{"a":'),
        ("strings", b'"ab",'),
        ("numbers", b"0.1,"),
        ("digits", b"9"),
        ("points", b'{"pos":[1.5,2.5],"pressure":0.5},'),
        ("lines", b'{"lineto":{"end":{"pos":[1.5,2.5],"pressure":0.5}}},'),
    ):
        many = b'"segments":[' + value * (few // len(value))
        yield "rnote", name, gzip.compress(RNOTE.replace(b'"segments":[', many, 1), 1)


def _entities() -> bytes:
    declared = b"".join(
        b"<!ENTITY a%d '%s'>" % (level, b"&a%d;" % (level - 1) * 10 if level else b"1 ") for level in range(10)
    )
    return b"<!DOCTYPE ink [" + declared + b"]><ink><trace>&a9;</trace></ink>"
