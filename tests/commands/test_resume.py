"""Runs that end early, by kill -9 or Ctrl-C, and go on as if they had not."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from distill_live.commands.training_steps import loudness, prior
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.models.file.header import read_header, rewrite_metadata
from tests.commands.conftest import Trained
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import epochs, files_of, press_ctrl_c, train, weights
from tests.conftest import Folders, RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


def test_a_run_that_is_killed_at_any_moment_continues_to_the_same_bytes(
    warm: None, trained: Trained, folders: Folders, sounds: Path
) -> None:
    told = []
    for end in (
        "draw:4",  # in the codec's second epoch
        "write:1",  # halfway through the checkpoint of that epoch
        "replace:2",  # before the model is saved with its codec
        "replaced:1",  # behind that
        "draw-codes:2",  # in the prior's first epoch
        "write:2",  # halfway through the checkpoint of its second
        "replaced:1",  # behind that checkpoint
        "replace:1",  # before the model is saved with its prior
    ):
        resume = ["--resume"] if told else []
        killed = train(folders, end, sounds, "--name", "cut", *resume)
        assert killed.returncode == -signal.SIGKILL, (end, killed.stdout, killed.stderr)
        told.append(epochs(killed.stdout))
    # The model with its codec, when the one with its prior was about to replace it.
    saved = read_header(folders.user / "cut.distill").metadata
    assert (saved["prior"], len(saved["loss_curves"]["codec"]["loss"])) == (None, 2)
    last = train(folders, "never:0", sounds, "--name", "cut", "--resume")
    assert (last.returncode, last.stderr) == (0, "")
    # No epoch that was told of is trained again, and at most the one that was cut short.
    assert told == [["1/2"], [], ["2/2"], [], [], ["1/2"], [], []]
    assert weights(folders.user / "cut.distill") == weights(trained.path)
    assert files_of(folders, ".resume") == []


@pytest.mark.parametrize(
    ("method", "curve", "after"),
    [
        (
            "codec_epoch",
            ("codec", "loss"),
            "cut has no prior yet, so it cannot play; that command finishes it",
        ),
        ("prior_epoch", ("prior", "validation"), "next:  distill-live serve cut"),
    ],
)
def test_ctrl_c_keeps_the_best_so_far_and_a_run_continues_after_it_too(
    run_cli: RunCli,
    trained: Trained,
    folders: Folders,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    curve: tuple[str, str],
    after: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, method, press_ctrl_c)
        stopped = run_cli("train", sounds, "--name", "cut")
    assert stopped.code == 130
    command = f"distill-live train {sounds} --name cut --resume"
    assert f"stopped; to resume: {command}\n" in stopped.out
    assert f"\n{after}\n" in stopped.out
    # They are written after the codec.
    grains = ["cut.grains"] if method == "prior_epoch" else []
    assert files_of(folders, "cut") == ["cut.distill", *grains, "cut.resume"]
    kept = read_header(folders.user / "cut.distill").metadata
    assert len(kept["loss_curves"][curve[0]][curve[1]]) == 1
    # A model that can play says how loud.
    assert ("loudness_lufs" in kept) == (method == "prior_epoch")
    resumed = run_cli(*command.split()[1:])
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(folders.user / "cut.distill") == weights(trained.path)
    assert files_of(folders, "cut") == ["cut.distill", "cut.grains", "cut.html"]


def test_a_second_ctrl_c_skips_the_loudness_and_a_model_as_it_was_keeps_what_is_known(
    run_cli: RunCli,
    trained: Trained,
    folders: Folders,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = Path(shutil.copy(trained.path, folders.user / "mine.distill"))
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "prior_epoch", press_ctrl_c)
        patch.setattr(loudness, "playing_loudness", press_ctrl_c)
        stopped = run_cli("train-prior", "mine", sounds)
    assert (stopped.code, "its loudness was not measured" in stopped.out) == (130, True)
    assert "loudness_lufs" not in read_header(mine).metadata
    rewrite_metadata(mine, loudness_lufs=-99.0)
    with monkeypatch.context() as patch:
        patch.setattr(prior, "_sequences", press_ctrl_c)
        assert run_cli("train-prior", "mine", sounds, "--force").code == 130
    assert read_header(mine).metadata["loudness_lufs"] == -99.0


def test_a_prior_alone_continues_too(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_cli("train", sounds, "--name", "mine", "--no-prior")
    run_cli("train-prior", "mine", sounds, "--prior-size", "medium")
    whole = weights(folders.user / "mine.distill")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "prior_epoch", press_ctrl_c)
        stopped = run_cli("train-prior", "mine", sounds, "--prior-size", "medium")
    assert stopped.code == 130
    assert weights(folders.user / "mine.distill") != whole
    assert run_cli("train", sounds, "--name", "mine", "--resume").code == 1
    refused = run_cli("train-prior", "mine", sounds, "--prior-size", "medium")
    assert (refused.code, refused.out) == (1, "")
    assert "add --resume to continue it, or --force to start over" in refused.err
    resumed = run_cli("train-prior", "mine", sounds, "--prior-size", "medium", "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(folders.user / "mine.distill") == whole


def test_a_prior_alone_leaves_an_interrupted_training_as_it_is(
    run_cli: RunCli, interrupted: Path, trained: Trained, sounds: Path
) -> None:
    before = interrupted.read_bytes()
    assert run_cli("train-prior", "mine", sounds).code == 0
    assert interrupted.read_bytes() == before
    resumed = run_cli("train", sounds, "--name", "mine", "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(interrupted.with_suffix(".distill")) == weights(trained.path)


def test_training_says_at_once_that_it_can_be_resumed(trained: Trained, sounds: Path) -> None:
    lines = trained.stdout.splitlines()
    told = f"to resume after an interruption: distill-live train {sounds} --name 'my own' --resume"
    assert sum(line.endswith(told) for line in lines[:3]) == 1


@pytest.fixture
def interrupted(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The checkpoint of a run that was stopped in its codec."""
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "codec_epoch", press_ctrl_c)
        run_cli("train", sounds, "--name", "mine")
    return folders.user / "mine.resume"


