"""The look of the wizard, on top of that of the app."""

from handpad.app.theme import Theme


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
    #danger {{ color: {t.danger}; }}
    #panel {{ background: {t.paper}; border: 1px solid {t.border}; border-radius: 10px; }}
    #drop[active="true"] {{ border-color: {t.accent}; background: {t.accent_soft}; }}
    QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[primary="true"]:hover, QPushButton[primary="true"]:focus {{ border: 2px solid {t.text};
                                                                            padding: 5px 13px; }}
    QPushButton[primary="true"]:disabled {{ background: {t.border}; color: {t.muted}; border-color: {t.border}; }}
    """
