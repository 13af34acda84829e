import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import (
    WRITTEN_FORMATS,
    SoundFileWriter,
    Written,
    audio_bytes,
    write_audio,
    write_blocks,
)
from distill_live.audio.limiter import within_full_scale
from distill_live.audio.loudness import integrated_loudness
from distill_live.audio.reading.sound import read_mono
from distill_live.errors import AudioFileError
from tests.sound_files import read_audio


def tone(seconds: float = 0.5, rate: int = 48_000) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


@pytest.mark.parametrize("format", WRITTEN_FORMATS)
def test_what_is_written_can_be_read_in_every_format(format: str, tmp_path: Path) -> None:
    stereo = np.stack([tone(), -tone()], axis=1)
    write_audio(tmp_path / f"sound.{format}", stereo, 48_000)
    samples, rate = read_audio(tmp_path / f"sound.{format}")
    assert (samples.shape, samples.dtype, rate) == (stereo.shape, np.float32, 48_000)
    np.testing.assert_allclose(samples[:, 0].std(), stereo[:, 0].std(), rtol=0.02)
    assert np.corrcoef(samples[:, 0], samples[:, 1])[0, 1] < -0.9


@pytest.mark.parametrize(
    ("name", "depth", "step"),
    [("a.wav", 16, 2**-15), ("a.wav", 24, 2**-23), ("a.wav", 32, 1e-9),
     ("a.flac", 16, 2**-15), ("a.flac", 24, 2**-23)],
)  # fmt: skip
def test_samples_are_exact_to_the_bit_depth(
    name: str, depth: int, step: float, tmp_path: Path
) -> None:
    write_audio(tmp_path / name, tone(), 48_000, bit_depth=depth)
    read = read_mono(tmp_path / name)
    assert np.abs(read - tone()).max() <= step
    assert (np.abs(read - tone()).max() > 0) == (depth != 32)


LOUD = 3 * np.sin(np.arange(9_600, dtype=np.float32) / 20)


@pytest.mark.parametrize(
    ("name", "depth"), [("a.wav", 16), ("a.wav", 24), ("a.flac", 16), ("a.flac", 24)]
)
def test_a_sound_beyond_full_scale_is_turned_down_and_not_clipped(
    name: str, depth: int, tmp_path: Path
) -> None:
    write_audio(tmp_path / name, LOUD, 48_000, bit_depth=depth)
    written = read_mono(tmp_path / name)
    assert 0.8 < np.abs(written).max() < 0.99
    steady = slice(2_000, 8_000)
    assert np.corrcoef(written[steady], LOUD[steady])[0, 1] > 0.9999