def test_an_interrupted_run_is_not_begun_again_unasked(
    run_cli: RunCli, interrupted: Path, sounds: Path
) -> None:
    refused = run_cli("train", sounds, "--name", "mine")
    assert (refused.code, refused.out) == (1, "")
    assert "add --resume to continue it, or --force to start over" in refused.err
    assert interrupted.exists()
    assert run_cli("train", sounds, "--name", "mine", "--force").code == 0
    assert not interrupted.exists()


def test_other_settings_are_refused_by_name(
    run_cli: RunCli, interrupted: Path, sounds: Path
) -> None:
    before = interrupted.read_bytes()
    refused = run_cli("train", sounds, "--name", "mine", "--epochs", 7, "--resume")
    assert refused.code == 1
    assert refused.err.startswith(
        f"error: cannot resume {interrupted}: --codec-epochs was 2, is 7. "
    )
    assert interrupted.read_bytes() == before


def test_other_recordings_are_refused_by_name(
    run_cli: RunCli, interrupted: Path, sounds: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "others"
    folder.mkdir()
    for path in sounds.iterdir():
        name = "new.wav" if path.name == "sine_110.wav" else path.name
        (folder / name).write_bytes(path.read_bytes())
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, 48_000).astype(np.float32)
    write_audio(folder / "sine_440.wav", noise, 48_000)
    refused = run_cli("train", folder, "--name", "mine", "--resume")
    assert refused.code == 1
    assert "new: new.wav; gone: sine_110.wav; changed: sine_440.wav." in refused.err


def test_there_must_be_something_to_resume(run_cli: RunCli, folders: Folders, sounds: Path) -> None:
    refused = run_cli("train", sounds, "--name", "mine", "--resume")
    assert (refused.code, refused.out) == (1, "")
    assert "nothing to resume: there is no" in refused.err
