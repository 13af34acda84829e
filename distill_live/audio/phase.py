"""Mel frames to sound as a stream: phase reconstruction without training.

Block by block, phases are started from the magnitudes' slopes (`phase_start`) and made consistent
by fast Griffin-Lim iterations (Perraudin, Balazs and Sondergaard 2013). Frames that have been
output stay as they are; the next block is fitted to them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from distill_live.audio.inversion import MelInversion
from distill_live.audio.phase_start import PhaseStart
from distill_live.audio.spectrogram import AudioSpectrogram


@dataclass(frozen=True)
class PhaseConfig:
    """How phases are found; stored in the model file.

    Frames are worked on in blocks of `block_frames` (best one column). A frame is final when
    `lookahead_frames` after it are known; `held_frames` more are guessed by holding the last.
    `corrections` of the `iterations`, the last among them, fit the magnitudes to the mels again,
    by `correction_power` times what is missing in dB. `inversion_steps` refine the first ones.
    """

    block_frames: int = 8
    lookahead_frames: int = 1
    held_frames: int = 1
    iterations: int = 16
    momentum: float = 0.99
    corrections: int = 4
    correction_power: float = 2.0
    inversion_steps: int = 6

    def __post_init__(self) -> None:
        if self.block_frames <= self.lookahead_frames:
            raise ValueError(
                f"block_frames must be above lookahead_frames, {self.lookahead_frames}: "
                f"it is {self.block_frames}"
            )
        lowest = {"lookahead_frames": 0, "held_frames": 0, "iterations": 1, "momentum": 0,
                  "corrections": 0, "correction_power": 0, "inversion_steps": 0}  # fmt: skip
        for name, low in lowest.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= low):
                raise ValueError(f"{name} must be {low} or more: it is {value}")

    def corrected_iterations(self) -> frozenset[int]:
        """The iterations, counted from 0, that correct the magnitudes: evenly, up to the last."""
        spacing = max(self.iterations // (self.corrections + 1), 1)
        return frozenset(self.iterations - 1 - n * spacing for n in range(self.corrections))


@dataclass(frozen=True, eq=False)
class PhaseState:
    """The state of a stream of frames. Its tensors are replaced, never changed in place.

    `waiting` `[M, n]`: mels of a block that is not full. `ahead` `[L, bins]` and `ahead_mels`
    `[L, M]`: unit spectra and mel powers of frames that are not final. `phase` and `magnitude`
    `[bins]` (logarithmic): the last final frame's. `tail` and `weight` `[overlap, hop]`: what
    final frames add to samples not given yet. `frames`: final ones; `emitted`: samples given.
    """

    waiting: Tensor
    ahead: Tensor
    ahead_mels: Tensor
    phase: Tensor
    magnitude: Tensor
    tail: Tensor
    weight: Tensor
    frames: int = 0
    emitted: int = 0
    ended: bool = False


class PhaseReconstructor:
    """Turns normalised mels into samples, block by block, on the CPU.

    Holds no state of a stream: `push` and `flush` take one and return the next. The same mels give
    the same bytes however they are cut.

    Raises ValueError when the window is not a whole number of hops, at least two.
    """

    def __init__(self, spectrogram: AudioSpectrogram, config: PhaseConfig | None = None) -> None:
        sound = spectrogram.config
        self.config = config or PhaseConfig()
        self.n_fft, self.hop = sound.n_fft, sound.hop_length
        if self.n_fft % self.hop or self.n_fft < 2 * self.hop:
            raise ValueError(
                f"n_fft {self.n_fft} must be at least 2 times hop {self.hop} and a multiple of it"
            )
        self._inversion = MelInversion(spectrogram)
        self._start = PhaseStart(self.n_fft, self.hop, self._inversion.resolved_bins)
        self._window = spectrogram.window.detach().to("cpu", torch.float32)
        self._overlap = self.n_fft // self.hop - 1
        self._mels, self._bins = sound.n_mels, sound.bins

    @property
    def delay_samples(self) -> int:
        """By how much the samples given lag behind the frames of full blocks, times the hop.

        Half a window, which the transform costs, and the lookahead.
        """
        return self.n_fft // 2 + self.config.lookahead_frames * self.hop

    def begin(self) -> PhaseState:
        """The state before the first frame."""
        return PhaseState(
            waiting=torch.zeros(self._mels, 0),
            ahead=torch.zeros(0, self._bins, dtype=torch.complex64),
            ahead_mels=torch.zeros(0, self._mels),
            phase=torch.zeros(self._bins),
            magnitude=torch.zeros(0),
            tail=torch.zeros(self._overlap, self.hop),
            weight=torch.zeros(self._overlap, self.hop),
        )

    def push(self, state: PhaseState, mel: Tensor) -> tuple[Tensor, PhaseState]:
        """Normalised mels `[M, k]`, k from 0, to samples `[n]` float32 and the next state.

        Raises ValueError after `flush`, or when the number of mels is wrong.
        """
        if state.ended:
            raise ValueError("this stream was flushed: begin a new one")
        if mel.dim() != 2 or mel.shape[0] != self._mels:
            raise ValueError(f"mels must be [{self._mels}, frames]: they are {list(mel.shape)}")
        waiting = torch.cat([state.waiting, mel.detach().to("cpu", torch.float32)], dim=1)
        size, parts = self.config.block_frames, []
        whole = waiting.shape[1] // size * size
        for first in range(0, whole, size):
            samples, state = self._advance(
                state, waiting[:, first : first + size], self.config.lookahead_frames
            )
            parts.append(samples)
        state = replace(state, waiting=waiting[:, whole:].clone())
        return torch.cat(parts) if parts else torch.zeros(0), state

    def flush(self, state: PhaseState) -> tuple[Tensor, PhaseState]:
        """The rest, up to exactly hop times the frames pushed, and a state that is at its end."""
        samples = torch.zeros(0)
        if state.waiting.shape[1] or len(state.ahead):
            samples, state = self._advance(state, state.waiting, 0)
        rest = state.frames * self.hop - state.emitted
        # The tail begins half a window early: with few frames, before the first one's centre.
        early = max(self.n_fft // 2 - state.frames * self.hop, 0)
        end = (state.tail / state.weight.clamp(min=1e-3)).flatten()[early : early + rest]
        emitted = state.emitted + len(end)
        return torch.cat([samples, end]), replace(state, emitted=emitted, ended=True)

    def _advance(self, state: PhaseState, mel: Tensor, ahead: int) -> tuple[Tensor, PhaseState]:
        """Make all frames final but the last `ahead`, and give the samples that they complete."""
        mels = torch.cat([state.ahead_mels, self._inversion.mel_power(mel)])
        known, final = len(mels), len(mels) - ahead
        held = mels[-1:].expand(self.config.held_frames, -1)
        padded = torch.cat([mels, held])
        magnitudes = self._inversion.magnitude(padded, self.config.inversion_steps)
        logs = torch.log(magnitudes + self._inversion.quietest)
        units = self._first_units(state, logs)
        units, magnitudes = self._iterate(state, units, magnitudes, padded)
        overlap_add = _OverlapAdd(final, self._window, self.hop)
        summed = overlap_add(state.tail, (units * magnitudes)[:final])
        weight = overlap_add.weigh(state.weight)
        done = (summed[:final] / weight[:final].clamp(min=1e-3)).flatten()
        # Before the first frame's centre there is no sound to give.
        done = done[max(self.n_fft // 2 - state.frames * self.hop, 0) :]
        return done, replace(
            state,
            waiting=state.waiting[:, :0],
            ahead=units[final:known].clone(),
            ahead_mels=mels[final:].clone(),
            phase=units[final - 1].angle(),
            magnitude=logs[final - 1].clone(),
            tail=summed[final:].clone(),
            weight=weight[final:].clone(),
            frames=state.frames + final,
            emitted=state.emitted + len(done),
        )

    def _first_units(self, state: PhaseState, logs: Tensor) -> Tensor:
        """Unit spectra `[T, bins]` to start from: those already sought, then new ones."""
        kept = len(state.ahead)
        if kept == len(logs):
            return state.ahead
        phase = state.ahead[-1].angle() if kept else state.phase
        before = logs[kept - 1] if kept else (state.magnitude if state.frames else logs[0])
        phases = self._start(phase, before, logs[kept:], state.frames + kept)
        return torch.cat([state.ahead, torch.polar(torch.ones_like(phases), phases)])

    def _iterate(
        self, state: PhaseState, units: Tensor, magnitudes: Tensor, mels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Unit spectra and magnitudes, `[T, bins]` each, closer to those of one signal."""
        config, corrected = self.config, self.config.corrected_iterations()
        # units = C + momentum (C - last C), but for a factor, which a unit spectrum does not have.
        share = config.momentum / (1 + config.momentum)
        last: Tensor | None = None
        overlap_add = _OverlapAdd(len(units), self._window, self.hop)
        inverse_weight = overlap_add.weigh(state.weight).clamp(min=0.1).reciprocal()
        for iteration in range(config.iterations):
            summed = overlap_add(state.tail, units * magnitudes)
            consistent = self._analyse((summed * inverse_weight).flatten())
            if iteration in corrected:
                power = _power(consistent)
                magnitudes = self._inversion.correct(mels, power, config.correction_power)
            ahead = consistent if last is None else torch.sub(consistent, last, alpha=share)
            units = ahead * torch.rsqrt(_power(ahead) + 1e-20)
            last = consistent
        return units, magnitudes

    def _analyse(self, signal: Tensor) -> Tensor:
        """Samples to short-time spectra `[T, bins]`."""
        frames = signal.unfold(0, self.n_fft, self.hop) * self._window
        spectra: Tensor = torch.fft.rfft(frames)
        return spectra


