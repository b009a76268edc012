"""The base networks: glyphs in, embedding and logits out."""

import numpy as np
import torch
from torch import Tensor, nn

PAPER_EMBEDDING = 256
HANDPAD_EMBEDDING = 128


class Network(nn.Module):
    """Features, then the embedding (the next-to-last layer, linear), then the classifier.

    Input: float32 (n, 1, 28, 28), ink 1 on 0 (glyph pixels divided by 255 once). Output: embedding float32 (n, d)
    and logits float32 (n, c), before any softmax or temperature.
    """

    def __init__(self, features: nn.Module, embedding: nn.Module, classifier: nn.Linear, dropout: float):
        super().__init__()
        self.features = features
        self.embedding = embedding
        self.dropout = nn.Dropout(dropout)
        self.classifier = classifier

    @property
    def embedding_size(self) -> int:
        """d, the length of an embedding."""
        return self.classifier.in_features

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embedding(self.features(glyphs))
        return embedding, self.classifier(self.dropout(embedding))


def paper(classes: int) -> Network:
    """The base CNN of the paper's section 4.4.1, layer for layer: 356,510 trainable parameters for 62 classes.

    Valid convolutions; pooling in ceil mode. The last pooling keeps its 1 x 1 input; it is padded, since OpenCV
    before 5 makes nothing of a window larger than the image. Batch norm follows the ReLU, and here it works: the
    authors' code divides the pixels by 255 twice, which left it inert.
    """
    features = nn.Sequential(
        *_paper_block(1, 32, 3, pool=2),
        *_paper_block(32, 48, 3, pool=2),
        *_paper_block(48, 64, 2, pool=3, padding=1),
        nn.Flatten(),
    )
    embedding = nn.Sequential(nn.Linear(64, 768), nn.ReLU(), nn.Dropout(0.25), nn.Linear(768, PAPER_EMBEDDING))
    return Network(features, embedding, nn.Linear(PAPER_EMBEDDING, classes), dropout=0.25)


def _paper_block(channels: int, filters: int, first_kernel: int, pool: int, padding: int = 0) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, filters, first_kernel),
        nn.ReLU(),
        nn.Conv2d(filters, filters, 3),
        nn.ReLU(),
        nn.BatchNorm2d(filters),
        nn.MaxPool2d(pool, padding=padding, ceil_mode=True),
    ]


def handpad(classes: int) -> Network:
    """Handpad's own network: a small residual CNN, 28 -> 14 -> 7 -> 4 pixels, 0.6 million parameters.

    Every batch norm follows a convolution directly, so that the export folds it away.
    """
    features = nn.Sequential(
        *conv(1, 32, kernel=5, stride=2),
        *conv(32, 64),
        *conv(64, 96, stride=2),
        Residual(96),
        Residual(96),
        *conv(96, 192, stride=2),
        nn.AvgPool2d(4),
        nn.Flatten(),
    )
    return Network(features, nn.Linear(192, HANDPAD_EMBEDDING), nn.Linear(HANDPAD_EMBEDDING, classes), dropout=0.1)


class Residual(nn.Module):
    """Two 3 x 3 convolutions with batch norm around a shortcut; keeps the shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.inner = nn.Sequential(*conv(channels, channels), *conv(channels, channels)[:-1])
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(x + self.inner(x))


def conv(channels: int, filters: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    """A convolution that keeps the size but for its stride, batch norm and ReLU."""
    return [
        nn.Conv2d(channels, filters, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(filters),
        nn.ReLU(),
    ]


PREDICT_BATCH = 1024


def as_input(glyphs: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """uint8 (n, 28, 28) to the network's input: float32 (n, 1, 28, 28) on the device, divided by 255 once."""
    pixels = torch.from_numpy(glyphs).to(device).unsqueeze(1)
    return pixels.float().div_(255).contiguous(memory_format=torch.channels_last)


def outputs(network: Network, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings float32 (n, d) and logits float32 (n, c) of glyphs uint8 (n, 28, 28), in float32 arithmetic."""
    network.eval()
    device = next(network.parameters()).device
    embeddings, logits = [], []
    with torch.inference_mode():
        for start in range(0, len(glyphs), PREDICT_BATCH):
            embedding, logit = network(as_input(glyphs[start : start + PREDICT_BATCH], device))
            embeddings.append(embedding.cpu().numpy())
            logits.append(logit.cpu().numpy())
    return np.concatenate(embeddings), np.concatenate(logits)
