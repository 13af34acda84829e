"""Recordings wait their turn to be encoded, each in a process of its own."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from distill_live.errors import ClipError
from distill_live.live.clips.encodings import MAX_WAITING, Encoded, EncodingJob, Encodings
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from tests.live.server.workers import LateSource
from tests.tools import wait_until


class Desk:
    """A queue, and what has become of each recording, in that order."""

    def __init__(self, model: Path, processes: ProcessSource = FRESH) -> None:
        self.encodings, self._model = Encodings(processes), model
        self.done: list[tuple[str, Encoded | ClipError]] = []

    def add(self, audio: Path, columns: int = 100, first: bool = False) -> EncodingJob:
        job = EncodingJob(audio, self._model, columns)
        self.encodings.add(job, lambda result: self.done.append((audio.name, result)), first)
        return job

    def wait(self, count: int) -> Sequence[tuple[str, Encoded | ClipError]]:
        def poll() -> bool:
            self.encodings.poll()
            return len(self.done) >= count

        wait_until(poll, "the encoding")
        return self.done


def test_recordings_are_encoded_in_order_and_an_urgent_one_before_all_others(
    tiny_model_path: Path, sounds: Path, tmp_path: Path
) -> None:
    desk = Desk(tiny_model_path)
    desk.add(sounds / "sine_110.wav")
    dropped = desk.add(sounds / "burst_440.wav")
    desk.encodings.poll()
    desk.add(tmp_path / "missing.wav", first=True)
    desk.encodings.drop(dropped)
    (missing, reason), (sine, codes) = desk.wait(2)
    assert (missing, sine) == ("missing.wav", "sine_110.wav")
    assert str(reason) == f"cannot read {tmp_path}/missing.wav: no such file"
    assert isinstance(codes, Encoded)
    assert (len(codes.grid.codes), codes.samples, codes.notes) == (12, 48_000, ())


def test_a_recording_waits_until_its_process_can_start(tiny_model_path: Path, sounds: Path) -> None:
    source = LateSource()
    desk = Desk(tiny_model_path, source)
    desk.add(sounds / "sine_440.wav")
    desk.encodings.poll()
    assert desk.encodings._process is None
    source.imported = True
    ((name, codes),) = desk.wait(1)
    assert name == "sine_440.wav"
    assert isinstance(codes, Encoded)


def test_only_so_many_recordings_wait(tiny_model_path: Path, tmp_path: Path) -> None:
    desk = Desk(tiny_model_path)
    for _ in range(MAX_WAITING):
        desk.add(tmp_path)
    with pytest.raises(ClipError, match="64 recordings are already waiting"):
        desk.add(tmp_path)


def test_what_is_given_up_leaves_no_process_and_no_file(
    tiny_model_path: Path, sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    desk = Desk(tiny_model_path)
    desk.add(sounds / "sine_440.wav")
    desk.encodings.poll()
    assert list(tmp_path.iterdir())
    assert desk.encodings._process is not None
    process = desk.encodings._process._process
    desk.encodings.close()
    assert process.exitcode is not None
    assert list(tmp_path.iterdir()) == []
