"""The steps that were done to a page, to be taken back and done again."""

import contextlib
from collections import deque
from collections.abc import Iterator

from handpad.page.page import Page

UNDO_STEPS = 200


class Steps:
    """Keeps the pages before and after the present one.

    Attributes
    ----------
    act : what the writer is doing; steps of one act with no other between them are taken back together. None: each
        step is an act of its own.
    last_act : the act of the step done last; None if it was an act of its own, or has been taken back.
    """

    def __init__(self) -> None:
        self.act: object = None
        self.last_act: object = None
        self.before: deque[Page] = deque(maxlen=UNDO_STEPS)
        self.behind: list[Page] = []

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages that could come back."""
        return (*self.before, *self.behind)

    def leave(self, page: Page) -> None:
        """A step leads away from a page."""
        if self.act is None or self.act is not self.last_act:
            self.before.append(page)
        self.last_act = self.act
        self.behind.clear()

    def back(self, page: Page) -> Page:
        """The page before the last step. Raises IndexError if there is none."""
        self.last_act, earlier = None, self.before.pop()
        self.behind.append(page)
        return earlier

    def forth(self, page: Page) -> Page:
        """The page after the step that was taken back last. Raises IndexError if there is none."""
        self.last_act, later = None, self.behind.pop()
        self.before.append(page)
        return later

    @contextlib.contextmanager
    def one_act(self, act: object) -> Iterator[None]:
        """All steps inside, and later ones inside of the same act, are taken back together."""
        self.act, outer = act, self.act
        try:
            yield
        finally:
            self.act = outer
