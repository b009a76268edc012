"""Shows where ink is parted, and where it can be: the cuts of the word that is corrected, the choice of Split."""

from PySide6.QtCore import QObject, Signal

from handpad.app.canvas import Canvas
from handpad.app.pad import Pad
from handpad.app.split_choice import SplitChoice
from handpad.app.theme import Theme
from handpad.app.word_cuts import WordCuts, not_learned
from handpad.page.line_job import Key
from handpad.page.messages import Change
from handpad.page.parting import Cut, Parting, covered, same_ink


class CutMarks(QObject):
    """At most one word has its cuts shown, at most one character is being split.

    Attributes
    ----------
    cuts : the shown cuts of a word, or None. choice : the places that Split offers, or None.
    theme : the colours of what is shown next.

    Signals
    -------
    notice(sentence, undo) : what to do next.
    dragging() : a cut is being moved.
    left() : the writer is done with the cuts, and the keys are the page's again.
    """

    notice = Signal(str, bool)
    dragging = Signal()
    left = Signal()

    def __init__(self, pad: Pad, canvas: Canvas, theme: Theme):
        super().__init__(canvas)
        self.cuts: WordCuts | None = None
        self.choice: SplitChoice | None = None
        self.theme = theme
        self._pad, self._canvas = pad, canvas
        self._asked: Key | None = None
        pad.changed.connect(self._on_changed)
        pad.corrected.connect(self._on_corrected)
        pad.cuts_read.connect(self._on_cuts_read)

    def close(self) -> None:
        """Show nothing; what was moved by keys is kept."""
        self._asked = None
        cuts, choice = self.cuts, self.choice
        self.cuts = self.choice = None
        for shown in (cuts, choice):
            if shown is not None:
                shown.close()

    def show_word(self, key: Key) -> None:
        """Show the cuts of the word that a character is in."""
        self.close()
        parting = self._pad.session.parting(key)
        if parting is None:
            return
        self.cuts = WordCuts(self.theme, self._pad.page, parting, self._canvas)
        self.cuts.parted.connect(self._part)
        self.cuts.dragging.connect(self.dragging)
        self.cuts.left.connect(self._leave)

    def take_keys(self) -> None:
        """Let the keys move the cuts that are shown."""
        if self.cuts is not None:
            self.cuts.setFocus()

    def split(self, key: Key) -> None:
        """Ask where a character is to be parted in two; where there is one way only, part it."""
        self.close()
        self._asked = key
        self._pad.ask_cuts(key)

    def _on_cuts_read(self, key: Key, cuts: list) -> None:
        if key != self._asked:
            return
        self._asked = None
        if self._pad.page.find(key) is None or not cuts:
            self.notice.emit("So little ink cannot be parted.", False)
        elif len(cuts) == 1:
            self._pad.split(key, cuts[0])
        else:
            self.choice = SplitChoice(self.theme, self._pad.page, cuts, self._canvas)
            self.choice.picked.connect(lambda cut: self._split(key, cut))
            self.choice.left.connect(self._leave)
            self.notice.emit("Where? Enter takes the best, a number or a click another, Esc none.", False)

    def _split(self, key: Key, cut: Cut) -> None:
        self._leave()
        self._pad.split(key, cut)

    def _leave(self) -> None:
        self.close()
        self.left.emit()

    def _part(self, parting: Parting) -> None:
        key = self._key(parting)
        if key is not None:
            self._pad.part_word(key, parting)

    def _key(self, parting: Parting) -> Key | None:
        """A character of the word with the ink of a parting; None if the page has no such word any more."""
        page = self._pad.page
        for row in {page.stroke_row(one.stroke) for one in parting.pieces[0].substrokes if one.stroke in page.strokes}:
            word = covered(page.lines.get(row, ()), parting.pieces)
            if word and same_ink(word, parting.pieces):
                return word[0].substrokes
        return None

    def _on_changed(self) -> None:
        """The page is another: its word may be parted otherwise, or be gone."""
        if self.choice is not None and self._pad.page.find(self.choice.cuts[0].ink) is None:
            self._leave()
        cuts = self.cuts
        if cuts is None:
            return
        key = self._key(cuts.parting)
        parting = self._pad.session.parting(key) if key is not None else None
        if parting is None or not same_ink(parting.pieces, cuts.parting.pieces):
            self.close()
        else:
            cuts.move_to(self._pad.page, parting, cuts.note)

    def _on_corrected(self, change: Change) -> None:
        """Say beside the word what was not learned of it."""
        if self.cuts is not None and change.label == self.cuts.parting.text:
            self.cuts.move_to(self._pad.page, self.cuts.parting, not_learned(change))
