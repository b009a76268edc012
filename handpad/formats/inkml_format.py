"""What an InkML file says of its traces (W3C InkML, sections 3.1, 4.2 and 4.3): contexts, channels, brushes."""

from dataclasses import dataclass, field

from handpad.errors import InkError
from handpad.formats.document import HIGHLIGHTER, PEN, StrokeStyle, finite_number, hex_color

MOST_ELEMENTS = 500_000
MOST_CHANNELS = 64

POINTS = {
    "cm": 72 / 2.54,
    "mm": 7.2 / 2.54,
    "m": 7200 / 2.54,
    "in": 72.0,
    "pt": 1.0,
    "pc": 12.0,
    "himetric": 0.072 / 2.54,
    "px": 0.75,
}
"""Units of length in points; a pixel is that of CSS."""

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


@dataclass
class Channel:
    """One number of a point: its name, 1 or -1 for its direction, and its unit in points or seconds, if told."""

    name: str
    sign: float = 1.0
    unit: float | None = None
    least: float = 0.0
    most: float | None = None


@dataclass
class TraceFormat:
    """The channels of a trace, in their order."""

    channels: list[Channel] = field(default_factory=lambda: [Channel("X"), Channel("Y")])

    @property
    def unit(self) -> float | None:
        """How long a unit of X is, in points; None where that is not told."""
        return next((channel.unit for channel in self.channels if channel.name == "X"), None)


@dataclass
class Context:
    """The format and the brush that traces take from their context; None where it names none."""

    trace_format: TraceFormat | None = None
    brush: "Brush | None" = None
    format_ref: str = ""
    brush_ref: str = ""
    parent_ref: str = ""


@dataclass
class Brush:
    """How traces look: width in points if its unit is told, else in ink units."""

    color: str = "#000000"
    opacity: float = 1.0
    width: float | None = None
    width_in_points: bool = False
    rectangle: bool = False
    masks: bool = False

    def style(self, unit: float | None) -> StrokeStyle:
        """The style of a stroke whose ink unit is so many points long."""
        width = self.width
        if width is not None and self.width_in_points:
            width = width / unit if unit else None
        marks = self.masks or (self.rectangle and self.opacity < 1)
        return StrokeStyle(self.color, self.opacity, width, HIGHLIGHTER if marks else PEN)


