"""`--time`: a training that fits into a time. The pace and what is left of the time are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.commands.options import TimeLimit
from distill_live.commands.training_steps import loudness, time_limit
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.models.file.header import read_header
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.run import pace
from distill_live.training.run.pace import Expected
from tests.commands.conftest import Trained
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import press_ctrl_c, weights
from tests.conftest import Folders, RunCli


def expected(seconds: float) -> Expected:
    """An epoch of two steps takes so many seconds; by itself, a training has two of them."""
    return Expected(seconds / 2, 0.0, steps=2, epochs=2)


@pytest.fixture(autouse=True)
def given(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Epochs of the codec take 2 s, those of the prior and of the vocoder 1 s; 12 s are left of the
    time, whenever that is asked."""
    make_tiny(monkeypatch.setattr)

    def everything(choices: object, *_: object) -> list[Expected]:
        vocoder = [expected(1.0)] if getattr(choices, "vocoder") != "phase" else []  # noqa: B009
        return [expected(2.0), expected(1.0), *vocoder]

    monkeypatch.setattr(time_limit, "expect_all", everything)
    monkeypatch.setattr(time_limit, "expected_prior", lambda *_: expected(1.0))
    monkeypatch.setattr(time_limit, "seconds_to_finish", lambda *_, **__: 0.0)
    monkeypatch.setattr(time_limit, "vocoder_expected", lambda *_: expected(1.0))
    monkeypatch.setattr(TrainingRun, "seconds_left", 12.0)


def numbers(model: Path) -> dict[str, tuple[int, int]]:
    """The epochs and steps that each phase of a model's training had."""
    training = read_header(model).metadata["training"]
    return {
        phase: (training[phase]["epochs"], training[phase]["steps_per_epoch"])
        for phase in ("codec", "prior", "vocoder")
        if phase in training
    }


@pytest.mark.parametrize(
    ("words", "seconds"), [("90s", 90), ("20m", 1200), ("1.5h", 5400), (" 2m ", 120)]
)
def test_a_time_is_a_number_and_a_unit(words: str, seconds: float) -> None:
    assert TimeLimit.read(words).seconds == seconds


@pytest.mark.parametrize("words", ["20", "m", "0m", "-5m", "1d", "1h30m", "nan", "1e3s"])
def test_other_times_are_refused(run_cli: RunCli, sounds: Path, words: str) -> None:
    result = run_cli("train", sounds, f"--time={words}")
    assert result.code == 2
    assert "is not a time: write a number with s, m or h, such as" in " ".join(result.err.split())


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("train", "--codec-epochs"),
        ("train", "--prior-epochs"),
        ("train-prior", "--epochs"),
        ("train-vocoder", "--epochs"),
    ],
)
def test_a_time_and_a_number_of_epochs_exclude_each_other(
    run_cli: RunCli, sounds: Path, command: str, option: str
) -> None:
    where = [sounds] if command == "train" else ["mine", sounds]
    result = run_cli(command, *where, "--time", "20m", option, "3")
    assert result.code == 2
    assert "--time chooses the number" in result.err


