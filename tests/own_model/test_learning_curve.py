"""How well a fit does while it learns, as one line."""

import numpy as np

from handpad.own_model.learning_curve import LearningCurve


def events(rounds=6, steps=20, total=2000):
    """What a fit tells whose loss falls evenly: the mean over the round so far, as the training loop tells it."""
    for epoch in range(rounds):
        true = [3.0 * 0.6 ** (epoch + step / steps) for step in range(steps)]
        for step in range(1, steps + 1):
            loss = float(np.mean(true[:step]))
            yield {
                "epoch": epoch + 1, "epochs": rounds, "done": step * total // steps, "total": total,
                "loss": round(loss, 4), "accuracy": round(1 - loss / 4, 4),
            }  # fmt: skip


def jumps(values):
    """The largest step of a line against the one before it went on by."""
    steps = np.abs(np.diff(values))
    return float((steps[1:] / np.maximum(steps[:-1], 2e-3)).max())


def test_it_does_not_jump_between_rounds():
    told = list(events())
    curve = LearningCurve()
    losses, accuracies = zip(*(curve.after(event) for event in told), strict=True)
    assert jumps([event["loss"] for event in told]) > 5  # as it is told, it does
    assert jumps(losses) < 2 and jumps(accuracies) < 2
    assert losses[-1] < 0.3 and list(losses) == sorted(losses, reverse=True)


def test_it_goes_on_where_an_interrupted_fit_was():
    curve = LearningCurve()
    curve.begin_after({"epoch": 3, "loss": 0.5, "accuracy": 0.9})
    event = {"epoch": 4, "epochs": 6, "done": 10, "total": 2000, "loss": 0.7, "accuracy": 0.8}
    loss, accuracy = curve.after(event)
    assert 0.5 < loss < 0.51 and 0.89 < accuracy < 0.9