class Definitions:
    """Gathers the contexts, formats and brushes of a file, and checks that it is InkML of at most MOST_ELEMENTS."""

    def __init__(self) -> None:
        self.contexts: dict[str, Context] = {}
        self.brushes: dict[str, Brush] = {}
        self.formats: dict[str, TraceFormat] = {}
        self.first: TraceFormat | None = None
        self._elements = self._depth = 0
        self._format: TraceFormat | None = None
        self._format_depth = 0
        self._context: Context | None = None
        self._brush: Brush | None = None
        self._source: TraceFormat | None = None
        self._source_id = ""
        self._numbers = {"context": 0, "brush": 0}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth == 1 and name != "ink":
            raise InkError("It is XML, but no InkML.")
        if self._elements > MOST_ELEMENTS:
            raise InkError(f"It has more than {MOST_ELEMENTS:,} elements: split it into smaller files.")
        if name == "context":
            self._context = Context(
                format_ref=attributes.get("traceFormatRef", "") or attributes.get("inkSourceRef", ""),
                brush_ref=attributes.get("brushRef", ""),
                parent_ref=attributes.get("contextRef", ""),
            )
            self.contexts[self._key(name, attributes)] = self._context
        elif name == "inkSource":
            self._source_id, self._source = id_of(attributes), None
        elif name == "traceFormat" and self._format is None:
            self._format, self._format_depth = TraceFormat([]), self._depth
            self.formats[id_of(attributes)] = self._format
        elif name == "channel" and self._format is not None:
            self._add_channel(attributes)
        elif name == "channelProperty" and self._source is not None:
            _set_resolution(self._source, attributes)
        elif name == "brush":
            self._brush = self.brushes[self._key(name, attributes)] = Brush()
            if self._context is not None:
                self._context.brush = self._brush
        elif name == "brushProperty" and self._brush is not None:
            _set_property(self._brush, attributes)

    def _key(self, name: str, attributes: dict[str, str]) -> str:
        """The identifier of a context or brush; where it has none, its number among its like."""
        self._numbers[name] += 1
        return id_of(attributes) or str(self._numbers[name])

    def _add_channel(self, attributes: dict[str, str]) -> None:
        assert self._format is not None
        units = attributes.get("units", "").strip().lower()
        name = attributes.get("name", "")
        channel = Channel(name, -1.0 if attributes.get("orientation") == "-ve" else 1.0)
        channel.unit = SECONDS.get(units) if name == "T" else POINTS.get(units)
        channel.least = finite_number(attributes.get("min", "")) or 0.0
        channel.most = finite_number(attributes.get("max", ""))
        self._format.channels.append(channel)
        if len(self._format.channels) > MOST_CHANNELS:
            raise InkError(f"Its trace format has more than {MOST_CHANNELS} channels.")

    def end(self, name: str) -> None:
        if self._format is not None and self._format_depth == self._depth:
            if not {"X", "Y"} <= {channel.name for channel in self._format.channels}:
                raise InkError("Its trace format has no X and Y.")
            self.first = self.first or self._format
            self._source = self._format
            if self._context is not None:
                self._context.trace_format = self._format
            if self._source_id:
                self.formats[self._source_id] = self._format
            self._format = None
        elif name == "context":
            self._context = None
        elif name == "inkSource":
            self._source, self._source_id = None, ""
        elif name == "brush":
            self._brush = None
        self._depth -= 1

    def text(self, text: str) -> None:
        pass

    def format_of(self, context: str) -> TraceFormat:
        """The format of a context, by its identifier; that of the file's first one where it has none."""
        for one in self._with_parents(context):
            found = one.trace_format or self.formats.get(plain(one.format_ref))
            if found is not None:
                return found
        return self.first or TraceFormat()

    def brush_of(self, context: str) -> Brush | None:
        """The brush of a context, by its identifier."""
        for one in self._with_parents(context):
            found = one.brush or self.brushes.get(plain(one.brush_ref))
            if found is not None:
                return found
        return None

    def _with_parents(self, context: str) -> list[Context]:
        found: list[Context] = []
        while (one := self.contexts.get(context)) is not None and len(found) < 8:
            found.append(one)
            context = plain(one.parent_ref)
        return found


def id_of(attributes: dict[str, str]) -> str:
    """The xml:id of an element, or its id as CROHME has it; "" if it has none."""
    return attributes.get("http://www.w3.org/XML/1998/namespace}id", "") or attributes.get("id", "")


def plain(reference: str) -> str:
    """The identifier that a reference to the same file names."""
    return reference.strip().removeprefix("#")


def _set_resolution(trace_format: TraceFormat, attributes: dict[str, str]) -> None:
    """A resolution says how many units of the channel a unit of length or time has; it counts before ``units``."""
    if attributes.get("name") != "resolution":
        return
    value, units = finite_number(attributes.get("value", "")), attributes.get("units", "").strip().lower()
    table = SECONDS if attributes.get("channel") == "T" else POINTS
    unit = table.get(units.removeprefix("1/"))
    if value and value > 0 and unit and units.startswith("1/"):
        for channel in trace_format.channels:
            if channel.name == attributes.get("channel"):
                channel.unit = unit / value


def _set_property(brush: Brush, attributes: dict[str, str]) -> None:
    name, value = attributes.get("name", ""), attributes.get("value", "")
    number = finite_number(value)
    if name == "color":
        brush.color, brush.opacity = _color(value) or (brush.color, brush.opacity)
    elif name == "width" and number is not None and number > 0:
        unit = POINTS.get(attributes.get("units", "").strip().lower())
        brush.width, brush.width_in_points = number * (unit or 1.0), unit is not None
    elif name == "transparency" and number is not None:
        brush.opacity = 1 - min(max(number, 0), 255) / 255
    elif name == "tip":
        brush.rectangle = value == "rectangle"
    elif name == "rasterOp":
        brush.masks = value == "maskPen"


def _color(value: str) -> tuple[str, float] | None:
    found = hex_color(value)
    return (found[0], 1.0) if found else None
