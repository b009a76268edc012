"""An insight as files: JSON for programs, HTML for people; both hold all figures and no ink."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from string import Template

from handpad.insight.figures import Insight, Method, Reliability, Share
from handpad.insight.words import details, effect_sentence, headline, percent

FORMAT = 1


def to_json(found: Insight) -> str:
    """All figures. Shares are right and counted, with rate and the 95 % interval."""
    values = {
        "format": FORMAT,
        "headline": headline(found),
        "characters": found.characters,
        "corrected": found.corrected,
        "methods": [
            {
                "name": one.name,
                "every": _share(one.every),
                "then": _share(one.then),
                "now": _share(one.now),
                "course": [{"characters": end, **_share(share)} for end, share in one.course],
            }
            for one in found.methods
        ],
        "confusions": [
            {"label": one.label, "shown": one.shown, "then": _share(one.then), "now": _share(one.now)}
            for one in found.confusions
        ],
        "coverage": [asdict(one) for one in found.coverage],
        "reliabilities": [
            {**asdict(one), "mean": round(one.mean, 4), "deviation": round(one.deviation, 4)}
            for one in found.reliabilities
        ],
        "effects": [
            {"label": one.label, "shown": one.shown, "after": one.after, "since": _share(one.since)}
            for one in found.effects
        ],
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def _share(share: Share) -> dict:
    low, high = share.interval
    return {
        "right": share.right,
        "counted": share.counted,
        "rate": round(share.rate, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>How Handpad reads me</title><style>
:root { color-scheme: light dark; --ink: #26231d; --paper: #fcf9f2; --line: #ddd5c4; --accent: #1b66a8;
        --soft: #dfeaf4 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ebe8e1; --paper: #161719; --line: #36393f; --accent: #79b8f2; --soft: #22374a }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 52rem;
       margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
table { border-collapse: collapse; font-size: .9rem } td, th { padding: .2rem .7rem .2rem 0; text-align: left;
       border-bottom: 1px solid var(--line); font-weight: normal } th { font-weight: 600 }
td.bar { background: linear-gradient(var(--soft), var(--soft)) no-repeat left/ var(--share) 100%; padding-left: .4rem }
svg { max-width: 100% } svg text { fill: var(--ink); font: 12px system-ui, sans-serif }
div.wide { overflow-x: auto }
</style></head><body>
<h1>$headline</h1>
$details
$parts
</body></html>
""")


def to_html(found: Insight) -> str:
    """All figures as one page that needs nothing else, with its chart as a table beside it."""
    parts = []
    if found.methods and found.characters:
        parts.append(_section("Then and now", _course(found.methods[0]) + _methods(found.methods)))
    if found.confusions:
        rows = [(one.label, one.shown, _of(one.then), _of(one.now)) for one in found.confusions]
        parts.append(_section("Taken for each other", _table(("Written", "Read as", "At the start", "Now"), rows)))
    if found.effects:
        effects = "".join(f"<li>{escape(effect_sentence(effect))}</li>" for effect in found.effects)
        parts.append(_section("What became of what you put right", f"<ul>{effects}</ul>"))
    if found.reliabilities:
        parts.append(_section("How far each can be trusted, by what it says", _reliabilities(found)))
    rows = [(c.label, str(c.corrections), str(c.confirmations), str(c.parted)) for c in found.coverage]
    head = ("Character", "Corrected", "Left as read", "Joined or parted")
    parts.append(_section("Samples by character", _table(head, rows)))
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in details(found))
    return _PAGE.substitute(headline=escape(headline(found)), details=sentences, parts="\n".join(parts))


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{body}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    top = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _methods(methods: tuple[Method, ...]) -> str:
    rows = [(one.name, percent(one.then), percent(one.now), str(one.now.counted)) for one in methods]
    return _table(("Read by", "At the start", "Now", "Counted in each"), rows)


def _course(method: Method) -> str:
    """The course of a method as a line with its uncertainty."""
    if len(method.course) < 2:
        return ""
    last = method.course[-1][0]
    points = [
        (60 + 620 * (end / last), *(200 - 180 * rate for rate in (share.rate, *share.interval)))
        for end, share in method.course
    ]
    lower = [f"{x:.0f},{low:.0f}" for x, _, low, _ in points]
    band = " ".join(lower + [f"{x:.0f},{high:.0f}" for x, _, _, high in points[::-1]])
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y, _, _ in points)
    grid = "".join(
        f'<line x1="60" x2="680" y1="{200 - 1.8 * tick}" y2="{200 - 1.8 * tick}" stroke="var(--line)"/>'
        f'<text x="52" y="{204 - 1.8 * tick}" text-anchor="end">{tick} %</text>'
        for tick in (0, 25, 50, 75, 100)
    )
    spoken = f"Read right, from {percent(method.then)} to {percent(method.now)} over {last} characters"
    return (
        f'<svg viewBox="0 0 700 235" role="img" aria-label="{escape(spoken)}">{grid}'
        f'<polygon points="{band}" fill="var(--soft)"/><polyline points="{line}" fill="none" stroke="var(--accent)" '
        f'stroke-width="2"/><text x="680" y="225" text-anchor="end">after {last:,} characters</text></svg>'
    )


def _reliabilities(found: Insight) -> str:
    by_label: dict[str, dict[str, Reliability]] = {}
    for one in found.reliabilities:
        by_label.setdefault(one.label, {})[one.classifier] = one
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in ("", *found.classifiers))
    rows = []
    for label, own in sorted(by_label.items()):
        cells = [_cell(own.get(name)) for name in found.classifiers]
        rows.append(f"<tr><th scope=row>{escape(label)}</th>{''.join(cells)}</tr>\n")
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _cell(one: Reliability | None) -> str:
    if one is None:
        return "<td></td>"
    said = f"{one.right} of {one.right + one.wrong}"
    return f'<td class=bar style="--share: {one.mean:.0%}" title="{said}">{one.mean:.0%}</td>'


def _of(share: Share) -> str:
    return f"{share.right} of {share.counted}"