@pytest.fixture
def whole(
    given: None, run_cli: RunCli, sounds: Path, folders: Folders,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:  # fmt: skip
    """A model of `train --time 12s`, which nothing has interrupted; trained once."""
    kept = tmp_path_factory.getbasetemp() / "twelve-seconds.distill"
    if not kept.exists():
        result = run_cli("train", sounds, "--name", "whole", "--time", "12s")
        assert result.code == 0, result.err
        assert "too short" not in result.out
        (folders.user / "whole.distill").replace(kept)
    return kept


def test_the_codec_and_the_prior_share_the_time(whole: Path) -> None:
    # Two thirds of 12 s are the codec's. Then, 12 s are left for the prior alone.
    assert numbers(whole) == {"codec": (4, 2), "prior": (12, 2)}


def test_what_it_says_it_will_take_is_the_time(
    run_cli: RunCli, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingRun, "seconds_left", 120.0)
    # The steps of the codec take no time at all.
    monkeypatch.setattr(pace, "now", lambda _: 0.0)
    monkeypatch.setattr(TrainingProgress, "begin_prior", press_ctrl_c)
    told = run_cli("train", sounds, "--name", "kit", "--time", "2m").out
    assert "then at most about 2 minutes for the prior" in told
    assert "40 epochs of 2 steps" in told


def test_a_vocoder_gets_its_share(run_cli: RunCli, folders: Folders, sounds: Path) -> None:
    result = run_cli("train", sounds, "--name", "kit", "--time", "12s", "--vocoder", "auto")
    assert result.code == 0, result.err
    found = numbers(folders.user / "kit.distill")
    assert found == {"codec": (3, 2), "prior": (6, 2), "vocoder": (12, 2)}


def test_epochs_become_longer_rather_than_leave_time_unused(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingRun, "seconds_left", 5.9)
    assert run_cli("train", sounds, "--name", "kit", "--time", "6s", "--no-prior").code == 0
    # 3.9 s of the 5.9 s are the codec's, if there were a prior: one epoch of 2 s.
    assert numbers(folders.user / "kit.distill") == {"codec": (1, 3)}


def test_a_time_that_is_too_short_is_told_and_everything_trained_for_an_epoch(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingRun, "seconds_left", -1.0)
    result = run_cli("train", sounds, "--name", "kit", "--time", "1s")
    assert result.code == 0, result.err
    assert result.out.count("warning: --time 1s is too short: from here, it takes about ") == 2
    assert numbers(folders.user / "kit.distill") == {"codec": (1, 2), "prior": (1, 2)}


@pytest.mark.parametrize("method", ["codec_epoch", "prior_epoch"])
def test_a_resumed_run_keeps_the_numbers_and_gives_the_same_bytes(
    run_cli: RunCli,
    folders: Folders,
    sounds: Path,
    whole: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, method, press_ctrl_c)
        assert run_cli("train", sounds, "--name", "cut", "--time", "12s").code == 130
    # The machine has become slower.
    monkeypatch.setattr(time_limit, "expect_all", lambda *_: [expected(8.0), expected(4.0)])
    resumed = run_cli("train", sounds, "--name", "cut", "--time", "12s", "--resume")
    assert resumed.code == 0, resumed.err
    cut = folders.user / "cut.distill"
    assert numbers(cut) == numbers(whole)
    assert weights(cut) == weights(whole)


def test_a_run_is_not_resumed_with_another_time_or_none(
    run_cli: RunCli, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "codec_epoch", press_ctrl_c)
        assert run_cli("train", sounds, "--name", "cut", "--time", "12s").code == 130
    for more, told in ((["--time", "20m"], "20m"), ([], "None")):
        result = run_cli("train", sounds, "--name", "cut", "--resume", *more)
        assert result.code == 1
        assert f"--time was 12s, is {told}" in result.err


def test_time_is_left_for_the_end(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing: list[bool] = []

    def finish(_: object, loaded: LoadedVQModel) -> float:
        playing.append(loaded.prior is not None)
        return 3.0

    limits: list[float] = []
    monkeypatch.setattr(time_limit, "seconds_to_finish", finish)
    monkeypatch.setattr(loudness, "playing_loudness", lambda *given: limits.append(given[2]))
    assert run_cli("train", sounds, "--name", "kit", "--time", "12s").code == 0
    # The prior is not there yet when its time is chosen.
    assert playing == [True]
    assert numbers(folders.user / "kit.distill")["prior"] == (9, 2)
    # 4 s of the 12 s are for the report.
    assert limits == [8.0]


@pytest.mark.parametrize("command", ["train-prior", "train-vocoder"])
def test_a_prior_or_a_vocoder_alone_gets_all_the_time(
    run_cli: RunCli, trained: Trained, folders: Folders, sounds: Path, command: str
) -> None:
    model = folders.user / trained.path.name
    model.write_bytes(trained.path.read_bytes())
    result = run_cli(command, model, sounds, "--time", "12s")
    assert result.code == 0, result.err
    assert numbers(model)[command.removeprefix("train-")] == (12, 2)
    assert "this will take" in result.out
