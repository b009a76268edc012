"""What tests of the app need of its inside and no signal tells: all that they know of it stands here."""


def engine(window):
    """The engine, whose signals come from its own thread."""
    return window.pad._engine.worker


def recognizer(window):
    """The recognizer in use, which belongs to the engine's thread: for looking at when nothing is going on."""
    return engine(window)._recognizer
