import argparse
import json

import numpy as np
import pytest

from handpad.adaptation import Observation
from handpad.model.base import BaseModel
from handpad.train.commands import evaluate
from handpad.train.console import Console
from handpad.train.measure import evaluate_characters
from handpad.train.measure.protocols import PROTOCOLS, Settings, WriterData
from handpad.train.report import characters_report

MODEL = BaseModel.load().restricted("aAb1")
WIDTH = MODEL.info["embedding"]


def writers(count=3, characters=260):
    """Writers for whom the base is right about two times in three."""
    found = []
    for number in range(count):
        random = np.random.default_rng(number)
        labels = random.integers(0, 4, characters)
        embeddings = np.eye(4, WIDTH)[labels] + random.normal(scale=0.1, size=(characters, WIDTH))
        logits = np.eye(4)[labels] + random.normal(scale=1, size=(characters, 4))
        cues = np.zeros((characters, 4))
        observation = Observation(embeddings.astype(np.float32), logits.astype(np.float32), cues)
        found.append(WriterData(f"site/{number}", observation, labels))
    return found


@pytest.fixture(scope="module")
def found():
    results = evaluate_characters.evaluate(
        writers(), MODEL, list(PROTOCOLS), Settings(resamples=1, limit=60), seed=1, console=Console(as_json=True)
    )
    results["about"] = {
        "data": "toy", "part": "test writers", "writers": 3, "characters": 780, "fewest": 150, "labels": "aAb1",
        "model": "small", "fingerprint": "x-1", "seed": 1, "resamples": 1, "limit": 60, "command": "handpad-train <x>",
    }  # fmt: skip
    return results


def test_every_protocol_has_every_adapter(found):
    for protocol in PROTOCOLS:
        assert set(found[protocol]) == {"paper", "default"}
        for one in found[protocol].values():
            assert one["writers"] == 3
            assert one["better"] + one["equal"] + one["worse"] == 3
    assert found["live"]["default"]["characters"] == 180
    assert found["live"]["paper"]["base"] == found["live"]["default"]["base"]
    assert found["holdout"]["default"]["gain"]["mean"] > 10


def test_confusions_and_confidences_belong_to_the_live_run(found):
    assert np.sum(found["confusion"]["base"]) == np.sum(found["confusion"]["default"]) == 180
    right = 100 * np.trace(found["confusion"]["default"]) / 180
    assert right == pytest.approx(found["live"]["default"]["accuracy"]["mean"])
    assert np.shape(found["confidence"]["means"]) == (6, 4)


def test_results_are_plain_json_and_one_page(found):
    json.dumps(found)
    page = characters_report.render(found)
    assert page.count("<svg") == page.count("</svg>") == 9
    assert "handpad-train &lt;x&gt;" in page
    assert "src=" not in page
    assert "http" not in page
    table = characters_report.table(found)
    assert f"{found['live']['default']['gain']['mean']:+.2f} ±" in table
    assert "0-25" in table


def test_the_page_escapes_what_it_is_told(found):
    about = {**found["about"], "data": "<i>toy</i>", "model": "a 'b' & c"}
    page = characters_report.render({**found, "about": about})
    assert "<i>" not in page
    assert "&lt;i&gt;toy&lt;/i&gt;" in page
    assert "a &#39;b&#39; &amp; c" in page


def test_the_page_puts_the_papers_figures_beside_ours(found):
    page = characters_report.render(found)
    pooled = found["holdout"]["default"]["pooled"]
    for text in ("89.60 %", "84.77 %", f"{pooled['accuracy']:.2f} %", "167 / 9 / 24"):
        assert text in page


def test_a_protocol_that_nobody_wrote_enough_for_is_left_out():
    settings = Settings(resamples=1, limit=20)
    results = evaluate_characters.evaluate(
        writers(2, 60), MODEL, ["live", "mistaken"], settings, 1, Console(as_json=True)
    )
    assert results["mistaken"] == {}
    results["about"] = dict.fromkeys(("data", "part", "model", "fingerprint", "command"), "x")
    results["about"] |= {"writers": 2, "characters": 120, "fewest": 1, "labels": "aAb1", "seed": 1}
    assert "of them wrong" not in characters_report.render(results) + characters_report.table(results)


def test_every_argument_has_help():
    class Explained(argparse.ArgumentParser):
        def add_argument(self, *names, **options):
            assert options.get("help"), names
            return super().add_argument(*names, **options)

    evaluate.add_arguments(Explained())
