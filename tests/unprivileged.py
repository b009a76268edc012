"""Child processes that have to obey permissions: root, as which tests often run, does not."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def _drop() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "the capability cannot be dropped")


def run(program: str, *arguments, timeout: float = 120, **environment) -> subprocess.CompletedProcess:
    """Run a Python program that may not read or write what permissions forbid; skips where that cannot be had."""
    if not hasattr(os, "getuid"):
        pytest.skip("permissions are of another kind here")
    drop = None
    if os.getuid() == 0:
        if not sys.platform.startswith("linux"):
            pytest.skip("root is not to be held back here")
        drop = _drop
    tests = str(Path(__file__).parent)
    environment = {**os.environ, **{key: str(value) for key, value in environment.items()}}
    environment["PYTHONPATH"] = os.pathsep.join([tests, str(Path(tests).parent), environment.get("PYTHONPATH", "")])
    try:
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
            preexec_fn=drop,
        )
    except subprocess.SubprocessError as error:
        if "preexec_fn" in str(error):
            pytest.skip("root is not to be held back here: its capabilities cannot be dropped")
        raise
