"""What a training command tells its caller: lines of JSON for programs, lines of text for people."""

import json
import sys


class Report:
    """Prints one line per event on stdout, at once.

    With ``as_json`` each line is an object with the key ``event`` (such as ``progress``, ``epoch``, ``figure`` or
    ``result``) beside the event's own values; without it, the same as plain text.
    """

    def __init__(self, as_json: bool):
        self._as_json = as_json

    def line(self, event: str, **values) -> None:
        """Print one event. Values must be strings, numbers, None, or lists and dicts of them."""
        if self._as_json:
            text = json.dumps({"event": event, **values}, ensure_ascii=False)
        else:
            text = f"{event}: " + ", ".join(f"{key} {_plain(value)}" for key, value in values.items())
        print(text, file=sys.stdout, flush=True)


def _plain(value) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
