"""The pieces of the HTML pages: one file that needs no other and no network, in light and in dark."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

_HERE = Path(__file__).parent


def document(title: str, lead: str, sections: Sequence[tuple[str, str]]) -> str:
    """A whole page.

    Parameters
    ----------
    title : plain text.
    lead : HTML under the title.
    sections : heading (plain text) and HTML of each; an empty heading continues the section before.
    """
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    parts = []
    for number, (heading, content) in enumerate(sections):
        parts.append(f"<h2 id='s{number}'>{escape(heading)}</h2>\n{content}" if heading else content)
    links = "".join(f"<a href='#s{n}'>{escape(heading)}</a>" for n, (heading, _) in enumerate(sections) if heading)
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(title)}</h1>{lead}<nav>{links}</nav></header>\n<main>"
        + "\n".join(parts)
        + f"</main><script>{script}</script></body></html>\n"
    )


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def tiles(figures: Sequence[tuple[str, str]]) -> str:
    """A few figures in large type: what it is worth, and what it is; plain text."""
    content = "".join(
        f"<div class='tile'><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in figures
    )
    return f"<div class='tiles'>{content}</div>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], ours: Sequence[int] = ()) -> str:
    """A table of plain text whose first column names the rows; the columns `ours` are set off."""

    def line(cells: Sequence[str], first: str, others: str) -> str:
        found = []
        for column, text in enumerate(cells):
            tag = others if column else first
            mark = " class='ours'" if column in ours else ""
            found.append(f"<{tag}{mark}>{escape(text)}</{tag}>")
        return f"<tr>{''.join(found)}</tr>"

    body = "".join(line(row, "th", "td") for row in rows)
    return f"<div class='scroll'><table><thead>{line(head, 'th', 'th')}</thead><tbody>{body}</tbody></table></div>"


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and what they stand for, plain text."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs) + "</dl>"


def figure(svg: str, caption: str = "", wide: bool = False) -> str:
    """A plot with a caption of plain text; a wide one takes all the room there is."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure{' class=wide' if wide else ''}><div class='plot'>{svg}</div>{below}</figure>"


def beside(figures: Sequence[str]) -> str:
    """Figures beside each other where there is room."""
    return f"<div class='plots'>{''.join(figures)}</div>"


def glyph_image(glyph: np.ndarray, title: str) -> str:
    """A glyph uint8 (28, 28) as a picture whose ink takes the colour of the text; title is what it shows."""
    ink = np.zeros((*glyph.shape, 4), np.uint8)
    ink[..., 3] = glyph
    data = base64.b64encode(cv2.imencode(".png", ink, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]).decode()
    text = escape(title, quote=True)
    return f"<img class='glyph' alt='{text}' title='{text}' src='data:image/png;base64,{data}'>"
