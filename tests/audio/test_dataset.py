from functools import partial
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio import dataset
from distill_live.audio.dataset import (
    Recording,
    StoredRecording,
    find_recordings,
    load_recordings,
    training_columns,
)
from distill_live.audio.files import write_audio
from distill_live.audio.reading.sample_store import SampleStore
from distill_live.errors import DatasetError
from tests.disks import disk_full_after


def noise(seconds: float, rate: int = 48_000) -> np.ndarray:
    samples = np.random.default_rng(0).standard_normal(round(seconds * rate))
    return (0.1 * samples).astype(np.float32)


def test_the_folder_is_walked_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    wanted = ["a.wav", "b/c.FLAC", "b/d/e.ogg", "f.mp3", "g.aiff", "h.aif", "i.opus", "j.caf"]
    for name in [*wanted, "._a.wav", ".trash/x.wav", "notes.txt", "b/cover.png"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_recordings(tmp_path)]
    assert found == wanted


@pytest.mark.parametrize("format", ["wav", "flac", "ogg", "mp3"])
def test_every_format_becomes_mono_at_the_given_rate(format: str, tmp_path: Path) -> None:
    stereo = np.stack([noise(0.5, 44_100)] * 2, axis=1)
    write_audio(tmp_path / f"a.{format}", stereo, 44_100)
    loaded = load_recordings(tmp_path)
    (recording,) = loaded.recordings
    assert recording.name == f"a.{format}"
    assert recording.samples.shape == (24_000,)
    assert loaded.seconds == pytest.approx(0.5)
    assert loaded.skipped == []


