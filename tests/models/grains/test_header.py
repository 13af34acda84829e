"""The header of a file of grains: what makes no sense is refused."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from distill_live.errors import ModelFileError
from distill_live.models.grains.file import GrainFile, read_grains_header
from distill_live.models.grains.header import decode_header, encode_header
from tests.models.grains.grain_files import RATE, reseal, write

#: What an earlier version, which knew no channels, wrote of a file of one recording, and its seal.
MONO_CONTENT = (
    '{"format_version":1,"model_name":"mine",'
    '"codec_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",'
    '"sample_rate":48000,"hop_length":512,"firsts":[0,1,2,4],"sound_format":"flac",'
    '"created":"2026-11-29T15:45:16+00:00",'
    '"levels_sha256":"1111111111111111111111111111111111111111111111111111111111111111",'
    '"recordings":[{"name":"a.wav","samples":10240,"frames":20,"start":80,"pieces":[1500],'
    '"sha256":"2222222222222222222222222222222222222222222222222222222222222222"}]}'
)
MONO_SEAL = "9b501a2e04f3fadc895c57f70c63e8b53798f743f67b908002b33450ff7d10a3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.grains"
    write(path)
    return path


def raw_header(path: Path) -> bytes:
    """The JSON of a file's header."""
    content = path.read_bytes()
    return content[16 : 16 + int.from_bytes(content[8:16], "little")].rstrip()


def said(raw: bytes) -> dict[str, Any]:
    """What a header says."""
    found: dict[str, Any] = json.loads(json.loads(raw)["content"])
    return found


def test_the_header_of_mono_recordings_is_as_it_was_before_there_were_channels(path: Path) -> None:
    earlier = {"content": MONO_CONTENT, "seal": MONO_SEAL}
    raw = json.dumps(earlier, separators=(",", ":")).encode()
    header, seal = decode_header(raw, path)
    assert (header.channels, seal) == (1, MONO_SEAL)
    assert encode_header(header) == raw


def test_a_recording_of_two_channels_is_marked_and_the_version_is_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.grains"
    header = write(path, channels=2)
    raw = raw_header(path)
    assert said(raw)["format_version"] == 2
    assert [one.get("channels") for one in said(raw)["recordings"]] == [None, 2]
    assert decode_header(raw, path)[0] == header
    assert header.channels == 2


def test_a_later_version_is_named(path: Path) -> None:
    reseal(path, lambda content: content.update(format_version=9))
    with pytest.raises(ModelFileError, match="format version 9; this program reads 1 and 2"):
        GrainFile(path)


def as_ogg(samples: int) -> Callable[[dict[str, Any]], object]:
    """Two recordings of so many samples each, in ogg, in few bytes."""

    def change(content: dict[str, Any]) -> None:
        content["sound_format"] = "ogg"
        for one in content["recordings"]:
            one |= {"samples": samples, "pieces": [sum(one["pieces"])]}

    return change


def test_a_header_that_was_sealed_again_can_be_read(path: Path) -> None:
    reseal(path, lambda content: content.update(model_name="yours"))
    assert GrainFile(path).header.model_name == "yours"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(firsts=[0, *range(200, 145, -1)]),
        lambda content: content.update(firsts=list(range(1, 57))),
        lambda content: content.update(model_name=["mine"]),
        lambda content: content.update(codec_sha256=None),
        lambda content: content.update(sample_rate=48_000.0),
        lambda content: content.update(sample_rate=10**400),
        lambda content: content["recordings"][0].update(name=["a.wav"]),
        lambda content: content["recordings"][0].update(frames=20.0),
        lambda content: content["recordings"][1].update(start=content["recordings"][0]["start"]),
        lambda content: content["recordings"][0].update(samples=math.nan),
        lambda content: content["recordings"][0].update(samples=-1),
        lambda content: content["recordings"][0].update(start=True),
        lambda content: content["recordings"][0].update(pieces=[]),
        lambda content: content["recordings"][0].update(channels=3),
        lambda content: content["recordings"][0].update(channels=0),
        lambda content: content["recordings"][0].update(channels=True),
        lambda content: content["recordings"][0].update(channels=2),
        lambda content: content.update(format_version=2),
        lambda content: content.update(channels=2),
        lambda content: content.update(recordings=[]),
        as_ogg(360 * RATE),
        as_ogg(10**400),
    ],
    ids=[
        "groups out of order", "no first group", "a list as a name", "no codec",
        "a rate that is not whole", "a giant rate", "a list as a recording's name",
        "frames that are not whole", "recordings over each other", "samples that are not a number",
        "samples below 0", "a start that is no number", "no piece", "three channels",
        "no channel", "channels that are no number", "two channels in version 1",
        "one channel in version 2", "channels of the file", "no recording", "too much ogg",
        "giant ogg",
    ],
)  # fmt: skip
def test_a_header_that_makes_no_sense_is_refused(
    path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    reseal(path, change)
    with pytest.raises(ModelFileError, match=r"mine\.grains is damaged"):
        GrainFile(path)
    with pytest.raises(ModelFileError, match=r"mine\.grains is damaged"):
        read_grains_header(path)
