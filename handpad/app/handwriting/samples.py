"""The samples as the drawer knows them: asked of the engine, changed by it, and every change undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from handpad.app.background import Task
from handpad.app.pad import Pad
from handpad.app.status_line import counted

AGAIN_MS = 400
"""After something was learned the samples are listed again so much later ..."""

REST_MS = 1500
"""... and looked through for doubts, and for the figures, when nothing was learned for this long."""


@dataclass(frozen=True)
class Row:
    """A sample as it is listed.

    Attributes
    ----------
    id, label, shown, created, number : as of the sample.
    kind : CORRECTION, CONFIRMATION or PARTED of handpad.handwriting.
    doubt : why it is doubted, a sentence; "" if it is not. looks_like : what it looks like then. rank : the place
        among the doubtful ones.
    decides : whether it has a part in every prediction now.
    aside : whether it was set aside.
    """

    id: str
    label: str
    shown: str
    created: float
    number: int
    kind: int
    doubt: str = ""
    looks_like: str = ""
    rank: int = 0
    decides: bool = False
    aside: bool = False


class Samples(QObject):
    """All samples of the profile that is open, and what can be done with them.

    Attributes
    ----------
    rows : all samples, those set aside among them, in the order in which they are listed.
    insight : the figures; None before they are known. Those that take long are in it when they were wanted.
    watched : whether the drawer is open: only then anything is asked. wants_all : whether all figures are wanted.

    Signals
    -------
    changed() : rows are others. insight_changed() : the figures are.
    told(sentence, undo) : what was done, and what takes it back.
    """

    changed = Signal()
    insight_changed = Signal()
    told = Signal(str, object)

    def __init__(self, pad: Pad, parent: QObject):
        super().__init__(parent)
        self.rows: list[Row] = []
        self.insight: Any = None
        self.watched = self.wants_all = False
        self._pad = pad
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._doubts: dict[str, Any] = {}
        self._listed: tuple[list, list, set[str]] = [], [], set()
        self._busy = False  # looking through
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look_through)
        pad.summary.connect(lambda _: self._on_learned())
        pad.ready.connect(self._on_ready)

    def watch(self) -> None:
        """List the samples, and keep them up to date from now on."""
        self.watched = True
        self.refresh()
        self._look_through()

    def leave(self) -> None:
        """Ask for nothing any more."""
        self.watched = False
        self._again.stop()
        self._rest.stop()

    def want_all(self, wanted: bool) -> None:
        """Have all figures, or only those that are quickly known."""
        if wanted and not self.wants_all:
            self.wants_all = True
            self._look_through()
        self.wants_all = wanted

    def _on_ready(self) -> None:
        self._undo.clear()  # it may be another profile
        self.insight, self._doubts = None, {}
        if self.watched:
            self.watch()

    def _on_learned(self) -> None:
        if self.watched:
            if not self._again.isActive():
                self._again.start()
            self._rest.start()

    def refresh(self) -> None:
        """List the samples again."""
        self._pad.consult(_list, self._on_listed)

    def _on_listed(self, listed: tuple[list, list, set[str]]) -> None:
        self._listed = listed
        self._show()

    def _show(self) -> None:
        from handpad.handwriting import kind_of  # loads OpenCV

        entries, aside, deciding = self._listed
        ranks = {sample_id: rank for rank, sample_id in enumerate(self._doubts)}
        rows = []
        for entry, is_aside in [*((one, False) for one in entries), *((one, True) for one in aside)]:
            doubt = None if is_aside else self._doubts.get(entry.id)
            if doubt is not None and doubt.label != entry.label:  # it has been mended meanwhile
                doubt = None
            rows.append(
                Row(
                    entry.id,
                    entry.label,
                    entry.predicted,
                    entry.created,
                    entry.number,
                    kind_of(entry),
                    doubt.reason if doubt else "",
                    doubt.looks_like if doubt else "",
                    ranks.get(entry.id, 0),
                    entry.id in deciding and not is_aside,
                    is_aside,
                )
            )
        self.rows = sorted(rows, key=_order)
        self.changed.emit()

    def _look_through(self) -> None:
        """Find the doubtful ones, and the figures if they are wanted, in a thread of its own."""
        if self.watched:
            self._pad.consult(lambda recognizer: recognizer.handwriting.written(), self._on_written)

    def _on_written(self, written: Any) -> None:
        if self._busy:  # with what was known before
            self._rest.start()
            return
        self._busy = True
        task = Task(self, _looked_through, written, self.wants_all)
        task.done.connect(self._on_looked_through)
        task.failed.connect(lambda _: self._give_up())  # the next time, perhaps; nobody asked for it
        task.start()

    def _give_up(self) -> None:
        self._busy = False

    def _on_looked_through(self, found: tuple[dict, Any]) -> None:
        self._busy = False
        self._doubts, self.insight = found
        self._show()
        self.insight_changed.emit()
        if self.wants_all and len(self.insight.methods) == 1 and self.rows:
            self._look_through()

    # What is done

    def ink(self, sample_ids: Sequence[str], answer: Callable[[dict], None]) -> None:
        """The strokes of samples, given to `answer` by id."""
        wanted = list(sample_ids)
        self._pad.consult(lambda recognizer: recognizer.handwriting.ink(wanted), answer)

    def behind(self, label: str, strokes: Sequence, guide: Any, answer: Callable[[dict[str, float]], None]) -> None:
        """How much samples speak for the reading of some ink, given to `answer` by id."""
        self._pad.consult(lambda recognizer: recognizer.behind_reading(strokes, label, guide), answer)

    def delete(self, rows: Sequence[Row], what: str = "") -> None:
        """Forget samples.

        what : what they are called; by default their number, or the character.
        """
        ids = [row.id for row in rows]
        what = what or _called(rows)
        aside = [row.id for row in rows if row.aside]

        def ask(recognizer: Any) -> list:
            if aside:
                recognizer.handwriting.bring_back(aside)
            return recognizer.handwriting.delete(ids)

        def answer(forgotten: list) -> None:
            self._done(f"Deleted {what}.", lambda r: r.handwriting.restore(forgotten), aside)

        self._pad.consult(ask, answer, changes=True)

    def relabel(self, row: Row, label: str) -> None:
        """Learn that a sample says something else."""
        sentence = f"That \u201c{row.label}\u201d is a \u201c{label}\u201d now."

        def ask(recognizer: Any) -> Any:
            try:
                return recognizer.handwriting.relabel(row.id, label)
            except KeyError:  # it was forgotten meanwhile
                return None

        def answer(before: Any) -> None:
            if before is None:
                self._changed()
            else:
                self._done(sentence, lambda r: r.handwriting.give_back(before))

        self._pad.consult(ask, answer, changes=True)

    def set_aside(self, rows: Sequence[Row]) -> None:
        """Learn from samples no longer, but keep them."""
        ids = [row.id for row in rows]
        sentence = f"Set {_called(rows)} aside: nothing is learned from {'it' if len(ids) == 1 else 'them'}."

        def answer(_: None) -> None:
            self._done(sentence, lambda r: r.handwriting.bring_back(ids))

        self._pad.consult(lambda r: r.handwriting.set_aside(ids), answer, changes=True)

    def bring_back(self, rows: Sequence[Row]) -> None:
        """Learn from samples again that were set aside."""
        ids = [row.id for row in rows]

        def answer(_: None) -> None:
            self._done(f"Learned {_called(rows)} again.", lambda r: r.handwriting.set_aside(ids))

        self._pad.consult(lambda r: r.handwriting.bring_back(ids), answer, changes=True)

    def _done(self, sentence: str, back: Callable[[Any], object], aside: Sequence[str] = ()) -> None:
        """Something was done: tell it, and remember how it is taken back."""

        def ask(recognizer: Any) -> None:
            back(recognizer)
            if aside:
                recognizer.handwriting.set_aside(aside)

        self._undo.append((sentence, lambda: self._pad.consult(ask, lambda _: self._changed(), changes=True)))
        self.told.emit(sentence, self.undo)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self._rest.start()

    def undo(self) -> bool:
        """Take back what was done last; returns whether there was anything."""
        if not self._undo:
            return False
        _, back = self._undo.pop()
        back()
        return True


def _list(recognizer: Any) -> tuple[list, list, set[str]]:
    return recognizer.handwriting.entries(), recognizer.handwriting.aside(), recognizer.handwriting.deciding()


def _looked_through(written: Any, all_figures: bool) -> tuple[dict, Any]:
    """What takes long, off every other thread."""
    from handpad.doubts import doubts  # loads OpenCV
    from handpad.insight.figures import insight

    return doubts(written), insight(written, replayed=all_figures)


def _order(row: Row) -> tuple:
    """Those set aside last, the doubtful first, then each kind apart, the newest first."""
    return row.aside, not row.doubt, row.rank if row.doubt else 0, row.kind, -row.number


def _called(rows: Sequence[Row]) -> str:
    return f"a \u201c{rows[0].label}\u201d" if len(rows) == 1 else counted(len(rows), "sample")
