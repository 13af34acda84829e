"""What a process makes of a recording; here in this process."""

import math
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from distill_live.audio.reading.sound import read_mono
from distill_live.inference import codes as inference
from distill_live.live.clips.encode_process import encode
from distill_live.models.file.loaded import LoadedVQModel


@pytest.fixture
def long_noise(tiny_model: LoadedVQModel, tmp_path: Path) -> Path:
    """Sixty columns and a bit of noise."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(60 * tiny_model.column_samples + 100)
    write_audio(tmp_path / "long.wav", noise.astype(np.float32), 48_000)
    return tmp_path / "long.wav"


def test_the_beginning_of_a_long_recording_has_the_codes_that_it_has_in_the_whole(
    tiny_model_path: Path, tiny_model: LoadedVQModel, long_noise: Path
) -> None:
    grid, facts = encode(long_noise, tiny_model_path, 20, end=False)
    whole = inference.encode(tiny_model, read_mono(long_noise))
    np.testing.assert_array_equal(grid.codes, whole.codes[:20])
    assert grid.model_sha256 == whole.model_sha256
    assert facts["samples"] == 20 * tiny_model.column_samples
    assert facts["loudness_db"] == pytest.approx(-20.0, abs=0.3)
    assert facts["notes"] == ["only its first 2 s were kept: a clip has at most 20 columns"]


def test_the_end_of_a_long_recording_has_the_codes_that_it_has_in_the_whole(
    tiny_model_path: Path, tiny_model: LoadedVQModel, long_noise: Path
) -> None:
    grid, facts = encode(long_noise, tiny_model_path, 20, end=True)
    whole = inference.encode(tiny_model, read_mono(long_noise))
    np.testing.assert_array_equal(grid.codes, whole.codes[-20:])
    assert facts["samples"] == 19 * tiny_model.column_samples + 100
    assert facts["notes"] == []


@pytest.mark.parametrize(("end", "loudness"), [(False, -20.0), (True, -40.0)])
def test_the_loudness_is_that_of_what_is_kept(
    tiny_model_path: Path, tiny_model: LoadedVQModel, tmp_path: Path, end: bool, loudness: float
) -> None:
    column = tiny_model.column_samples
    sound = np.concatenate([np.full(20 * column, 0.1), np.full(20 * column, 0.01)])
    sound[::2] *= -1
    write_audio(tmp_path / "sound.wav", sound.astype(np.float32), 48_000)
    _, facts = encode(tmp_path / "sound.wav", tiny_model_path, 20, end)
    assert facts["loudness_db"] == pytest.approx(loudness, abs=0.1)


def test_a_tenth_of_a_second_of_silence_has_its_own_length(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    write_audio(tmp_path / "silence.wav", np.zeros(4_800, np.float32), 48_000)
    grid, facts = encode(tmp_path / "silence.wav", tiny_model_path, 20, end=False)
    assert len(grid.codes) == 2
    assert facts == {"samples": 4_800, "loudness_db": -math.inf, "notes": []}
