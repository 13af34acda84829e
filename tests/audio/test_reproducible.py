from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.files import write_audio
from distill_live.audio.reproducible import make_reproducible
from tests.sound_files import read_audio

SOUND = np.random.default_rng(0).normal(0, 0.1, (100_000, 2)).astype(np.float32)


@pytest.mark.parametrize("format", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("bit_depth", [16, 32])
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, format: str, bit_depth: int) -> None:
    depth = min(bit_depth, 24) if format == "flac" else bit_depth
    one, two = tmp_path / f"one.{format}", tmp_path / f"two.{format}"
    write_audio(one, SOUND, 48_000, depth)
    if format == "wav" and depth == 32:
        stamp_another_time(one)
        make_reproducible(one, format)
    write_audio(two, SOUND, 48_000, depth)
    assert one.read_bytes() == two.read_bytes()


def stamp_another_time(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(b"PEAK") + 12
    assert content[place : place + 4] == bytes(4)
    content[place : place + 4] = b"time"
    path.write_bytes(content)


def test_an_ogg_file_keeps_its_sound_and_valid_checksums(tmp_path: Path) -> None:
    path = tmp_path / "sound.ogg"
    soundfile.write(path, SOUND, 48_000, format="OGG", subtype="VORBIS")
    before, _ = read_audio(path)
    make_reproducible(path, "ogg")
    after, _ = read_audio(path)  # a page with a wrong checksum is not decoded
    np.testing.assert_array_equal(after, before)
