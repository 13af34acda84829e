import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.files import SoundFileWriter, write_audio
from distill_live.audio.reading.sound import Sound, read_mono
from distill_live.audio.resample import resample
from distill_live.errors import AudioFileError
from tests.audio.reading.odd_files import encoded, noise, without_size, without_xing

STEREO = noise(1.0)


def sound(folder: Path, content: bytes, name: str = "sound.wav") -> Sound:
    path = folder / name
    path.write_bytes(content)
    return Sound(path)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_blocks_and_the_whole_are_what_mixing_and_resampling_at_once_give(
    rate: int, tmp_path: Path
) -> None:
    stereo = noise(3.0, rate)
    found = sound(tmp_path, encoded(stereo, "WAV", rate, "FLOAT"))
    at_once = resample(stereo.mean(axis=1), rate, 48_000)
    assert found.whole(48_000).tobytes() == at_once.tobytes()
    assert np.concatenate(list(found.blocks(48_000))).tobytes() == at_once.tobytes()
    assert found.notes == []


def test_an_mp3_of_variable_rate_without_a_count_is_read_to_its_end(tmp_path: Path) -> None:
    found = sound(tmp_path, without_xing(encoded(noise(3.0), "MP3")), "vbr.mp3")
    assert len(found.whole(48_000)) / 48_000 == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("format", "subtype"), [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None), ("FLAC", None)]
)
def test_joined_files_are_read_to_the_end_of_the_last(
    format: str, subtype: str | None, tmp_path: Path
) -> None:
    one = encoded(noise(1.0, 48_000), format, 48_000, subtype)
    alone, both = sound(tmp_path, one).whole(48_000), sound(tmp_path, one + one).whole(48_000)
    assert both.tobytes() == np.concatenate((alone, alone)).tobytes()


def test_parts_of_other_rates_and_channels_become_one_sound(tmp_path: Path) -> None:
    first = encoded(noise(1.0, 44_100), "FLAC", 44_100)
    second = encoded(noise(1.0, 32_000)[:, :1], "FLAC", 32_000)
    assert len(sound(tmp_path, first + second).whole(48_000)) == 96_000


def test_a_recorder_that_lost_power_loses_nothing(tmp_path: Path) -> None:
    wav = encoded(STEREO, "WAV")
    assert sound(tmp_path, without_size(wav)).whole(48_000).tobytes() == (
        sound(tmp_path, wav).whole(48_000).tobytes()
    )


def test_a_resource_fork_beside_a_good_mp3_does_not_matter(tmp_path: Path) -> None:
    fork = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(300)
    (tmp_path / "._song.mp3").write_bytes(fork)
    found = sound(tmp_path, b"ID3\x04\x00\x00\x00\x00\x00\x00" + encoded(STEREO, "MP3"), "song.mp3")
    assert len(found.whole(48_000)) == 48_000
    with pytest.raises(AudioFileError, match="looks like macOS metadata"):
        Sound(tmp_path / "._song.mp3")


def test_another_kind_under_a_wrong_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"aac\.mp3: it looks like MP4"):
        sound(tmp_path, b"\x00\x00\x00\x1cftypisom" + bytes(5000), "aac.mp3")


@pytest.mark.parametrize("name", ["caf\udce9.wav", "\u3042.wav", "a\x1b[31mb.wav"])
def test_a_file_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    assert len(sound(tmp_path, encoded(STEREO, "WAV"), name).whole(44_100)) == 44_100


