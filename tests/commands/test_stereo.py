"""Stereo recordings become a stereo model, which encodes, decodes and generates in stereo."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.files import write_audio
from distill_live.models.file.header import is_stereo, read_header
from distill_live.models.grains.file import read_grains_header
from tests.commands.tiny_training import make_tiny
from tests.conftest import Folders, RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


@pytest.fixture
def stereo_sounds(sounds: Path, tmp_path: Path) -> Path:
    """The usual recordings, one of them in stereo."""
    folder = Path(shutil.copytree(sounds, tmp_path / "takes"))
    drawn = np.random.default_rng(0).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    write_audio(folder / "burst_110.wav", drawn * np.float32([1.0, 0.5]), 48_000)
    return folder


def test_a_model_of_stereo_recordings_is_stereo_unless_mono_is_asked_for(
    run_cli: RunCli, folders: Folders, stereo_sounds: Path
) -> None:
    trained = run_cli("train", stereo_sounds, "--name", "wide", "--device", "cpu")
    assert trained.code == 0, trained.err
    assert "6 recordings, 6.0 s, stereo" in trained.out
    assert run_cli("train", stereo_sounds, "--name", "flat", "--mono", "--no-prior").code == 0
    wide, flat = (
        read_header(folders.user / f"{name}.distill").metadata for name in ("wide", "flat")
    )
    assert is_stereo(wide) and wide["codec"]["image_groups"] == 16
    assert not is_stereo(flat)
    assert "stereo" in run_cli("models", "info", "wide").out
    assert run_cli("generate", "wide", "--duration", "0.5", "--output", "new.wav").code == 0
    assert soundfile.info("new.wav").channels == 2
    for name, channels in (("wide", 2), ("flat", 1)):
        codes, sound = Path(f"{name}.json"), Path(f"{name}.wav")
        encoded = run_cli(
            "encode", stereo_sounds / "burst_110.wav", "--model", name, "--output", codes
        )
        assert encoded.code == 0, encoded.err
        assert run_cli("decode", codes, "--model", name, "--output", sound).code == 0
        assert soundfile.info(sound).channels == channels
    again = run_cli("train-prior", "wide", stereo_sounds, "--device", "cpu", "--force")
    assert again.code == 0, again.err
    refreshed = run_cli("models", "refresh", "wide", stereo_sounds)
    assert refreshed.code == 0, refreshed.err
    assert read_grains_header(folders.user / "wide.grains").channels == 2


def test_a_stereo_model_learns_more_and_stays_stereo(
    run_cli: RunCli, folders: Folders, stereo_sounds: Path, sounds: Path
) -> None:
    assert run_cli("train", stereo_sounds, "--name", "wide", "--device", "cpu").code == 0
    continued = run_cli("train", sounds, "--continue", "wide", "--device", "cpu", "--force")
    assert continued.code == 0, continued.err
    assert is_stereo(read_header(folders.user / "wide.distill").metadata)
    refused = run_cli("train", sounds, "--continue", "wide", "--mono", "--force")
    assert refused.code == 2 and "--mono" in refused.err


def test_mono_recordings_make_the_same_mono_model_as_ever(
    run_cli: RunCli, folders: Folders, sounds: Path, tmp_path: Path
) -> None:
    two = tmp_path / "two channels"
    two.mkdir()
    for path in sounds.iterdir():
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        write_audio(two / path.name, np.repeat(samples, 2, axis=1), rate)
    for folder, name in ((sounds, "one"), (two, "other")):
        assert run_cli("train", folder, "--name", name, "--no-prior", "--device", "cpu").code == 0
    one, other = (
        read_header(folders.user / f"{name}.distill").metadata for name in ("one", "other")
    )
    assert not is_stereo(other)
    assert one["weights_sha256"] == other["weights_sha256"]
    shutil.rmtree(two)
