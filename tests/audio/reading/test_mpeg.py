import io

import numpy as np
import pytest
import soundfile

from distill_live.audio.reading.byte_view import ByteView, FileBytes
from distill_live.audio.reading.mpeg import MpegScan, read_frame_header
from tests.audio.reading.odd_files import encoded, noise, without_xing

ID3 = b"ID3\x04\x00\x00\x00\x00\x02\x01" + bytes(257)


def scan(content: bytes) -> MpegScan:
    return MpegScan(FileBytes(io.BytesIO(content)))


def decoded(view: ByteView) -> np.ndarray:
    samples: np.ndarray = soundfile.read(view, dtype="float32", always_2d=True)[0]
    return samples


@pytest.mark.parametrize(
    ("four", "rate", "length"),
    [(b"\xff\xfb\x90\x64", 44_100, 417), (b"\xff\xfb\x92\x64", 44_100, 418),
     (b"\xff\xf3\x80\xc0", 22_050, 208), (b"\xff\xe3\x80\xc0", 11_025, 417),
     (b"\xff\xfd\xc4\x00", 48_000, 768), (b"\xff\xff\xc4\x00", 48_000, 384)],
)  # fmt: skip
def test_a_header_says_how_long_its_frame_is(four: bytes, rate: int, length: int) -> None:
    header = read_frame_header(four)
    assert header is not None
    assert (header.sample_rate, header.length) == (rate, length)


@pytest.mark.parametrize("four", [b"RIFF", b"\xff\xfb\x00\x64", b"\xff\xfb\xf0\x64", b"\xff\xfb"])
def test_what_is_not_a_header_or_says_no_length_is_none(four: bytes) -> None:
    assert read_frame_header(four) is None


def test_an_ordinary_file_is_decoded_to_the_same_bytes() -> None:
    mp3 = encoded(noise(1.0), "MP3")
    (stream,) = scan(ID3 + mp3 + b"TAG" + bytes(125)).streams
    assert (
        decoded(stream).tobytes() == soundfile.read(io.BytesIO(mp3), dtype="float32")[0].tobytes()
    )


def test_without_a_count_of_frames_all_are_decoded() -> None:
    mp3 = without_xing(encoded(noise(3.0), "MP3"))
    assert len(soundfile.read(io.BytesIO(mp3))[0]) < 2.5 * 44_100
    (stream,) = scan(mp3).streams
    assert 3.0 <= len(decoded(stream)) / 44_100 < 3.05


@pytest.mark.parametrize("counts", [(True, True), (True, False), (False, True)])
def test_joined_files_are_told_apart(counts: tuple[bool, bool]) -> None:
    files = [encoded(noise(1.0, seed=seed), "MP3") for seed in (0, 1)]
    files = [one if has else without_xing(one) for one, has in zip(files, counts, strict=True)]
    found = [len(decoded(stream)) / 44_100 for stream in scan(files[0] + ID3 + files[1]).streams]
    assert found == pytest.approx([1.0, 1.0], abs=0.06)


def test_another_rate_begins_another_stream() -> None:
    first, second = (
        without_xing(encoded(noise(1.0, rate), "MP3", rate)) for rate in (44_100, 32_000)
    )
    assert len(scan(first + second).streams) == 2


def test_what_is_not_a_frame_is_passed_over_and_counted() -> None:
    mp3 = encoded(noise(3.0), "MP3")
    hole = scan(mp3[:20_000] + bytes(3000) + mp3[23_000:])
    assert 3000 <= hole.lost < 5000
    assert scan(mp3).lost == 0
    noisy = scan(np.random.default_rng(0).bytes(100_000))
    assert (noisy.streams, noisy.lost) == ([], 100_000)
