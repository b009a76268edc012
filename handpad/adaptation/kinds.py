"""The adapters that one can choose, each with its two sides."""

from collections.abc import Callable
from typing import Any, NamedTuple

from handpad.adaptation import Adapter
from handpad.adaptation.default import DefaultAdapter
from handpad.adaptation.line import LineAdapter, NoLineAdapter, PaperLineAdapter, RidgeLineAdapter
from handpad.adaptation.none import NoAdapter
from handpad.adaptation.paper import PaperAdapter
from handpad.model.base import BaseModel


class AdapterKind(NamedTuple):
    """How to make both sides of an adapter: for characters alone, of a base model, and for lines, of that side."""

    characters: Callable[[BaseModel], Adapter]
    line: Callable[[Any], LineAdapter]


ADAPTERS = {
    "default": AdapterKind(lambda model: DefaultAdapter(model.labels), lambda _: RidgeLineAdapter()),
    "paper": AdapterKind(
        lambda model: PaperAdapter(model.centroids, model.centroid_labels, len(model.labels)), PaperLineAdapter
    ),
    "none": AdapterKind(lambda model: NoAdapter(), lambda _: NoLineAdapter()),
}
"""The adapters by name. Each has a side for lines too, so that none works in boxes alone."""
