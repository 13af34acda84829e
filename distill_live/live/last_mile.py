"""The last mile, one for every output: from the ring to samples that a sound card may have.

Fades when the ring runs dry or the transport stops, repair of what is no number,
DC block, gain, width, limiter, the device's sample rate and channels, counters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.resample import StreamResampler
from distill_live.live.deck_mixer import DeckMixer
from distill_live.live.envelope import FADE_DRY, Envelope
from distill_live.live.high_pass import HighPass
from distill_live.live.meter import Meter
from distill_live.live.ring import SAMPLE_RATE, Samples
from distill_live.live.status import LiveStatus, Transport
from distill_live.live.tap import TapRing
from distill_live.live.widener import Widener
from distill_live.parameters import ParameterStore

#: Samples of a fade on `stop` (50 ms), on `panic` (10 ms).
FADE_STOP, FADE_PANIC = 2400, 480
#: Samples of a fade back in (20 ms), and what the ring must hold before it comes (100 ms).
FADE_IN, RESUME = 960, 4800
#: Samples of the ramp of gain and width (10 ms).
GAIN_RAMP = 480
#: Corner of the DC block, in Hz.
DC_CORNER = 5.0
#: Samples that are made in one piece, in buffers made once; a longer block takes several.
LONGEST_PIECE = 2048
#: Where the limiter begins to bend, and what it never exceeds.
KNEE, CEILING = 0.8, 0.999


class LastMile:
    """Pulls mono sound out of the decks and makes it fit for a device.

    `render` fills what the device asks for. It waits for nobody: when there is no sound it fades
    out and plays silence. An even number of channels takes left and right in turn, an odd one the
    middle; without width all are the same.
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
        self._parameters, self._status, self._tap = parameters.view(), status, tap
        self._envelope = Envelope()
        self._dry = True
        self._ending = False
        self._rate = sample_rate
        self._gain, self._width = parameters["gain"], parameters["width"]
        self._dc = HighPass(DC_CORNER)
        self._widener = Widener(LONGEST_PIECE)
        self._resampler = (
            StreamResampler(SAMPLE_RATE, sample_rate, 2) if sample_rate != SAMPLE_RATE else None
        )
        self._resampled = np.zeros((2, 0), np.float32)
        self._mono = np.zeros(LONGEST_PIECE, np.float32)
        self._pair = np.zeros((2, LONGEST_PIECE), np.float32)
        self._magnitudes = np.zeros((2, LONGEST_PIECE), np.float32)
        self._finite = np.zeros(LONGEST_PIECE, np.bool_)
        self._peak, self._meter = 0.0, Meter()
        # Another output may have played before.
        self.note_latency(0.0)

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels], at the device's rate, with the next sound."""
        self._peak = 0.0
        if self._resampler:
            _spread(self._at_device_rate(self._resampler, len(out)), out)
        else:
            for start in range(0, len(out), LONGEST_PIECE):
                piece = out[start : start + LONGEST_PIECE]
                _spread(self._next(len(piece)), piece)
        self._status["peak"] = self._peak
        self._status["rms"], self._status["falling_peak"] = self._meter.rms, self._meter.peak
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

    def note_latency(self, seconds: float) -> None:
        """Take note of how long a sample takes from here to the ear."""
        self._status["output_latency"] = seconds

    def _at_device_rate(self, resampler: StreamResampler, count: int) -> Samples:
        while self._resampled.shape[1] < count:
            more = resampler.process(self._next(GAIN_RAMP).T).T
            self._resampled = np.concatenate([self._resampled, more], axis=1)
        pair, self._resampled = self._resampled[:, :count], self._resampled[:, count:]
        return pair

    def _next(self, count: int) -> Samples:
        """Left and right [2, count] of the next samples at 48 kHz, finite and within -1..1; valid
        until the next call.

        `count` is at most LONGEST_PIECE.
        """
        mono = self._mono[:count]
        self._parameters.refresh()
        self._mixer.follow(self._envelope.silent)
        self._pull(mono)
        self._apply_gain(mono)
        pair = self._widened(mono)
        limit(pair, self._magnitudes[:, :count])
        if self._status["played"]:
            self._tap.write(pair)
        magnitudes = np.abs(pair, out=self._magnitudes[:, :count])
        peak = float(magnitudes.max(initial=0.0))
        self._peak = max(self._peak, peak)
        self._meter.add(pair, peak)
        return pair

    def _pull(self, out: Samples) -> None:
        """Read what may sound now into `out`, faded where sound stops or begins."""
        fade_out = self._fade_out_length(len(out))
        if fade_out is None:
            self._envelope.fade_in(FADE_IN)
        else:
            self._envelope.fade_out(fade_out)
        count = min(self._envelope.sounding(len(out)), self._mixer.sounding)
        if count:
            self._mixer.read(out[:count])
            self._repair(out[:count])
            out[:count] = self._dc.process(out[:count])
            self._envelope.apply(out[:count])
        if count < len(out):
            out[count:] = 0.0
            self._envelope.silence()
        self._status.add("played", count)
        self._note_bridge()
        self._status["silent"] = float(self._envelope.silent)

    def _note_bridge(self) -> None:
        """Count how often, and how many samples, the last passage was repeated."""
        bridging = float(self._mixer.bridging)
        if bridging > self._status["bridging"]:
            self._status.add("underruns")
        self._status.add("bridged", self._mixer.take_repeated())
        self._status["bridging"] = bridging

    def _repair(self, samples: Samples) -> None:
        finite = np.isfinite(samples, out=self._finite[: len(samples)])
        if not finite.all():
            self._status.add("repaired", len(samples) - int(np.count_nonzero(finite)))
            samples[~finite] = 0.0

    def _fade_out_length(self, count: int) -> int | None:
        """Over how many samples sound must end now; None if it may go on."""
        available = self._mixer.sounding
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
        before, self._gain = self._gain, self._parameters["gain"]
        _scale(samples, before, self._gain)

    def _widened(self, mono: Samples) -> Samples:
        """Left and right [2, n]: the middle, which is `mono`, and the side added and subtracted."""
        before, self._width = self._width, self._parameters["width"]
        pair = self._pair[:, : len(mono)]
        if before == self._width == 0.0:
            self._widener.follow(mono)
            pair[:] = mono
        else:
            side = self._widener.side(mono)
            _scale(side, before, self._width)
            np.add(mono, side, out=pair[0])
            np.subtract(mono, side, out=pair[1])
        return pair


