"""What training and generating tell other programs while they work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from distill_live.codes.codebook_health import LevelHealth
from distill_live.commands.progress_lines import ProgressLines
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.progress_file import RecordedProgress
from distill_live.errors import OutputError
from distill_live.models.codec.network import VQVAEConfig
from distill_live.training.codec.config import get_adaptive_codec_config
from distill_live.training.codec.trainer import CodecEpoch
from tests.commands.conftest import Trained
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import press_ctrl_c, weights
from tests.conftest import Folders, RunCli
from tests.sound_files import read_audio


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return tmp_path / "out" / "progress.jsonl"


def read(path: Path, *kinds: str) -> list[dict[str, Any]]:
    """The lines of these types."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(one["time"] > 1e9 for one in found)
    return [one for one in found if one["type"] in kinds]


def test_a_training_writes_its_phases_epochs_and_health(
    run_cli: RunCli, folders: Folders, sounds: Path, lines: Path
) -> None:
    result = run_cli(
        "train", sounds, "--name", "kit", "--vocoder", "auto", "--progress-file", lines
    )
    assert result.code == 0, result.err
    assert [(one["phase"], one["epochs"]) for one in read(lines, "phase")] == [
        ("codec", 2), ("prior", 2), ("vocoder", 2),
    ]  # fmt: skip
    epochs = read(lines, "epoch")
    assert [(one["phase"], one["epoch"]) for one in epochs] == [
        (phase, number) for phase in ("codec", "prior", "vocoder") for number in (1, 2)
    ]
    assert [one["left"] for one in epochs if one["epoch"] == 2] == [0.0] * 3
    codec, _, prior, _, vocoder, _ = epochs
    assert set(codec["values"]) == {"training_db", "validation_db"}
    assert set(prior["values"]) == {"training", "validation"}
    assert {"training", "validation"} <= set(vocoder["values"])
    assert [one["label"] for one in codec["health"]] == ["Structure", "Timbre", "Detail"]
    assert {one["verdict"] for one in codec["health"]} <= {"green", "yellow", "red"}
    assert {one["phase"] for one in read(lines, "phase_end")} == {"codec", "prior", "vocoder"}
    assert read(lines, "reading")[0]["total"] == 6
    assert read(lines, "memorisation")[0]["words"]
    [model] = read(lines, "model")
    assert (model["name"], model["file"]) == ("kit", str(folders.user / "kit.distill"))


def test_what_is_said_is_written_but_not_the_table_of_epochs(
    run_cli: RunCli, folders: Folders, sounds: Path, lines: Path
) -> None:
    run_cli("train", sounds, "--no-prior", "--progress-file", lines)
    said = [one["text"] for one in read(lines, "line")]
    assert "6 recordings, 6.0 s" in said
    assert not [text for text in said if "epoch learned" in text]


def test_previews_are_written_while_the_codec_trains(
    run_cli: RunCli, trained: Trained, folders: Folders, sounds: Path, lines: Path, tmp_path: Path
) -> None:
    previews = tmp_path / "previews"
    run_cli(
        "train", sounds, "--name", "my own",
        "--progress-file", lines, "--previews", previews,
    )  # fmt: skip
    told = [(one["epoch"], Path(one["file"])) for one in read(lines, "preview")]
    names = {0: "original.wav", 1: "epoch-1.wav", 2: "epoch-2.wav"}
    assert told == [(epoch, previews / name) for epoch, name in names.items()]
    lengths = {len(read_audio(path)[0]) for _, path in told}
    assert lengths == {24_000}
    assert weights(folders.user / "my own.distill") == weights(trained.path)


def test_a_resumed_training_goes_on_in_the_same_file(
    run_cli: RunCli, folders: Folders, sounds: Path, lines: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told = ("--progress-file", lines, "--previews", tmp_path / "previews")
    words = ("train", sounds, "--name", "kit", "--no-prior", *told)
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "codec_epoch", press_ctrl_c)
        assert run_cli(*words).code == 130
    assert [one["saved"] for one in read(lines, "stopped")] == [True]
    assert run_cli(*words, "--resume").code == 0
    assert [one["epoch"] for one in read(lines, "epoch")] == [2]
    assert [one["epoch"] for one in read(lines, "preview")] == [0, 1, 2]
    assert len(read(lines, "model")) == 1


def test_generating_tells_how_far_it_is_and_what_it_has_made(
    run_cli: RunCli, tiny_in_library: Path, lines: Path
) -> None:
    words = ("generate", "tiny", "--duration", 0.3, "--count", 2, "--seed", 5)
    assert run_cli(*words, "--progress-file", lines).code == 0
    done = [one["done"] for one in read(lines, "progress")]
    assert done == sorted(done) and 0 < done[0] <= 0.5
    assert [(one["seed"], one["file"]) for one in read(lines, "file")] == [
        (seed, str(Path(f"tiny_{seed}.wav").absolute())) for seed in (5, 6)
    ]


def test_while_the_codec_trains_the_time_left_has_the_priors(lines: Path) -> None:
    progress = RecordedProgress(ProgressLines(lines), quiet=True)
    config = get_adaptive_codec_config(VQVAEConfig(), 1000)
    progress.begin_codec(config)
    progress.codec_pace(60.0, 300.0)
    health = [LevelHealth(0.5, 32.0, 4)] * config.codec.num_quantizers
    progress.codec_epoch(CodecEpoch(2, 2, 1.0, 3.0, 3.0, health))
    [codec] = read(lines, "epoch")
    assert codec["left"] == 300.0


def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    run_cli: RunCli, folders: Folders, sounds: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = run_cli("train", sounds, "--progress-file", tmp_path / "file" / "lines")
    assert result.code == 1
    assert "cannot write" in result.err
    with pytest.raises(OutputError):
        ProgressLines(tmp_path)


def test_numbers_that_are_not_finite_become_null(lines: Path) -> None:
    ProgressLines(lines).write("epoch", values={"loss": float("nan")}, left=float("inf"))
    [line] = read(lines, "epoch")
    assert (line["values"], line["left"]) == ({"loss": None}, None)
