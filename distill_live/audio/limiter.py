"""A look-ahead limiter: its output never exceeds `CEILING`, not even between samples.

It only changes the gain and adds no distortion: one gain for all channels comes down before a peak
and goes back up slowly. Sound that needs no reduction passes through bit-identical, only delayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from distill_live.audio.blocks import recut
from distill_live.audio.stereo.channels import channel_count

Samples = NDArray[np.float32]
Numbers = NDArray[np.float64]

#: The highest magnitude that comes out, between samples too, by the limiter's own measure: -1.2
#: dBFS. Other meters find up to 0.3 dB more in music, and in white noise never more than -0.1 dBFS.
CEILING = 10.0 ** (-1.2 / 20.0)
#: Over what time the gain comes down before a peak, and in what time most of it (63 %) comes back.
ATTACK_SECONDS, RELEASE_SECONDS = 0.001, 0.1
#: A reduction that is smaller than this, -120 dB, is over.
_OVER = 1e-6
#: Louder samples are clipped to this magnitude; the limiter's sums would overflow far above it.
LOUDEST = 1e6
#: Samples on both sides of a peak that get its gain, too; the sound between samples needs them.
_GUARD = 4
#: How many samples are used to estimate the sound between two of them.
_TAPS = 64
#: The filters that estimate it: where they begin to cut, by half the sample rate, and how steeply
#: (Kaiser's beta). A converter's filter cuts somewhere there, and what it takes away can make a
#: peak as well as hide one.
_FILTERS = ((1.0, 1.0), (0.96, 5.0), (0.92, 5.0))
# Samples of a recording that are limited at once.
_PIECE = 8_192


class Limiter:
    """Limits a stream block by block; the output is delayed by `delay` samples.

    The reduction that a sample needs is known `_TAPS / 2` samples later, because the sound between
    samples (at every quarter, ITU-R BS.1770-4, Annex 2) depends on the samples around it. The
    largest reduction in a window is held, decays exponentially after it, and is smoothed by a Hann
    window of the same length: so it is complete when the peak comes out.
    """

    def __init__(self, sample_rate: int, channels: int, longest: int) -> None:
        """For blocks of up to `longest` samples at `sample_rate` Hz."""
        attack = max(round(ATTACK_SECONDS * sample_rate), 2)
        self._hold = attack + 2 * _GUARD
        self._smoothing = np.hanning(attack + 2)[1:-1]
        self._smoothing /= self._smoothing.sum()
        #: How many samples later the sound comes out.
        self.delay = _TAPS // 2 + attack - 1 + _GUARD
        #: The strongest reduction so far: a gain is 1 minus this.
        self.reduction = 0.0
        self._between = _between_samples()
        self._harmless = CEILING / np.abs(self._between).sum(axis=1).max()
        self._decay = np.exp(-np.arange(1.0, longest + 1.0) / (RELEASE_SECONDS * sample_rate))
        self._past = max(self.delay, _TAPS - 1)
        self._line = np.zeros((channels, self._past + longest), np.float32)
        self._magnitudes = np.zeros_like(self._line)
        self._views = sliding_window_view(self._line[:, self._past - _TAPS + 1 :], longest, 1)
        self._runs = np.zeros_like(self._views)
        self._estimates = np.zeros((channels, len(self._between), longest), np.float32)
        self._needs = np.zeros(self._hold - 1)
        self._held = np.zeros(attack - 1)
        self._acting = False

    def process(self, block: Samples) -> Samples:
        """The samples [channels, n] that come out while `block` [channels, n] goes in: one or more,
        finite and hardly beyond `LOUDEST`."""
        count = block.shape[1]
        self._line[:, self._past : self._past + count] = block
        out = self._line[:, self._past - self.delay :][:, :count].copy()
        needs = self._reductions(count)
        if needs is not None or self._acting:
            out *= self._gains(np.zeros(count) if needs is None else needs)
        self._line[:, : self._past] = self._line[:, count : count + self._past].copy()
        return out

    def _reductions(self, count: int) -> Numbers | None:
        """The reductions [count] that the next samples need; None if none needs any."""
        recent = self._line[:, self._past - _TAPS + 1 : self._past + count]
        magnitudes = np.abs(recent, out=self._magnitudes[:, : recent.shape[1]])
        if magnitudes.max() <= self._harmless:
            return None
        peaks = self._peaks(count)
        if peaks.max() <= CEILING:
            return None
        return 1.0 - CEILING / np.maximum(peaks, CEILING).astype(np.float64)

    def _peaks(self, count: int) -> Samples:
        """The largest magnitude [count] of each sample and of the sound from it to the next one."""
        runs, estimates = self._runs[..., :count], self._estimates[..., :count]
        runs[:] = self._views[..., :count]
        np.matmul(self._between, runs, out=estimates)
        between: Samples = np.abs(estimates, out=estimates).max(axis=(0, 1))
        first = _TAPS // 2 - 1
        on_samples = self._magnitudes[:, first : first + count].max(axis=0)
        peaks: Samples = np.maximum(between, on_samples, out=between)
        return peaks

    def _gains(self, needs: Numbers) -> Samples:
        """The gains [n] of the samples that come out, as the newest reductions `needs` [n] want."""
        needs = np.concatenate([self._needs, needs])
        held = self._release(_sliding_maximum(needs, self._hold))
        held = np.concatenate([self._held, held])
        reductions = np.convolve(held, self._smoothing, "valid")
        self._needs = needs[len(needs) - len(self._needs) :]
        self._held = held[len(held) - len(self._held) :]
        self._acting = bool(self._needs.any() or self._held.any())
        self.reduction = max(self.reduction, float(reductions.max()))
        return (1.0 - reductions).astype(np.float32)

    def _release(self, needs: Numbers) -> Numbers:
        """r[n] = max(needs[n], decay * r[n-1]): a running maximum of what grows as r decays."""
        decay = self._decay[: len(needs)]
        grown = needs / decay
        grown[0] = max(grown[0], self._held[-1])
        released: Numbers = np.maximum.accumulate(grown, out=grown)
        released *= decay
        released[released < _OVER] = 0.0
        return released


class RecordingLimiter:
    """Limits a whole recording block by block, without a delay; for one recording."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._limiter = Limiter(sample_rate, channels, _PIECE)
        self._channels = channels

    @property
    def reduction_db(self) -> float:
        """The largest reduction so far, in dB."""
        return -20.0 * float(np.log10(1.0 - self._limiter.reduction))

    def limit(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The recording's blocks `[n, C]`, finite and of any length, to as many limited samples,
        which do not depend on how it is cut into blocks."""
        early = self._limiter.delay
        rest = np.zeros((early, self._channels), np.float32)
        for piece in recut(chain(blocks, [rest]), _PIECE):
            limited = self._limiter.process(piece.T.clip(-LOUDEST, LOUDEST)).T
            yield limited[early:]
            early = max(early - len(limited), 0)


def limit_recording(audio: Samples, sample_rate: int) -> tuple[Samples, float]:
    """A whole recording `[N]` or `[N, C]`, finite, limited without a delay; and the largest
    reduction, in dB."""
    channels = channel_count(audio)
    limiter = RecordingLimiter(sample_rate, channels)
    limited = np.concatenate([*limiter.limit([audio.reshape(-1, channels)])])
    return limited.reshape(audio.shape), limiter.reduction_db


def within_full_scale(audio: Samples, sample_rate: int) -> tuple[Samples, float]:
    """A recording `[N]` or `[N, C]` unchanged, and 0; if a sample exceeds full scale, which most
    files cannot hold, the result of `limit_recording`."""
    if np.abs(audio).max(initial=0.0) <= 1.0:
        return audio, 0.0
    return limit_recording(audio, sample_rate)


def _between_samples() -> Samples:
    """Weights [12, _TAPS] of the samples around a gap: by each filter, a windowed sinc, the sound
    at its beginning and at each quarter of it."""
    distances = np.arange(1 - _TAPS // 2, _TAPS // 2 + 1) - np.arange(0.0, 1.0, 0.25)[:, None]
    nearness = np.sqrt(1.0 - (distances / (_TAPS // 2)) ** 2)
    filters = [np.sinc(cut * distances) * np.i0(beta * nearness) for cut, beta in _FILTERS]
    return np.concatenate([f / f.sum(axis=1, keepdims=True) for f in filters]).astype(np.float32)


def _sliding_maximum(values: Numbers, width: int) -> Numbers:
    """The largest of each `width` neighbours, [N - width + 1], in steps that double."""
    reached = 1
    while reached < width:
        step = min(reached, width - reached)
        values = np.maximum(values[:-step], values[step:])
        reached += step
    return values
