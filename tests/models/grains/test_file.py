"""The file of grains: what is written is read again, and no byte changes unnoticed."""

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.audio.files import audio_bytes
from distill_live.errors import ModelFileError
from distill_live.models.grains.file import (
    PIECE_SAMPLES,
    GrainFile,
    GrainFileHeader,
    grains_path,
    read_grains_header,
    write_grains,
)

RATE, HOP = 48_000, 512
NAMES = ("a.wav", "sub/ä.flac")


def sounds() -> list[np.ndarray]:
    noise = np.random.default_rng(1)
    return [noise.uniform(-0.5, 0.5, count).astype(np.float32) for count in (20 * HOP, 33 * HOP)]


def pieces_of(sound: np.ndarray) -> list[bytes]:
    parts = range(0, len(sound), PIECE_SAMPLES)
    return [audio_bytes(sound[at : at + PIECE_SAMPLES], RATE, "flac", 16) for at in parts]


def write(path: Path) -> GrainFileHeader:
    drawn = np.random.default_rng(2)
    levels = [drawn.integers(0, 256, (len(one) // HOP, 56), np.uint8) for one in sounds()]
    recordings = [
        (name, len(one), pieces_of(one)) for name, one in zip(NAMES, sounds(), strict=True)
    ]
    return write_grains(
        path, model_name="mine", codec_sha256="c" * 64, sample_rate=RATE, hop_length=HOP,
        firsts=tuple(range(56)), sound_format="flac", levels=levels, recordings=recordings,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.grains"
    write(path)
    return path


def test_it_is_beside_the_model() -> None:
    assert grains_path(Path("models/mine.distill")) == Path("models/mine.grains")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.grains"
    written = write(path)
    assert read_grains_header(path) == written
    file = GrainFile(path)
    assert file.header == written
    assert [one.name for one in written.recordings] == list(NAMES)
    assert (written.frames, written.seconds) == (53, 53 * HOP / RATE)
    drawn = np.random.default_rng(2)
    expected = np.concatenate([drawn.integers(0, 256, (n, 56), np.uint8) for n in (20, 33)])
    assert np.array_equal(file.levels, expected)
    assert [file.piece(1, number) for number in (0, 1)] == pieces_of(sounds()[1])


def test_the_checksum_is_that_of_the_content(tmp_path: Path) -> None:
    path, other = tmp_path / "mine.grains", tmp_path / "other.grains"
    write(path)
    other.write_bytes(path.read_bytes())
    assert GrainFile(path).sha256 == GrainFile(other).sha256


def test_levels_cannot_be_changed(path: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        GrainFile(path).levels[0, 0] = 1


@pytest.mark.parametrize("part", ["magic", "header", "levels", "end"])
def test_a_changed_byte_is_noticed(path: Path, part: str) -> None:
    content = bytearray(path.read_bytes())
    header = 16 + int.from_bytes(content[8:16], "little")
    content[{"magic": 0, "header": 60, "levels": header + 5, "end": -1}[part]] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"mine\.grains is damaged"):
        GrainFile(path)


@pytest.mark.parametrize("length", [0, 7, 40, 3000])
def test_a_file_cut_short_is_an_error_of_one_line(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelFileError, match=r"mine\.grains") as caught:
        GrainFile(path)
    assert "\n" not in str(caught.value)


def test_a_later_version_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distill_live.models.grains.file.FORMAT_VERSION", 9)
    write(path)
    monkeypatch.undo()
    with pytest.raises(ModelFileError, match="format version 9; this program reads 1"):
        GrainFile(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        GrainFile(tmp_path / "none.grains")


def test_an_old_file_stays_when_the_new_one_cannot_be_written(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ModelFileError, match="cannot save"):
        write(path / "inside.grains")
    assert path.read_bytes() == before


def reseal(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a file says of itself, with a checksum that fits."""
    raw = path.read_bytes()
    end = 16 + int.from_bytes(raw[8:16], "little")
    content = json.loads(json.loads(raw[16:end])["content"])
    change(content)
    text = json.dumps(content)
    seal = hashlib.sha256(text.encode()).hexdigest()
    head = json.dumps({"content": text, "seal": seal}).encode()
    path.write_bytes(raw[:8] + len(head).to_bytes(8, "little") + head + raw[end:])


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
        lambda content: content.update(recordings=[]),
        as_ogg(360 * RATE),
        as_ogg(10**400),
    ],
    ids=[
        "groups out of order", "no first group", "a list as a name", "no codec",
        "a rate that is not whole", "a giant rate", "a list as a recording's name",
        "frames that are not whole", "recordings over each other", "samples that are not a number",
        "samples below 0", "a start that is no number", "no piece", "no recording", "too much ogg",
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
