"""The last mile, one for every output: from the ring to samples that a sound card may have.

Fades when the ring runs dry or the transport stops, repair of what is no number,
DC block, gain, limiter, the device's sample rate and channels, counters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.resample import StreamResampler
from distill_live.live.deck_mixer import DeckMixer
from distill_live.live.envelope import FADE_DRY, Envelope
from distill_live.live.ring import SAMPLE_RATE, Samples
from distill_live.live.status import LiveStatus, Transport
from distill_live.live.tap import TapRing
from distill_live.parameters import ParameterStore

#: Samples of a fade on `stop` (50 ms), on `panic` (10 ms).
FADE_STOP, FADE_PANIC = 2400, 480
#: Samples of a fade back in (20 ms), and what the ring must hold before it comes (100 ms).
FADE_IN, RESUME = 960, 4800
#: Samples of the gain's ramp (10 ms).
GAIN_RAMP = 480
#: Pole of the DC block: -3 dB at 5 Hz.
DC_POLE = 1.0 - 2.0 * np.pi * 5.0 / SAMPLE_RATE
#: Samples that are made in one piece, in buffers made once; a longer block takes several.
LONGEST_PIECE = 2048
#: Where the limiter begins to bend, and what it never exceeds.
KNEE, CEILING = 0.8, 0.999


class LastMile:
    """Pulls mono sound out of the decks and makes it fit for a device.

    `render` fills what the device asks for. It waits for nobody: when there is no sound it fades
    out and plays silence.
    """

    def __init__(
        self,
        mixer: DeckMixer,
        parameters: ParameterStore,
        status: LiveStatus,
        tap: TapRing,
        sample_rate: int = SAMPLE_RATE,
    ) -> None:
        self._mixer = mixer
        self._parameters, self._status, self._tap = parameters, status, tap
        self._envelope = Envelope()
        self._dry = True
        self._ending = False
        self._rate = sample_rate
        self._gain = parameters["gain"]
        self._dc = DCBlock()
        self._resampler = (
            StreamResampler(SAMPLE_RATE, sample_rate, 1) if sample_rate != SAMPLE_RATE else None
        )
        self._resampled = np.zeros(0, np.float32)
        self._mono = np.zeros(LONGEST_PIECE, np.float32)
        self._magnitudes = np.zeros(LONGEST_PIECE, np.float32)
        self._finite = np.zeros(LONGEST_PIECE, np.bool_)
        self._peak = 0.0

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels], at the device's rate, with the next sound."""
        self._peak = 0.0
        if self._resampler:
            out[:] = self._at_device_rate(self._resampler, len(out))[:, None]
        else:
            for start in range(0, len(out), LONGEST_PIECE):
                piece = out[start : start + LONGEST_PIECE]
                piece[:] = self._next(len(piece))[:, None]
        self._status["peak"] = self._peak
        self._status.beat("audio_beat")
        self._status.add("blocks")

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples (at the device's rate) could be played now without running dry.

        Never while the transport holds: an output that can wait does not write silence.
        """
        self._status.beat("audio_beat")
        self._mixer.follow(self._envelope.silent)
        if self._stopping and self._envelope.silent:
            return False
        needed = -(-count * SAMPLE_RATE // self._rate) + 2 * GAIN_RAMP
        return self._mixer.available >= needed + max(FADE_DRY, RESUME)

    def end(self) -> None:
        """Fade out for good, as `stop` does."""
        self._ending = True

    def count_fault(self) -> None:
        """Take note of a fault that the device reports."""
        self._status.add("device_faults")

    def _at_device_rate(self, resampler: StreamResampler, count: int) -> Samples:
        while len(self._resampled) < count:
            more = resampler.process(self._next(GAIN_RAMP)[:, None])[:, 0]
            self._resampled = np.concatenate([self._resampled, more])
        mono, self._resampled = self._resampled[:count], self._resampled[count:]
        return mono

    def _next(self, count: int) -> Samples:
        """The next `count` samples at 48 kHz, finite and within -1..1; valid until the next call.

        `count` is at most LONGEST_PIECE.
        """
        mono = self._mono[:count]
        self._mixer.follow(self._envelope.silent)
        self._pull(mono)
        self._apply_gain(mono)
        limit(mono, self._magnitudes[:count])
        if self._status["played"]:
            self._tap.write(mono)
        magnitudes = np.abs(mono, out=self._magnitudes[:count])
        self._peak = max(self._peak, float(magnitudes.max(initial=0.0)))
        return mono

    def _pull(self, out: Samples) -> None:
        """Read what may sound now into `out`, faded where sound stops or begins."""
        fade_out = self._fade_out_length(len(out))
        if fade_out is None:
            self._envelope.fade_in(FADE_IN)
        else:
            self._envelope.fade_out(fade_out)
        count = min(self._envelope.sounding(len(out)), self._mixer.available)
        if count:
            self._mixer.read(out[:count])
            self._repair(out[:count])
            out[:count] = self._dc.process(out[:count])
            self._envelope.apply(out[:count])
        if count < len(out):
            out[count:] = 0.0
            self._envelope.silence()
        self._status.add("played", count)
        self._status["silent"] = float(self._envelope.silent)

    def _repair(self, samples: Samples) -> None:
        finite = np.isfinite(samples, out=self._finite[: len(samples)])
        if not finite.all():
            self._status.add("repaired", len(samples) - int(np.count_nonzero(finite)))
            samples[~finite] = 0.0

    def _fade_out_length(self, count: int) -> int | None:
        """Over how many samples sound must end now; None if it may go on."""
        available = self._mixer.available
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

    def _apply_gain(self, samples: Samples) -> None:
        """Multiply by the gain in place; a new one is reached by a ramp."""
        target = self._parameters["gain"]
        length = 0 if target == self._gain else min(GAIN_RAMP, len(samples))
        if length:
            samples[:length] *= np.linspace(self._gain, target, length + 1, dtype=np.float32)[1:]
            self._gain = target
        samples[length:] *= np.float32(target)


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


def limit(samples: Samples, magnitudes: Samples | None = None) -> Samples:
    """Bend samples beyond KNEE smoothly towards CEILING, in place; smaller ones stay untouched.

    `magnitudes` is space for as many samples.
    """
    over = np.abs(samples, out=magnitudes)
    over -= KNEE
    if over.max(initial=0.0) > 0.0:
        span = CEILING - KNEE
        bent = np.sign(samples) * (KNEE + span * np.tanh(over / span))
        np.copyto(samples, bent, where=over > 0.0, casting="same_kind")
    return samples