def test_an_aiff_file_is_read(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", noise(0.5), 48_000, bit_depth=16)
    as_aiff(tmp_path / "a.wav", tmp_path / "b.aiff")
    first, second = load_recordings(tmp_path).recordings
    assert first.samples.tobytes() == second.samples.tobytes()


def as_aiff(wav: Path, aiff: Path) -> None:
    """A 16-bit mono 48 kHz wav again as AIFF, whose samples are big-endian."""
    samples = wav.read_bytes()[44:]
    swapped = np.frombuffer(samples, "<i2").astype(">i2").tobytes()
    rate = b"\x40\x0e\xbb\x80" + bytes(6)  # 48000 as an 80-bit float
    count = (len(swapped) // 2).to_bytes(4, "big")
    comm = b"COMM" + (18).to_bytes(4, "big") + b"\x00\x01" + count + b"\x00\x10" + rate
    ssnd = b"SSND" + (len(swapped) + 8).to_bytes(4, "big") + bytes(8) + swapped
    body = b"AIFF" + comm + ssnd
    aiff.write_bytes(b"FORM" + len(body).to_bytes(4, "big") + body)


def test_what_cannot_be_used_is_skipped_with_its_reason(tmp_path: Path) -> None:
    write_audio(tmp_path / "good.wav", noise(0.31), 48_000)
    write_audio(tmp_path / "short.wav", noise(0.29), 48_000)
    write_audio(tmp_path / "silent.wav", 0 * noise(1.0), 48_000)
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    loaded = load_recordings(tmp_path)
    assert [one.name for one in loaded.recordings] == ["good.wav"]
    assert [name for name, _ in loaded.skipped] == ["broken.wav", "short.wav", "silent.wav"]
    reasons = dict(loaded.skipped)
    assert "cannot read" in reasons["broken.wav"]
    assert "0.29 s long; at least 0.3 s" in reasons["short.wav"]
    assert "silence" in reasons["silent.wav"]


def test_progress_counts_every_file(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", noise(0.5), 48_000)
    (tmp_path / "b.wav").touch()
    heard: list[tuple[int, int]] = []
    load_recordings(tmp_path, on_file=lambda done, found: heard.append((done, found)))
    assert heard == [(1, 2), (2, 2)]


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no recordings in .*: wav, flac"):
        load_recordings(tmp_path)
    with pytest.raises(DatasetError, match="is not a folder"):
        load_recordings(tmp_path / "missing")


def test_a_folder_with_nothing_usable_is_refused_with_the_reasons(tmp_path: Path) -> None:
    write_audio(tmp_path / "short.wav", noise(0.1), 48_000)
    with pytest.raises(DatasetError, match=r"none of the 1 files .*short\.wav: only 0\.10 s"):
        load_recordings(tmp_path)


def test_the_last_tenth_of_a_recording_is_held_out_in_whole_columns() -> None:
    assert [training_columns(columns) for columns in (1, 9, 10, 100, 115)] == [1, 9, 9, 90, 104]
    assert training_columns(100, holdout=0.2) == 80
    assert training_columns(100, holdout=0.0) == 100


def test_what_is_to_be_said_of_files_is_reported(tmp_path: Path) -> None:
    left = noise(0.5)[:, None]
    write_audio(tmp_path / "good.wav", noise(0.5), 48_000)
    write_audio(tmp_path / "turned.wav", np.concatenate((left, -left), axis=1), 48_000)
    (tmp_path / "song.m4a").write_bytes(b"\x00\x00\x00\x1cftypM4A " + bytes(99))
    loaded = load_recordings(tmp_path)
    assert [one.name for one in loaded.recordings] == ["good.wav", "turned.wav"]
    assert loaded.notes == [
        "turned.wav: left and right cancel when mixed to mono, so the right channel was inverted "
        "first; if it should not be, mix the file to mono yourself",
        "1 .m4a file left out: convert it to wav or flac",
    ]


def test_where_nothing_can_be_read_it_is_said_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "song.m4a").write_bytes(b"\x00\x00\x00\x1cftypM4A " + bytes(99))
    with pytest.raises(DatasetError, match=r"1 \.m4a file left out: convert it to wav or flac"):
        find_recordings(tmp_path)


def test_a_recording_is_called_by_a_name_that_can_be_shown(tmp_path: Path) -> None:
    for name in ("caf\udce9.wav", "a\x1b[31mb.wav"):
        write_audio(tmp_path / name, noise(0.5), 48_000)
    names = [one.name for one in load_recordings(tmp_path).recordings]
    assert names == [r"a\x1b[31mb.wav", r"caf\xe9.wav"]


def test_the_side_of_stereo_is_kept_if_it_is_wanted(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    write_audio(tmp_path / "stereo.wav", drawn, 48_000, 32)
    write_audio(tmp_path / "mono.wav", drawn[:, 0], 48_000, 32)
    mono, stereo = load_recordings(tmp_path, stereo=True).recordings
    assert mono.side is None
    assert mono.middle_and_side.shape == (48_000, 1)
    assert stereo.side is not None
    np.testing.assert_allclose(stereo.samples + stereo.side, drawn[:, 0], atol=1e-6)
    np.testing.assert_allclose(stereo.samples - stereo.side, drawn[:, 1], atol=1e-6)
    assert load_recordings(tmp_path, stereo=True).has_stereo
    plain = load_recordings(tmp_path)
    assert not plain.has_stereo
    assert plain.recordings[1].samples.tobytes() == stereo.samples.tobytes()


def nothing_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "SampleStore", partial(SampleStore, memory_bytes=0))


def test_what_does_not_fit_into_memory_is_the_same_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = np.random.default_rng(0).normal(0, 0.1, (44_100, 2)).astype(np.float32)
    write_audio(tmp_path / "a.wav", drawn[:, 0], 44_100)
    write_audio(tmp_path / "b.wav", drawn, 44_100)
    plain = load_recordings(tmp_path, stereo=True)
    nothing_in_memory(monkeypatch)
    stored = load_recordings(tmp_path, stereo=True)
    assert (stored.seconds, stored.has_stereo) == (plain.seconds, True)
    for one, other in zip(stored.recordings, plain.recordings, strict=True):
        assert isinstance(one, StoredRecording)
        assert (one.name, one.has_side) == (other.name, other.has_side)
        np.testing.assert_array_equal(one.heard, other.heard)


def test_a_full_disk_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_audio(tmp_path / "a.wav", noise(0.5), 48_000)
    nothing_in_memory(monkeypatch)
    with disk_full_after(1_000), pytest.raises(DatasetError, match=f"{tmp_path}: File too large"):
        load_recordings(tmp_path, scratch=tmp_path)


@pytest.mark.parametrize("size", [1_000, 4_800, 9_999])
def test_parts_are_together_the_recording(size: int) -> None:
    recording = Recording("a.wav", noise(0.1), 0.5 * noise(0.1))
    parts = list(recording.parts(size))
    np.testing.assert_array_equal(np.concatenate([one.heard for one in parts]), recording.heard)
    assert max(len(one.samples) for one in parts) <= size
    part = recording.part(10, 20)
    part.samples[:] = 1.0
    assert recording.samples.max() < 1.0


def test_mid_and_side_are_heard_as_left_and_right() -> None:
    left, right = noise(0.1), -0.5 * noise(0.1)
    heard = Recording("a.wav", (left + right) / 2, (left - right) / 2).heard
    np.testing.assert_allclose(heard, np.stack([left, right], axis=1), atol=1e-7)


def test_a_mono_recording_is_heard_as_it_is() -> None:
    samples = noise(0.1)
    assert Recording("a.wav", samples).heard is samples
