"""``handpad doctor``: checks all that Handpad keeps, and mends what is damaged."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from handpad import doctor
from handpad.errors import HandpadError
from handpad.paths import user_data


def parser() -> argparse.ArgumentParser:
    """The command line of ``handpad doctor``."""
    parser = argparse.ArgumentParser(
        prog="handpad doctor",
        description="Check profiles, pages, models and settings, and mend what is damaged from what can still be read "
        "and from backups. Damaged files are kept beside the mended ones.",
    )
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="a profile elsewhere (default: your data folder's)"
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="a page elsewhere (default: your data folder's pages)"
    )
    wrong = parser.add_mutually_exclusive_group()
    wrong.add_argument(
        "--samples",
        action="store_const",
        const=doctor.SET_ASIDE,
        default="",
        help="also look for learned characters whose ink does not look like their label, as earlier versions could "
        "learn them, and set them aside: they are no longer learned from, and kept beside the profile",
    )
    wrong.add_argument(
        "--bring-back",
        action="store_const",
        const=doctor.BRING_BACK,
        dest="samples",
        help="learn again what --samples has set aside",
    )
    parser.add_argument("--json", action="store_true", help="what was found and done, for programs")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command. Returns 0 if everything is whole (again), 1 if something was lost or cannot be used."""
    options = parser().parse_args(arguments)

    def tell(what: str) -> None:
        if sys.stderr.isatty():
            print(f"\rlooking at {what}\x1b[K", end="", file=sys.stderr, flush=True)

    try:
        findings = doctor.examine(user_data(), options.profile, options.page, tell, options.samples)
    except HandpadError as error:
        print(error, file=sys.stderr)
        return 1
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    print(doctor.to_json(findings) if options.json else doctor.as_text(findings))
    return int(any(finding.state in (doctor.LOST, doctor.BROKEN) for finding in findings))
