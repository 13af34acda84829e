"""Captures: what is kept of an engine's answer, and of what was heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid_file import load_grid
from distill_live.errors import AudioFileError, ClipError
from distill_live.live.clips.captures import Capture, Captures
from distill_live.live.clips.clip import REPLACED, Clip
from distill_live.live.clips.look_back import LookBack
from distill_live.live.ipc.messages import Captured
from distill_live.live.ipc.tap import TapRing
from tests.live.clips.clips import grid
from tests.sound_files import read_audio


class Desk:
    """Captures of half a second of noise; what was kept, and what was told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, list[Clip]()
        self.told: list[tuple[str, bool]] = []
        self.full = self.known = False
        tap = TapRing()
        noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 24_000))
        self.captures = Captures(LookBack(tap), self._path, self._keep, self._tell)
        tap.write(noise.astype(np.float32))

    def take(self, columns: int) -> None:
        """Capture half a second, to which an engine answers with so many columns."""
        number, seconds, ago = self.captures.begin("last", 0.5).arguments
        assert (seconds, ago) == (0.5, 0.0)
        codes = grid(columns).codes.astype(np.uint16)
        self.captures.take(Captured(number, codes), grid(0))
        self.captures.close()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.wav"

    def _keep(self, clip: Clip) -> list[str]:
        if self.full:
            raise ClipError("the library is full")
        self.kept.append(clip)
        return [REPLACED] if self.known else []

    def _tell(self, capture: Capture, text: str, failed: bool) -> None:
        self.told.append((text, failed))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_capture_is_a_clip_and_two_files(desk: Desk) -> None:
    desk.take(6)
    path = desk.folder / "last.wav"
    assert desk.told == [(f"clip last: the last 0.5 s, also in {path} and last.npz", False)]
    [clip] = desk.kept
    assert (clip.samples, clip.grid) == (24_000, load_grid(desk.folder / "last.npz"))
    samples, rate = read_audio(path)
    assert (rate, samples.shape) == (48_000, (24_000, 2))


def test_a_capture_that_is_shorter_than_was_asked_for_says_so(desk: Desk) -> None:
    desk.take(4)
    path = desk.folder / "last.wav"
    text = (
        f"clip last: the last 0.3 s, also in {path} and last.npz; you asked for 0.5 s, but no "
        "more had been heard"
    )
    assert desk.told == [(text, False)]


def test_the_sound_fades_in_and_out_and_is_whole_in_between(desk: Desk) -> None:
    desk.take(6)
    sound = read_audio(desk.folder / "last.wav")[0].T
    heard = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 24_000)).astype(np.float32)
    # Five milliseconds at each end.
    ends, gains = np.r_[0:240, -240:0], np.sin(np.pi / 2 * (np.r_[0:240] + 0.5) / 240) ** 2
    np.testing.assert_allclose(sound[:, 240:-240], heard[:, 240:-240], atol=1e-4)
    faded = heard[:, ends] * np.r_[gains, gains[::-1]]
    np.testing.assert_allclose(sound[:, ends], faded, atol=1e-4)


def test_what_cannot_become_a_clip_is_written_all_the_same(desk: Desk) -> None:
    desk.full = True
    desk.take(6)
    path = desk.folder / "last.wav"
    text = f"the library is full; the last 0.5 s are only in {path} and last.npz"
    assert desk.told == [(text, True)]
    assert path.exists() and (desk.folder / "last.npz").exists()


def test_a_capture_says_that_it_replaces_a_clip(desk: Desk) -> None:
    desk.known = True
    desk.take(6)
    path = desk.folder / "last.wav"
    text = (
        f"clip last: the last 0.5 s, also in {path} and last.npz; it replaces the one of that name"
    )
    assert desk.told == [(text, False)]


@pytest.mark.parametrize("full", [False, True])
def test_a_capture_whose_file_cannot_be_written_says_why_in_words(desk: Desk, full: bool) -> None:
    desk.full, desk.folder = full, desk.folder / "missing"
    desk.take(6)
    lost = "the library is full; the sound was lost, too" if full else "the clip is there, but"
    reason = f"cannot write {desk.folder / 'last.wav'}: No such file or directory"
    assert desk.told == [(f"{lost}: {reason}", True)]


def test_a_capture_whose_files_cannot_be_finished_says_all_that_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.full = True

    def fail(path: Path, *_: object) -> None:
        raise AudioFileError(f"cannot write {path}: the disk is full")

    monkeypatch.setattr("distill_live.live.clips.captures.write_audio", fail)
    desk.take(6)
    path = desk.folder / "last.wav"
    reason = f"the sound was lost, too: cannot write {path}: the disk is full"
    assert desk.told == [(f"the library is full; {reason}", True)]
    assert not path.exists()


def test_before_anything_is_heard_there_is_nothing_to_keep(desk: Desk) -> None:
    desk.take(0)
    assert desk.told == [("nothing can be captured yet: the model has not been heard", True)]
    assert list(desk.folder.iterdir()) == []


def test_a_capture_that_no_engine_answers_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.captures.begin("last", 0.5).arguments[0]
    desk.captures.poll()
    assert desk.told == []
    monkeypatch.setattr("distill_live.live.clips.captures.PATIENCE_SECONDS", -1.0)
    desk.captures.poll()
    assert desk.told == [("the engine did not answer: capture again", True)]
    desk.captures.take(Captured(number, grid(6).codes.astype(np.uint16)), grid(0))
    assert desk.kept == []


def test_a_name_that_no_clip_can_have_is_refused(desk: Desk) -> None:
    with pytest.raises(ClipError, match="cannot be a clip's name"):
        desk.captures.begin("../last", 0.5)
