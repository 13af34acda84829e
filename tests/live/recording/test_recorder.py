import re
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.fades import CUT_FADE_SECONDS, rising_fade
from distill_live.errors import AudioFileError
from distill_live.live.ipc.ring import CAPACITY
from distill_live.live.ipc.tap import TapRing
from distill_live.live.recording.recorder import Gap, Recorder, new_recording_path
from tests.sound_files import read_audio
from tests.tools import wait_until


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


def test_a_recording_has_both_channels(tmp_path: Path) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    pair = np.stack([ramp(0, 3000), -0.5 * ramp(0, 3000)])
    tap.write(pair)
    recorder.stop()
    np.testing.assert_allclose(read_audio(recorder.path)[0], pair.T, atol=2**-23)


def test_a_file_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    recorder = Recorder(TapRing(), tmp_path / "nowhere" / "sound.wav")
    with pytest.raises(AudioFileError, match="folder does not exist"):
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
    with pytest.raises(AudioFileError, match="cannot make a file in"):
        new_recording_path(tmp_path / "recordings", "demo")


def rated(tap: TapRing, path: Path, *rates: int) -> tuple[np.ndarray, int]:
    """The recording of a tone that devices of these rates play for half a second each."""
    recorder = Recorder(tap, path)
    recorder.start()
    for rate in rates:
        tap.begin(rate)
        before = recorder.written
        tap.write((0.5 * np.sin(2 * np.pi * 500 / rate * np.arange(rate // 2))).astype(np.float32))
        wait_until(lambda: recorder.written > before, "the recorder")  # noqa: B023
    recorder.stop()
    assert recorder.error is None
    samples, rate = read_audio(path)
    assert recorder.written == len(samples)
    return samples[:, 0], rate


def test_a_recording_has_the_rate_of_the_device_that_begins_to_play(tmp_path: Path) -> None:
    samples, rate = rated(TapRing(), tmp_path / "sound.wav", 44_100)
    assert (rate, len(samples)) == (44_100, 22_050)
    np.testing.assert_allclose(
        samples, 0.5 * np.sin(2 * np.pi * 500 / 44_100 * np.arange(22_050)), atol=2**-23
    )


def test_a_recording_continues_at_its_rate_when_another_device_takes_over(tmp_path: Path) -> None:
    samples, rate = rated(TapRing(), tmp_path / "sound.wav", 44_100, 96_000, 44_100)
    assert (rate, len(samples)) == (44_100, 3 * 22_050)
    middle = samples[2_000:-2_000]
    crossings = np.flatnonzero(np.diff(np.signbit(middle)))
    assert len(crossings) == pytest.approx(2 * 500 * len(middle) / 44_100, abs=4)


def test_a_rate_that_the_format_does_not_know_is_resampled(tmp_path: Path) -> None:
    _, rate = rated(TapRing(), tmp_path / "sound.mp3", 96_000)
    assert rate == 48_000


def test_samples_that_wait_while_the_rate_changes_keep_their_own(tmp_path: Path) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.write(np.full(4_800, 0.25, np.float32))
    tap.begin(24_000)
    tap.write(np.full(2_400, 0.25, np.float32))
    recorder.stop()
    samples, rate = read_audio(recorder.path)
    assert (rate, len(samples)) == (48_000, 9_600)


def loud(count: int) -> np.ndarray:
    return np.full(count, 0.5, np.float32)


FADE = rising_fade(round(CUT_FADE_SECONDS * 48_000))


@pytest.mark.parametrize("read_before", [False, True])
def test_a_recording_is_silent_while_no_output_plays_and_has_no_hard_edge(
    read_before: bool, tmp_path: Path
) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.write(loud(20_000))
    if read_before:
        wait_until(lambda: recorder.written, "the recorder")
    tap.begin(48_000)
    tap.note_gap(0.25)
    tap.write(loud(10_000))
    recorder.stop()
    expected = np.concatenate([loud(20_000), np.zeros(12_000, np.float32), loud(10_000)])
    expected[20_000 - len(FADE) : 20_000] *= FADE[::-1]
    expected[32_000 : 32_000 + len(FADE)] *= FADE
    np.testing.assert_allclose(read_audio(recorder.path)[0][:, 0], expected, atol=2**-23)
    assert recorder.gaps == [Gap(20_000 / 48_000, 0.25)]


def test_a_gap_lasts_as_long_where_the_next_output_has_another_rate(tmp_path: Path) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.write(loud(24_000))
    tap.begin(96_000)
    tap.note_gap(0.5)
    tap.write(loud(48_000))
    recorder.stop()
    samples, rate = read_audio(recorder.path)
    assert (rate, len(samples)) == (48_000, 3 * 24_000)
    assert not samples[24_000:48_000].any()
    coming = samples[48_000 : 48_000 + len(FADE), 0]
    np.testing.assert_allclose(coming, 0.5 * FADE, atol=0.01)


def test_a_gap_that_an_output_notes_once_it_is_recorded_does_not_lengthen_the_next_one(
    tmp_path: Path,
) -> None:
    tap = TapRing()
    tap.begin(48_000)
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.note_gap(3.0)
    tap.write(loud(20_000))
    wait_until(lambda: recorder.written, "the recorder")
    tap.begin(48_000)
    tap.note_gap(0.5)
    tap.write(loud(10_000))
    recorder.stop()
    assert recorder.gaps == [Gap(20_000 / 48_000, 0.5)]


def test_a_gap_before_the_first_sound_is_not_recorded(tmp_path: Path) -> None:
    tap = TapRing()
    tap.write(loud(1_000))
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.begin(48_000)
    tap.note_gap(3.0)
    tap.write(loud(1_000))
    recorder.stop()
    np.testing.assert_array_equal(read_audio(recorder.path)[0][:, 0], loud(1_000))
    assert recorder.gaps == []


def test_samples_that_were_lost_leave_silence_with_soft_edges(tmp_path: Path) -> None:
    tap = TapRing()
    recorder = Recorder(tap, tmp_path / "sound.wav")
    recorder.start()
    tap.write(loud(20_000))
    wait_until(lambda: recorder.written, "the recorder")
    # More in one instant than the tap remembers.
    tap.write(loud(CAPACITY // 2))
    tap.write(loud(CAPACITY - 1))
    recorder.stop()
    samples = read_audio(recorder.path)[0][:, 0]
    assert len(samples) == tap.written
    assert recorder.lost == CAPACITY // 2 - 1
    assert not samples[20_000 : 20_000 + recorder.lost].any()
    assert np.abs(np.diff(samples)).max() < 0.01
