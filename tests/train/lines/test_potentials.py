"""What reading lines is learned from: sums over all groupings, and a fit on lines of our own ink."""

import itertools
import json
import shutil

import numpy as np
import pytest
from handwriting import LETTERS, write_line
from unipen_ink import component

torch = pytest.importorskip("torch")

from handpad.adaptation import Observation  # noqa: E402
from handpad.ink import as_strokes  # noqa: E402
from handpad.model.base import BaseModel  # noqa: E402
from handpad.reading.lattice import MOST_PIECES  # noqa: E402
from handpad.reading.potential_functions import FORBIDDEN, PotentialFunctions  # noqa: E402
from handpad.reading.reader import Reader  # noqa: E402
from handpad.train import cli  # noqa: E402
from handpad.train.console import Console  # noqa: E402
from handpad.train.lines import examples as texts  # noqa: E402
from handpad.train.lines import potentials, search_weights  # noqa: E402

PIECES, LABELS = 4, 3


@pytest.fixture(scope="module")
def scores():
    """Random scores of one line of four fragments, as padded for a batch of one."""
    draw = torch.Generator().manual_seed(3)
    labels = torch.randn((1, PIECES + 1, MOST_PIECES, LABELS), generator=draw)
    for stop, size in itertools.product(range(PIECES + 1), range(1, MOST_PIECES + 1)):
        if size > stop:
            labels[0, stop, size - 1] = potentials.IMPOSSIBLE
    return labels, torch.randn((1, PIECES + 1, 2), generator=draw)


def groupings(fragments):
    """Every way to cut so many fragments into groups, as the stops of the groups."""
    for inner in itertools.product((False, True), repeat=fragments - 1):
        yield [place for place, cut in enumerate(inner, start=1) if cut] + [fragments]


def every_text(scores):
    """The summed scores of each text, a tuple of (label, space before), over all its groupings, by brute force."""
    labels, spaces = (substroke[0].double().numpy() for substroke in scores)
    sums = {}
    for stops in groupings(PIECES):
        starts = [0, *stops[:-1]]
        for chosen in itertools.product(range(LABELS), repeat=len(stops)):
            for gaps in itertools.product((0, 1), repeat=len(stops) - 1):
                total = sum(
                    labels[stop, stop - start - 1, c] for start, stop, c in zip(starts, stops, chosen, strict=True)
                )
                total += sum(spaces[start, gap] for start, gap in zip(starts[1:], gaps, strict=True))
                text = tuple(zip(chosen, (0, *gaps), strict=True))
                sums[text] = np.logaddexp(sums.get(text, -np.inf), total)
    return sums


class Groups:
    """All groups of consecutive fragments of one line, of which nothing more is known."""

    def __init__(self):
        pairs = [(stop - size, stop) for stop in range(PIECES + 1) for size in range(1, min(MOST_PIECES, stop) + 1)]
        self.starts, self.stops = np.array(pairs).T
        self.geometry, self.gaps = np.zeros((len(pairs), 1)), np.zeros((PIECES - 1, 1))
        self.fragments = range(PIECES)

    def __len__(self):
        return len(self.stops)


def loss_of(text, scores):
    """-log P(text) by the loss that is fitted, of networks that give these scores."""
    segments, (labels, spaces) = Groups(), scores
    found = labels[0, segments.stops, segments.stops - segments.starts - 1], spaces[0, 1:PIECES]
    nothing = np.zeros((len(segments), 1))
    said, gaps = (np.array(column) for column in zip(*text, strict=True))
    one = texts.Example(segments, [], nothing, nothing, said, gaps, "")
    scale = dict.fromkeys(("geometry", "gaps", "embedding"), (0.0, 1.0))
    return len(text) * potentials.line_loss(lambda *_: found, [one], scale).item()


def test_the_loss_sums_over_all_groupings_as_brute_force_does(scores):
    sums = every_text(scores)
    total = np.logaddexp.reduce(list(sums.values()))
    for text, expected in list(sums.items())[::7]:
        assert loss_of(text, scores) == pytest.approx(total - expected, abs=1e-3)


def own_lines(count):
    """Lines of words made of the letters of our own ink, each with its strokes (n, 2)."""
    draw = np.random.default_rng(5)
    letters = sorted(LETTERS)
    for _ in range(count):
        text = " ".join("".join(draw.choice(letters, draw.integers(2, 5))) for _ in range(3))
        yield text, [stroke[:, :2] for letter in write_line(text) for stroke in letter]


