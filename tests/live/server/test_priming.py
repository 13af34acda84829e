"""Encoding a recording in a process of its own, while something else goes on."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.reading.sound import read_mono
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.inference import codes as inference
from distill_live.live.clips.encodings import Encodings
from distill_live.live.ipc.messages import Asked
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.server.priming import Priming
from distill_live.models.file.loaded import LoadedVQModel
from tests.audio.reading.odd_files import encoded, noise
from tests.tools import wait_until

_OUTCOMES = ("continuing from", "cannot prime")


class Desk:
    """A priming, and what it says."""

    def __init__(self, processes: ProcessSource = FRESH) -> None:
        self.said: list[str] = []
        self.encodings = Encodings(processes)
        self.priming = Priming(self.encodings, self.said.append)
        self.told: list[tuple[str, bool]] = []
        self.priming.on_outcome = lambda text, failed, _: self.told.append((text, failed))
        self.asked: list[Asked] = []
        self.codes: list[Codes] = []
        self.priming.on_codes = self._take

    def _take(self, codes: Codes, asked: Asked) -> None:
        self.codes.append(codes)
        self.asked.append(asked)

    def wait(self, model: Path) -> Codes | None:
        """Poll until something is said; the codes that came with it, if any."""

        def poll() -> bool:
            self.encodings.poll()
            self.priming.poll(model)
            return any(line.startswith(_OUTCOMES) for line in self.said)

        wait_until(poll, "the encoding")
        self.priming.poll(model)
        return self.codes.pop() if self.codes else None


def test_a_recording_becomes_the_codes_that_the_model_makes_of_it_and_what_is_odd_is_said(
    forks: ProcessSource, tiny_model_path: Path, tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    left = noise(1.0, 48_000)[:, :1]
    part = encoded(np.concatenate((left, -left), axis=1), "FLAC", 48_000)
    audio = tmp_path / "caf\udce9.flac"
    audio.write_bytes(part + part)
    desk = Desk(forks)
    desk.priming.ask(str(audio), tiny_model_path)
    codes = desk.wait(tiny_model_path)
    assert codes is not None
    expected = inference.encode(tiny_model, read_mono(audio)).codes
    np.testing.assert_array_equal(codes, expected)
    assert len(codes) == 24
    note = (
        "left and right cancel when mixed to mono, so the right channel was inverted first; if it "
        "should not be, mix the file to mono yourself"
    )
    assert desk.said == [f"encoding {audio}", f"continuing from {audio}; {note}"]
    assert desk.told == [(desk.said[-1], False)]
    assert desk.asked == [("prime", (str(audio),))]


def test_codes_that_cannot_be_handed_over_are_told_to_whoever_asked(
    forks: ProcessSource, tiny_model_path: Path, sounds: Path
) -> None:
    def refuse(codes: Codes, asked: Asked) -> None:
        raise CodesError("no room")

    desk = Desk(forks)
    desk.priming.on_codes = refuse
    desk.priming.ask(str(sounds / "sine_440.wav"), tiny_model_path)
    desk.wait(tiny_model_path)
    assert desk.told == [(f"cannot prime {sounds / 'sine_440.wav'}: no room", True)]


@pytest.mark.parametrize("name", ["noise.wav", "missing.wav", "."])
def test_a_file_that_is_no_sound_is_said(
    forks: ProcessSource, tiny_model_path: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "noise.wav").write_text("no sound at all")
    desk = Desk(forks)
    desk.priming.ask(str(tmp_path / name), tiny_model_path)
    assert desk.wait(tiny_model_path) is None
    said = desk.said[-1]
    assert said.startswith(f"cannot prime {tmp_path / name}: ")
    assert "\n" not in said
    assert desk.told == [(said, True)]


def test_codes_are_said_to_be_for_clips(
    forks: ProcessSource, tiny_model_path: Path, tmp_path: Path
) -> None:
    desk, path = Desk(forks), tmp_path / "loop.json"
    path.touch()
    desk.priming.ask(str(path), tiny_model_path)
    assert desk.wait(tiny_model_path) is None
    reason = "it holds codes: load it with /distill/clip/load, then send /distill/clip/prime"
    assert desk.told == [(f"cannot prime {path}: {reason}", True)]


def test_codes_of_a_model_that_plays_no_more_are_not_used(
    forks: ProcessSource, tiny_model_path: Path, tiny_two_levels_path: Path, sounds: Path
) -> None:
    desk, audio = Desk(forks), sounds / "sine_440.wav"
    desk.priming.ask(str(audio), tiny_model_path)
    assert desk.wait(tiny_two_levels_path) is None
    reason = "another model plays now; send the request again"
    assert desk.said[1:] == [f"cannot prime {audio}: {reason}"]


def test_of_two_recordings_the_newest_counts(
    forks: ProcessSource, tiny_model_path: Path, sounds: Path
) -> None:
    desk = Desk(forks)
    first, second = str(sounds / "sine_110.wav"), str(sounds / "sine_440.wav")
    desk.priming.ask(first, tiny_model_path)
    desk.priming.ask(second, tiny_model_path)
    assert desk.told == [(f"{first} was not loaded: {second} was asked for instead", True)]
    assert desk.wait(tiny_model_path) is not None
    assert desk.said[-1] == f"continuing from {sounds / 'sine_440.wav'}"


@contextmanager
def few_files(more: int) -> Iterator[None]:
    """Let this process open so many files more, and no others."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [os.open(os.devnull, os.O_RDONLY) for _ in range(more)]
    for number in free:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1] + 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_an_encoding_that_cannot_be_started_is_said_and_leaves_no_file(
    tiny_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, audio = tmp_path / "temporary", tmp_path / "rain.wav"
    audio.touch()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    desk = Desk()
    desk.priming.ask(str(audio), tiny_model_path)
    assert desk.wait(tiny_model_path) is None
    temporary.mkdir()
    # A process needs more pipes than that.
    with few_files(3):
        desk.priming.ask(str(audio), tiny_model_path)
        assert desk.wait(tiny_model_path) is None
    assert desk.said[-1] == f"cannot prime {audio}: no process can be started: Too many open files"
    failures = [said for said in desk.said if said.startswith(f"cannot prime {audio}: ")]
    assert len(failures) == 2
    assert list(temporary.iterdir()) == []
