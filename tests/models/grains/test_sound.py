"""The recordings in a file of grains can be read from anywhere."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.files import audio_bytes
from distill_live.errors import AudioFileError
from distill_live.models.grains import sound as grain_sound
from distill_live.models.grains.file import GrainFile
from distill_live.models.grains.header import PIECE_SAMPLES, SoundFormat
from distill_live.models.grains.sound import GrainSound
from distill_live.models.grains.writing import GivenRecording, write_grains

RATE, HOP = 48_000, 512


def recordings() -> list[np.ndarray]:
    time = np.arange(3 * RATE) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 330 * time) * np.exp(-time)
    noise = np.random.default_rng(0).normal(0, 0.05, RATE)
    return [tone.astype(np.float32), noise.astype(np.float32)]


def one_in_stereo() -> list[np.ndarray]:
    """The same recordings, the first with another right channel."""
    first, second = recordings()
    return [np.stack([first, first[::-1]], axis=1), second]


def written(
    path: Path, sound_format: SoundFormat, sounds: list[np.ndarray] | None = None
) -> GrainFile:
    sounds = sounds or recordings()
    size = PIECE_SAMPLES if sound_format == "flac" else 10 * RATE
    pieces = [
        [
            audio_bytes(one[at : at + size], RATE, sound_format, 16)
            for at in range(0, len(one), size)
        ]
        for one in sounds
    ]
    write_grains(
        path, model_name="mine", codec_sha256="", sample_rate=RATE, hop_length=HOP, firsts=[0],
        sound_format=sound_format,
        levels=[np.zeros((len(one) // HOP, 1), np.uint8) for one in sounds],
        recordings=[
            GivenRecording(str(n), len(one), pieces[n], one.ndim) for n, one in enumerate(sounds)
        ],
    )  # fmt: skip
    return GrainFile(path)


def test_flac_is_read_as_it_was_from_anywhere(tmp_path: Path) -> None:
    sound = GrainSound(written(tmp_path / "a.grains", "flac"))
    drawn = np.random.default_rng(1)
    for _ in range(60):
        number = int(drawn.integers(2))
        whole = recordings()[number]
        start, count = int(drawn.integers(0, len(whole))), int(drawn.integers(1, 40_000))
        found = sound.read(number, start, count)
        assert len(found) == count
        expected = whole[start : start + count]
        assert np.abs(found[: len(expected)] - expected).max() < 2 / 32768
        assert not found[len(expected) :].any()


def test_beyond_the_ends_there_is_silence(tmp_path: Path) -> None:
    sound = GrainSound(written(tmp_path / "a.grains", "flac"))
    assert not sound.read(0, -500, 500).any()
    assert not sound.read(0, 3 * RATE, 100).any()
    assert np.abs(sound.read(1, -10, 30)[10:] - recordings()[1][:20]).max() < 2 / 32768


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
def test_the_order_of_reading_makes_no_difference(
    tmp_path: Path, sound_format: SoundFormat
) -> None:
    file = written(tmp_path / "a.grains", sound_format)
    whole = GrainSound(file).read(0, 0, 3 * RATE)
    sound, drawn = GrainSound(file), np.random.default_rng(2)
    for _ in range(40):
        start = int(drawn.integers(0, 3 * RATE - 1000))
        assert np.array_equal(sound.read(0, start, 1000), whole[start : start + 1000])


def test_only_so_much_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grain_sound, "_MOST_PIECES", 2)
    sound = GrainSound(written(tmp_path / "a.grains", "flac"))
    for number in (0, 1, 0, 1):
        for start in range(0, RATE, 10_000):
            expected = recordings()[number][start : start + 500]
            assert np.abs(sound.read(number, start, 500) - expected).max() < 2 / 32768
    assert len(sound._pieces) == 2


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
def test_a_file_with_a_stereo_recording_is_read_in_two_channels(
    tmp_path: Path, sound_format: SoundFormat
) -> None:
    sound = GrainSound(written(tmp_path / "a.grains", sound_format, one_in_stereo()))
    stereo, mono = one_in_stereo()
    error = 1 / 32768 if sound_format == "flac" else 0.04
    # Beyond a piece, and beyond the end.
    for start in (0, PIECE_SAMPLES - 500, 3 * RATE - 300):
        found, expected = sound.read(0, start, 1000), stereo[start : start + 1000]
        assert found.shape == (1000, 2)
        assert np.sqrt(np.square(found[: len(expected)] - expected).mean()) < error
        assert not found[len(expected) :].any()
    found = sound.read(1, 5000, 1000)
    assert found.shape == (1000, 2)
    assert np.array_equal(found[:, 0], found[:, 1])
    assert np.sqrt(np.square(found[:, 0] - mono[5000:6000]).mean()) < error
    assert not sound.read(0, -500, 500).any()


def test_of_two_channels_half_as_many_pieces_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grain_sound, "_MOST_PIECES", 6)
    for name, sounds, most in (("a", recordings(), 6), ("b", one_in_stereo(), 3)):
        sound = GrainSound(written(tmp_path / f"{name}.grains", "flac", sounds))
        sound.read(0, 0, 3 * RATE)
        assert len(sound._pieces) == most


def with_sound(
    path: Path, sound_format: SoundFormat, sound: bytes, channels: int = 1
) -> GrainSound:
    """Of a file with two recordings: the first is this file, the second a real one in mono."""
    real = audio_bytes(recordings()[1][:10_000], RATE, sound_format, 16)
    write_grains(
        path, model_name="mine", codec_sha256="", sample_rate=RATE, hop_length=HOP, firsts=[0],
        sound_format=sound_format, levels=[np.zeros((10_000 // HOP, 1), np.uint8)] * 2,
        recordings=[
            GivenRecording("bad", 10_000, [sound], channels), GivenRecording("good", 10_000, [real])
        ],
    )  # fmt: skip
    return GrainSound(GrainFile(path))


def other_sound(samples: np.ndarray) -> bytes:
    """A WAV file of floating-point numbers."""
    file = BytesIO()
    soundfile.write(file, samples, RATE, format="WAV", subtype="FLOAT")
    return file.getvalue()


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
@pytest.mark.parametrize(
    "sound",
    [
        b"no sound",
        other_sound(np.zeros((10_000, 2), np.float32)),
        other_sound(np.full(10_000, np.nan, np.float32)),
    ],
    ids=["no sound", "stereo", "not a number"],
)
def test_a_recording_that_is_no_sound_is_an_error_and_the_others_can_be_read(
    tmp_path: Path, sound_format: SoundFormat, sound: bytes
) -> None:
    found = with_sound(tmp_path / "a.grains", sound_format, sound)
    for _ in range(2):
        with pytest.raises(AudioFileError):
            found.read(0, 0, 500)
    assert found.read(1, 0, 500).any()


@pytest.mark.parametrize("sound_format", ["flac", "ogg"])
def test_a_stereo_recording_whose_sound_is_mono_is_an_error(
    tmp_path: Path, sound_format: SoundFormat
) -> None:
    mono = audio_bytes(recordings()[1][:10_000], RATE, sound_format, 16)
    found = with_sound(tmp_path / "a.grains", sound_format, mono, channels=2)
    with pytest.raises(AudioFileError, match="1 channels instead of 2"):
        found.read(0, 0, 500)
    assert found.read(1, 0, 500).shape == (500, 2)
