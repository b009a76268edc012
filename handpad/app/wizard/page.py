"""What the pages of the wizard are made of. Pages show and offer; they start nothing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from handpad.app.theme import Theme


class Page(QWidget):
    """A heading and what follows it.

    Attributes
    ----------
    title : the heading.
    step : the page's short name in the row of steps.
    column : the layout that the rest of the page is put into.
    """

    def __init__(self, title: str, step: str):
        super().__init__()
        self.title, self.step = title, step
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)
        heading = QLabel(f"<h2>{title}</h2>")
        self.column.addWidget(heading)


class Progress(QWidget):
    """What is being done, how much of it, and how long it will take."""

    def __init__(self):
        super().__init__()
        self.what = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Progress")
        self.detail = QLabel(objectName="muted", wordWrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.what, self.bar, self.detail):
            layout.addWidget(widget)

    def begin(self, what: str) -> None:
        """Show what has begun; how much of it there is is not known yet."""
        self.what.setText(what)
        self.detail.setText("")
        self.bar.setRange(0, 0)

    def go_on(self, what: str) -> None:
        """Show that the next step has begun; how much is done of all stays where it is."""
        self.what.setText(what)

    def show_share(self, share: float, detail: str) -> None:
        """Show how much is done (0 to 1), and a sentence."""
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * min(max(share, 0), 1)))
        self.detail.setText(detail)


def scrolled(page: Page) -> QScrollArea:
    """A page that can be scrolled where the window is too small for it, with the arrow keys too."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    area.setWidget(page)
    return area


def style_sheet(t: Theme) -> str:
    """The style sheet of the wizard in the colours of a theme."""
    return f"""
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}
    QRadioButton {{ border: 1px solid transparent; border-radius: 6px; padding: 2px 5px 2px 2px; }}
    QRadioButton:focus {{ border-color: {t.accent}; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border: 2px solid {t.muted}; border-radius: 8px;
                               background: {t.paper}; }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.accent}; }}
    #muted {{ color: {t.muted}; }}
    QComboBox {{ background: {t.paper}; border: 1px solid {t.border}; border-radius: 6px; padding: 3px 8px; }}
    QComboBox:focus {{ border-color: {t.accent}; }}
    #verdict {{ font-size: 15px; font-weight: 600; }}
    #danger {{ color: {t.danger}; }}
    #panel {{ background: {t.paper}; border: 1px solid {t.border}; border-radius: 10px; }}
    #drop[active="true"] {{ border-color: {t.accent}; background: {t.accent_soft}; }}
    QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[primary="true"]:hover, QPushButton[primary="true"]:focus {{ border: 2px solid {t.text};
                                                                            padding: 5px 13px; }}
    QPushButton[primary="true"]:disabled {{ background: {t.border}; color: {t.muted}; border-color: {t.border}; }}
    """
