"""Making a file of grains from recordings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.dataset import Recording
from distill_live.audio.limiter import within_full_scale
from distill_live.models.codec.clarity import ClearStream
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.features import usual_groups
from distill_live.models.grains.file import GrainFile
from distill_live.models.grains.header import PIECE_SAMPLES, SoundFormat
from distill_live.models.grains.sound import GrainSound
from distill_live.training.data.grains import decoded_levels, make_grains

BIT = 1 / 32768


def loud() -> np.ndarray:
    """A tone that is beyond full scale right before a piece ends."""
    time = np.arange(2 * PIECE_SAMPLES + 700) / 48_000
    samples = np.sin(2 * np.pi * 300 * time).astype(np.float32) * np.float32(0.9)
    samples[PIECE_SAMPLES - 300 : PIECE_SAMPLES - 100] *= 3
    return samples


def stereo(recordings: list[Recording]) -> list[Recording]:
    """The first recording with another sound at the sides."""
    first, second = recordings
    return [replace(first, side=first.samples[::-1] * np.float32(0.3)), second]


def test_a_recording_beyond_full_scale_is_limited_as_a_whole(
    tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    path = tmp_path / "tiny.grains"
    make_grains(path, tiny_model, [Recording("a.wav", loud())])
    found = GrainSound(GrainFile(path)).read(0, 0, len(loud()))
    assert np.abs(found - within_full_scale(loud(), 48_000)[0]).max() < 2 * BIT


def test_both_channels_are_limited_by_the_same_gain(
    tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    path, recording = tmp_path / "tiny.grains", Recording("a.wav", loud(), 0.2 * loud())
    make_grains(path, tiny_model, [recording], channels=2)
    found = GrainSound(GrainFile(path)).read(0, 0, len(loud()))
    assert np.abs(found - within_full_scale(recording.heard, 48_000)[0]).max() < 2 * BIT
    # The left channel is 1.2 times the mid, the right one 0.8.
    assert np.abs(found[:, 0] - 1.5 * found[:, 1]).max() < 4 * BIT


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
def test_a_stereo_recording_is_stored_in_both_channels_if_that_is_asked_for(
    tiny_model: LoadedVQModel,
    grain_recordings: list[Recording],
    tmp_path: Path,
    sound_format: SoundFormat,
) -> None:
    path, recordings = tmp_path / "tiny.grains", stereo(grain_recordings)
    make_grains(path, tiny_model, recordings, sound_format, channels=2)
    file = GrainFile(path)
    assert [one.channels for one in file.header.recordings] == [2, 1]
    found = GrainSound(file).read(0, 0, len(recordings[0].samples))
    for channel in (0, 1):
        assert np.corrcoef(found[:, channel], recordings[0].heard[:, channel])[0, 1] > 0.98
    if sound_format == "flac":
        assert np.abs(found - recordings[0].heard).max() < 2 * BIT


def test_without_asking_the_file_is_that_of_mono_recordings(
    tiny_model: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    one, other = tmp_path / "one.grains", tmp_path / "other.grains"
    header = make_grains(one, tiny_model, stereo(grain_recordings))
    again = make_grains(other, tiny_model, grain_recordings)
    assert replace(header, created="") == replace(again, created="")


def test_mono_recordings_stay_mono_whatever_is_asked_for(
    tiny_model: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    one, other = tmp_path / "one.grains", tmp_path / "other.grains"
    header = make_grains(one, tiny_model, grain_recordings, channels=2)
    again = make_grains(other, tiny_model, grain_recordings)
    assert replace(header, created="") == replace(again, created="")


class TallDecoder:
    """A decoder with rows below its mels."""

    def __init__(self, base: ClearStream) -> None:
        self._base = base

    def push(self, codes: Tensor) -> Tensor:
        return self._tall(self._base.push(codes))

    def flush(self) -> Tensor:
        return self._tall(self._base.flush())

    @staticmethod
    def _tall(mel: Tensor) -> Tensor:
        return torch.cat([mel, torch.ones(16, mel.shape[1])])


def test_levels_are_of_the_mels_alone(
    tiny_model: LoadedVQModel,
    grain_recordings: list[Recording],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples, firsts = grain_recordings[0].samples, usual_groups(128)
    expected = decoded_levels(tiny_model, samples, firsts)
    decoder = LoadedVQModel.decoder
    monkeypatch.setattr(
        LoadedVQModel, "decoder", lambda self, sound: TallDecoder(decoder(self, sound))
    )
    assert np.array_equal(decoded_levels(tiny_model, samples, firsts), expected)
