"""Few threads compute, and those that wait sleep soon, unless the user wants it otherwise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from distill_live.math_threads import spare_threads

NAMES = ("GOMP_SPINCOUNT", "KMP_BLOCKTIME", "OMP_WAIT_POLICY")


def seen_by_openmp(folder: Path, **chosen: str) -> dict[str, str]:
    """The settings that torch's OpenMP reports in a command that imports torch and ends."""
    plain = {name: value for name, value in os.environ.items() if name not in NAMES}
    ended = subprocess.run(
        [sys.executable, "-m", "distill_live", "train", str(folder), "--name", "none"],
        env={**plain, **chosen, "OMP_DISPLAY_ENV": "VERBOSE", "XDG_DATA_HOME": str(folder)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "no recordings in" in ended.stderr
    return dict(re.findall(r"(\w+) ?= ?'([^']*)'", ended.stderr))


def test_torch_is_loaded_with_threads_that_spin_only_briefly(tmp_path: Path) -> None:
    seen = seen_by_openmp(tmp_path)
    assert seen.get("GOMP_SPINCOUNT") == "1000" or seen.get("KMP_BLOCKTIME", "").startswith("1")


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this system does not list threads"
)
def test_numpy_is_loaded_with_one_thread() -> None:
    script = """if True:
        import contextlib, os, sys
        from distill_live import cli
        sys.argv = ["distill-live", "--version"]
        with contextlib.suppress(SystemExit):
            cli.main()
        import numpy
        print(len(os.listdir("/proc/self/task")))"""
    plain = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=plain, capture_output=True, text=True, timeout=120
    )
    assert ended.stdout.splitlines()[-1] == "1", ended.stderr


def test_what_the_user_has_set_stays() -> None:
    chosen = {"GOMP_SPINCOUNT": "7", "OPENBLAS_NUM_THREADS": "3"}
    environment = dict(chosen)
    spare_threads(environment)
    assert environment == {"KMP_BLOCKTIME": "1"} | chosen


@pytest.mark.parametrize("policy", ["ACTIVE", "PASSIVE"])
def test_a_policy_of_the_users_is_not_overruled(policy: str) -> None:
    environment = {"OMP_WAIT_POLICY": policy}
    spare_threads(environment)
    assert environment == {"OMP_WAIT_POLICY": policy, "OPENBLAS_NUM_THREADS": "1"}
