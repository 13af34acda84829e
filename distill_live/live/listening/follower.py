"""How loud and how bright the live input is now."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from distill_live.audio.level import level_db, mean_square
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing

#: The part of the sound that is measured: the last 2048 samples, 43 ms at 48 kHz.
_WINDOW = 2048
#: The RMS level that counts as 0, in dBFS; full scale counts as 1.
ZERO_DB = -60.0
#: The spectral centroids that count as 0 and as 1, in Hz; between them, octaves count alike.
DARKEST_HZ, BRIGHTEST_HZ = 100.0, 10_000.0
#: An input that has given nothing for so long is silent, in seconds.
_STALE_SECONDS = 0.3

#: What is measured of the input.
LOUDNESS, BRIGHTNESS = "listen.loudness", "listen.brightness"


class InputFollower:
    """Measures the newest sound in the tap of an input, whenever it is asked. Both values are 0
    while listening is off, and in silence. `clock` gives seconds."""

    def __init__(
        self, tap: TapRing, status: ListeningStatus, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tap, self._status, self._clock = tap, status, clock
        self._hann = np.hanning(_WINDOW).astype(np.float32)
        self._written, self._since = -1, 0.0
        self._values = {LOUDNESS: 0.0, BRIGHTNESS: 0.0}

    def follow(self, what: str) -> float:
        """The loudness or the brightness, 0..1. Raises KeyError for anything else."""
        written, now = self._tap.written, self._clock()
        if written != self._written:
            self._written, self._since = written, now
            self._values = self._measure()
        heard = self._status["on"] and now - self._since < _STALE_SECONDS
        return self._values[what] if heard else 0.0

    def _measure(self) -> dict[str, float]:
        samples = self._tap.read(max(self._written - _WINDOW, self._tap.since))[0][0][-_WINDOW:]
        samples = np.nan_to_num(samples, copy=False, posinf=0.0, neginf=0.0)
        # What the window lacks, because the input has just begun, counts as silence.
        power = mean_square(samples) * len(samples) / _WINDOW
        loudness = 1.0 - float(level_db(power, ZERO_DB)) / ZERO_DB
        if loudness <= 0.0:
            return {LOUDNESS: 0.0, BRIGHTNESS: 0.0}
        spectrum = np.square(np.abs(np.fft.rfft(samples * self._hann[-len(samples) :], _WINDOW)))
        hertz = np.arange(len(spectrum)) * (self._tap.sample_rate / _WINDOW)
        centroid = float(spectrum @ hertz) / float(spectrum.sum())
        octaves = math.log(max(centroid, DARKEST_HZ) / DARKEST_HZ)
        brightness = octaves / math.log(BRIGHTEST_HZ / DARKEST_HZ)
        return {LOUDNESS: min(loudness, 1.0), BRIGHTNESS: min(brightness, 1.0)}