def test_a_fit_learns_and_the_file_says_the_same_as_the_networks(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(potentials, "EPOCHS", 4)
    model = BaseModel.load()
    examples = [texts.example(text, [strokes], model) for text, strokes in own_lines(24)]
    arrays = potentials.fit([[one] for one in examples], model.labels, 1, Console(True))
    losses = [json.loads(line)["loss"] for line in capsys.readouterr().out.splitlines()]
    assert losses[-1] < losses[0] / 2
    arrays |= {name: np.float64(1) for name in ("language", "character", "temperature", "familiar")}
    folder = shutil.copytree(model.folder, tmp_path / "model")
    potentials.save(folder, arrays | {"fingerprint": np.array("own")})
    BaseModel.load(folder)  # the checksums are those of the new file
    loaded = PotentialFunctions.load(folder)
    assert loaded.labels == model.labels
    one = examples[0]
    observation = Observation(one.embeddings, one.logits, np.zeros((len(one.segments), 4)))
    assert loaded.character_scores(one.segments.geometry, observation).shape == (len(one.segments),)
    labels, spaces = texts.scores(loaded, one)
    assert labels.shape == (len(one.segments), len(model.labels))
    assert spaces.shape == (len(one.segments.fragments) - 1, 2)
    said = Reader(model, model, loaded, None).read(as_strokes(next(own_lines(1))[1])).text
    assert said.replace(" ", "").lower() == one.text.replace(" ", "").lower()


def test_the_rows_of_a_text_are_one_behind_the_other_with_a_space_between(monkeypatch):
    model = BaseModel.load()
    rows = [[stroke[:, :2] for letter in write_line(text) for stroke in letter] for text in ("tool box", "vox lit")]
    strokes = rows[0] + [stroke + np.array([0.0, 200.0]) for stroke in rows[1]]
    found = texts.rows_of(strokes)
    assert [len(row) for row in found] == [len(row) for row in rows]
    one = texts.example("tool box vox lit", found, model)
    alone = [texts.example(text, [row], model) for text, row in zip(("tool box", "vox lit"), rows, strict=True)]
    first = len(alone[0].segments.fragments)
    assert one.breaks == [first]
    assert not any(start < first < stop for start, stop in zip(one.segments.starts, one.segments.stops, strict=True))
    np.testing.assert_allclose(
        one.segments.geometry, np.concatenate([substroke.segments.geometry for substroke in alone]), atol=1e-4
    )
    ink = one.segments.strokes_of(len(one.segments) - 1)
    np.testing.assert_allclose(ink[-1][:, :2], strokes[-1])
    fitted = PotentialFunctions.load(model.folder)
    labels, spaces = texts.scores(fitted, one)
    assert spaces[first - 1].tolist() == [FORBIDDEN, 0.0]
    monkeypatch.setattr(potentials, "EPOCHS", 1)
    arrays = potentials.fit([[one], *([substroke] for substroke in alone)], model.labels, 1, Console(True))
    assert all(np.isfinite(value).all() for value in arrays.values() if value.dtype.kind == "f")
    said = search_weights._read(one, labels, spaces, model.labels, None, fitted.weights)
    assert said.lower().replace(" ", "") == "toolboxvoxlit"


def test_a_varied_line_keeps_its_strokes_and_their_order():
    _, strokes = next(own_lines(1))
    draw = np.random.default_rng(1)
    other = texts.varied(strokes, draw)
    assert [stroke.shape for stroke in other] == [stroke.shape for stroke in strokes]
    assert not np.allclose(other[0], strokes[0])
    assert np.corrcoef(np.concatenate(other)[:, 0], np.concatenate(strokes)[:, 0])[0, 1] > 0.95


def test_a_source_without_printed_lines_is_refused(tmp_path, capsys):
    ink = [stroke for letter in write_line("to") for stroke in letter]
    for path, lines in (
        ("include/zzz/a.dat", [".COORD X Y", ".WRITER_ID 1", *(row for stroke in ink for row in component(stroke))]),
        ("data/8/zzz/a.dat", [".INCLUDE zzz/a.dat", f'.SEGMENT TEXT 0-{len(ink) - 1} ? "to"']),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("\n".join(lines) + "\n", encoding="latin-1")
    model = tmp_path / "model"
    model.mkdir()
    for file in BaseModel.load().folder.iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    before = sorted(path.name for path in model.iterdir())
    assert cli.main(["reading", str(model), str(tmp_path)]) == 1
    assert "no lines of printed text" in capsys.readouterr().err
    assert sorted(path.name for path in model.iterdir()) == before