def test_floats_keep_what_is_beyond_full_scale(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", LOUD, 48_000, bit_depth=32)
    np.testing.assert_array_equal(read_mono(tmp_path / "a.wav"), LOUD)


def test_a_sound_up_to_full_scale_is_written_as_it_is(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", LOUD / 3, 48_000)
    np.testing.assert_allclose(read_mono(tmp_path / "a.wav"), LOUD / 3, atol=2**-23)


@pytest.mark.parametrize("format", ["wav", "flac"])
def test_bytes_of_a_sound_beyond_full_scale_are_not_clipped(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{format}"
    path.write_bytes(audio_bytes(LOUD, 48_000, format))
    assert 0.8 < np.abs(read_mono(path)).max() < 0.99


def test_a_stereo_file_of_another_rate_becomes_mono_at_48_khz(tmp_path: Path) -> None:
    sound = tone(rate=44_100)
    write_audio(tmp_path / "stereo.wav", np.stack([sound, 0 * sound], axis=1), 44_100)
    mono = read_mono(tmp_path / "stereo.wav")
    assert mono.shape == (24_000,)
    np.testing.assert_allclose(mono[2000:20_000], tone()[2000:20_000] / 2, atol=2e-3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no such file"), (b"", "cannot read"), (b"noise" * 99, "cannot")],
)
def test_what_is_not_a_sound_file_is_refused_by_name(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "broken.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioFileError, match=r"broken\.wav") as error:
        read_mono(path)
    assert reason in str(error.value)


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    write_audio(tmp_path / "empty.wav", np.zeros(0, np.float32), 48_000)
    with pytest.raises(AudioFileError, match="has no samples"):
        read_mono(tmp_path / "empty.wav")


@pytest.mark.parametrize(
    ("name", "depth", "legal"),
    [("a.xyz", 24, "wav, flac, ogg, mp3"), ("a", 24, "wav, flac"), ("a.flac", 32, "16, 24"),
     ("a.wav", 8, "16, 24, 32")],
)  # fmt: skip
def test_an_impossible_format_is_refused_with_what_is_legal(
    name: str, depth: int, legal: str, tmp_path: Path
) -> None:
    with pytest.raises(AudioFileError, match=legal):
        write_audio(tmp_path / name, tone(), 48_000, bit_depth=depth)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    write_audio(path, tone(), 48_000)
    before = path.read_bytes()
    with pytest.raises(AudioFileError):
        write_audio(path, tone(), 48_000, bit_depth=8)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_minutes_of_ogg_are_written(tmp_path: Path) -> None:
    write_audio(tmp_path / "long.ogg", np.tile(tone(1.0, 8000), 180), 8000)
    assert len(read_audio(tmp_path / "long.ogg")[0]) == 180 * 8000


def test_a_recorder_appends_block_by_block(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    stereo = np.stack([tone(), -tone()], axis=1)
    with SoundFileWriter(path, 48_000, channels=2, bit_depth=32) as writer:
        for start in range(0, len(stereo), 1000):
            writer.write(stereo[start : start + 1000])
    writer.close()
    assert read_audio(path)[0].tobytes() == stereo.tobytes()


def test_a_recorder_that_cannot_open_its_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="cannot write"):
        SoundFileWriter(tmp_path / "missing" / "take.wav", 48_000, channels=2)


@pytest.mark.parametrize("format", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
def test_bytes_are_those_that_a_file_would_hold(tmp_path: Path, format: str, channels: int) -> None:
    sound = np.sin(np.arange(9600) / 20).astype(np.float32)
    if channels == 2:
        sound = np.stack([sound, sound / 2], axis=1)
    write_audio(tmp_path / f"sound.{format}", sound, 48_000)
    assert audio_bytes(sound, 48_000, format) == (tmp_path / f"sound.{format}").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("format", WRITTEN_FORMATS)
def test_a_name_that_is_not_utf_8_is_written(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"caf\udce9.{format}"
    write_audio(path, tone(), 48_000)
    assert os.listdir(os.fsencode(tmp_path)) == [b"caf\xe9." + format.encode()]
    assert len(read_audio(path)[0]) == 24_000


@pytest.mark.parametrize("format", WRITTEN_FORMATS)
@pytest.mark.parametrize("loudness", [0.9, 3.0])
def test_blocks_give_the_bytes_of_the_whole_sound(
    format: str, loudness: float, tmp_path: Path
) -> None:
    sound = loudness * np.sin(np.arange(100_000, dtype=np.float32) ** 1.3 / 200)
    limited, reduction = within_full_scale(sound, 48_000)
    write_audio(tmp_path / f"whole.{format}", limited, 48_000)
    blocks = np.split(sound, [0, 1, 4_096, 70_000])
    written = write_blocks(tmp_path / f"blocks.{format}", blocks, 48_000)
    assert written == Written(reduction)
    whole, blocks = (tmp_path / f"{name}.{format}" for name in ("whole", "blocks"))
    assert blocks.read_bytes() == whole.read_bytes()


def test_blocks_are_limited_in_a_float_file_too(tmp_path: Path) -> None:
    written = write_blocks(tmp_path / "a.wav", [LOUD[:100], LOUD[100:]], 48_000, 32)
    assert written.reduction_db == within_full_scale(LOUD, 48_000)[1] > 0
    assert 0.8 < np.abs(read_mono(tmp_path / "a.wav")).max() < 0.99


def test_blocks_that_end_in_an_error_leave_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield LOUD
        raise RuntimeError("no more")

    path = tmp_path / "sound.wav"
    write_audio(path, tone(), 48_000)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="no more"):
        write_blocks(path, broken(), 48_000)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "depth"), [("a.wav", 16), ("a.wav", 24), ("a.wav", 32), ("a.flac", 24), ("a.ogg", 24),
                        ("a.mp3", 24)],
)  # fmt: skip
@pytest.mark.parametrize("lufs", [-30.0, -16.0])
def test_a_sound_is_brought_to_the_loudness_that_is_wanted(
    name: str, depth: int, lufs: float, tmp_path: Path
) -> None:
    sound = 0.02 * np.random.default_rng(0).standard_normal(3 * 48_000).astype(np.float32)
    written = write_blocks(tmp_path / name, np.split(sound, [5, 70_000]), 48_000, depth, lufs=lufs)
    assert written == Written(0.0, lufs)
    read = read_mono(tmp_path / name)
    # An encoder takes away the highest part of noise.
    lossy = name.endswith(("ogg", "mp3"))
    assert integrated_loudness([read], 48_000) == pytest.approx(lufs, abs=1.5 if lossy else 0.01)


def test_stereo_is_brought_to_the_loudness_of_both_channels_together(tmp_path: Path) -> None:
    pair = np.stack([tone(3.0), 0.1 * tone(3.0)], axis=1)
    write_blocks(tmp_path / "a.wav", [pair], 48_000, lufs=-20.0)
    read, _ = read_audio(tmp_path / "a.wav")
    assert integrated_loudness([read], 48_000, 2) == pytest.approx(-20.0, abs=0.01)


def test_peaks_of_a_sound_that_is_made_louder_are_limited(tmp_path: Path) -> None:
    clicks = np.where(np.arange(3 * 48_000) % 4_800 < 48, tone(3.0), 0.001).astype(np.float32)
    written = write_blocks(tmp_path / "a.wav", [clicks], 48_000, 32, lufs=-8.0)
    read = read_mono(tmp_path / "a.wav")
    assert 0.8 < np.abs(read).max() < 0.99
    assert written.reduction_db > 6.0
    assert written.lufs == pytest.approx(integrated_loudness([read], 48_000), abs=1e-6)
    # Only the clicks are ever at full scale.
    assert written.lufs is not None and written.lufs < -8.5


@pytest.mark.parametrize(("channels", "lufs"), [(1, -15.0), (1, -13.5), (2, -11.0)])
def test_a_sound_that_must_be_limited_has_the_loudness_that_is_wanted(
    channels: int, lufs: float, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).standard_normal((4 * 48_000, channels)).astype(np.float32)
    swelling = 0.1 * noise * np.sin(np.arange(len(noise)) / 9_000)[:, None].astype(np.float32) ** 8
    written = write_blocks(tmp_path / "a.wav", [swelling], 48_000, lufs=lufs)
    read, _ = read_audio(tmp_path / "a.wav")
    assert written.reduction_db > 3.0
    assert integrated_loudness([read], 48_000, channels) == pytest.approx(lufs, abs=0.1)
    assert np.abs(read).max() < 0.99


@pytest.mark.parametrize("sound", [tone(0.3), np.zeros(96_000, np.float32)])
def test_a_sound_without_a_loudness_stays_as_it_is(sound: np.ndarray, tmp_path: Path) -> None:
    assert write_blocks(tmp_path / "a.wav", [sound], 48_000, 32, lufs=-16.0) == Written(0.0, None)
    np.testing.assert_array_equal(read_mono(tmp_path / "a.wav"), sound)


@pytest.mark.parametrize("loudness", [0.5, 1.5])
def test_writing_blocks_takes_no_memory_for_their_number(tmp_path: Path, loudness: float) -> None:
    """Half a minute as floats is 5.8 MB."""
    second = loudness * 2 * tone(1.0)
    tracemalloc.start()
    write_blocks(tmp_path / "long.wav", (second for _ in range(30)), 48_000)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5.5e6
