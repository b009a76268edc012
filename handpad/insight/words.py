"""An insight in plain words, for everyone, and for those who cannot see charts."""

from collections.abc import Sequence

from handpad.insight.figures import BASE, SEQUENCE, SHOWN, Coverage, Effect, Insight, Reliability, Share
from handpad.profile.accuracy import FEWEST

ENOUGH = 3
"""So many samples of a character are enough to speak of it as known."""

COUNTED = "Counted are the characters that you checked or left with certainty."


def headline(found: Insight) -> str:
    """How well is read now and how well at the start, in one line."""
    now, then = found.shown.now, found.shown.then
    written = f"{found.characters:,} character{'' if found.characters == 1 else 's'}"
    if not found.characters:
        return "Nothing is learned yet. Write, and put right what was read wrong."
    if found.characters < FEWEST:
        so_far = _of(found.shown.every)
        return f"After {written} it is too early for a figure: so far {so_far} were read right."
    before, after = round(20 * then.rate), round(20 * now.rate)
    if before == after:
        return f"After {written}: {after} of 20 right, as at the start."
    return f"After {written}: {after} of 20 right; at the start {before}."


def details(found: Insight) -> list[str]:
    """Further sentences, the most telling first."""
    said = []
    if found.characters >= FEWEST:
        said.append(
            f"The latest {found.shown.now.counted} characters: {percent(found.shown.now)} read right; "
            f"the first {found.shown.then.counted}: {percent(found.shown.then)}. {COUNTED}"
        )
    methods = {method.name: method.now for method in found.methods if method.name != SHOWN}
    if found.characters >= FEWEST and len(methods) > 1:
        each = "; ".join(f"{_named(name)} {percent(share, False)}" for name, share in methods.items())
        said.append(
            f"Each asked about the latest characters before it learned them, alone and without the text: {each}."
        )
    now = [one for one in found.confusions if one.now.right]
    if now:
        each = ", ".join(_confused(one.label, one.shown, one.now) for one in now[:5])
        said.append(f"Now taken for each other most often: {each}.")
    gone = [one for one in found.confusions if one.then.right and not one.now.right and one.now.counted]
    if gone:
        said.append(
            "No longer: " + ", ".join(f"\u201c{one.label}\u201d as \u201c{one.shown}\u201d" for one in gone[:5]) + "."
        )
    telling = sorted(found.effects, key=lambda effect: -effect.since.counted)
    said += [effect_sentence(effect) for effect in telling[:3]]
    said.append(coverage_sentence(found.coverage))
    if found.unreadable:
        said.append(f"{found.unreadable:,} samples are signs that this base model does not read by itself.")
    return said


def coverage_sentence(coverage: Sequence[Coverage]) -> str:
    """Which letters and digits are known, and which are missing."""
    missing = [one.label for one in coverage if not one.samples]
    known = sum(one.samples >= ENOUGH for one in coverage)
    said = f"{known} of {len(coverage)} characters have {ENOUGH} samples or more."
    return f"{said} None yet of: {' '.join(missing)}" if missing else said


def effect_sentence(effect: Effect) -> str:
    """What became of a mistake."""
    start = f"You put \u201c{effect.label}\u201d right, which was read as \u201c{effect.shown}\u201d"
    if not effect.since.counted:
        return f"{start}; you have not written one since."
    right, counted = effect.since.right, effect.since.counted
    if right == counted:
        return f"{start}; it has not happened again, in {counted:,} since."
    were = "was" if counted - right == 1 else "were"
    return f"{start}; of {counted:,} since, {counted - right:,} {were} read so again."


def method_sentence(name: str, then: Share, now: Share) -> str:
    """One way of reading, then and now."""
    return f"{name}: {percent(now)} now, {percent(then)} at the start."


def reliability_sentences(reliabilities: Sequence[Reliability], classifiers: Sequence[str]) -> list[str]:
    """How far each classifier is to be trusted, by label: a sentence for each classifier."""
    said = []
    for name in classifiers:
        own = sorted((one for one in reliabilities if one.classifier == name), key=lambda one: one.mean)
        each = ", ".join(f"{one.label} {100 * one.mean:.0f} % ({one.right} of {one.right + one.wrong})" for one in own)
        said.append(f"{name}, when it says: {each}.")
    return said


def as_text(found: Insight) -> str:
    """All of it as text."""
    lines = [headline(found), *details(found)]
    if found.characters:
        lines += ["", "Then and now"]
        lines += [method_sentence(one.name, one.then, one.now) for one in found.methods]
        lines += ["", "What became of what you put right", *map(effect_sentence, found.effects)]
        lines += ["", "How far each can be trusted, by what it says"]
        lines += reliability_sentences(found.reliabilities, found.classifiers)
        lines += ["", "Samples by character"]
        lines.append(", ".join(f"{one.label} {one.samples}" for one in found.coverage))
    return "\n".join(lines)


def percent(share: Share, interval: bool = True) -> str:
    """A share in per cent, with where the true one lies."""
    if not share.counted:
        return "none"
    low, high = share.interval
    return f"{100 * share.rate:.0f} %" + (f" ({100 * low:.0f} to {100 * high:.0f} %)" if interval else "")


def _named(method: str) -> str:
    return f"the {method.lower()}" if method in (BASE, SEQUENCE) else method


def _of(share: Share) -> str:
    return f"{share.right:,} of {share.counted:,}"


def _confused(label: str, shown: str, share: Share) -> str:
    return f"\u201c{label}\u201d as \u201c{shown}\u201d ({_of(share)})"
