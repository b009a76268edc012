"""Turn the unpacked Debian packages behind the English language resource into plain text and word lists.

    python packaging/english_texts.py PACKAGES OUT

PACKAGES holds one folder per package, unpacked: the binary packages wordnet-base, dict-jargon, rust-doc,
r-cran-janeaustenr and scowl, and the source packages presage and snappy (of Debian 12; any version will do). OUT
receives ``texts/*.txt``, one paragraph a line, and ``words/10.txt`` to ``words/60.txt``, from common words to rare
ones. Then, in OUT:

    handpad-train language texts/* $(printf -- '--words %s ' words/*) --out english.npz

resources/languages/README.md names every source's licence.
"""

import gzip
import html
import random
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ASCII = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "...", "\xa0": " ", "é": "e", "è": "e",
    "×": "x", "·": "", "ö": "o", "ü": "u", "ä": "a", "ï": "i", "ê": "e", "ç": "c", "ñ": "n", "á": "a", "ó": "o",
}  # fmt: skip
ENTRY_LEVELS = (10, 20, 35, 40, 50, 55, 60)
"""SCOWL's sizes: the smaller, the more common a word."""


def plain(paragraph: str) -> str:
    """One line of printable ASCII, or "" for a paragraph that is not."""
    paragraph = " ".join(paragraph.translate(str.maketrans(ASCII)).split())
    return paragraph if paragraph.isascii() else ""


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text whose lines are wrapped."""
    yield from re.split(r"\n\s*\n", text)


def gutenberg(path: Path) -> Iterator[str]:
    """A public-domain book without the lines that Project Gutenberg puts around it, and without _emphasis_."""
    text = path.read_text(encoding="latin-1").replace("\r", "")
    text = re.sub(r"(?s)^.*?\*END\*?THE SMALL PRINT.*?\n", "", text)
    text = re.sub(r"(?s)^.*?\*\*\* ?START OF.*?\*\*\*", "", text)
    text = re.split(r"\*\*\* ?END OF|End of (?:The )?Project Gutenberg", text)[0]
    text = text.replace("``", '"').replace("''", '"').replace("`", "'").replace("--", " - ")
    yield from paragraphs(re.sub(r"[_*]", "", text))


def examples(folder: Path) -> Iterator[str]:
    """WordNet's example sentences: what stands in quotes behind a definition."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="ascii").splitlines():
            if not line.startswith("  ") and " | " in line:
                yield from re.findall(r'"([^"]+)"', line.split(" | ", 1)[1])


def jargon(path: Path) -> Iterator[str]:
    """The prose of the Jargon File."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    for paragraph in paragraphs(text):
        prose = re.sub(r"\A\S.*\n(\s*/.*\n)?", "", paragraph)
        yield re.sub(r"[{}]|\[[^\]]*\]", "", prose).replace("AT& T", "AT&T")


def web_pages(files: Iterable[Path]) -> Iterator[str]:
    """The paragraphs and list items of HTML pages; no code, no tables."""
    for path in sorted(files):
        page = path.read_text(encoding="utf-8", errors="replace")
        page = re.sub(r"(?s)<(pre|script|style|table|svg|nav)\b.*?</\1>", " ", page)
        for _, paragraph in re.findall(r"(?s)<(p|li)\b[^>]*>(.*?)(?=</?(?:p|li|ul|ol|div|h\d|blockquote)\b)", page):
            yield html.unescape(re.sub(r"(?s)<[^>]*>", "", paragraph))


def austen(path: Path) -> Iterator[str]:
    """Jane Austen's novels, out of R's serialised form: four bytes of length before each line of text."""
    data = path.read_bytes()
    start = 0
    while (start := data.find(b"\x78", start)) >= 0:
        stream = zlib.decompressobj()
        try:
            text = stream.decompress(data[start:])
        except zlib.error:
            start += 1
            continue
        start = len(data) - len(stream.unused_data)
        lines, place = [], 0
        while (place := text.find(b"\x00\x04\x00\x09", place)) >= 0:
            size = int.from_bytes(text[place + 4 : place + 8], "big")
            lines.append(text[place + 8 : place + 8 + size].decode("latin-1"))
            place += 8 + size
        if len(lines) > 1000:
            yield from paragraphs(re.sub(r"_", "", "\n".join(lines)).replace("--", " - "))


def words(folder: Path, level: int) -> list[str]:
    """SCOWL's words of one size: English and American, British where they differ, names and contractions."""
    kinds = ("words", "contractions", "upper", "proper-names", "abbreviations")
    found = set()
    for kind in kinds:
        for region in ("english", "american", "british"):
            path = folder / f"{region}-{kind}.{level}"
            if path.exists():
                found.update(path.read_text(encoding="latin-1").split())
    return sorted(word for word in found if word.isascii())


def names(folder: Path) -> Iterator[str]:
    """SCOWL's names of people and places, three a line in any order: the text has few of them."""
    kinds = ("proper-names", "upper")
    found = {
        name
        for kind in kinds
        for level in ENTRY_LEVELS
        for region in ("english", "american", "british")
        for path in [folder / f"{region}-{kind}.{level}"]
        if path.exists()
        for name in path.read_text(encoding="latin-1").split()
        if name.isascii() and name.isalpha()
    }
    mixed = sorted(found)
    random.Random(1).shuffle(mixed)
    for start in range(0, len(mixed), 3):
        yield " ".join(mixed[start : start + 3])


def main() -> None:
    """Write every text and word list."""
    packages, out = Path(sys.argv[1]), Path(sys.argv[2])
    for folder in ("texts", "words"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    book = packages / "rust-doc/usr/share/doc/rust-doc/html/book"
    texts = {
        "examples": examples(packages / "wordnet-base/usr/share/wordnet"),
        "jargon": jargon(packages / "dict-jargon/usr/share/dictd/jargon.dict.dz"),
        "rust": web_pages(path for path in book.glob("*.html") if path.name != "print.html"),
        "names": names(packages / "scowl/usr/share/dict/scowl"),
        "austen": austen(packages / "r-cran-janeaustenr/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb"),
        "dorian": gutenberg(packages / "presage/resources/the_picture_of_dorian_gray.txt"),
        "alice": gutenberg(packages / "snappy/testdata/alice29.txt"),
        "workshop": gutenberg(packages / "snappy/testdata/lcet10.txt"),
    }
    for name, found in texts.items():
        lines = list(dict.fromkeys(line for line in map(plain, found) if re.search(r"[A-Za-z]{2}", line)))
        (out / "texts" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
        print(f"{name}: {len(lines)} paragraphs, {sum(map(len, lines)):,} characters")
    for level in ENTRY_LEVELS:
        listed = words(packages / "scowl/usr/share/dict/scowl", level)
        (out / "words" / f"{level}.txt").write_text("\n".join(listed) + "\n", encoding="ascii")
        print(f"words-{level}: {len(listed)} words")


if __name__ == "__main__":
    main()
