"""The colours of the app, light and dark, and the style sheet made of them."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. Text on its ground has a contrast of at least 4.5 : 1 (WCAG AA)."""

    dark: bool
    paper: str
    baseline: str
    x_line: str
    ink: str
    surface: str
    border: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    glow: str
    danger: str


LIGHT = Theme(
    dark=False,
    paper="#fcf9f2",
    baseline="#ddd3bf",
    x_line="#efe8d9",
    ink="#1c2b4d",
    surface="#f4efe4",
    border="#ddd5c4",
    text="#26231d",
    muted="#686152",
    accent="#1b66a8",
    accent_soft="#dfeaf4",
    on_accent="#ffffff",
    glow="#f6d98a",
    danger="#a8322a",
)

DARK = Theme(
    dark=True,
    paper="#161719",
    baseline="#35373c",
    x_line="#232529",
    ink="#ece7db",
    surface="#1f2124",
    border="#36393f",
    text="#ebe8e1",
    muted="#a5a196",
    accent="#79b8f2",
    accent_soft="#22374a",
    on_accent="#0d1b28",
    glow="#6b5520",
    danger="#f08a80",
)

CHOICES = ("system", "light", "dark")


def resolve(choice: str) -> Theme:
    """The theme of a choice: "light", "dark", or "system" for what the desktop uses."""
    if choice == "system":
        return DARK if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def apply(theme: Theme) -> None:
    """Give the whole application the theme's palette and style sheet."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.surface,
        QPalette.ColorRole.Base: theme.paper,
        QPalette.ColorRole.AlternateBase: theme.surface,
        QPalette.ColorRole.Button: theme.surface,
        QPalette.ColorRole.ToolTipBase: theme.surface,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.Link: theme.accent,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.border).darker(100 if theme.dark else 135))
    app = QApplication.instance()
    app.setPalette(palette)
    app.setStyleSheet(_style_sheet(theme))


def _style_sheet(t: Theme) -> str:
    return f"""
    QMainWindow, QDialog {{ background: {t.surface}; }}
    QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 6px; }}
    QToolBar {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.border};
                padding: 5px 10px; spacing: 4px; }}
    QToolBar::separator {{ background: {t.border}; width: 1px; margin: 6px 8px; }}
    QToolButton {{ background: transparent; color: {t.text}; border: 1px solid transparent; border-radius: 7px;
                   padding: 6px; }}
    QToolButton:hover {{ background: {t.border}; }}
    QToolButton:checked {{ background: {t.accent_soft}; color: {t.accent}; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QMenu {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; padding: 6px; }}
    QMenu::item {{ padding: 7px 28px 7px 26px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QMenu::item:disabled {{ color: {t.muted}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 6px 8px; }}
    QScrollArea {{ border: none; background: {t.paper}; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; }}
    QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 4px; margin: 2px; min-height: 40px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; }}
    QScrollBar::handle:horizontal {{ background: {t.border}; border-radius: 4px; margin: 2px; min-width: 40px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QPushButton {{ background: {t.paper}; color: {t.text}; border: 1px solid {t.border}; border-radius: 7px;
                   padding: 6px 14px; }}
    QPushButton:hover, QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton:disabled {{ color: {t.muted}; }}
    QPushButton[flat="true"] {{ background: transparent; border-color: transparent; color: {t.accent};
                                padding: 2px 8px; }}
    QPushButton[flat="true"]:hover, QPushButton[flat="true"]:focus {{ border-color: {t.accent}; }}
    QPushButton[danger="true"], QLabel[danger="true"] {{ color: {t.danger}; }}
    QLineEdit, QPlainTextEdit, QListWidget {{ background: {t.paper}; color: {t.text}; border: 1px solid {t.border};
                                 border-radius: 7px; padding: 6px 8px; selection-background-color: {t.accent};
                                 selection-color: {t.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QListWidget:focus {{ border-color: {t.accent}; }}
    QComboBox {{ background: {t.paper}; color: {t.text}; border: 1px solid {t.border}; border-radius: 7px;
                 padding: 5px 10px; }}
    QComboBox:focus, QComboBox:hover {{ border-color: {t.accent}; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border};
                                   selection-background-color: {t.accent_soft}; selection-color: {t.text}; }}
    #drawer {{ background: {t.surface}; border: none; border-right: 1px solid {t.border}; }}
    #drawer QLabel {{ color: {t.muted}; }}
    #drawer QListView {{ background: transparent; border: none; }}
    #right_drawer {{ background: {t.surface}; border: none; border-left: 1px solid {t.border}; }}
    #right_drawer QListView {{ background: transparent; border: none; }}
    #right_drawer QListView#characters::item {{ padding: 5px 6px; border-radius: 6px; }}
    #right_drawer QListView#characters::item:selected {{ background: {t.accent_soft}; color: {t.accent}; }}
    #right_drawer QScrollArea, #right_drawer QScrollArea > QWidget > QWidget {{ background: transparent; }}
    #right_drawer QLabel[muted="true"] {{ color: {t.muted}; }}
    #bottom {{ background: {t.surface}; border-top: 1px solid {t.border}; }}
    #banner {{ background: {t.surface}; border-bottom: 1px solid {t.border}; }}
    #status {{ color: {t.muted}; }}
    #popup {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 12px; }}
    #keys {{ color: {t.muted}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.border}; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 8px 16px; border: none;
                    border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:focus {{ color: {t.accent}; }}
    QDialog QScrollArea, QDialog QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}
    #drop {{ border: 2px dashed {t.border}; border-radius: 12px; background: {t.paper}; }}
    QProgressBar {{ background: {t.border}; border: none; border-radius: 4px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
    QRadioButton {{ spacing: 8px; padding: 2px; }}
    #popup QLabel {{ color: {t.muted}; }}
    """
