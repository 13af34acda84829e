from __future__ import annotations

import struct

import numpy as np
import pytest

from distill_live.commands.serving.page.sound import AudioReader, SoundReader
from distill_live.live.ipc.tap import TapRing

SECOND = 48_000


def tone(count: int, start: int = 0, hz: float = 1_000.0, level: float = 0.5) -> np.ndarray:
    """Left and right [2, count]: a sine, and half as much of it."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(start, start + count) / SECOND)
    return np.stack([wave, wave / 2]).astype(np.float32)


def heard(reader: AudioReader) -> list[tuple[int, np.ndarray]]:
    """Position and samples [n, 2] of each frame."""
    found = []
    for frame in reader.frames():
        kind, channels, _, rate, position = struct.unpack_from("<BBHId", frame)
        assert (kind, channels, rate) == (4, 2, reader._rate)
        found.append((int(position), np.frombuffer(frame, "<i2", offset=16).reshape(-1, 2)))
    return found


def watching(tap: TapRing) -> SoundReader:
    """A reader that has shown what sounded before."""
    reader = SoundReader(tap)
    reader.frames()
    return reader


@pytest.fixture
def tap() -> TapRing:
    return TapRing()


def test_at_first_the_last_seconds_are_shown_oldest_first(tap: TapRing) -> None:
    tap.write(np.full((2, 3 * SECOND), 1.0, np.float32))
    for level in range(1, 151):
        tap.write(np.full((2, SECOND // 30), level / 256, np.float32))
    reader = SoundReader(tap)
    tap.write(np.full((2, SECOND // 30), 1.0, np.float32))
    heads = [struct.unpack_from("<BBHff", frame) for frame in reader.frames()]
    assert heads == [(3, 1, 96, level / 256, level / 256) for level in range(1, 151)]
    (frame,) = reader.frames()
    assert struct.unpack_from("<BBHff", frame) == (3, 0, 96, 1.0, 1.0)


def test_what_sounded_at_another_rate_is_not_shown(tap: TapRing) -> None:
    tap.write(np.full((2, SECOND), 1.0, np.float32))
    tap.begin(24_000)
    tap.write(np.full((2, 2_000), 0.5, np.float32))
    heads = [struct.unpack_from("<BBHff", frame) for frame in SoundReader(tap).frames()]
    assert heads == [(3, 1, 96, 0.5, 0.5)] * 2


def test_the_outline_is_that_of_both_channels_since_the_last_frame(tap: TapRing) -> None:
    tap.write(np.full((2, 1_000), 0.9, np.float32))
    reader = watching(tap)
    assert reader.frames() == []
    tap.write(np.array([[0.5, -0.75, 0.0], [0.25, -0.25, 0.0]], np.float32))
    (frame,) = reader.frames()
    assert struct.unpack_from("<BBHff", frame) == (3, 0, 96, -0.5, 0.375)
    assert len(frame) == 12 + 96
    assert reader.frames() == []
    tap.write(np.full((2, 10), 0.125, np.float32))
    (frame,) = reader.frames()
    assert struct.unpack_from("<BBHff", frame)[3:] == (0.125, 0.125)


def test_the_spectrum_is_that_of_the_newest_sound(tap: TapRing) -> None:
    reader = watching(tap)
    for start in range(0, SECOND, 1_600):
        tap.write(tone(1_600, start, hz=2_000.0))
        (frame,) = reader.frames()
    spectrum = np.frombuffer(frame, np.uint8, offset=12)
    edges = np.geomspace(40, 18_000, 97)
    assert abs(int(spectrum.argmax()) - np.searchsorted(edges, 2_000) + 1) <= 1


def test_a_reader_that_is_late_shows_the_newest_sound_alone(tap: TapRing) -> None:
    reader = watching(tap)
    tap.write(np.full((2, 4 * SECOND), 1.0, np.float32))
    tap.write(np.full((2, 2 * SECOND), 0.25, np.float32))
    (frame,) = reader.frames()
    assert struct.unpack_from("<BBHff", frame)[3:] == (0.25, 0.25)


def test_audio_is_every_sample_in_frames_of_20_ms(tap: TapRing) -> None:
    tap.write(tone(5_000))
    reader = AudioReader(tap, SECOND)
    frames = []
    for start in range(0, SECOND, 500):
        tap.write(tone(500, start))
        frames += heard(reader)
    assert [len(samples) for _, samples in frames] == [960] * 50
    assert [position for position, _ in frames] == list(range(5_000, 5_000 + SECOND, 960))
    together = np.concatenate([samples for _, samples in frames])
    np.testing.assert_allclose(together / 32_767, tone(SECOND).T, atol=1e-4)


def test_at_another_rate_it_is_the_same_sound(tap: TapRing) -> None:
    reader = AudioReader(tap, 24_000)
    frames = []
    for start in range(0, 2 * SECOND, 480):
        tap.write(tone(480, start))
        frames += heard(reader)
    assert {len(samples) for _, samples in frames} == {480}
    left = np.concatenate([samples for _, samples in frames])[:, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(left[-24_000:] * np.hanning(24_000)))
    assert spectrum.argmax() == 1_000
    assert np.sqrt(np.mean(left[-24_000:] ** 2)) == pytest.approx(32_767 * 0.5 / 2**0.5, rel=0.01)


def test_too_loud_a_sample_does_not_wrap_around(tap: TapRing) -> None:
    reader = AudioReader(tap, SECOND)
    tap.write(np.stack([np.full(960, 1.5), np.full(960, -1.5)]).astype(np.float32))
    ((_, samples),) = heard(reader)
    assert samples[0].tolist() == [32_767, -32_768]


def test_a_late_reader_goes_on_with_the_newest_sound_and_the_gap_is_in_the_numbers(
    tap: TapRing,
) -> None:
    reader = AudioReader(tap, SECOND)
    tap.write(tone(960))
    assert [position for position, _ in heard(reader)] == [0]
    tap.write(tone(SECOND, 960))
    frames = heard(reader)
    assert len(frames) == 5
    assert frames[0][0] == 960 + SECOND - 4_800
    assert frames[-1][0] == 960 + SECOND - 960


def test_a_device_of_another_rate_is_followed_and_the_numbers_go_on(tap: TapRing) -> None:
    tap.begin(96_000)
    reader = AudioReader(tap, SECOND)
    tap.write(tone(96_000 // 4))
    first = heard(reader)
    tap.begin(44_100)
    tap.write(tone(44_100 // 4))
    second = heard(reader)
    assert len(first) >= 11 and len(second) >= 11
    positions = [position for position, _ in (*first, *second)]
    assert positions == sorted(set(positions))
