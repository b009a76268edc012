"""Which networks there are, by name, and what can be set of each."""

import inspect
from collections.abc import Callable

from handpad.train.fit.blending import Blend
from handpad.train.fit.networks import Network, handpad, paper
from handpad.train.fit.seed_networks import deep, linear, prelu, resnet, shallow
from handpad.train.fit.support_vectors import pca_svm
from handpad.train.fit.trees import forest


def blend(classes: int, members: list[dict], vote: bool) -> Blend:
    """Members as records have them: "network", "network_settings" and "temperature" of each."""
    networks = [build(member["network"], classes, member["network_settings"]) for member in members]
    return Blend(networks, [member["temperature"] for member in members], vote)


NETWORKS: dict[str, Callable[..., Network]] = {
    "paper": paper,
    "handpad": handpad,
    "linear": linear,
    "shallow": shallow,
    "deep": deep,
    "prelu": prelu,
    "resnet": resnet,
    "pca-svm": pca_svm,
    "forest": forest,
    "blend": blend,
}
"""The networks by name; each is made for a number of classes, and some take settings."""


def build(name: str, classes: int, settings: dict | None = None) -> Network:
    """A network with its settings. Raises KeyError for another name, TypeError for a setting that it lacks."""
    return NETWORKS[name](classes, **(settings or {}))


def settings_of(name: str) -> dict:
    """What can be set of a network, with its defaults."""
    found = inspect.signature(NETWORKS[name]).parameters.values()
    return {one.name: one.default for one in found if one.default is not one.empty}
