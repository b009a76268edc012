"""The plots are well-formed SVG that puts things where they belong."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

from handpad.train.report import plots
from handpad.train.report.plots import Series


def parse(text: str) -> ET.Element:
    return ET.fromstring(text)


def test_curves_rise_to_the_right_and_are_named_at_their_ends():
    svg = parse(plots.curves([Series("up & on", "blue", [1, 2, 3], [10, 20, 40])], "epoch"))
    points = [tuple(map(float, pair.split(","))) for pair in svg.find("polyline").get("points").split()]
    assert len(points) == 3
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(points))
    name = next(text for text in svg.iter("text") if text.text == "up & on")
    assert float(name.get("x")) > points[-1][0]


def test_a_gap_in_a_curve_is_left_out_and_names_do_not_collide():
    one = Series("a", "blue", [1, 2, 3], [5, float("nan"), 6])
    other = Series("b", "orange", [1, 2, 3], [5, 6, 6.001])
    svg = parse(plots.curves([one, other], "epoch"))
    assert len(svg.find("polyline").get("points").split()) == 2
    heights = sorted(float(text.get("y")) for text in svg.iter("text") if text.text in "ab")
    assert heights[1] - heights[0] >= 14


def test_a_level_curve_can_be_drawn():
    svg = parse(plots.curves([Series("level", "blue", [1, 2], [3, 3])], "epoch"))
    assert "nan" not in ET.tostring(svg).decode()


@pytest.mark.parametrize(("low", "high"), [(0, 1), (71.2, 78.1), (0.6, 2.4), (3, 3), (0, 1e-5), (40, 100)])
def test_ticks_cover_the_values_with_few_round_steps(low, high):
    values = plots.ticks(low, high)
    assert 1 <= len(values) <= 12
    assert values[0] <= low + 1e-9
    assert values[-1] >= high - 1e-6
    steps = np.diff(values)
    assert np.allclose(steps, steps[:1])


def test_losses_point_to_the_left_of_zero():
    svg = parse(plots.bars([("good", 3.0), ("bad", -2.0)]))
    good, bad = svg.findall("rect")
    zero = float(svg.find("line").get("x1"))
    assert float(good.get("x")) == pytest.approx(zero, abs=0.1)
    assert float(bad.get("x")) + float(bad.get("width")) == pytest.approx(zero, abs=0.1)
    assert "red" in bad.get("style")
    assert min(float(rect.get("x")) for rect in (good, bad)) > 0


def test_the_confusion_matrix_groups_its_labels_and_carries_its_counts():
    # labels a, 1, ", A: shown as 1, A, a, "
    counts = np.array([[5, 0, 0, 2], [0, 7, 0, 0], [0, 0, 1, 0], [3, 0, 0, 4]])
    root = parse(plots.confusion(counts, ["a", "1", '"', "A"]))
    assert json.loads(root.get("data-labels")) == ["1", "A", "a", '"']
    assert json.loads(root.get("data-counts")) == [[[0, 7]], [[1, 4], [2, 3]], [[1, 2], [2, 5]], [[3, 1]]]
    cells = [rect for rect in root.iter("rect") if rect.get("class") in ("cell", "right")]
    assert len(cells) == 6
    wrong = [rect for rect in cells if rect.get("class") == "cell"]
    edge, size = int(root.get("data-edge")), int(root.get("data-cell"))
    places = {((int(r.get("y")) - edge) // size, (int(r.get("x")) - edge) // size) for r in wrong}
    assert places == {(1, 2), (2, 1)}
