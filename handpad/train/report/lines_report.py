"""How well lines are read (:mod:`handpad.train.measure.evaluate_lines`): tables for the terminal, and one HTML page."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from markupsafe import Markup

from handpad.train.measure import tesseract
from handpad.train.measure.text_errors import KINDS, align, edits
from handpad.train.report import rendering

_WRITERS_SHOWN = 5
_LINES_SHOWN = 4
_PAIRS_SHOWN = 24
_PART_TITLES = {"all": "All lines", "taught": "Behind the lines that were corrected"}


def table(found: dict) -> str:
    """Character and word error rates of all variants, by site, in per cent."""
    about = found["about"]
    lines = [
        f"{about['data']}, {about['part']}: {about['writers']} writers, {about['lines']} texts, "
        f"{about['characters']} characters, model {about['model']}, seed {about['seed']}"
    ]
    for part, title in _PART_TITLES.items():
        if found[part]:
            head, rows = _rates(found[part])
            lines += ["", f"{title}: {_extent(found[part])}; error rates in %", *_columns([head, *rows])]
    head, rows = _kinds(found["all"])
    lines += ["", "Errors by kind, for each 100 characters written", *_columns([head, *rows])]
    if not found["tesseract"]:
        lines += ["", "Tesseract is not installed: nothing to compare with."]
    return "\n".join(lines)


def render(found: dict, ink: Mapping[str, Sequence[np.ndarray]]) -> str:
    """The whole HTML page; ink gives the strokes of each line by its name, float64 (n, 2), y down."""
    about = found["about"]
    everything = found["all"]
    best = _best(everything)
    overall = everything[best]["overall"]
    tiles = [
        (f"{overall['cer']:.1f} %", f"of characters wrong ({best})"),
        (f"{overall['wer']:.1f} %", "of words wrong"),
    ]
    if tesseract.NAME in everything:
        peer = everything[tesseract.NAME]["overall"]
        tiles.append((f"{peer['cer']:.1f} %", f"of characters wrong: {tesseract.NAME}"))
    tiles.append((f"{everything[best]['ms']:.0f} ms", "a text, in the middle"))
    tables = []
    for part, title in _PART_TITLES.items():
        if found[part]:
            head, rows = _rates(found[part])
            tables.append({"name": part, "title": title, "extent": _extent(found[part]), "head": head, "rows": rows})
    facts = [("Command", about["command"]), ("Model", f"{about['model']} ({about['fingerprint']})")]
    facts += [("Seed", str(about["seed"])), ("Peer", found["tesseract"] or "none")]
    facts += [("Left out", f"{count} texts: {reason}") for reason, count in about["dropped"].items()]
    kinds, writers = _kinds(everything), _writers(everything)
    return rendering.render(
        "lines.html",
        found=found,
        best=best,
        tiles=tiles,
        tables=tables,
        kinds={"head": kinds[0], "rows": kinds[1], "meaning": list(KINDS.items())},
        pairs=everything[best]["pairs"][:_PAIRS_SHOWN],
        writers={"head": writers[0], "rows": writers[1]},
        worst=_worst(found, best, ink),
        facts=facts,
    )


def _best(part: dict) -> str:
    """The variant with the fewest errors, Tesseract aside where there is another."""
    names = [name for name in part if name != tesseract.NAME] or list(part)
    return min(names, key=lambda name: part[name]["overall"]["cer"])


def _extent(part: dict) -> str:
    overall = next(iter(part.values()))["overall"]
    return f"{overall['writers']} writers, {overall['lines']} texts, {overall['characters']} characters"


def _rates(part: dict) -> tuple[list[str], list[list[str]]]:
    """Head and rows: a row for each variant, a column for each site."""
    first = next(iter(part.values()))
    sites = first["sites"]
    head = ["", "characters", "without case", "words", "ms", *(f"{site} ({sites[site]['lines']})" for site in sites)]
    if first["new"]:
        head.append(f"new texts ({first['new']['lines']})")
    if first["unlisted"]:
        head.append("unlisted words")
    rows = []
    for name, one in part.items():
        overall = one["overall"]
        interval = "" if overall["low"] is None else f" [{overall['low']:.1f}, {overall['high']:.1f}]"
        rows.append(
            [
                name,
                f"{overall['cer']:.1f}{interval}",
                f"{overall['cer_no_case']:.1f}",
                f"{overall['wer']:.1f}",
                f"{one['ms']:.0f}",
                *(f"{one['sites'][site]['cer']:.1f}" for site in sites),
                *([f"{one['new']['cer']:.1f}"] if one["new"] else []),
                *([f"{one['unlisted']['cer']:.1f}"] if one["unlisted"] else []),
            ]
        )
    return head, rows


def _kinds(part: dict) -> tuple[list[str], list[list[str]]]:
    rows = []
    for name, one in part.items():
        characters = one["overall"]["characters"]
        rows.append([name, *(f"{100 * one['kinds'][kind] / characters:.1f}" for kind in KINDS)])
    return ["", *KINDS], rows


def _writers(part: dict) -> tuple[list[str], list[list[str]]]:
    """Character error rates of each writer, the worst first."""
    by_writer = part[_best(part)]["writers"]
    rows = [
        [
            writer,
            str(one["lines"]),
            str(one["characters"]),
            *(f"{part[name]['writers'][writer]['cer']:.1f}" for name in part),
        ]
        for writer, one in sorted(by_writer.items(), key=lambda item: -item[1]["cer"])
    ]
    return ["", "texts", "characters", *part], rows


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _worst(found: dict, name: str, ink: Mapping[str, Sequence[np.ndarray]]) -> list[dict]:
    """The writers with the highest error rates, each with the texts of the most errors."""
    rates = found["all"][name]["writers"]
    parts = []
    for writer in sorted(rates, key=lambda writer: -rates[writer]["cer"])[:_WRITERS_SHOWN]:
        lines = [line for line in found["lines"] if line["writer"] == writer]
        lines.sort(key=lambda line: -edits(line["text"], line["said"][name]) / len(line["text"]))
        shown = [
            {
                "name": line["name"],
                "drawing": _drawing(ink[line["name"]], line["text"]),
                "pairs": align(line["text"], line["said"][name]),
            }
            for line in lines[:_LINES_SHOWN]
        ]
        parts.append({"writer": writer, "cer": rates[writer]["cer"], "lines": shown})
    return parts


def _drawing(strokes: Sequence[np.ndarray], text: str) -> Markup:
    """Ink as SVG in the colour of the text, 640 wide at most and 200 tall at most."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    tall = np.quantile([np.ptp(stroke[:, 1]) for stroke in strokes], 0.75) or extent.max()
    scale = min(632 / extent[0], 192 / extent[1], 40 / tall)
    paths = []
    for stroke in strokes:
        places = (stroke - low) * scale + 4
        paths.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (places if len(places) > 1 else places[[0, 0]])))
    width, height = extent * scale + 8
    return Markup(
        f"<svg viewBox='0 0 {width:.0f} {height:.0f}' width='{width:.0f}' style='max-width:100%;display:block' "
        f"role='img' aria-label='{escape(text, quote=True)}'><path d='{''.join(paths)}' fill='none' "
        "stroke='currentColor' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/></svg>"
    )
