"""The last mile, the same for every output: from the ring to samples that are fit for a sound card.

It replaces samples that are not finite, blocks DC, fades when the ring runs dry or the transport
stops, and applies width, leveler and gain. Then, at the device's sample rate, come the limiter, the
meter, the tap and the device's channels.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.limiter import LOUDEST, Limiter
from distill_live.audio.resample import StreamResampler
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples
from distill_live.live.ipc.status import LiveStatus, Transport
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckMixer
from distill_live.live.playback.envelope import FADE_DRY, Envelope
from distill_live.live.playback.high_pass import HighPass
from distill_live.live.playback.leveler import Leveler
from distill_live.live.playback.meter import Meter
from distill_live.live.playback.widener import Widener
from distill_live.parameters import ParameterStore

#: Samples of the fade on `stop` (50 ms) and on `panic` (10 ms).
FADE_STOP, FADE_PANIC = 2400, 480
#: Samples of the fade back in (20 ms), and what the ring must hold before it (100 ms).
FADE_IN, RESUME = 960, 4800
#: Samples of the ramp of gain and width (10 ms).
GAIN_RAMP = 480
#: Corner of the DC block, in Hz.
DC_CORNER = 5.0
#: Samples that are made in one piece, in buffers made once; a longer block takes several pieces.
LONGEST_PIECE = 2048
#: The newest block's weight in the mean lead of reading over hearing.
_NEWEST_LEAD = 0.02


class LastMile:
    """Pulls left and right out of the decks and makes them fit for a device.

    `render` fills the blocks that the device asks for. It never waits: when there is no sound, it
    fades out and plays silence. Sound is read from the ring a little before it is heard, because of
    the limiter's delay and, if the device has another rate than the ring, of the samples in the
    resampler. None of it is lost. An even number of channels gets left and right in turn, an odd
    number the middle. Width adds a side made of the middle on the left, and subtracts it on the
    right; without width, a mono model is the same on all channels.
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
        self._limiter = Limiter(sample_rate, 2, LONGEST_PIECE)
        self._gain, self._width = parameters["gain"], parameters["width"]
        self._dc = HighPass(DC_CORNER)
        self._widener = Widener(LONGEST_PIECE)
        # Another process, or another device, may have played until now.
        self._leveler = Leveler(status["leveler_gain"])
        self._resampler = (
            StreamResampler(SAMPLE_RATE, sample_rate, 2) if sample_rate != SAMPLE_RATE else None
        )
        self._resampled = np.zeros((2, 0), np.float32)
        self._pair = np.zeros((2, LONGEST_PIECE), np.float32)
        self._middle = np.zeros(LONGEST_PIECE, np.float32)
        self._magnitudes = np.zeros((2, LONGEST_PIECE), np.float32)
        self._finite = np.zeros((2, LONGEST_PIECE), np.bool_)
        self._peak, self._meter = 0.0, Meter(sample_rate)
        self._pulled = self._given = 0
        self._latency, self._lead = 0.0, self._limiter.delay / sample_rate
        #: After this many silent samples at 48 kHz nothing of the earlier sound is left.
        self._tail = -(-self._limiter.delay * SAMPLE_RATE // sample_rate)
        self._tail += 2 * GAIN_RAMP if self._resampler else 0
        self._quiet = self._tail
        tap.begin(sample_rate)
        # Another output may have played before.
        self.note_latency(0.0)

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels], at the device's rate, with the next sound."""
        if not self._given:
            self._tap.note_gap(self._since_last_output())
            # This way the first sample to come out is the first of the sound.
            self._limiter.process(self._at_device_rate(self._limiter.delay))
        self._peak = 0.0
        for start in range(0, len(out), LONGEST_PIECE):
            piece = out[start : start + LONGEST_PIECE]
            pair = self._limiter.process(self._at_device_rate(len(piece)))
            self._show(pair)
            _spread(pair, piece)
        self._given += len(out)
        lead = self._pulled / SAMPLE_RATE - self._given / self._rate
        self._lead += _NEWEST_LEAD * (lead - self._lead)
        self._status["output_latency"] = self._latency + self._lead
        self._status["silent"] = float(self._drained)
        self._status["peak"] = self._peak
        self._status["rms"], self._status["falling_peak"] = self._meter.rms, self._meter.peak
        self._status.beat("audio_beat")
        self._status["given_until"] = self._status["audio_beat"] + len(out) / self._rate
        self._status.add("blocks")

    def _since_last_output(self) -> float:
        """For how many seconds nothing has played, if an earlier output has."""
        until = self._status["given_until"] if self._status["played"] else 0.0
        return max(time.monotonic() - until, 0.0) if until else 0.0

    @property
    def has_played(self) -> bool:
        """Whether a device has taken any samples yet, even if only silence."""
        return self._given > 0

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples, at the device's rate, could be played now without running dry.

        Never while the transport is stopped: an output that can wait does not write silence.
        """
        self._status.beat("audio_beat")
        self._mixer.follow(self._envelope.silent)
        if self._stopping and self._drained:
            return False
        needed = -(-count * SAMPLE_RATE // self._rate) + 2 * GAIN_RAMP
        return self._mixer.available >= needed + max(FADE_DRY, RESUME)

    def end(self) -> None:
        """Fade out for good, as `stop` does."""
        self._ending = True

    def count_fault(self) -> None:
        """Count a fault that the device reports."""
        self._status.add("device_faults")

    def note_latency(self, seconds: float) -> None:
        """Note how long a sample takes from here to the ear, in seconds."""
        self._latency = seconds
        self._status["output_latency"] = seconds + self._lead

    @property
    def _drained(self) -> bool:
        """Whether silence has reached the device."""
        return self._quiet >= self._tail

    def _show(self, pair: Samples) -> None:
        """Pass the samples [2, n] that are heard next to the meter and the tap."""
        if self._status["played"]:
            self._tap.write(pair)
        magnitudes = np.abs(pair, out=self._magnitudes[:, : pair.shape[1]])
        peak = float(magnitudes.max(initial=0.0))
        self._peak = max(self._peak, peak)
        self._meter.add(pair, peak)

    def _at_device_rate(self, count: int) -> Samples:
        """Left and right [2, count] of the next samples, at most LONGEST_PIECE; valid until the
        next call."""
        if self._resampler is None:
            return self._next(count)
        while self._resampled.shape[1] < count:
            more = self._resampler.process(self._next(GAIN_RAMP).T).T
            self._resampled = np.concatenate([self._resampled, more], axis=1)
        pair, self._resampled = self._resampled[:, :count], self._resampled[:, count:]
        return pair

    def _next(self, count: int) -> Samples:
        """Left and right [2, count] of the next samples at 48 kHz, finite, with width, leveler and
        gain."""
        pair = self._pair[:, :count]
        self._parameters.refresh()
        self._mixer.follow(self._envelope.silent)
        self._pull(pair.T)
        self._pulled += count
        self._widen(pair)
        # Before the gain: what the performer fades out must not come back.
        self._leveler.process(pair, self._parameters["leveler"])
        self._status["leveler_gain"] = self._leveler.gain_db
        before, self._gain = self._gain, self._parameters["gain"]
        _scale(pair, before, self._gain)
        return pair

    def _pull(self, out: Samples) -> None:
        """Read the next sound into `out` [n, 2], faded where sound begins or ends."""
        fade_out = self._fade_out_length(len(out))
        if fade_out is None:
            self._envelope.fade_in(FADE_IN)
        else:
            self._envelope.fade_out(fade_out)
        count = min(self._envelope.audible(len(out)), self._mixer.playable)
        if count:
            self._mixer.read(out[:count])
            self._repair(out[:count])
            out[:count] = self._dc.process(out[:count])
            self._envelope.apply(out[:count])
        if count < len(out):
            out[count:] = 0.0
            self._envelope.silence()
        self._quiet = self._quiet + len(out) - count if self._envelope.silent else 0
        self._status.add("played", count)
        self._note_bridge()

    def _note_bridge(self) -> None:
        """Count how often, and how many samples, the last passage was repeated."""
        bridging = float(self._mixer.bridging)
        if bridging > self._status["bridging"]:
            self._status.add("underruns")
        self._status.add("bridged", self._mixer.pop_repeated())
        self._status["bridging"] = bridging

    def _repair(self, samples: Samples) -> None:
        finite = np.isfinite(samples, out=self._finite[:, : len(samples)].T)
        if not finite.all():
            self._status.add("repaired", len(samples) - int(np.count_nonzero(finite.all(axis=1))))
            samples[~finite] = 0.0
        np.clip(samples, -LOUDEST, LOUDEST, out=samples)

    def _fade_out_length(self, count: int) -> int | None:
        """Over how many samples the sound must end now; None if it may continue."""
        available = self._mixer.playable
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

    def _widen(self, pair: Samples) -> None:
        """Add a side made of the middle to the left, and subtract it from the right [2, n]."""
        before, self._width = self._width, self._parameters["width"]
        # Halving is exact: the middle of two equal samples is that sample.
        middle = np.add(pair[0], pair[1], out=self._middle[: pair.shape[1]])
        middle *= 0.5
        if before == self._width == 0.0:
            self._widener.follow(middle)
        else:
            side = self._widener.side(middle)
            _scale(side, before, self._width)
            pair[0] += side
            pair[1] -= side


def _scale(samples: Samples, before: float, factor: float) -> None:
    """Multiply [..., n] in place, with a ramp from the factor before to another one."""
    length = 0 if factor == before else min(GAIN_RAMP, samples.shape[-1])
    if length:
        ramp = np.linspace(before, factor, length + 1, dtype=np.float32)[1:]
        samples[..., :length] *= ramp
    samples[..., length:] *= np.float32(factor)


def _spread(pair: Samples, out: NDArray[np.float32]) -> None:
    """Fill `out` [n, channels] from left and right [2, n]."""
    if out.shape[1] % 2:
        # Halved first, so that the middle of two equal samples is exactly that sample.
        out[:] = (0.5 * pair[0] + 0.5 * pair[1])[:, None]
    else:
        out[:, 0::2], out[:, 1::2] = pair[0][:, None], pair[1][:, None]
