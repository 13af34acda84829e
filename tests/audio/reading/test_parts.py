import io

import pytest
import soundfile

from distill_live.audio.reading.parts import Parts, split_parts
from distill_live.errors import AudioFileError
from tests.audio.reading.odd_files import encoded, noise, without_size

SOUND = noise(0.5, 48_000)


def split(content: bytes) -> Parts:
    return split_parts(io.BytesIO(content))


def frames(content: bytes) -> list[int]:
    return [len(soundfile.read(stream)[0]) for stream in split(content).streams]


@pytest.mark.parametrize(
    ("format", "subtype"),
    [("WAV", None), ("FLAC", None), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None)],
)
def test_joined_files_are_parts(format: str, subtype: str | None) -> None:
    files = [encoded(SOUND[:count], format, 48_000, subtype) for count in (24_000, 12_000)]
    assert frames(files[0]) == [24_000]
    assert frames(files[0] + files[1]) == [24_000, 12_000]
    assert frames(files[0] + files[1] + files[0]) == [24_000, 12_000, 24_000]


@pytest.mark.parametrize(("format", "subtype"), [("CAF", None), ("AIFF", None), ("RF64", None)])
def test_other_kinds_are_one_part(format: str, subtype: str | None) -> None:
    assert frames(encoded(SOUND, format, 48_000, subtype)) == [24_000]


def test_flac_behind_a_tag_for_people_is_one_part() -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x20" + bytes(32)
    assert frames(tag + encoded(SOUND, "FLAC", 48_000)) == [24_000]


def test_a_wav_without_its_size_reaches_to_the_end() -> None:
    wav = encoded(SOUND, "WAV", 48_000)
    assert len(soundfile.read(io.BytesIO(without_size(wav)))[0]) == 0
    assert frames(without_size(wav)) == [24_000]
    assert frames(wav + without_size(wav)) == [24_000, 24_000]


@pytest.mark.parametrize("behind", [b"", b"LIST\x04\x00\x00\x00INFO"])
def test_a_wav_that_is_empty_stays_empty(behind: bytes) -> None:
    wav = encoded(SOUND[:0], "WAV", 48_000)
    assert frames(wav + behind) == [0]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"),
     (b"\x00\x00\x00\x1cftypM4A " + bytes(99), r"looks like MP4 .*: convert it to wav or flac"),
     (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(99), "looks like macOS metadata"),
     (b"<!DOCTYPE html>", "looks like a web page$")],
)  # fmt: skip
def test_what_is_not_a_sound_that_can_be_read_is_refused_by_what_it_is(
    content: bytes, told: str
) -> None:
    with pytest.raises(AudioFileError, match=told):
        split(content)


def test_damage_is_reported() -> None:
    mp3 = encoded(noise(3.0), "MP3")
    assert split(mp3).missing == ""
    assert "damaged" in split(mp3[:20_000] + bytes(3000) + mp3[23_000:]).missing


def test_samples_that_a_wav_header_does_not_count_are_reported() -> None:
    wav = encoded(SOUND, "WAV", 48_000)
    assert split(wav).missing == split(wav + b"\0\0\0\0").missing == ""
    assert split(wav + wav[44:]).missing.startswith("50% of it, after the end given in")
    assert frames(wav + wav[44:]) == [24_000]
