"""``handpad`` and ``python -m handpad``: the app, or without it, ``read``, ``search`` and ``doctor``."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["read"]:
        from handpad.cli import read  # imports no Qt

        return read.main(arguments[1:])
    if arguments[:1] == ["search"]:
        from handpad.cli import search

        return search.main(arguments[1:])
    if arguments[:1] == ["doctor"]:
        from handpad.cli import doctor

        return doctor.main(arguments[1:])
    from handpad.app import main as app

    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
