import numpy as np
import pytest

from handpad.errors import InkError
from handpad.formats import inkml
from handpad.formats.document import HIGHLIGHTER


def context(name, channels, properties="", brush=""):
    return (
        f'<context xml:id="{name}"><inkSource xml:id="source-{name}"><traceFormat>{channels}</traceFormat>'
        f"<channelProperties>{properties}</channelProperties></inkSource>{brush}</context>"
    )


def resolution(channel, value, units="1/cm"):
    return f'<channelProperty channel="{channel}" name="resolution" value="{value}" units="{units}"/>'


XY = '<channel name="X" units="cm"/><channel name="Y" units="cm"/>'


def ink(body, definitions=""):
    return (f'<ink xmlns="http://www.w3.org/2003/InkML"><definitions>{definitions}</definitions>{body}</ink>').encode()


def only_page(data):
    (page,) = inkml.read(data).pages
    return page


def test_every_trace_has_the_channels_of_its_context():
    definitions = context("a", XY) + context("b", '<channel name="T"/><channel name="Y"/><channel name="X"/>')
    page = only_page(ink('<trace contextRef="#a">1 2</trace><trace contextRef="#b">7 2 1</trace>', definitions))
    assert [stroke[0, :2].tolist() for stroke in page.strokes] == [[1, 2], [1, 2]]
    assert page.strokes[1][0, 3] == 7


def test_a_group_gives_its_traces_context_and_brush():
    definitions = (
        context("a", XY)
        + context("b", '<channel name="Y"/><channel name="X"/>')
        + '<brush xml:id="red"><brushProperty name="color" value="#FF0000"/></brush>'
    )
    page = only_page(
        ink(
            '<traceGroup contextRef="#b" brushRef="#red"><trace>2 1</trace></traceGroup><trace>1 2</trace>', definitions
        )
    )
    assert [stroke[0, :2].tolist() for stroke in page.strokes] == [[1, 2], [1, 2]]
    assert [style.color for style in page.styles] == ["#ff0000", "#000000"]


def test_a_context_may_name_its_format_elsewhere_and_its_parent():
    definitions = (
        '<traceFormat xml:id="f"><channel name="Y"/><channel name="X"/></traceFormat>'
        '<context xml:id="a" traceFormatRef="#f"/><context xml:id="b" contextRef="#a"/>'
    )
    assert only_page(ink('<trace contextRef="#b">2 1</trace>', definitions)).strokes[0][0, :2].tolist() == [1, 2]


def test_the_resolution_tells_the_unit_whatever_units_says():
    """Word says that its numbers are centimetres, and that there are a thousand of them in one."""
    definitions = context("a", XY, resolution("X", 1000) + resolution("Y", 1000))
    assert only_page(ink("<trace>1 2</trace>", definitions)).unit == pytest.approx(72 / 2.54 / 1000)


@pytest.mark.parametrize(
    ("units", "points"), [("himetric", 0.072 / 2.54), ("in", 72), ("mm", 7.2 / 2.54), ("dev", None)]
)
def test_units_are_known(units, points):
    channels = f'<channel name="X" units="{units}"/><channel name="Y" units="{units}"/>'
    assert only_page(ink("<trace>1 2</trace>", context("a", channels))).unit == (points and pytest.approx(points))


def test_contexts_and_axes_of_other_units_are_brought_to_one():
    definitions = (
        context("mm", XY, resolution("X", 10) + resolution("Y", 20))
        + context("cm", XY, resolution("X", 1) + resolution("Y", 1))
    )  # fmt: skip
    page = only_page(ink('<trace contextRef="#mm">30 60</trace><trace contextRef="#cm">3 3</trace>', definitions))
    np.testing.assert_allclose([stroke[0, :2] for stroke in page.strokes], [[30, 30], [30, 30]])


def test_force_is_a_part_of_what_its_channel_can_hold_and_time_is_in_seconds():
    channels = XY + '<channel name="F" max="32767" units="dev"/><channel name="T" units="ms"/>'
    (stroke,) = only_page(ink("<trace>1 2 32767 500, 3 4 0 510</trace>", context("a", channels))).strokes
    np.testing.assert_allclose(stroke[:, 2:], [[1, 0.5], [0, 0.51]])


def test_a_brush_tells_colour_width_and_whether_it_marks():
    brush = (
        '<brush xml:id="b"><brushProperty name="width" value="0.07" units="cm"/>'
        '<brushProperty name="color" value="#FFFC00"/><brushProperty name="transparency" value="127"/>'
        '<brushProperty name="tip" value="rectangle"/></brush>'
    )
    definitions = context("a", XY, resolution("X", 1000) + resolution("Y", 1000)) + brush
    page = only_page(ink('<trace brushRef="#b">1 2</trace><trace brushRef="#none">1 2</trace>', definitions))
    assert page.styles[0].tool == HIGHLIGHTER
    assert page.styles[0].color == "#fffc00"
    assert page.styles[0].opacity == pytest.approx(128 / 255)
    assert page.styles[0].width == pytest.approx(70)
    assert page.styles[1].width is None
    assert page.writing == (1,)


def test_a_trace_that_goes_on_is_one_stroke():
    body = (
        '<trace xml:id="a" continuation="begin">1 1, 2 2</trace><trace>9 9</trace>'
        '<trace xml:id="b" continuation="end" priorRef="#a">3 3</trace>'
    )
    first, second = only_page(ink(body)).strokes
    assert first[:, 0].tolist() == [1, 2, 3]
    assert second[:, 0].tolist() == [9]


def test_contexts_and_brushes_may_change_along_the_file():
    body = (
        "<trace>1 2</trace>"
        + context("", '<channel name="Y"/><channel name="X"/>').replace(' xml:id=""', "")
        + '<brush><brushProperty name="color" value="#00ff00"/></brush><trace>2 1</trace>'
    )
    page = only_page(ink(body, '<traceFormat><channel name="X"/><channel name="Y"/></traceFormat>'))
    assert [stroke[0, :2].tolist() for stroke in page.strokes] == [[1, 2], [1, 2]]
    assert page.styles[1].color == "#00ff00"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<trace>1 nan</trace>", "is no number"),
        ("<trace>T, F</trace>", "Its trace 1 has a point without x or y"),
        ("<trace>1e999 1</trace>", "Its trace 1 has a point without x or y"),
        ("<trace>1e13 1</trace>", "too far out"),
    ],
)
def test_points_that_are_nowhere_are_refused(body, sentence):
    with pytest.raises(InkError, match=sentence):
        inkml.read(ink(body))


def test_a_trace_that_no_pen_writes_is_refused_before_it_is_parted(monkeypatch):
    monkeypatch.setattr("handpad.formats.inkml._rows", None)
    with pytest.raises(InkError, match="no pen writes"):
        inkml.read(ink("<trace>" + "1 2," * 300_000 + "1 2</trace>"))
