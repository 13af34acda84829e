"""Recordings one after the other, as they are asked for."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import SoundFileWriter
from distill_live.live.ipc.ring import CAPACITY
from distill_live.live.ipc.tap import TapRing
from distill_live.live.recording.recordings import Recordings
from tests.disks import disk_full_after
from tests.sound_files import read_audio
from tests.tools import wait_until


class Desk:
    """Recordings into a folder, and what they say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.tap = TapRing()
        self.recordings = Recordings(self.tap, folder, self.said.append)
        self.told: list[tuple[str, bool]] = []
        self.recordings.on_outcome = lambda text, failed, _: self.told.append((text, failed))

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.wav"))


def steady(value: float) -> np.ndarray:
    return np.full(4_000, value, np.float32)


def test_what_is_played_between_on_and_off_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "tonight")
    for number in (1, 2):
        desk.tap.write(steady(0.9))
        desk.recordings.record(True, "rain")
        desk.tap.write(steady(number / 4))
        desk.recordings.record(False, "rain")
    first, second = (read_audio(path)[0][:, 0] for path in desk.files())
    np.testing.assert_array_equal(first, steady(0.25))
    np.testing.assert_array_equal(second, steady(0.5))
    assert desk.said == [
        f"{verb} {path}" for path in desk.files() for verb in ("recording to", "recorded")
    ]


