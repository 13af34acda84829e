"""The option --lufs of generate and decode, and the limiter."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.loudness import integrated_loudness
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid
from distill_live.models.file.persistence import load_model_v2
from tests.audio.true_peak import true_peak
from tests.commands.test_offline import save_clip
from tests.conftest import RunCli

#: The tiny model's prior is louder than full scale with this seed.
LOUD = ("generate", "tiny", "--duration", 2, "--seed", 5)
NOTE = r"note: \S+ was louder than full scale; the limiter turned it down by up to \d+\.\d dB\n"


@pytest.mark.parametrize("format", [("wav", 16), ("wav", 24), ("wav", 32), ("flac", 24)])
def test_generate_clips_nothing_and_says_what_it_turned_down(
    run_cli: RunCli, tiny_in_library: Path, format: tuple[str, int]
) -> None:
    result = run_cli(*LOUD, "--format", format[0], "--bit-depth", format[1])
    assert re.fullmatch(NOTE, result.err)
    samples = soundfile.read(f"tiny_5.{format[0]}")[0]
    assert 0.8 < np.abs(samples).max() < 0.99
    assert true_peak(samples) < 0.99


def test_generate_clips_nothing_at_another_rate(run_cli: RunCli, tiny_in_library: Path) -> None:
    assert re.fullmatch(NOTE, run_cli(*LOUD, "--sample-rate", 44_100).err)
    assert true_peak(soundfile.read("tiny_5.wav")[0]) < 0.99


def test_decode_clips_nothing_and_says_what_it_turned_down(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    codec = load_model_v2(tiny_in_library).metadata["codec_sha256"]
    codes = np.random.default_rng(3).integers(0, 16, (24, 8, 3))
    labels = ("Structure", "Timbre", "Detail")
    save_grid(Path("codes.json"), CodeGrid(codes, "tiny", codec, labels, 16, 4096))
    for depth in (16, 32):
        result = run_cli("decode", "codes.json", "--model", "tiny", "--bit-depth", depth)
        assert re.fullmatch(NOTE, result.err)
    for name in ("codes.wav", "codes_2.wav"):
        assert true_peak(soundfile.read(name)[0]) < 0.99


def lufs_of(path: str) -> float:
    samples, rate = soundfile.read(path, dtype="float32")
    found = integrated_loudness([samples], rate)
    assert found is not None
    return found


@pytest.mark.parametrize("format", [("wav", 16), ("wav", 32), ("flac", 24)])
def test_generate_brings_each_file_to_the_loudness_that_is_wanted(
    run_cli: RunCli, tiny_in_library: Path, format: tuple[str, int]
) -> None:
    options = ("--format", format[0], "--bit-depth", format[1], "--count", 2, "--lufs", -30)
    assert (result := run_cli(*LOUD, *options)).code == 0
    assert result.err == ""
    for number in (5, 6):
        assert lufs_of(f"tiny_{number}.{format[0]}") == pytest.approx(-30.0, abs=0.05)
        settings = json.loads(Path(f"tiny_{number}.json").read_text())["settings"]
        assert settings["lufs"] == -30.0
    assert run_cli(*LOUD).code == 0
    if format[0] == "wav":
        assert "lufs" not in json.loads(Path("tiny_5_2.json").read_text())["settings"]


def test_generate_is_as_loud_as_wanted_at_another_rate(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    assert run_cli(*LOUD, "--sample-rate", 44_100, "--lufs", -30).code == 0
    assert lufs_of("tiny_5.wav") == pytest.approx(-30.0, abs=0.05)


def test_generate_says_when_the_limiter_keeps_it_from_the_loudness_that_is_wanted(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli(*LOUD, "--lufs", -6)
    said = re.fullmatch(
        r"note: tiny_5\.wav was louder than full scale at -6 LUFS; the limiter turned it down by "
        r"up to \d+\.\d dB, and it came no nearer than (-\d+\.\d) LUFS\n",
        result.err,
    )
    assert said
    assert lufs_of("tiny_5.wav") == pytest.approx(float(said[1]), abs=0.06)
    assert true_peak(soundfile.read("tiny_5.wav")[0]) < 0.99


def test_a_sound_that_is_too_short_for_a_loudness_is_written_as_it_is(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    base = ("generate", "tiny", "--duration", 0.2, "--seed", 5)
    run_cli(*base)
    result = run_cli(*base, "--lufs", -16)
    assert result.code == 0
    assert result.err.startswith(
        "note: tiny_5_2.wav is silent or shorter than 0.4 s, so it has no loudness to change\n"
    )
    assert Path("tiny_5.wav").read_bytes() == Path("tiny_5_2.wav").read_bytes()


@pytest.mark.parametrize("lufs", ["-41", "-5.9", "nan", "loud"])
def test_a_loudness_that_is_not_legal_is_refused(
    run_cli: RunCli, tiny_in_library: Path, lufs: str
) -> None:
    for command in (LOUD, ("decode", "codes.json", "--model", "tiny")):
        result = run_cli(*command, "--lufs", lufs)
        assert result.code == 2
        assert "--lufs" in result.err
    assert not list(Path().glob("*.wav"))


def test_decode_brings_each_of_several_grids_to_the_loudness_that_is_wanted(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    names = [save_clip(tiny_in_library, f"{name}.npz", 30) for name in "ab"]
    result = run_cli("decode", *names, "--model", "tiny", "--lufs", -33, "--output", "out")
    assert result.code == 0
    for name in "ab":
        assert lufs_of(f"out/{name}.wav") == pytest.approx(-33.0, abs=0.05)
