"""Trainings that meet a full disk, a folder that cannot be written, no memory, a bad recording."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from distill_live.commands.training_steps import run
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.models.file.header import read_header
from distill_live.training.codec import trainer
from distill_live.training.codec.crops import MelCrops
from distill_live.training.prior.windows import CodeCrops
from tests.commands.conftest import Trained
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import files_of, weights
from tests.conftest import CliResult, Folders, RunCli
from tests.disks import disk_full_after, read_only, small_disk


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


def assert_is_one_line(ended: CliResult, *words: str) -> None:
    assert (ended.code, ended.err.count("\n")) == (1, 1), ended.err
    for one in words:
        assert one in ended.err


@pytest.mark.parametrize("room", ["for the model alone", "for nothing"])
def test_a_disk_that_is_full_in_the_first_epoch_is_one_line_and_what_fits_is_kept(
    run_cli: RunCli, folders: Folders, sounds: Path, room: str
) -> None:
    fits = room == "for the model alone"
    with small_disk(folders.user, 500_000 if fits else 64_000):
        ended = run_cli("train", sounds, "--name", "mine")
        assert files_of(folders, "mine") == (["mine.distill"] if fits else [])
        if fits:
            kept = read_header(folders.user / "mine.distill").metadata
            assert len(kept["loss_curves"]["codec"]["loss"]) == 1
    reason = "No space left on device"
    if fits:
        assert_is_one_line(ended, f"mine.resume: {reason}: free some space, then start over")
    else:
        assert_is_one_line(ended, f"mine.distill: {reason}")


@pytest.mark.parametrize("method", ["codec_epoch", "prior_epoch"])
def test_a_disk_that_fills_up_later_costs_an_epoch_at_most(
    run_cli: RunCli,
    folders: Folders,
    trained: Trained,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """The system's limit for files stands for a full disk after the first epoch."""
    full = disk_full_after(10_000)
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, method, lambda *_: full.__enter__())
        try:
            ended = run_cli("train", sounds, "--name", "cut")
        finally:
            full.__exit__(None, None, None)
    assert_is_one_line(ended, "cut.", "File too large")
    assert "cut.resume" in files_of(folders, "cut")
    assert not [name for name in files_of(folders, "cut") if name.startswith(".")]
    resumed = run_cli("train", sounds, "--name", "cut", "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(folders.user / "cut.distill") == weights(trained.path)


@pytest.mark.parametrize("ask", [lambda: torch.empty(2**50), lambda: np.empty(2**60, np.uint8)])
def test_memory_that_runs_out_in_the_first_epoch_is_one_line(
    run_cli: RunCli,
    folders: Folders,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[], object],
) -> None:
    monkeypatch.setattr(MelCrops, "draw", lambda *_: ask())
    assert_is_one_line(run_cli("train", sounds, "--name", "mine"), "error: out of memory: ")


@pytest.mark.parametrize("crops", [MelCrops, CodeCrops])
def test_memory_that_runs_out_later_costs_an_epoch_at_most(
    run_cli: RunCli,
    folders: Folders,
    trained: Trained,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
    crops: type[MelCrops] | type[CodeCrops],
) -> None:
    plain, calls = crops.draw, 0

    def draw(self: object, count: int) -> object:
        nonlocal calls
        calls += 1
        return plain(self, count) if calls < 4 else torch.empty(2**50)

    with monkeypatch.context() as patch:
        patch.setattr(crops, "draw", draw)
        ended = run_cli("train", sounds, "--name", "cut")
    assert_is_one_line(ended, "error: out of memory: ", "then continue with --resume")
    grains = ["cut.grains"] if crops is CodeCrops else []
    assert files_of(folders, "cut") == ["cut.distill", *grains, "cut.resume"]
    resumed = run_cli("train", sounds, "--name", "cut", "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(folders.user / "cut.distill") == weights(trained.path)


@pytest.mark.parametrize(
    "command",
    [
        ("train", "SOUNDS", "--name", "new"),
        ("train", "SOUNDS", "--continue", "mine"),
        ("train-prior", "mine", "SOUNDS"),
        ("train-vocoder", "mine", "SOUNDS"),
    ],
)
def test_a_read_only_folder_is_noticed_before_anything_is_read(
    run_cli: RunCli,
    folders: Folders,
    trained: Trained,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    shutil.copy(trained.path, folders.user / "mine.distill")
    monkeypatch.setattr(run, "load_recordings", pytest.fail)
    with read_only(folders.user):
        ended = run_cli(*(sounds if word == "SOUNDS" else word for word in command))
    assert ended.out == ""
    assert_is_one_line(ended, f"error: cannot write in {folders.user}: ")


def test_a_bad_loss_names_the_recording_and_keeps_what_was_learned(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, calls = trainer.reconstruction_loss, 0

    def broken(*arguments: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return plain(*arguments) * (1.0 if calls <= 2 else float("nan"))  # type: ignore[arg-type]

    monkeypatch.setattr(trainer, "reconstruction_loss", broken)
    ended = run_cli("train", sounds, "--name", "mine")
    assert (ended.code, ended.err) == (0, "")
    assert "warning: the codec's loss stopped being a number at step 1 of epoch 2" in ended.out
    named = [f"the loudest recording in that step is {path.name}," for path in sounds.iterdir()]
    assert sum(words in ended.out for words in named) == 1
    assert read_header(folders.user / "mine.distill").metadata["training"]["best_epoch"] == 1