def test_a_recording_that_begins_with_the_same_on_both_sides_goes_on_in_stereo(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.recordings.record(True, "rain")
    desk.tap.write(steady(0.5))
    desk.tap.write(np.stack([steady(0.5), steady(-0.25)]))
    desk.recordings.record(False, "rain")
    [samples] = (read_audio(path)[0] for path in desk.files())
    assert samples[[0, -1]].tolist() == [[0.5, 0.5], [0.5, -0.25]]


def test_what_is_asked_for_twice_changes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recordings.record(False, "rain")
    assert desk.said == []
    for _ in range(2):
        desk.recordings.record(True, "rain")
        desk.tap.write(steady(0.5))
    for _ in range(2):
        desk.recordings.record(False, "rain")
    (path,) = desk.files()
    assert len(read_audio(path)[0]) == 8_000
    assert len(desk.said) == 2


def test_a_recording_that_was_begun_at_the_start_is_ended_like_any_other(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recordings.start(tmp_path / "mine.wav")
    desk.recordings.record(True, "rain")
    desk.tap.write(steady(0.5))
    desk.recordings.record(False, "rain")
    assert desk.files() == [tmp_path / "mine.wav"]
    assert desk.said == [f"recorded {tmp_path / 'mine.wav'}"]


def test_a_folder_that_cannot_be_written_is_said_and_the_next_recording_may_work(
    tmp_path: Path,
) -> None:
    (tmp_path / "tonight").touch()
    desk = Desk(tmp_path / "tonight")
    desk.recordings.record(True, "rain")
    desk.recordings.record(False, "rain")
    (said,) = desk.said
    assert said.startswith("cannot record: cannot make a file in")
    (tmp_path / "tonight").unlink()
    desk.recordings.record(True, "rain")
    desk.tap.write(steady(0.5))
    desk.recordings.stop()
    assert len(desk.files()) == 1


def test_of_a_recording_without_sound_nothing_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recordings.start(tmp_path / "mine.wav")
    desk.recordings.stop()
    assert desk.said == []


def test_samples_that_are_not_copied_in_time_are_counted_and_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    # More in one instant than the tap remembers: what a thread leaves that cannot run for seconds.
    desk.recordings.record(True, "rain")
    desk.tap.write(np.zeros(CAPACITY // 2, np.float32))
    desk.tap.write(np.zeros(CAPACITY - 1, np.float32))
    desk.recordings.stop()
    (path,) = desk.files()
    lost = f"it lost {CAPACITY // 2 - 1} samples: the computer was too busy"
    assert desk.said[1:] == [f"recorded {path}; {lost}"]
    assert desk.told[-1] == (desk.said[-1], True)


def test_a_disk_that_is_too_slow_is_told_from_a_computer_that_is_too_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    write, held_up = SoundFileWriter.write, threading.Event()

    def write_slowly(file: SoundFileWriter, samples: np.ndarray) -> None:
        write(file, samples)
        if len(samples) and not held_up.is_set():
            # Meanwhile more is played than the tap remembers.
            held_up.set()
            desk.tap.write(np.zeros(CAPACITY // 2, np.float32))
            desk.tap.write(np.zeros(CAPACITY - 1, np.float32))
            time.sleep(0.5)

    monkeypatch.setattr(SoundFileWriter, "write", write_slowly)
    desk.recordings.record(True, "rain")
    desk.tap.write(steady(0.1))
    assert held_up.wait(30.0)
    desk.recordings.stop()
    lost = f"it lost {CAPACITY // 2 - 1} samples: writing the file took too long"
    assert desk.said[1].endswith(f"; {lost}")


def test_a_disk_that_is_full_is_said_and_the_next_recording_may_work(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with disk_full_after(10_000):
        desk.recordings.record(True, "rain")
        desk.tap.write(steady(0.5))
        desk.recordings.record(False, "rain")
    (path,) = desk.files()
    assert len(desk.said) == 2
    assert desk.said[1].startswith(f"recording to {path} stopped: ")
    desk.recordings.record(True, "rain")
    desk.tap.write(steady(0.5))
    desk.recordings.record(False, "rain")
    assert len(desk.files()) == 2
    assert desk.said[3] == f"recorded {desk.files()[1]}"


def test_a_recording_that_breaks_off_is_said_at_once_and_the_next_one_may_work(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    with disk_full_after(10_000):
        desk.recordings.record(True, "rain")
        desk.tap.write(steady(0.5))

        def poll() -> bool:
            desk.recordings.poll()
            return len(desk.said) > 1

        wait_until(poll, "the recording to break off")
    desk.recordings.poll()
    (path,) = desk.files()
    assert len(desk.said) == 2
    assert desk.said[1].startswith(f"recording to {path} stopped: ")
    desk.recordings.record(True, "rain")
    desk.recordings.poll()
    desk.tap.write(steady(0.5))
    desk.recordings.record(False, "rain")
    assert len(desk.files()) == 2
    assert desk.said[3] == f"recorded {desk.files()[1]}"


def test_every_request_to_record_has_an_outcome(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for on in (False, True, True, False):
        desk.recordings.record(on, "rain")
        desk.tap.write(steady(0.5))
    (path,) = desk.files()
    desk.recordings.record(True, "rain")
    desk.recordings.record(False, "rain")
    assert desk.told[:4] == [
        ("nothing is being recorded", False),
        (f"recording to {path}", False),
        (f"already recording to {path}", False),
        (f"recorded {path}", False),
    ]
    assert desk.told[5] == ("nothing was played, so nothing was recorded", False)


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    desk = Desk(tmp_path / "file")
    desk.recordings.record(True, "rain")
    [(text, failed)] = desk.told
    assert failed and text.startswith("cannot record: ")


def test_silence_because_nothing_was_played_is_said_once_with_its_place(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recordings.start(tmp_path / "mine.wav")
    desk.tap.write(np.ones(96_000, np.float32))
    desk.tap.begin(48_000)
    desk.tap.note_gap(1.3)
    desk.tap.write(steady(0.5))

    def poll() -> bool:
        desk.recordings.poll()
        return bool(desk.said)

    wait_until(poll, "the recorder")
    desk.recordings.stop()
    assert desk.said == [
        "mine.wav is silent for 1.3 s, at 2.0 s",
        f"recorded {tmp_path / 'mine.wav'}",
    ]


def test_a_gap_that_nobody_has_asked_about_is_said_at_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recordings.start(tmp_path / "mine.wav")
    desk.tap.write(np.ones(48_000, np.float32))
    desk.tap.begin(48_000)
    desk.tap.note_gap(1.3)
    desk.tap.write(steady(0.5))
    desk.recordings.stop()
    assert desk.said[0] == "mine.wav is silent for 1.3 s, at 1.0 s"
