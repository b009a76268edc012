import pytest

torch = pytest.importorskip("torch")

from handpad.train.fit.builders import NETWORKS, build, settings_of  # noqa: E402
from handpad.train.fit.networks import handpad, paper  # noqa: E402


def parameters(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def test_the_paper_network_has_the_papers_parameters():
    assert parameters(paper(62)) == 356_510


def test_the_paper_network_layer_for_layer():
    x, shapes = torch.zeros(1, 1, 28, 28), []
    for layer in paper(62).eval().features:
        x = layer(x)
        if isinstance(layer, torch.nn.MaxPool2d):
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [(32, 12, 12), (48, 4, 4), (64, 1, 1)]


def test_the_handpad_network_is_below_a_million_parameters():
    assert parameters(handpad(94)) < 1_000_000


@pytest.mark.parametrize(("name", "embedding"), [("paper", 256), ("handpad", 128)])
def test_outputs_are_embedding_and_logits(name, embedding):
    network = NETWORKS[name](94).eval()
    found = network(torch.rand(3, 1, 28, 28))
    assert [tuple(output.shape) for output in found] == [(3, embedding), (3, 94)]
    assert torch.allclose(network.classifier(found[0]), found[1])


@pytest.mark.parametrize(
    ("name", "settings", "embedding"),
    [
        ("linear", {}, 784),
        ("shallow", {"width": 30}, 30),
        ("deep", {"width": 30, "activation": "leaky-relu"}, 30),
        ("prelu", {}, 64),
        ("prelu", {"order": "norm first", "pooling": "stride", "activation": "relu", "width": 8}, 16),
        ("resnet", {}, 256),
    ],
)
def test_networks_of_the_reports_embed_too(name, settings, embedding):
    network = build(name, 62, settings).eval()
    assert set(settings) <= set(settings_of(name))
    found = network(torch.rand(3, 1, 28, 28))
    assert [tuple(output.shape) for output in found] == [(3, embedding), (3, 62)]
    assert network.embedding_size == embedding


def test_the_shallow_network_is_the_reports():
    assert parameters(build("shallow", 10)) == 784 * 100 + 100 + 100 * 10 + 10
