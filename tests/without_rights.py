"""Runs a command as somebody who may not do everything: tests of permissions would pass for root by themselves."""

import ctypes
import os
import subprocess
from collections.abc import Sequence

import pytest

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


def without_rights(command: Sequence[str], **options) -> subprocess.CompletedProcess:
    """Run a command that obeys the permissions of files even if the tests run as root (capabilities(7))."""
    libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if libc is None or not hasattr(libc, "prctl"):
        if not hasattr(os, "geteuid") or os.geteuid() == 0:
            pytest.skip("the rights of this process cannot be taken away here")
        libc = None

    def drop() -> None:
        if libc is not None:
            for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
                libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)

    return subprocess.run(command, preexec_fn=drop, capture_output=True, text=True, timeout=120, **options)
