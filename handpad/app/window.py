"""The main window: one slim bar, the paper, the text that it says, and a line that says what is happening."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from handpad.app import theme as themes
from handpad.app.actions import ActionBar, Actions
from handpad.app.banner import Banner
from handpad.app.bottom_panel import BottomPanel
from handpad.app.canvas import Canvas
from handpad.app.files.files import Files
from handpad.app.handwriting.drawer import HandwritingDrawer
from handpad.app.main_menu import MainMenu
from handpad.app.pad import Pad
from handpad.app.pages.drawer import PagesDrawer
from handpad.app.paper import Paper
from handpad.app.pen_box import PenBox
from handpad.app.popups import Popups
from handpad.app.status_line import StatusLine, counted
from handpad.app.unsaved import may_close, save_elsewhere, unsaved_sentence
from handpad.app.window_place import WindowPlace
from handpad.ink import Guide
from handpad.installed import available_models
from handpad.labels import ALPHANUMERIC
from handpad.notebook.shelf import NotebookError
from handpad.notebook.words import Word
from handpad.page.line_job import Key
from handpad.page.messages import Change
from handpad.page.page import Page
from handpad.page.text_edit import paragraphs
from handpad.paths import bundled_models, user_data
from handpad.settings import Settings

if TYPE_CHECKING:
    from handpad.app.wizard.wizard import Wizard

ALPHABETS = {
    "all": None,
    "alphanumeric": ALPHANUMERIC,
    "digits": "0123456789",
}
"""What each choice of the setting "alphabet" lets a character be."""


class MainWindow(QMainWindow):
    """Shows a pad, and does what its parts ask for.

    Attributes
    ----------
    pad, settings : as given, beside where the window stood the last time.
    tools : the actions; bar and menu offer them.
    canvas : the paper, inside scrolled.
    pages, handwriting : the drawers on either side, closed at first.
    pen_box : the pens and the eraser on the bar.
    popups : the correction popups.
    banner, bottom, status : what is said around the paper.
    wizard : the training of base models; None until it is first opened.
    """

    def __init__(self, pad: Pad, settings: Settings, place: WindowPlace):
        super().__init__()
        self.pad = pad
        self.settings = settings
        self._place = place
        self._closing = False
        self.theme = themes.resolve(settings["theme"])
        self.wizard: Wizard | None = None
        self._options: dict[str, Any] = {}
        self._undo_notice: Callable[[], object] = pad.undo
        self.setWindowTitle("Handpad")
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize()))
        self.setMinimumSize(520, 420)
        place.restore(self)
        self.canvas = Canvas(self.theme)
        self.tools = Actions(self)
        self.bar = ActionBar(self.tools)
        self.pen_box = PenBox(self.tools.pens, self.tools.eraser, self)
        self.pen_box.stand_on({action: self.bar.button(action) for action in (*self.tools.pens, self.tools.eraser)})
        self.addToolBar(self.bar)
        self._make_menu()
        self._build_center()
        self.popups = Popups(pad, self.canvas, self.scrolled, self.center, self.theme)
        self.files = Files(self)
        self.center.layout().insertWidget(2, self.files.line)
        self._connect_tools()
        self._connect_pad()
        self._set_touch()
        self.pen_box.taken.connect(self._take_pen)
        self.pen_box.restore(place.pens)
        self.canvas.view.unsure = pad.session.is_doubtful
        self.canvas.view.space_in_doubt = self.pad.session.space_in_doubt
        self.canvas.view.welcomes = not pad.shelf.pages()
        self._apply_theme()
        self._on_page(pad.page)
        self.status.rest()
        self.canvas.setFocus()
        if settings.notice:
            self.show_trouble(settings.notice)

    # Building

    def _make_menu(self) -> None:
        """Make the menu with the base models that there are now."""
        self.menu = MainMenu(self.tools, self.settings, self)
        self.menu.setting_chosen.connect(self.set_setting)
        self.menu.words_asked.connect(self.open_words)
        self.menu.training_asked.connect(self.open_wizard)
        self.menu.about_asked.connect(lambda: self.open_help("About"))
        self.menu.aboutToHide.connect(self.canvas.setFocus)
        self.menu.models_asked.connect(self.open_models)
        self.bar.menu_button.setMenu(self.menu)

    def _build_center(self) -> None:
        self.banner = Banner()
        self.scrolled = Paper(self.canvas)
        self.status = StatusLine(self.settings["learning"] == "on")
        self.bottom = BottomPanel(self.status)
        self.bottom.copy.setToolTip(self.tools.copy.toolTip())
        self.bottom.copy_paragraphs.setToolTip(self.tools.copy_paragraphs.toolTip())
        if not any((user_data() / "training").glob("*/plan.json")):
            self.status.training.hide()
        self.pages = PagesDrawer(self.pad.shelf, self.theme)
        self.handwriting = HandwritingDrawer(self.pad, self.theme)
        self.center = QWidget()
        layout = QVBoxLayout(self.center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.scrolled, 1)
        layout.addWidget(self.bottom)
        both = QWidget()
        beside = QHBoxLayout(both)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addWidget(self.pages)
        beside.addWidget(self.center, 1)
        beside.addWidget(self.handwriting)
        self.setCentralWidget(both)

    def _connect_tools(self) -> None:
        self.tools.undo.triggered.connect(lambda: self.pad.undo())
        self.tools.redo.triggered.connect(lambda: self.pad.redo())
        self.tools.lines.triggered.connect(lambda: self._use_boxes(False))
        self.tools.boxes.triggered.connect(lambda: self._use_boxes(True))
        self.tools.copy.triggered.connect(lambda: self.copy_text())
        self.tools.new.triggered.connect(lambda: self.new_page())
        self.tools.help.triggered.connect(lambda: self.open_help())
        self.tools.quit.triggered.connect(self.close)
        self.tools.zoom_in.triggered.connect(self.scrolled.zoom_in)
        self.tools.zoom_out.triggered.connect(self.scrolled.zoom_out)
        self.tools.zoom_reset.triggered.connect(self.scrolled.zoom_reset)
        self.scrolled.zoomed.connect(self._on_zoomed)
        self.tools.pages.toggled.connect(self._show_pages)
        self.tools.search.triggered.connect(lambda: self._search_pages())
        self.tools.copy_paragraphs.triggered.connect(lambda: self.copy_text(as_paragraphs=True))
        self.bottom.copy.clicked.connect(self.tools.copy.trigger)
        self.bottom.copy_paragraphs.clicked.connect(self.tools.copy_paragraphs.trigger)
        self.bottom.text.edited.connect(self._on_text_edited)
        self.bottom.text.copy_asked.connect(self.copy_text)
        self.bottom.text.undo_asked.connect(self.pad.undo)
        self.bottom.text.redo_asked.connect(self.pad.redo)
        self.bottom.text.left.connect(self.canvas.setFocus)
        self.status.undo.clicked.connect(self._undo_from_status)
        self.status.training.clicked.connect(self.open_wizard)
        self.popups.notice.connect(self.notice)

        self.pages.opened.connect(self.open_page)
        self.pages.discarded.connect(self.discard_page)
        self.pages.restored.connect(self.restore_page)
        self.pages.moved.connect(self.move_page)
        self.pages.new_asked.connect(self.new_page)
        self.pages.trouble.connect(self.show_trouble)
        self.pages.closed.connect(lambda: self.tools.pages.setChecked(False))
        self.tools.handwriting.toggled.connect(self._show_handwriting)
        self.handwriting.closed.connect(lambda: self.tools.handwriting.setChecked(False))
        self.handwriting.samples.told.connect(self.notice)
        self.handwriting.trouble.connect(self.show_trouble)

    def _connect_pad(self) -> None:
        self.canvas.stroke_written.connect(self._on_stroke)
        self.canvas.strokes_erased.connect(self.pad.erase)
        self.canvas.opened.connect(self.popups.open)
        self.canvas.word_opened.connect(self.popups.open_word)
        self.canvas.space_turned.connect(self._on_space_turned)
        self.canvas.removed.connect(self.popups.delete)
        self.canvas.drawn.connect(self.popups.draw)
        self.canvas.read_asked.connect(self.popups.read_drawing)
        self.canvas.pressed.connect(self.popups.close)
        self.pad.changed.connect(self._on_page)
        self.pad.appeared.connect(self._on_appeared)
        self.pad.relabelled.connect(self._on_relabelled)
        self.pad.corrected.connect(self._on_corrected)
        self.pad.spread.connect(self.status.tell_change)
        self.pad.summary.connect(self.status.show_summary)
        self.pad.trouble.connect(self.show_trouble)
        self.pad.file.kept.connect(lambda _: self.banner.warn_unsaved(unsaved_sentence(self.pad)))
        self.banner.save_elsewhere.clicked.connect(self.save_elsewhere)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: self._apply_theme())

    # What the writer does

    def _on_stroke(self, stroke, picture) -> None:
        self.canvas.view.welcomes = False
        number = self.pad.write(stroke, picture.pen)
        self.canvas.written(number, picture)

    def _on_space_turned(self, key: Key) -> None:
        """The mark of a doubtful space was clicked: it is none, or there is one."""
        character = self.pad.page.find(key)
        if character is not None:
            self.pad.set_space(key, not character.space)
            self.notice("One word again." if character.space else "Two words now.", undo=True)

    def _on_zoomed(self, factor: float) -> None:
        self.popups.close()
        self.notice(f"{factor:.0%}".replace("%", " %"))

    def _take_pen(self) -> None:
        box = self.pen_box
        self.canvas.pen, self.canvas.eraser = box.pen, box.eraser
        self.canvas.rubber.radius, self.canvas.rubber.by_point = box.radius, box.by_point
        self.canvas.setCursor(Qt.CursorShape.BlankCursor if box.eraser else Qt.CursorShape.CrossCursor)
        self._place.pens = box.stored()

    def _use_boxes(self, boxes: bool) -> None:
        if self.pad.page.boxes != boxes:
            self.pad.set_boxes(boxes)

    def copy_text(self, as_paragraphs: bool = False) -> None:
        """Copy the page's text; what was read with certainty and left counts as confirmed.

        as_paragraphs : with the lines of a paragraph as one, parted by an empty line as on the page.
        """
        text = self.bottom.text.toPlainText().strip()
        if not text:
            self.notice("There is no text to copy yet.")
            return
        copied = paragraphs(text) if as_paragraphs else text
        QGuiApplication.clipboard().setText(copied)
        self.pad.confirm()
        number = copied.count("\n\n") + 1
        self.notice(f"Copied {counted(number, 'paragraph') if as_paragraphs else counted(len(copied), 'character')}.")

    def _on_text_edited(self, before: Page, text: str) -> None:
        """The text of the page was edited: done at once, unless something of it is still to be read."""
        busy = not self.pad.is_ready or self.pad.session.reads or self.pad.session.says_words
        if busy and not self._closing:
            self.bottom.text.wait()
            return
        note = self.pad.edit_text(before, text)
        self._show_text()
        if note:
            self.notice(note)

    def _show_text(self) -> None:
        """Show what the page says, unless it is about to say what was typed."""
        if not self.pad.session.says_words:
            self.bottom.show_page(self.pad.page)

    def new_page(self, notebook: str | None = None) -> None:
        """Put the page away and begin an empty one."""
        self.finish_what_is_open()
        before = self.pad.new_page(notebook)
        if before is not None:
            self._turned()
            self.notice("This is a new page; the one before is among your pages.", lambda: self.open_page(before))
        elif not self.pad.page.strokes and not self.pad.page.typed:
            self._turned()
            self.notice("This page is still empty.")

    def open_page(self, path: Path, words: Sequence[Word] = ()) -> None:
        """Turn to another page, with words that were found on it lit up."""
        self.finish_what_is_open()
        if path == self.pad.file.path or self.pad.open_page(path):
            self._turned(words)

    def discard_page(self, path: Path) -> None:
        """Put a page into the trash."""
        self.finish_what_is_open()
        name = self.pages.name_of(path)
        try:
            thrown = self.pad.discard(path, self.pages.beside(path))
        except NotebookError as error:
            self.show_trouble(str(error))
            return
        self._turned()
        self.notice(f"\u201c{name}\u201d is in the trash.", lambda: self.restore_page(thrown))

    def restore_page(self, path: Path) -> None:
        """Take a page out of the trash and turn to it."""
        try:
            self.open_page(self.pad.shelf.restore(path))
        except NotebookError as error:
            self.show_trouble(str(error))

    def move_page(self, path: Path, notebook: str) -> None:
        """Put a page into another notebook."""
        self.finish_what_is_open()
        try:
            self.pad.move(path, notebook)
        except NotebookError as error:
            self.show_trouble(str(error))
        self._turned()

    def finish_what_is_open(self) -> None:
        """Close popups, and take over what was just typed into the panel."""
        self.popups.close()
        self.bottom.text.give()

    def _turned(self, words: Sequence[Word] = ()) -> None:
        """Show the page that is open now, from where the words are that were found on it."""
        self.pages.show_open(self.pad.file.path)
        self.canvas.light_up([QRectF(w.box.left, w.box.top, w.box.width, w.box.height) for w in words])
        top = min((int(word.box.top) for word in words), default=0)
        self.scrolled.verticalScrollBar().setValue(max(0, top - 120))
        if not words:
            self.canvas.setFocus()

    def _show_pages(self, shown: bool) -> None:
        self.popups.close()
        if shown:
            self.pages.show_open(self.pad.file.path)
            self.pages.begin()
        else:
            self.pages.hide()
            self.canvas.setFocus()

    def _show_handwriting(self, shown: bool) -> None:
        self.popups.close()
        if shown:
            self.handwriting.begin()
        else:
            self.handwriting.leave()
            self.canvas.setFocus()

    def open_handwriting(self, label: str = "", strokes: Sequence | None = None, guide: Guide | None = None) -> None:
        """Show all that was learned, at a character if one is named; with ink, what speaks for it being read so."""
        self.tools.handwriting.setChecked(True)
        if strokes is None:
            self.handwriting.show_character(label)
        else:
            self.handwriting.show_behind(label, strokes, guide)

    def _search_pages(self) -> None:
        self.tools.pages.setChecked(True)
        self.pages.begin(searching=True)

    def save_elsewhere(self) -> None:
        """Ask for another file to keep the page in, while its own cannot be written."""
        sentence = save_elsewhere(self.pad, self)
        if sentence:
            self.show_trouble(sentence)

    def set_setting(self, key: str, value: str) -> None:
        """Choose a setting and act on it."""
        self.settings[key] = value
        self.menu.show_setting(key, value)
        if key == "theme":
            self._apply_theme()
        elif key in ("touch", "palm_delay"):
            self._set_touch()
        elif key == "learning":
            self.pad.session.learns = self.status.learning = value == "on"
            self.status.rest()
        else:
            if key == "model":
                self._options["model"] = None  # what the command line named gives way to the choice
            self.open_recognizer()

    def _set_touch(self) -> None:
        self.canvas.touch.mode = self.settings["touch"]
        self.canvas.touch.delay = int(self.settings["palm_delay"]) / 1000

    def open_recognizer(self, **options) -> None:
        """Open the recogniser as the settings say; options (profile, model) stay as they were first given."""
        self._options = options or self._options
        model = self._options["model"] or available_models().get(self.settings["model"])
        if model is None:
            self.show_trouble(f"The base model {self.settings['model']} is gone; Handpad reads with its own.")
        labels = ALPHABETS[self.settings["alphabet"]]
        self.pad.session.learns = self.settings["learning"] == "on"
        self.pad.open(profile=self._options["profile"], model=model, labels=labels, adapter=self.settings["adapter"])

    def open_words(self) -> None:
        """Show the writer's own words."""
        from handpad.app.words_dialog import WordsDialog  # seldom needed

        dialog = WordsDialog(self.pad, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_models(self) -> None:
        """Show the installed base models."""
        from handpad.app.models_dialog import ModelsDialog  # seldom needed

        dialog = ModelsDialog(self.model_folder, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.deleted.connect(self._on_model_deleted)
        dialog.open()

    def _on_model_deleted(self, name: str) -> None:
        self._make_menu()
        self.notice(f"The model {name} is deleted.")

    def open_help(self, part: str = "Keys") -> None:
        """Show how it works, all keys, or what Handpad is."""
        from handpad.app.help.dialog import HelpDialog  # seldom needed

        HelpDialog(self, part, self.canvas.accessibleDescription().partition(". ")[2]).open()

    # Training

    def open_wizard(self) -> None:
        """Open the wizard that trains a base model, or show it again as it was left."""
        if self.wizard is None:
            from handpad.app.wizard import wizard  # nobody needs it at the start

            self.wizard = wizard.Wizard(self.theme, user_data() / "training", self.model_folder, self)
            self.wizard.installed.connect(self._use_installed)
            self.wizard.notice.connect(self.notice)
            self.wizard.progressed.connect(self.status.show_training)
            self.wizard.begin()
        self.wizard.show()
        self.wizard.raise_()
        self.wizard.activateWindow()

    def _use_installed(self, name: str) -> None:
        self._make_menu()
        self.set_setting("model", name)
        self.notice(f"Handpad now reads with {name}; what you taught is learned again.")

    def model_folder(self) -> Path:
        """The folder of the base model in use."""
        chosen = self._options["model"] or available_models().get(self.settings["model"])
        return chosen or bundled_models() / "handpad"

    # Where it stands

    def restore_scroll(self) -> None:
        """Show the part of the page that was shown when the window was closed."""
        self._place.restore_zoom(self.scrolled)
        self._place.restore_scroll(self.scrolled)

    def come_forward(self) -> None:
        """Show the window before all others: Handpad was started again."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # What the pad says

    def _on_page(self, page) -> None:
        self.canvas.show_page(page)
        self._show_text()
        self.tools.undo.setEnabled(self.pad.session.can_undo())
        self.tools.redo.setEnabled(self.pad.session.can_redo())
        (self.tools.boxes if page.boxes else self.tools.lines).setChecked(True)

    def _on_appeared(self, keys: set[Key]) -> None:
        self.canvas.view.appeared.update(dict.fromkeys(keys, time.monotonic()))
        self.canvas.animate()

    def _on_relabelled(self, keys: set[Key]) -> None:
        self.canvas.view.changed.update(dict.fromkeys(keys, time.monotonic()))
        self.canvas.animate()

    def _on_corrected(self, change: Change) -> None:
        self.popups.close_popup()
        self.status.tell_change(change)

    def show_trouble(self, sentence: str) -> None:
        """Show a sentence that stays until it is dismissed, below others that do."""
        self.popups.close()
        self.banner.say(sentence)

    def notice(self, sentence: str, undo: bool | Callable[[], object] = False) -> None:
        """Say in the status line what has just happened, with Undo beside it where that makes sense.

        undo : what undoes it; True for a step of the page.
        """
        self._undo_notice = undo if callable(undo) else self.pad.undo
        self.status.notice(sentence, bool(undo))

    def _undo_from_status(self) -> None:
        self._undo_notice()
        self.notice("Undone.")

    # Appearance

    def _apply_theme(self) -> None:
        self.theme = themes.resolve(self.settings["theme"])
        themes.apply(self.theme)
        self.popups.set_theme(self.theme)
        self.canvas.set_theme(self.theme)
        self.tools.set_theme(self.theme)
        self.pen_box.set_theme(self.theme)
        self.bar.set_theme(self.theme)
        self.pages.set_theme(self.theme)
        self.handwriting.set_theme(self.theme)
        if self.wizard is not None:
            self.wizard.set_theme(self.theme)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.popups.close()
        # At the end of a session nobody can answer: closing then finds a place for the page by itself.
        if not QGuiApplication.instance().isSavingSession() and not may_close(self.pad, self):
            event.ignore()
            return
        self._place.keep(self, self.scrolled)
        self._closing = True
        self.files.line.end()
        self.bottom.text.give()
        self.hide()
        self.pages.close_thread()
        self.pad.close()
        if self.wizard is not None:
            self.wizard.hide()
            self.wizard.shut_down()
        super().closeEvent(event)

    def resizeEvent(self, event) -> None:
        self.popups.close()
        super().resizeEvent(event)
