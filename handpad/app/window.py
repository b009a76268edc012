"""The main window: one slim bar, the paper, the text that it says, and a line that says what is happening."""

import time
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QFont, QFontMetrics, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

import handpad
from handpad.app import theme as themes
from handpad.app.canvas import Canvas
from handpad.app.card import Card
from handpad.app.engine import Summary
from handpad.app.icons import icon
from handpad.app.lessons import Change
from handpad.app.line_job import Key
from handpad.app.pad import Pad
from handpad.app.settings import TABLE, Settings
from handpad.app.word_card import WordCard
from handpad.installed import available_models
from handpad.page import Character
from handpad.paths import bundled_models, user_data

NOTICE_MS = 8000
"""How long the status line speaks of one event before it returns to the summary."""

UNSURE = 0.6
"""A character read with less probability than this is marked as unsure."""

_TEXT_LINES = 3


class MainWindow(QMainWindow):
    """Shows a pad."""

    def __init__(self, pad: Pad, settings: Settings):
        super().__init__()
        self.pad = pad
        self.settings = settings
        self.theme = themes.resolve(settings["theme"])
        self.card: Card | WordCard | None = None
        self.wizard = None
        self._summary: Summary | None = None
        self.setWindowTitle("Handpad")
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize()))
        self.setMinimumSize(520, 420)
        self.canvas = Canvas(self.theme)
        self._build_actions()
        self._build_bar()
        self._build_center()
        self._connect()
        self.canvas.view.unsure = self._is_unsure
        self._apply_theme()
        self._on_page(pad.page)
        self._rest()
        self.canvas.setFocus()

    # Building

    def _build_actions(self) -> None:
        self._icon_names: dict[QAction, str] = {}
        group = QActionGroup(self)
        self.pen_action = self._action("pen", "Pen", "P", lambda: self._use_eraser(False), checkable=True)
        self.eraser_action = self._action("eraser", "Eraser", "E", lambda: self._use_eraser(True), checkable=True)
        for action in (self.pen_action, self.eraser_action):
            group.addAction(action)
        self.pen_action.setChecked(True)
        self.undo_action = self._action("undo-2", "Undo", QKeySequence.StandardKey.Undo, self.pad.undo)
        self.redo_action = self._action("redo-2", "Redo", QKeySequence.StandardKey.Redo, self.pad.redo)
        mode = QActionGroup(self)
        self.lines_action = self._action("rows-3", "Write on lines", "L", lambda: self._use_boxes(False), True)
        self.boxes_action = self._action("columns-3", "Write in boxes", "B", lambda: self._use_boxes(True), True)
        for action in (self.lines_action, self.boxes_action):
            mode.addAction(action)
        self.copy_action = self._action("copy", "Copy text", "Ctrl+Shift+C", self.copy_text)
        self.new_action = self._action("file-plus", "New page", QKeySequence.StandardKey.New, self.new_page)
        self.quit_action = QAction("Quit", self, shortcut=QKeySequence.StandardKey.Quit, triggered=self.close)
        self.addAction(self.quit_action)

    def _action(self, name: str, text: str, shortcut, slot, checkable: bool = False) -> QAction:
        action = QAction(text, self, checkable=checkable)
        action.setShortcut(QKeySequence(shortcut))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({keys})" if keys else text)
        action.triggered.connect(lambda _=False: slot())
        self._icon_names[action] = name
        self.addAction(action)
        return action

    def _build_bar(self) -> None:
        bar = QToolBar("Tools", movable=False, floatable=False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)
        for actions in (
            (self.pen_action, self.eraser_action),
            (self.undo_action, self.redo_action),
            (self.lines_action, self.boxes_action),
            (self.new_action,),
        ):
            for action in actions:
                bar.addAction(action)
                bar.widgetForAction(action).setFocusPolicy(Qt.FocusPolicy.TabFocus)
                bar.widgetForAction(action).setAccessibleName(action.text())
            if self.new_action not in actions:
                bar.addSeparator()
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self.menu_button = QToolButton(toolTip="Menu (F10)", popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setShortcut("F10")
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.setMenu(self._build_menu())
        bar.addWidget(self.menu_button)

    def _build_menu(self) -> QMenu:
        """The menu: pages, every setting of the table, training."""
        menu = QMenu(self, toolTipsVisible=True)
        menu.addAction(self.new_action)
        menu.addAction(self.copy_action)
        menu.addSeparator()
        self.setting_actions: dict[tuple[str, str], QAction] = {}
        for setting in TABLE:
            submenu = menu.addMenu(setting.title)
            submenu.setToolTipsVisible(True)
            submenu.menuAction().setToolTip(setting.help)
            group = QActionGroup(submenu)
            choices = dict(setting.choices)
            if setting.key == "model":
                choices |= {name: name for name in available_models() if name not in choices}
            for value, text in choices.items():
                action = submenu.addAction(text)
                action.setCheckable(True)
                action.setChecked(self.settings[setting.key] == value)
                action.setToolTip(setting.help)
                action.triggered.connect(lambda _=False, k=setting.key, v=value: self.set_setting(k, v))
                group.addAction(action)
                self.setting_actions[setting.key, value] = action
        menu.addSeparator()
        menu.addAction("My words …", self.open_words)
        menu.addAction("Train a base model …", self.open_wizard)
        menu.addSeparator()
        menu.addAction(self.quit_action)
        version = menu.addAction(f"Handpad {handpad.__version__}")
        version.setEnabled(False)
        return menu

    def _build_center(self) -> None:
        self.banner = QFrame(objectName="bottom")
        self.banner_text = QLabel(wordWrap=True)
        self.banner_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        dismiss = QPushButton("Dismiss", flat=True)
        dismiss.clicked.connect(self.banner.hide)
        row = QHBoxLayout(self.banner)
        row.setContentsMargins(16, 8, 12, 8)
        row.addWidget(self.banner_text, 1)
        row.addWidget(dismiss)
        self.banner.hide()

        self.scroll = QScrollArea(widgetResizable=True)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidget(self.canvas)

        self.text = QPlainTextEdit(readOnly=True, placeholderText="What you write appears here as text.")
        self.text.setAccessibleName("The recognised text of this page")
        self.text.setTabChangesFocus(True)
        font = QFont(self.text.font())
        font.setPixelSize(17)
        self.text.setFont(font)
        self.text.setFixedHeight(QFontMetrics(font).lineSpacing() * _TEXT_LINES + 26)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip(self.copy_action.toolTip())
        self.copy_button.clicked.connect(self.copy_text)

        self.status = QLabel(objectName="status")
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.status_undo = QPushButton("Undo", flat=True)
        self.status_undo.clicked.connect(self._undo_from_status)
        self.status_undo.hide()
        self.training_button = QPushButton("A training waits", flat=True)
        self.training_button.setToolTip("Open the training of a base model")
        self.training_button.clicked.connect(self.open_wizard)
        if not any((user_data() / "training").glob("*/plan.json")):
            self.training_button.hide()
        self._status_timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._status_timer.timeout.connect(self._rest)

        bottom = QFrame(objectName="bottom")
        text_row = QHBoxLayout()
        text_row.addWidget(self.text, 1)
        text_row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        status_row = QHBoxLayout()
        status_row.setContentsMargins(4, 0, 0, 0)
        status_row.addWidget(self.status, 1)
        status_row.addWidget(self.status_undo)
        status_row.addWidget(self.training_button)
        column = QVBoxLayout(bottom)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        column.addLayout(text_row)
        column.addLayout(status_row)
        self.status_undo.setFixedHeight(self.status_undo.sizeHint().height())
        status_row.addSpacing(1)
        self.status.setMinimumHeight(self.status_undo.sizeHint().height())

        center = QWidget()
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.scroll, 1)
        layout.addWidget(bottom)
        self.setCentralWidget(center)

    def _connect(self) -> None:
        self.canvas.stroke_written.connect(self._on_stroke)
        self.canvas.strokes_erased.connect(self.pad.erase)
        self.canvas.opened.connect(self.open_card)
        self.canvas.word_opened.connect(self.open_word)
        self.canvas.removed.connect(self.delete_character)
        self.canvas.pressed.connect(self.close_card)
        self.pad.changed.connect(self._on_page)
        self.pad.appeared.connect(self._on_appeared)
        self.pad.relabelled.connect(self._on_relabelled)
        self.pad.corrected.connect(self._on_corrected)
        self.pad.spread.connect(self._tell_change)
        self.pad.word_read.connect(self._on_word_read)
        self.pad.summary.connect(self._on_summary)
        self.pad.trouble.connect(self.show_trouble)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: self._apply_theme())

    # What the writer does

    def _on_stroke(self, stroke, picture) -> None:
        number = self.pad.write(stroke)
        self.canvas.written(number, picture)

    def _use_eraser(self, eraser: bool) -> None:
        self.canvas.eraser = eraser
        self.canvas.setCursor(Qt.CursorShape.BlankCursor if eraser else Qt.CursorShape.CrossCursor)

    def _use_boxes(self, boxes: bool) -> None:
        if self.pad.page.boxes != boxes:
            self.pad.set_boxes(boxes)

    def copy_text(self) -> None:
        """Copy the page's text; what was left uncorrected counts as confirmed."""
        text = self.pad.page.text()
        if not text:
            self.notice("There is no text to copy yet.")
            return
        QGuiApplication.clipboard().setText(text)
        self.pad.confirm()
        self.notice(f"Copied {_count(len(text), 'character')}.")

    def new_page(self) -> None:
        """Put the page aside and begin an empty one."""
        self.close_card()
        aside = self.pad.new_page()
        if aside is not None:
            self.notice(f"The page was kept as {aside.name}.", undo=True)
        self.scroll.verticalScrollBar().setValue(0)

    def open_card(self, key: Key) -> None:
        """Open the correction card at a character."""
        self.close_card()
        character = self.pad.page.find(key)
        if character is None:
            return
        if not self.pad.is_ready or key not in self.pad.candidates:
            self.notice("Handpad is still reading this character.")
            return
        from handpad.glyph import glyph  # loads OpenCV, which the engine has done by now

        candidates = self.pad.candidates[key]
        picture = glyph(self.pad.page.ink(character))
        self.card = Card(
            self.theme,
            picture,
            candidates,
            character.label,
            self.pad.alphabet,
            self.centralWidget(),
            can_split=self.pad.page.can_split(character),
            can_join=self.pad.page.following(character) is not None,
            space=self._space_before(character),
            has_word=self.pad.page.row(character) not in self.pad.page.box_rows,
        )
        self.card.spaced.connect(lambda space: self.pad.set_space(key, space))
        self.card.word_asked.connect(lambda: self.open_word(key))
        self.card.chosen.connect(lambda label: self.correct(key, label))
        self.card.deleted.connect(lambda: self.delete_character(key))
        self.card.split.connect(lambda: self.pad.split(key))
        self.card.joined.connect(lambda: self.pad.join(key))
        self._show_card(key, self.canvas.painter.character_rect(self.pad.page, character).toAlignedRect())

    def _space_before(self, character: Character) -> bool | None:
        """Whether a space precedes a character; None where there can be none."""
        page = self.pad.page
        row = page.row(character)
        first = page.lines[row][0] == character
        return None if first or row in page.box_rows else character.space

    def _show_card(self, key: Key, rect: QRect) -> None:
        """Open self.card beside a part of the canvas."""
        self.card.closed.connect(self._on_card_closed)
        self.canvas.select(key)
        self.scroll.ensureVisible(rect.center().x(), rect.center().y(), 60, 80)
        corner = self.canvas.mapTo(self.centralWidget(), rect.topLeft())
        self.card.open_at(QRect(corner, rect.size()))

    def open_word(self, key: Key) -> None:
        """Open the card of the word that a character is in, as soon as its other readings are found."""
        self.close_card()
        self.canvas.select(key)
        self.pad.ask_word(key)

    def _on_word_read(self, key: Key, readings: list) -> None:
        """Readings of a word are here: those asked for by opening its card, or the one that says what was typed."""
        character = self.pad.page.find(key)
        if isinstance(self.card, WordCard):
            if readings:
                self.pad.correct_word(key, readings[0])
            else:
                self.card.refuse(" ".join(self.card.other.text().split()))
            return
        if character is None or not readings:
            self.notice("Handpad is still reading this word.")
            return
        word = self.pad.page.word(character)
        following = self.pad.page.following(word[-1])
        text = "".join(other.label for other in word)
        self.card = WordCard(
            self.theme, readings, text, self.pad.words, self.centralWidget(), can_join=following is not None
        )
        self.card.chosen.connect(lambda reading: self.pad.correct_word(key, reading))
        self.card.typed.connect(lambda typed: self.pad.ask_word(key, typed))
        self.card.word_set.connect(self.set_word)
        self.card.joined.connect(lambda: self.pad.set_space(following.parts, False))
        keys = tuple(other.parts for other in word)
        self._show_card(key, self.canvas.painter.marked_rect(self.pad.page, keys).toAlignedRect())
        self.canvas.select_word(keys)

    def set_word(self, word: str, known: bool) -> None:
        """Expect one of the writer's own words from now on, or no longer."""
        self.pad.set_word(word, known)
        self.notice(f"Handpad now expects “{word}”." if known else f"Handpad no longer expects “{word}”.")

    def close_card(self) -> None:
        if self.card is not None:
            self.card.close()

    def _on_card_closed(self) -> None:
        self.card = None
        self.canvas.select_word(())
        self.canvas.setFocus()

    def correct(self, key: Key, label: str) -> None:
        """Give a character its label; the card closes when that is on disk."""
        self.pad.correct(key, label)

    def delete_character(self, key: Key) -> None:
        """Remove a character's ink."""
        self.pad.delete(key)
        self.notice("Deleted one character.", undo=True)

    def set_setting(self, key: str, value: str) -> None:
        """Choose a setting and act on it."""
        self.settings[key] = value
        self.setting_actions[key, value].setChecked(True)
        if key == "theme":
            self._apply_theme()
        elif key == "learning":
            self.pad.learning = value == "on"
            self._rest()
        else:
            if key == "model":
                self._options["model"] = None  # what the command line named gives way to the choice
            self.open_recognizer()

    def open_words(self) -> None:
        """Show the writer's own words."""
        from handpad.app.words_dialog import WordsDialog  # seldom needed

        dialog = WordsDialog(self.pad, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_wizard(self) -> None:
        """Open the wizard that trains a base model, or show it again as it was left."""
        if self.wizard is None:
            from handpad.app.wizard import Wizard  # nobody needs it at the start

            self.wizard = Wizard(self.theme, user_data() / "training", self._model_folder, self)
            self.wizard.installed.connect(self._use_installed)
            self.wizard.notice.connect(self.notice)
            self.wizard.progressed.connect(self._show_training)
            self.wizard.begin()
        self.wizard.show()
        self.wizard.raise_()
        self.wizard.activateWindow()

    def _show_training(self, text: str) -> None:
        """Show how training goes on the button that opens the wizard; "" hides it."""
        self.training_button.setText(text)
        self.training_button.setVisible(bool(text))

    def _use_installed(self, name: str) -> None:
        self.menu_button.setMenu(self._build_menu())
        self.set_setting("model", name)
        self.notice(f"Handpad now reads with {name}; what you taught was learned again.")

    def _model_folder(self) -> Path:
        """The folder of the base model in use."""
        chosen = self._options["model"] or available_models().get(self.settings["model"])
        return chosen or bundled_models() / "handpad"

    def open_recognizer(self, **options) -> None:
        """Open the recogniser as the settings say; options (profile, model) stay as they were first given."""
        self._options = options or self._options
        model = self._options["model"] or available_models().get(self.settings["model"])
        if model is None:
            self.show_trouble(f"The base model {self.settings['model']} is gone; Handpad reads with its own.")
        labels = ALPHABETS[self.settings["alphabet"]]
        self.pad.learning = self.settings["learning"] == "on"
        self.pad.open(profile=self._options["profile"], model=model, labels=labels, adapter=self.settings["adapter"])

    # What the pad says

    def _on_page(self, page) -> None:
        self.canvas.show_page(page)
        text = page.text()
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
            self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self.undo_action.setEnabled(self.pad.can_undo())
        self.redo_action.setEnabled(self.pad.can_redo())
        self.copy_button.setEnabled(bool(text))
        (self.boxes_action if page.boxes else self.lines_action).setChecked(True)

    def _is_unsure(self, character: Character) -> bool:
        return character.parts in self.pad.candidates and self.pad.probability(character) < UNSURE

    def _on_appeared(self, keys: set[Key]) -> None:
        self.canvas.view.appeared.update(dict.fromkeys(keys, time.monotonic()))
        self.canvas.animate()

    def _on_relabelled(self, keys: set[Key]) -> None:
        self.canvas.view.changed.update(dict.fromkeys(keys, time.monotonic()))
        self.canvas.animate()

    def _on_corrected(self, change: Change) -> None:
        self.close_card()
        self._tell_change(change)

    def _tell_change(self, change: Change) -> None:
        if change.confirmed:
            self.notice(f"“{change.label}” stays as it is.", undo=True)
            return
        if not change.learned:
            self.notice(f"Changed to {change.label}. Learning is paused, so nothing was learned.", undo=True)
            return
        others = ""
        if change.others:
            others = f"; {_count(change.others, 'other character')} on this page changed"
        self.notice(f"Learned your {change.label}{others}.", undo=True)

    def _on_summary(self, summary: Summary) -> None:
        self._summary = summary
        if not self._status_timer.isActive():
            self._rest()

    def show_trouble(self, sentence: str) -> None:
        """Show a sentence that stays until it is dismissed."""
        self.close_card()
        self.banner_text.setText(sentence)
        self.banner.show()

    def notice(self, sentence: str, undo: bool = False) -> None:
        """Say in the status line what has just happened, with Undo beside it where that makes sense."""
        self.status.setText(sentence)
        self.status_undo.setVisible(undo)
        self._status_timer.start()

    def _undo_from_status(self) -> None:
        self.pad.undo()
        self.notice("Undone.")

    def _rest(self) -> None:
        """Return the status line to the summary."""
        self._status_timer.stop()
        self.status_undo.hide()
        self.status.setText(_summary_sentence(self._summary, self.settings["learning"] == "on"))

    # Appearance

    def _apply_theme(self) -> None:
        self.theme = themes.resolve(self.settings["theme"])
        themes.apply(self.theme)
        self.canvas.set_theme(self.theme)
        for action, name in self._icon_names.items():
            action.setIcon(icon(name, self.theme))
        self.menu_button.setIcon(icon("menu", self.theme))
        if self.wizard is not None:
            self.wizard.set_theme(self.theme)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_card()
        self.hide()
        self.pad.close()
        if self.wizard is not None:
            self.wizard.hide()
            self.wizard.shut_down()
        super().closeEvent(event)

    def resizeEvent(self, event) -> None:
        self.close_card()
        super().resizeEvent(event)


ALPHABETS = {
    "all": None,
    "alphanumeric": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789",
}
"""What each choice of the setting "alphabet" lets a character be."""


def _summary_sentence(summary: Summary | None, learning: bool) -> str:
    if summary is None:
        return "Getting ready to read …"
    state = "Learning on" if learning else "Learning paused"
    if not summary.samples:
        return f"{state} · write, and click a character that was read wrong"
    recent = f"last {summary.recent}: {summary.recent_right / summary.recent:.0%} right without correction"
    return f"{state} · {_count(summary.samples, 'character')} · {recent}".replace("%", " %")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
