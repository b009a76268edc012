"""HTML pages from ``templates/``: each is one file that needs no other and no network, in light and in dark."""

import base64
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render(template: str, **values) -> str:
    """A whole page: the template of this name, filled with values; text is escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"picture": picture, "thousands": "{:,}".format}
    return environment


def picture(glyph: np.ndarray) -> str:
    """A glyph uint8 (28, 28) as the address of a picture: its ink is black, whatever is around it transparent."""
    ink = np.zeros((*glyph.shape, 4), np.uint8)
    ink[..., 3] = glyph
    png = cv2.imencode(".png", ink, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