def reconstruct(
    spectrogram: AudioSpectrogram, mel: Tensor, config: PhaseConfig | None = None
) -> Tensor:
    """A whole sound: normalised mels `[M, T]` to samples `[T * hop]`, on the mels' device."""
    reconstructor = PhaseReconstructor(spectrogram, config)
    samples, state = reconstructor.push(reconstructor.begin(), mel)
    rest, _ = reconstructor.flush(state)
    return torch.cat([samples, rest]).to(mel.device)


def _power(spectra: Tensor) -> Tensor:
    return (spectra * spectra.conj()).real


class _OverlapAdd:
    """Adds up `count` windowed frames, each a hop later than the one before."""

    def __init__(self, count: int, window: Tensor, hop: int) -> None:
        parts = len(window) // hop
        rows = count + parts - 1
        # With `parts` rows of zeros after each part of the frames, reading with rows one shorter
        # shifts the n-th part by n hops: the overlap-add becomes one sum.
        padded = torch.zeros(parts, count + parts, hop)
        self._parts = padded[:, :count].transpose(0, 1)  # [count, parts, hop]
        self._shifted = padded.view(-1)[: parts * rows * hop].view(parts, rows, hop)
        self._window = window.view(parts, hop)
        self._n_fft = len(window)

    def __call__(self, tail: Tensor, spectra: Tensor) -> Tensor:
        """The frames of `spectra` `[count, bins]` added up: `[count + overlap, hop]`, the first
        `overlap` of them upon `tail`."""
        return self._add(tail, torch.fft.irfft(spectra, self._n_fft).view(self._parts.shape))

    def weigh(self, tail: Tensor) -> Tensor:
        """The weight of as many frames, and of old ones, `tail`, in each sample of the sum."""
        return self._add(tail, self._window.expand(self._parts.shape))

    def _add(self, tail: Tensor, parts: Tensor) -> Tensor:
        torch.mul(parts, self._window, out=self._parts)
        summed = self._shifted.sum(dim=0)
        summed[: len(tail)] += tail
        return summed
