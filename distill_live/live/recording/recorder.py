"""Records what is played: a reader of the tap that may lose samples but never holds anything up."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from distill_live.audio.files import SoundFileWriter
from distill_live.audio.resample import StreamResampler
from distill_live.errors import AudioFileError
from distill_live.live.ipc.ring import Samples
from distill_live.live.ipc.tap import TapRing
from distill_live.live.recording.gaps import GapFades

_POLL_SECONDS = 0.1
_CHANNELS = 2


class Gap(NamedTuple):
    """Silence in a recording, because nothing played: where it begins and how long it is, in
    seconds."""

    at: float
    seconds: float


class Recorder:
    """Writes the tap into a sound file, from `start` to `stop`, in a thread of control.

    The file has left and right, whatever plays as it begins: width, or a stereo model, may come
    later. It has the rate of the device that plays its first sample, if its format allows that;
    sound from a device with another rate is resampled. `written` counts the samples in the file,
    and `lost` those that were not copied in time; of these, `lost_to_disk` were lost while the file
    was being written, and the others because the thread did not run. `error` says why a recording
    broke off.

    The file stays in time: where samples are lost, and where an output had ended before the next
    one played (`gaps`), it is silent for as long.
    """

    def __init__(self, tap: TapRing, path: Path) -> None:
        self._tap, self.path = tap, path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.written = self.lost = self.lost_to_disk = 0
        #: When the tap was last copied, and how many seconds were spent in writing since.
        self._copied, self._writing = time.monotonic(), 0.0
        #: Where the file is silent because nothing played.
        self.gaps: list[Gap] = []
        self.error: str | None = None

    @property
    def seconds(self) -> float:
        """How long the file is so far."""
        return self.written / self._file_rate

    def start(self) -> None:
        """Record what is played from this moment on, or from the first sound.

        Raises AudioFileError when the file cannot be written.
        """
        self._open(self._tap.sample_rate)
        self._position = self._tap.written
        self._since, self._gap_seconds = self._tap.since, self._tap.gap_seconds
        self._thread.start()

    def _open(self, sample_rate: int) -> None:
        self._file = SoundFileWriter(self.path, sample_rate, _CHANNELS)
        self._file_rate = sample_rate
        self._use(sample_rate)

    def _use(self, sample_rate: int, after_gap: bool = False) -> None:
        """Take samples of this rate from now on; `after_gap`: they fade in."""
        self._rate, self._fades = sample_rate, GapFades(sample_rate, after_gap)
        self._resampler = StreamResampler(sample_rate, self._file_rate, _CHANNELS)

    def stop(self) -> None:
        """Write the rest and finish the file, if it was started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            try:
                while not self._stop.wait(_POLL_SECONDS):
                    self._copy()
                self._copy()
                self._write(self._fades.rest(), last=True)
            finally:
                self._file.close()
        except AudioFileError as error:
            self.error = f"recording to {self.path} stopped: {error}"

    def _copy(self) -> None:
        samples, lost = self._tap.read(self._position)
        before, self._copied = self._copied, time.monotonic()
        if self._writing > (self._copied - before) / 2:
            self.lost_to_disk += lost
        self._writing = 0.0
        start = self._position + lost
        self._position = start + samples.shape[1]
        self.lost += lost
        if lost:
            self._leave_gap(lost / self._rate)
        # These before `since`: if they are of an output that has not played yet, so is `since`.
        sample_rate, gap_seconds = self._tap.sample_rate, self._tap.gap_seconds
        since = self._tap.since
        older = max(since - start, 0)
        self._write(self._fades.process(samples.T[:older]))
        if len(rest := samples.T[older:]):
            if since != self._since or sample_rate != self._rate:
                self._since = since
                self._follow_output(sample_rate, gap_seconds - self._gap_seconds)
            # An output that was open before the start may have noted a gap since.
            self._gap_seconds = gap_seconds
            self._write(self._fades.process(rest))

    def _follow_output(self, sample_rate: int, gap_seconds: float) -> None:
        """Continue with what another output plays, perhaps later and at another rate."""
        self._write(self._fades.end())
        if self.written and gap_seconds > 0.0:
            gap = Gap(self.seconds, gap_seconds)
            self._leave_gap(gap.seconds)
            self.gaps.append(gap)
        if sample_rate == self._rate:
            return
        self._write(np.zeros((0, _CHANNELS), np.float32), last=True)
        if not self.written:
            self._reopen(sample_rate)
        self._use(sample_rate, after_gap=self.written > 0)

    def _leave_gap(self, seconds: float) -> None:
        """Write silence of this length, in seconds, with fades around it."""
        self._write(self._fades.end())
        left = round(seconds * self._rate)
        while left:
            count = min(left, self._rate)
            self._write(np.zeros((count, _CHANNELS), np.float32))
            left -= count

    def _reopen(self, sample_rate: int) -> None:
        """Give the file, which is still empty, another rate, if its format allows that."""
        self._file.close()
        try:
            self._open(sample_rate)
        except AudioFileError:
            self._open(self._file_rate)

    def _write(self, samples: Samples, last: bool = False) -> None:
        """Append samples [n, 2]; `last`: they are the last of their rate."""
        converted = self._resampler.process(samples, last)
        began = time.monotonic()
        self._file.write(converted)
        self._writing += time.monotonic() - began
        self.written += len(converted)


def new_recording_path(folder: Path, model_name: str) -> Path:
    """A new path in `folder` for a recording of a model that begins now: date_time_model.wav.

    Makes the folder if it is missing; raises AudioFileError if nothing can be written there.
    """
    name = re.sub(r"[^\w.-]+", "-", model_name)
    stem = f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{name}"
    path, number = folder / f"{stem}.wav", 2
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while path.exists():
            path, number = folder / f"{stem}_{number}.wav", number + 1
    except OSError as error:
        reason = error.strerror or error
        raise AudioFileError(f"cannot make a file in {folder}: {reason}") from error
    return path
