import pytest

torch = pytest.importorskip("torch")

from handpad.train.fit.networks import NETWORKS, handpad, paper  # noqa: E402


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