def _scale(samples: Samples, before: float, factor: float) -> None:
    """Multiply in place; what differs from the factor before is reached by a ramp."""
    length = 0 if factor == before else min(GAIN_RAMP, len(samples))
    if length:
        samples[:length] *= np.linspace(before, factor, length + 1, dtype=np.float32)[1:]
    samples[length:] *= np.float32(factor)


def _spread(pair: Samples, out: NDArray[np.float32]) -> None:
    """Fill `out` [n, channels] from left and right [2, n]."""
    if out.shape[1] % 2:
        # Halves first, so that equal ones give themselves to the bit.
        out[:] = (0.5 * pair[0] + 0.5 * pair[1])[:, None]
    else:
        out[:, 0::2], out[:, 1::2] = pair[0][:, None], pair[1][:, None]


def limit(samples: Samples, magnitudes: Samples | None = None) -> Samples:
    """Bend samples [channels, n] beyond KNEE smoothly towards CEILING, in place; smaller ones stay
    untouched.

    All channels are turned down by what the loudest needs, so that nothing moves to the side.
    `magnitudes` is space for as many samples.
    """
    loudest = np.abs(samples, out=magnitudes).max(axis=0)
    over = loudest - KNEE
    if over.max(initial=0.0) > 0.0:
        span = CEILING - KNEE
        bent = KNEE + span * np.tanh(over / span)
        bent = samples / np.maximum(loudest, KNEE) * bent
        np.copyto(samples, bent, where=over > 0.0, casting="same_kind")
    return samples
