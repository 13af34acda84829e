"""Initial phases for new frames, from magnitudes alone.

The slopes of the phase follow from those of the log magnitude (Portnoff 1979; Prusa, Balazs and
Sondergaard 2017): its slope over frequency tells how far the sound lies from the bin's centre, its
slope over time how far it lies from the frame's centre. Here, peaks continue in time at their own
frequency (Beauregard, Harish and Wyse 2015) and carry the bins around them along, frame by frame.

Where mels are wider than a window's lobe, magnitudes are too smooth to tell noise from a pulse at
every frame's centre. Unless something begins or ends there, these bins take the phases of a noise
that is fixed for every position; without it, noise buzzes at the frame rate.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor


class PhaseStart:
    """Phases of frames `[T, bins]` that continue those of the frame before them.

    Below bin `resolved_bins` the magnitudes show single partials; from there on, noise.
    """

    def __init__(self, n_fft: int, hop_length: int, resolved_bins: int) -> None:
        self._n_fft, self._hop = n_fft, hop_length
        self._bins = torch.arange(n_fft // 2 + 1)
        # Whole turns leave the phase as it is, and small angles keep their last bits.
        turns = (self._bins * hop_length) % n_fft
        self._centre_advance = turns * (2 * math.pi / n_fft)
        self._bin_advance = 2 * math.pi * hop_length / n_fft
        # Variance, in samples squared, of the Gaussian that is most like a Hann window: its
        # time-frequency ratio is 0.25645 n_fft^2 (Prusa et al., table 1).
        self._spread = 0.25645 * n_fft**2 / (2 * math.pi)
        self._noise = _noise_phases(n_fft, hop_length)
        self._unresolved = self._bins >= resolved_bins

    def __call__(self, phase: Tensor, before: Tensor, magnitudes: Tensor, position: int) -> Tensor:
        """Phases `[T, bins]` in radians of frames with logarithmic `magnitudes` `[T, bins]`.

        `phase` and `before`, `[bins]` each, are phase and logarithmic magnitude of the frame
        before the first, which is frame number `position` of the sound.
        """
        peak = self._nearest_peak(magnitudes)
        advance = self._advance(magnitudes)
        delay = self._delay(before, magnitudes)
        around = self._around_peak(delay, peak)
        phases = []
        for step, nearest, beside in zip(advance, peak, around, strict=True):
            phase = (phase + step).index_select(0, nearest) + beside
            phases.append(phase)
        numbers = torch.arange(position, position + len(magnitudes)) % len(self._noise)
        steady = self._unresolved & (delay.abs() < self._hop / 2)
        return torch.where(steady, self._noise[numbers], torch.stack(phases))

    def _nearest_peak(self, magnitudes: Tensor) -> Tensor:
        """The bin of the peak that is nearest to each bin; a frame without peaks: the bin."""
        inner = magnitudes[:, 1:-1]
        above = (inner > magnitudes[:, :-2]) & (inner >= magnitudes[:, 2:])
        is_peak = torch.nn.functional.pad(above, (1, 1))
        bins, far = self._bins, 4 * len(self._bins)
        below = torch.where(is_peak, bins, -far).cummax(dim=1).values
        over = torch.where(is_peak, bins, far).flip(1).cummin(dim=1).values.flip(1)
        nearest = torch.where(bins - below <= over - bins, below, over)
        return torch.where((nearest < 0) | (nearest >= len(bins)), bins, nearest)

    def _advance(self, magnitudes: Tensor) -> Tensor:
        """By how much the phase of each bin continues from frame to frame, radians."""
        slope = torch.zeros_like(magnitudes)
        slope[:, 1:-1] = (magnitudes[:, 2:] - magnitudes[:, :-2]) / 2
        bins_off = slope * (self._n_fft / (2 * math.pi)) ** 2 / self._spread
        return self._centre_advance + bins_off.clamp(-2, 2) * self._bin_advance

    def _delay(self, before: Tensor, magnitudes: Tensor) -> Tensor:
        """How many samples after the centre of its frame the sound in each bin lies."""
        earlier = torch.cat([before[None], magnitudes[:-1]])
        later = torch.cat([magnitudes[1:], magnitudes[-1:]])
        span = torch.full((len(magnitudes), 1), 2.0 * self._hop)
        span[-1] = self._hop  # nothing is known after the last frame
        half = self._n_fft / 2
        return (self._spread * (later - earlier) / span).clamp(-half, half)

    def _around_peak(self, delay: Tensor, peak: Tensor) -> Tensor:
        """The phase of each bin less that of its peak, radians."""
        between = (delay[:, 1:] + delay[:, :-1]) * (-math.pi / self._n_fft)
        summed = torch.nn.functional.pad(between.cumsum(dim=1), (1, 0))
        # Sound at the centre of a frame turns the phase by half a turn from bin to bin.
        odd = ((self._bins - peak) % 2) * math.pi
        return summed - summed.gather(1, peak) + odd


@functools.cache
def _noise_phases(n_fft: int, hop: int, frames: int = 512) -> Tensor:
    """Phases `[frames, bins]` of a white noise that repeats after `frames` hops. Cached: callers
    share one tensor, so they must not change it."""
    noise = torch.rand(frames * hop, generator=torch.Generator().manual_seed(0)) - 0.5
    windowed = torch.cat([noise, noise[:n_fft]]).unfold(0, n_fft, hop)[:frames]
    spectra: Tensor = torch.fft.rfft(windowed * torch.hann_window(n_fft))
    return spectra.angle()
