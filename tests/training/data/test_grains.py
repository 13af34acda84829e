"""Making a file of grains from recordings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.dataset import Recording
from distill_live.audio.limiter import within_full_scale
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
    tiny_stereo: LoadedVQModel, tmp_path: Path
) -> None:
    path, recording = tmp_path / "tiny.grains", Recording("a.wav", loud(), 0.2 * loud())
    make_grains(path, tiny_stereo, [recording])
    found = GrainSound(GrainFile(path)).read(0, 0, len(loud()))
    assert np.abs(found - within_full_scale(recording.heard, 48_000)[0]).max() < 2 * BIT
    # The left channel is 1.2 times the mid, the right one 0.8.
    assert np.abs(found[:, 0] - 1.5 * found[:, 1]).max() < 4 * BIT


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
def test_a_stereo_model_stores_stereo_recordings_in_both_channels(
    tiny_stereo: LoadedVQModel,
    grain_recordings: list[Recording],
    tmp_path: Path,
    sound_format: SoundFormat,
) -> None:
    path, recordings = tmp_path / "tiny.grains", stereo(grain_recordings)
    make_grains(path, tiny_stereo, recordings, sound_format)
    file = GrainFile(path)
    assert [one.channels for one in file.header.recordings] == [2, 1]
    found = GrainSound(file).read(0, 0, len(recordings[0].samples))
    for channel in (0, 1):
        assert np.corrcoef(found[:, channel], recordings[0].heard[:, channel])[0, 1] > 0.98
    if sound_format == "flac":
        assert np.abs(found - recordings[0].heard).max() < 2 * BIT


def test_a_mono_model_stores_them_mixed_to_mono(
    tiny_model: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    one, other = tmp_path / "one.grains", tmp_path / "other.grains"
    header = make_grains(one, tiny_model, stereo(grain_recordings))
    again = make_grains(other, tiny_model, grain_recordings)
    assert replace(header, created="") == replace(again, created="")


def test_mono_recordings_stay_mono_for_a_stereo_model(
    tiny_stereo: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    header = make_grains(tmp_path / "one.grains", tiny_stereo, grain_recordings)
    assert [one.channels for one in header.recordings] == [1, 1]


def test_the_levels_are_those_of_what_a_stereo_codec_makes_of_both_channels(
    tiny_stereo: LoadedVQModel, grain_recordings: list[Recording]
) -> None:
    firsts, given = usual_groups(128), stereo(grain_recordings)[0]
    levels = decoded_levels(tiny_stereo, given, firsts)
    assert levels.shape == (len(given.samples) // 512, len(firsts))
    assert not np.array_equal(levels, decoded_levels(tiny_stereo, grain_recordings[0], firsts))
