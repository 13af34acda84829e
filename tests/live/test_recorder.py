import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from distill_live.audio.files import read_audio
from distill_live.errors import AudioFileError
from distill_live.live.recorder import Recorder, new_recording_path
from distill_live.live.tap import TapRing


def ramp(start: int, count: int) -> np.ndarray:
    return (np.arange(start, start + count) / 2**16).astype(np.float32)


def test_each_recording_holds_what_was_played_between_its_start_and_its_stop(
    tmp_path: Path,
) -> None:
    tap = TapRing()
    for number in range(3):
        tap.write(np.ones(100, np.float32))
        recorder = Recorder(tap, tmp_path / f"{number}.wav")
        recorder.start()
        tap.write(ramp(1000 * number, 5000))
        recorder.stop()
        tap.write(np.ones(100, np.float32))
        samples, rate = read_audio(recorder.path)
        np.testing.assert_allclose(samples[:, 0], ramp(1000 * number, 5000), atol=2**-23)
        assert (rate, recorder.written, recorder.lost, recorder.error) == (48_000, 5000, 0, None)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_has_both_channels_or_the_middle(
    tmp_path: Path, channels: Literal[1, 2]
) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav", channels)
    recorder.start()
    pair = np.stack([ramp(0, 3000), -0.5 * ramp(0, 3000)])
    tap.write(pair)
    recorder.stop()
    expected = pair.T if channels == 2 else pair.mean(axis=0)[:, None]
    np.testing.assert_allclose(read_audio(recorder.path)[0], expected, atol=2**-23)


def test_a_file_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    recorder = Recorder(TapRing(), tmp_path / "nowhere" / "sound.wav")
    with pytest.raises(AudioFileError, match="no such folder"):
        recorder.start()
    recorder.stop()


def test_a_recording_is_named_after_its_time_and_model_in_a_folder_made_for_it(
    tmp_path: Path,
) -> None:
    path = new_recording_path(tmp_path / "recordings" / "tonight", "demo")
    assert path.parent.is_dir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_demo\.wav", path.name)


def test_no_two_recordings_have_the_same_name(tmp_path: Path) -> None:
    for _ in range(5):
        new_recording_path(tmp_path, "demo").touch(exist_ok=False)


def test_a_model_of_any_name_gives_a_file_in_the_folder(tmp_path: Path) -> None:
    path = new_recording_path(tmp_path, "../my songs: live?")
    assert path.parent == tmp_path
    path.touch()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "recordings").touch()
    with pytest.raises(AudioFileError, match="cannot make the folder"):
        new_recording_path(tmp_path / "recordings", "demo")
