"""`train --accelerator`: several processes of the same command make one model."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from distill_live.models.file.persistence import load_model_v2
from tests.commands.training_process import Ended, epochs, files_of, weights
from tests.commands.training_process import train as train_in_fork
from tests.conftest import Folders, RunCli
from tests.warm import ROOT

# Not imported here: every process of a test run reads this file, and importing it would take
# seconds.
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("lightning_fabric") is None,
    reason="Lightning Fabric is not installed: pip install -e '.[accelerator]'",
)

TWO = ("--accelerator", "cpu", "--devices", 2)


@contextmanager
def started(folders: Folders, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """`train` with two processes, as a user starts it; both import torch. Both are killed when the
    block ends."""
    words = ["-m", "tests.commands.tiny_training", "train", *map(str, [*arguments, *TWO])]
    ground = {"XDG_DATA_HOME": str(folders.user.parents[1]), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **ground}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def train(folders: Folders, end: str, *arguments: object) -> Ended:
    """Run it in forks of the warm process, of which the first is killed at `end`."""
    return train_in_fork(folders, end, *arguments, *TWO)


def test_two_processes_make_one_model_and_continue_after_a_kill(
    warm: None, folders: Folders, sounds: Path
) -> None:
    whole = train(folders, "never:0", sounds, "--name", "whole")
    assert whole.returncode == 0, whole.stderr
    # Each line once: one process tells.
    assert epochs(whole.stdout) == ["1/2", "2/2"] * 2
    assert load_model_v2(folders.user / "whole.distill").prior is not None
    killed = train(folders, "write:4", sounds, "--name", "cut")
    assert (killed.returncode, epochs(killed.stdout)) == (-signal.SIGKILL, ["1/2", "2/2", "1/2"]), (
        killed.stderr
    )
    resumed = train(folders, "never:0", sounds, "--name", "cut", "--resume")
    assert (resumed.returncode, epochs(resumed.stdout)) == (0, ["2/2"]), resumed.stderr
    assert weights(folders.user / "cut.distill") == weights(folders.user / "whole.distill")
    assert files_of(folders, "cut") == ["cut.distill", "cut.grains", "cut.html"]


def test_ctrl_c_reaches_all_processes_and_keeps_the_best_so_far(
    folders: Folders, sounds: Path
) -> None:
    with started(folders, sounds, "--name", "cut", "--epochs", 9999) as running:
        assert running.stdout is not None
        # As a terminal does: to every process of the group.
        next(line for line in running.stdout if "3/9999" in line)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert "stopped; to resume: distill-live train" in out
    assert load_model_v2(folders.user / "cut.distill").metadata["loss_curves"]["codec"]["loss"]
    assert files_of(folders, "cut") == ["cut.distill", "cut.resume"]


def test_a_device_and_an_accelerator_are_one_too_many(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    refused = run_cli("train", sounds, "--name", "mine", "--device", "cpu", "--devices", 2)
    assert refused.code == 2
    assert "cannot be combined" in refused.err


def test_what_is_wrong_is_reported_once(warm: None, folders: Folders, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = train(folders, "never:0", empty, "--name", "mine")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("no recordings in") == 1
