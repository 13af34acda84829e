"""The last mile, one for every output: from the ring to samples that a sound card may have.

Lane switches, fades when the ring runs dry or the transport stops, repair of what is no number,
DC block, gain, limiter, the device's sample rate and channels, counters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.resample import StreamResampler
from distill_live.live.ring import SAMPLE_RATE, AudioRing, RingReader, Samples, TapRing
from distill_live.live.status import LiveStatus, Transport
from distill_live.parameters import ParameterStore

#: Samples of a fade when the ring runs dry (20 ms), on `stop` (50 ms), on `panic` (10 ms).
FADE_DRY, FADE_STOP, FADE_PANIC = 960, 2400, 480
#: Samples of a fade back in (20 ms), and what the ring must hold before it comes (100 ms).
FADE_IN, RESUME = 960, 4800
#: Samples of the gain's ramp (10 ms).
GAIN_RAMP = 480
#: Pole of the DC block: -3 dB at 5 Hz.
DC_POLE = 1.0 - 2.0 * np.pi * 5.0 / SAMPLE_RATE
#: Where the limiter begins to bend, and what it never exceeds.
KNEE, CEILING = 0.8, 0.999


class LastMile:
    """Pulls mono sound out of a ring and makes it fit for a device.

    `render` fills what the device asks for. It waits for nobody: when there is no sound it fades
    out and plays silence.
    """

    def __init__(
        self,
        ring: AudioRing,
        parameters: ParameterStore,
        status: LiveStatus,
        tap: TapRing,
        sample_rate: int = SAMPLE_RATE,
    ) -> None:
        self._reader = RingReader(ring)
        self._parameters, self._status, self._tap = parameters, status, tap
        self._envelope = _Envelope()
        self._dry = True
        self._ending = False
        self._rate = sample_rate
        self._gain = parameters["gain"]
        self._dc = DCBlock()
        self._resampler = (
            StreamResampler(SAMPLE_RATE, sample_rate, 1) if sample_rate != SAMPLE_RATE else None
        )
        self._resampled = np.zeros(0, np.float32)

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels], at the device's rate, with the next sound."""
        mono = self._at_device_rate(len(out)) if self._resampler else self._next(len(out))
        out[:] = mono[:, None]
        self._status.beat("audio_beat")
        self._status.add("blocks")

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples (at the device's rate) could be played now without running dry.

        Never while the transport holds: an output that can wait does not write silence.
        """
        self._status.beat("audio_beat")
        if self._stopping and self._envelope.silent:
            return False
        needed = -(-count * SAMPLE_RATE // self._rate) + 2 * GAIN_RAMP
        return self._reader.available >= needed + max(FADE_DRY, RESUME)

    def end(self) -> None:
        """Fade out for good, as `stop` does."""
        self._ending = True

    def count_fault(self) -> None:
        """Take note of a fault that the device reports."""
        self._status.add("device_faults")

    def _at_device_rate(self, count: int) -> Samples:
        assert self._resampler is not None  # noqa: S101 - for the type checker
        while len(self._resampled) < count:
            more = self._resampler.process(self._next(GAIN_RAMP)[:, None])[:, 0]
            self._resampled = np.concatenate([self._resampled, more])
        mono, self._resampled = self._resampled[:count], self._resampled[count:]
        return mono

    def _next(self, count: int) -> Samples:
        """The next `count` samples at 48 kHz, finite and within -1..1."""
        mono = np.zeros(count, np.float32)
        self._pull(mono)
        mono *= self._gain_ramp(count)
        mono = limit(mono)
        if self._status["played"]:
            self._tap.write(mono)
        self._status["peak"] = float(np.abs(mono).max(initial=0.0))
        return mono

    def _pull(self, out: Samples) -> None:
        """Read what may sound now into `out`, faded where sound stops or begins."""
        fade_out = self._fade_out_length(len(out))
        if fade_out is None:
            self._envelope.fade_in(FADE_IN)
        else:
            self._envelope.fade_out(fade_out)
        count = min(self._envelope.sounding(len(out)), self._reader.available)
        if count:
            self._reader.read(out[:count])
            self._repair(out[:count])
            out[:count] = self._dc.process(out[:count])
            self._envelope.apply(out[:count])
        if count < len(out):
            self._envelope.silence()
        self._status.add("played", count)
        self._status["silent"] = float(self._envelope.silent)

    def _repair(self, samples: Samples) -> None:
        bad = ~np.isfinite(samples)
        if bad.any():
            samples[bad] = 0.0
            self._status.add("repaired", int(bad.sum()))

    def _fade_out_length(self, count: int) -> int | None:
        """Over how many samples sound must end now; None if it may go on."""
        available = self._reader.available
        if self._dry:
            self._dry = available < count + RESUME
        elif available < count + FADE_DRY:
            self._dry = True
            if not self._envelope.silent:
                self._status.add("underruns")
        if self._stopping:
            return FADE_PANIC if self._status["transport"] == Transport.PANIC else FADE_STOP
        return min(FADE_DRY, available) if self._dry else None

    @property
    def _stopping(self) -> bool:
        return self._ending or self._status["transport"] != Transport.PLAY

    def _gain_ramp(self, count: int) -> Any:
        target = self._parameters["gain"]
        if target == self._gain:
            return np.float32(target)
        ramp = np.full(count, target, np.float32)
        length = min(GAIN_RAMP, count)
        ramp[:length] = np.linspace(self._gain, target, length + 1, dtype=np.float32)[1:]
        self._gain = target
        return ramp


class _Envelope:
    """A gain between 0 and 1 that moves linearly; begins silent."""

    def __init__(self) -> None:
        self._gain = 0.0
        self._step = 0.0

    @property
    def silent(self) -> bool:
        return self._gain <= 0.0 and self._step <= 0.0

    def fade_in(self, length: int) -> None:
        if self._gain < 1.0:
            self._step = 1.0 / length

    def fade_out(self, length: int) -> None:
        """Reach 0 within `length` samples; a fade under way is never slowed down."""
        if self._gain <= 0.0:
            self._step = 0.0
        elif self._step >= 0.0 or -self._step < self._gain / max(length, 1):
            self._step = -self._gain / max(length, 1)

    def silence(self) -> None:
        self._gain = self._step = 0.0

    def sounding(self, count: int) -> int:
        """How many of the next `count` samples are not silent."""
        if self.silent:
            return 0
        if self._step >= 0.0:
            return count
        return min(count, int(np.ceil(self._gain / -self._step - 1e-9)))

    def apply(self, samples: Samples) -> None:
        if self._step == 0.0 and self._gain == 1.0:
            return
        gains = self._gain + self._step * np.arange(1, len(samples) + 1)
        np.clip(gains, 0.0, 1.0, out=gains)
        samples *= gains.astype(np.float32)
        self._gain = float(gains[-1])
        if self._gain in (0.0, 1.0):
            self._step = 0.0


class DCBlock:
    """One-pole high pass, y[n] = x[n] - x[n-1] + DC_POLE * y[n-1], a whole block at once."""

    #: Longest run computed in one piece, so that DC_POLE ** -n stays near 1.
    _RUN = 1024

    def __init__(self) -> None:
        self._last_in = 0.0
        self._last_out = 0.0
        self._powers = DC_POLE ** np.arange(1, self._RUN + 1)

    def process(self, samples: Samples) -> Samples:
        """Filter samples [n]; state carries over to the next call."""
        out = np.empty_like(samples)
        for start in range(0, len(samples), self._RUN):
            piece = samples[start : start + self._RUN].astype(np.float64)
            powers = self._powers[: len(piece)]
            steps = np.diff(piece, prepend=self._last_in)
            filtered = powers * (self._last_out + np.cumsum(steps / powers))
            self._last_in, self._last_out = float(piece[-1]), float(filtered[-1])
            out[start : start + len(piece)] = filtered
        return out


def limit(samples: Samples) -> Samples:
    """Bend what exceeds KNEE smoothly towards CEILING; smaller samples pass untouched."""
    over = np.abs(samples) - KNEE
    if not (over > 0.0).any():
        return samples
    span = CEILING - KNEE
    bent = np.sign(samples) * (KNEE + span * np.tanh(over / span))
    return np.where(over > 0.0, bent, samples).astype(np.float32)
