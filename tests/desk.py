"""A page session that a real recogniser answers at once, as a script has it; without Qt."""

from dataclasses import replace
from pathlib import Path

from handwriting import write_line

from handpad.model.base import BaseModel
from handpad.page.answers import Answers
from handpad.page.line_job import Key, LineJob, WordReading
from handpad.page.messages import BoxJob, ChangeSamples, CutJob, CutsRead, LearnSample, WordJob, WordRead
from handpad.page.page import Character, Page
from handpad.page.parting import Cut
from handpad.page.session import PageSession
from handpad.profile import Profile
from handpad.recognizer import Recognizer


class Desk:
    """A session with its recogniser.

    Attributes
    ----------
    session : the session; recognizer : what answers it.
    told : all that it has told, oldest first.
    """

    def __init__(self, profile: Path | None, page: Page | None = None, model: BaseModel | None = None):
        self.profile = profile
        self.recognizer = Recognizer(profile, model=model)
        self.session = PageSession()
        self.told = []
        self._answers = Answers(self.recognizer, {})
        if page is not None:
            self.session.resume(page)
        self.session.profile_opened(
            self.recognizer.profile_id, self.recognizer.known_ids(), False, self.recognizer.alphabet
        )
        self.work()

    @property
    def page(self) -> Page:
        return self.session.page

    def do(self, act: str, *arguments) -> None:
        """Do what the writer does, and answer all that it asks for."""
        getattr(self.session, act)(*arguments)
        self.work()

    def ask_word(self, key: Key, text: str = "") -> list[WordReading]:
        self.do("ask_word", key, text)
        return next(event.readings for event in reversed(self.told) if isinstance(event, WordRead))

    def ask_cuts(self, key: Key) -> list[Cut]:
        self.do("ask_cuts", key)
        return next(event.cuts for event in reversed(self.told) if isinstance(event, CutsRead))

    def work(self) -> None:
        session, answers = self.session, self._answers
        while session.outbox:
            message = session.outbox.popleft()
            match message:
                case LineJob():
                    session.line_read(message, answers.read_line(message))
                case BoxJob():
                    session.boxes_read(answers.read_boxes(message))
                case WordJob():
                    session.word_found(answers.read_word(message))
                case CutJob():
                    session.cuts_found(answers.rank_cuts(message))
                case LearnSample():
                    self.learn(message)
                case ChangeSamples(forget, restore):
                    answers.change(forget, restore)
                case _:
                    self.told.append(message)

    def learn(self, sample: LearnSample) -> None:
        """Learn a sample that the session asks to have learned."""
        like = self._answers.learn(sample)
        self.session.sample_learned(sample.sample_id, like)


def put(desk, text: str, row: int = 0) -> None:
    """Write a text on a line, stroke by stroke."""
    ruling = desk.page.ruling
    for letter in write_line(text, ruling.x_height, (60.0, ruling.baseline(row)), gap=0.3):
        for stroke in letter:
            desk.do("write", stroke.round(2))


def without_ids(page: Page) -> dict[int, list[Character]]:
    """The characters of a page by line, with only whether they have a sample."""
    return {row: [replace(c, sample_id="yes" if c.sample_id else "") for c in line] for row, line in page.lines.items()}


def samples(profile: Path) -> list[tuple[str, str, bool, int]]:
    """What a profile has learned, oldest first: label, what was shown, whether it was confirmed, how many strokes."""
    with Profile(profile) as opened:
        return [(s.label, s.predicted, s.confirmed, len(s.strokes)) for s in opened.samples()]
