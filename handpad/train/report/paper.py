"""What the paper *Learn the Way We Write* reports (its sections 4.1 to 4.5), for tables with our figures beside it."""

NAMES = ("NIST SD19 (paper)", "DeepWriting (paper)")

SPLIT = (
    ("writers in training", "3,057", "242"),
    ("writers in validation", "339", "27"),
    ("writers in the application set", "200", "25 (printed as 70; the text counts 25)"),
    ("images in training", "659,541", "298,313"),
    ("images in validation", "73,209", "33,484"),
    ("images in the application set", "81,505", "37,658"),
)
"""Table 2."""

BASE = (
    ("base accuracy, training writers", "88.36 %", "87.65 %"),
    ("base accuracy, validation writers", "87.39 %", "83.12 %"),
    ("base accuracy, application set", "87.35 %", "82.12 %"),
)
"""Section 4.4.2."""

ADAPTED = (
    ("writers", "200", "25"),
    ("images tested, all draws", "81,685", "37,672"),
    ("base accuracy", "87.24 %", "82.05 %"),
    ("adapted accuracy", "89.60 %", "84.77 %"),
    ("gain, points", "+2.36", "+2.72"),
    ("base or method right", "91.42 %", "86.38 %"),
    ("gain if it were known which, points", "+4.18", "+4.33"),
    ("base or any neighbour vote right", "–", "–"),
    ("writers better / equal / worse", "167 / 9 / 24", "24 / 0 / 1"),
)
"""Table 3 and section 4.5."""


def adapter(name: str) -> str:
    """What an adapter is called in a page."""
    return {"paper": "the paper's method", "default": "Handpad's default"}.get(name, name)


def split_table(writers: dict[str, int], images: dict[str, int], base: dict[str, float | None]) -> list[list[str]]:
    """Table 2 and the base accuracies, with a last column for a fit.

    Parameters
    ----------
    writers, images : how many, by part ("train", "validation", "test").
    base : accuracy, 0 to 1, by part; None where it cannot be known.
    """
    parts = ("train", "validation", "test")
    ours = [f"{counts[part]:,}" for counts in (writers, images) for part in parts]
    ours += ["–" if base[part] is None else f"{100 * base[part]:.2f} %" for part in parts]
    return [[*published, own] for published, own in zip((*SPLIT, *BASE), ours, strict=True)]


def adapted_table(holdout: dict) -> tuple[list[str], list[list[str]]]:
    """Table 3, with a column for every adapter of an evaluation's 90/10 protocol: head and rows.

    holdout : by adapter, what :func:`handpad.train.measure.scores.summary` says of it. As in the paper, accuracies are
        shares of all tested characters, not means over writers.
    """
    columns = []
    for one in holdout.values():
        pooled = one["pooled"]
        has_votes = pooled["base_or_any"] > pooled["base_or_adapter"]
        columns.append(
            [
                f"{one['writers']}",
                f"{one['characters']:,}",
                f"{pooled['base']:.2f} %",
                f"{pooled['accuracy']:.2f} %",
                f"{pooled['accuracy'] - pooled['base']:+.2f}",
                f"{pooled['base_or_adapter']:.2f} %",
                f"{pooled['base_or_adapter'] - pooled['base']:+.2f}",
                f"{pooled['base_or_any']:.2f} %" if has_votes else "–",
                f"{one['better']} / {one['equal']} / {one['worse']}",
            ]
        )
    rows = [[*published, *own] for published, *own in zip(ADAPTED, *columns, strict=True)]
    return ["", *NAMES, *(f"{adapter(name)}, here" for name in holdout)], rows