@pytest.mark.parametrize("format", ["FLAC", "MP3"])
def test_what_comes_before_the_damage_is_read_and_the_rest_reported(
    format: str, tmp_path: Path
) -> None:
    content = encoded(noise(3.0), format)
    found = sound(tmp_path, content[: len(content) * 2 // 3])
    seconds = len(found.whole(48_000)) / 48_000
    assert 1.5 < seconds < 2.7
    (note,) = found.notes
    assert note == f"only {seconds:.1f} s of 3.0 s can be read: the rest is missing or damaged"


def test_damage_is_told_by_nobody_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mp3 = bytearray(encoded(noise(3.0), "MP3"))
    for start in range(5000, len(mp3) - 5000, 2000):
        mp3[start : start + 40] = np.random.default_rng(start).bytes(40)
    found = sound(tmp_path, bytes(mp3[:-3000]))
    found.whole(48_000)
    assert found.notes
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("frames", [44_100, 65_536, 70_000])
def test_flac_that_does_not_say_its_length_is_read_to_the_last_sample(
    frames: int, tmp_path: Path
) -> None:
    stereo = noise(2.0)[:frames]
    flac = bytearray(encoded(stereo, "FLAC"))
    whole = sound(tmp_path, bytes(flac)).whole(44_100)
    flac[21] &= 0xF0
    flac[22:26] = bytes(4)
    found = sound(tmp_path, bytes(flac))
    assert found.whole(44_100).tobytes() == whole.tobytes()
    assert (len(whole), found.notes) == (frames, [])


def test_left_and_right_that_cancel_are_heard(tmp_path: Path) -> None:
    left = STEREO[:, :1]
    found = sound(tmp_path, encoded(np.concatenate((left, -left), axis=1), "WAV", 44_100, "FLOAT"))
    np.testing.assert_allclose(found.whole(44_100), left[:, 0], atol=1e-6)
    (note,) = found.notes
    assert "left and right cancel when mixed to mono" in note


def test_samples_at_16_bit_scale_are_scaled(tmp_path: Path) -> None:
    found = sound(tmp_path, encoded(STEREO * 32_768, "WAV", 44_100, "FLOAT"))
    assert found.whole(44_100).tobytes() == STEREO.mean(axis=1).tobytes()
    (note,) = found.notes
    assert "divided by 32768" in note


def test_an_absurd_sample_is_refused_by_name_and_peak(tmp_path: Path) -> None:
    broken = STEREO.copy()
    broken[1000, 0] = 1e29
    with pytest.raises(AudioFileError, match=r"spike\.wav: its peak is 1e\+29"):
        sound(tmp_path, encoded(broken, "WAV", 44_100, "FLOAT"), "spike.wav")


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    for content, told in ((b"no sound", "damaged or not a sound file"), (b"", "it is empty")):
        with pytest.raises(AudioFileError, match=rf"broken\.wav: .*{told}"):
            sound(tmp_path, content, "broken.wav")
    with pytest.raises(AudioFileError, match="no such file"):
        Sound(tmp_path / "missing.wav")
    with pytest.raises(AudioFileError, match="is a directory"):
        Sound(tmp_path)


def test_a_file_without_samples_or_with_none_that_are_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="has no samples"):
        sound(tmp_path, encoded(STEREO[:0], "WAV"))
    with pytest.raises(AudioFileError, match="not finite numbers"):
        sound(tmp_path, encoded(STEREO * np.nan, "WAV", 44_100, "FLOAT"))


def test_a_part_that_cannot_be_used_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    good = encoded(STEREO, "WAV", 44_100, "FLOAT")
    found = sound(tmp_path, good + encoded(STEREO * np.nan, "WAV", 44_100, "FLOAT") + good)
    assert len(found.whole(44_100)) == 88_200
    assert found.notes == [
        "one of its 3 parts was left out: it holds samples that are not finite numbers"
    ]


def test_memory_does_not_grow_beside_the_samples(tmp_path: Path) -> None:
    """Two minutes of stereo: 46 MB as floats, 23 MB as mono."""
    path, block = tmp_path / "long.wav", noise(1.0)
    with SoundFileWriter(path, 44_100, channels=2, bit_depth=16) as writer:
        for _ in range(120):
            writer.write(block)
    tracemalloc.start()
    try:
        mono = read_mono(path)
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        for _ in Sound(path).blocks(48_000):
            pass
        in_blocks = tracemalloc.get_traced_memory()[1] - mono.nbytes
    finally:
        tracemalloc.stop()
    assert mono.nbytes == 120 * 48_000 * 4
    assert whole < mono.nbytes + 10e6
    assert in_blocks < 10e6


def test_what_this_program_writes_it_reads(tmp_path: Path) -> None:
    write_audio(tmp_path / "own.wav", STEREO, 44_100, bit_depth=32)
    assert read_mono(tmp_path / "own.wav", 44_100).tobytes() == STEREO.mean(axis=1).tobytes()
    assert soundfile.info(tmp_path / "own.wav").frames == 44_100


def test_stereo_is_read_as_middle_and_side_and_the_middle_is_the_mono_mix(tmp_path: Path) -> None:
    stereo = noise(3.0, 44_100)
    found = sound(tmp_path, encoded(stereo, "WAV", 44_100, "FLOAT"))
    assert found.is_stereo
    middle, side = found.middle_and_side(48_000)
    assert middle.tobytes() == found.whole(48_000).tobytes()
    at_once = resample((stereo[:, 0] - stereo[:, 1]) / 2, 44_100, 48_000)
    np.testing.assert_allclose(side, at_once, atol=1e-6)
    together = np.concatenate(list(found.blocks(48_000, 2)))
    assert together.tobytes() == np.stack([middle, side], axis=1).tobytes()


def test_only_two_channels_that_differ_and_do_not_cancel_are_stereo(tmp_path: Path) -> None:
    left, right = noise(1.0).T
    for channels in ((left,), (left, left), (left, -left), (left, left + 1e-4 * right),
                     (left, right, left)):  # fmt: skip
        given = np.stack(channels, axis=1)
        found = sound(tmp_path, encoded(given, "WAV", 48_000, "FLOAT"))
        assert not found.is_stereo
        assert not found.middle_and_side(48_000)[1].any()
