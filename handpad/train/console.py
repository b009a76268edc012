"""What a training command tells its caller: lines of JSON for programs, lines of text for people."""

import json
import shutil
import sys

_BAR = 24
_CLEAR = "\r\033[K"


class Console:
    """Prints one line per event on stdout, at once.

    With ``as_json`` each line is an object with the key ``event`` (such as ``progress``, ``epoch``, ``figure`` or
    ``result``) beside the event's own values; without it, the same as plain text. With ``silent`` it prints nothing:
    of several processes that do one job, one reports.
    """

    def __init__(self, as_json: bool, silent: bool = False):
        self._as_json = as_json
        self._silent = silent
        self._bar = False

    def line(self, event: str, **values) -> None:
        """Print one event. Values must be strings, numbers, None, or lists and dicts of them."""
        if self._as_json:
            text = json.dumps({"event": event, **values}, ensure_ascii=False)
        else:
            text = f"{event}: " + ", ".join(f"{key} {_plain(value)}" for key, value in values.items())
        self._print(text)

    def progress(self, stage: str, done: int, total: int, seconds_left: float | None = None, **values) -> None:
        """Say how far a stage is: a ``progress`` event, or for people one line that is drawn over and over.

        Where the text goes to a file or a pipe, nothing is said.

        Parameters
        ----------
        stage : such as "prepare" or "fit".
        done, total : in units of the stage's own choice; total 0 where it is not known.
        seconds_left : a guess, or None.
        values : more values of the event; of these ``text`` is shown to people.
        """
        if self._as_json:
            self.line("progress", stage=stage, done=done, total=total, seconds_left=seconds_left, **values)
        elif sys.stdout.isatty() and not self._silent:
            share = done / total if total else 0.0
            bar = "#" * round(share * _BAR)
            words = [values["text"]] if "text" in values else []
            words += [f"round {values['epoch']} of {values['epochs']}"] if "epoch" in values else []
            words += [] if seconds_left is None else [f"{duration(seconds_left)} left"]
            text = f"{stage} [{bar:.<{_BAR}}] {share:4.0%}  {', '.join(words)}"
            text = text[: shutil.get_terminal_size().columns - 1]  # a line that wraps could not be drawn over
            print(f"{_CLEAR}{text}", end="", file=sys.stdout, flush=True)
            self._bar = True

    def _print(self, text: str) -> None:
        if self._silent:
            return
        print(f"{_CLEAR}{text}" if self._bar else text, file=sys.stdout, flush=True)
        self._bar = False


def duration(seconds: float) -> str:
    """A time for people, such as "2 h 5 min", "3 min 20 s" or "12 s"."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _plain(value) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
