"""Mels to sound: what every vocoder does, and the one that needs no training."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from distill_live.audio.phase import PhaseConfig, PhaseReconstructor, PhaseState
from distill_live.audio.spectrogram import AudioSpectrogram

__all__ = ["PhaseConfig", "PhaseVocoder", "Vocoder", "VocoderStream"]


class VocoderStream(Protocol):
    """One sound in the making. The same mels give the same bytes however they are pushed."""

    @property
    def emitted(self) -> int:
        """Samples given so far."""

    def push(self, mel: Tensor) -> Tensor:
        """Normalised mels `[M, k]`, k from 0, to the samples `[n]` that they complete, n from 0."""

    def flush(self) -> Tensor:
        """The rest: all together are exactly hop times the frames pushed. Then nothing follows."""

    def snapshot(self) -> object:
        """The state, to be given to `restore`. Costs nothing, and nothing changes it later."""

    def restore(self, state: Any) -> None:
        """Go on from a snapshot of this or of another stream of the same vocoder."""


class Vocoder(Protocol):
    """Turns normalised mels into samples."""

    @property
    def overlap_samples(self) -> int:
        """By how much a column's sound continues under the next one's; 0 where columns follow each
        other."""

    @property
    def delay_samples(self) -> int:
        """How far `emitted` is behind hop times the frames pushed, in whole columns, while
        the stream continues."""

    @property
    def settling_frames(self) -> int:
        """How many frames before the first to be heard a stream should be given, so that it sounds
        as one that began long ago."""

    @property
    def warmup_frames(self) -> int:
        """How many frames are enough to sound as good, though not identical. The first sample to
        be heard is `delay_samples` before the end of them."""

    def stream(self) -> VocoderStream:
        """A new stream, before its first frame."""

    def __call__(self, mel: Tensor) -> Tensor:
        """A whole sound: mels `[M, T]` to samples `[T * hop]`; the bytes that a stream gives."""


class PhaseVocoder:
    """The vocoder that needs no training: always available, on the CPU.

    With `config.block_frames` the column's, every column pushed gives a column of samples; only
    the first gives `delay_samples` less. Raises ValueError as PhaseReconstructor does.
    """

    kind = "phase"
    overlap_samples = 0

    def __init__(self, spectrogram: AudioSpectrogram, config: PhaseConfig | None = None) -> None:
        self._reconstructor = PhaseReconstructor(spectrogram, config)
        self.config = self._reconstructor.config

    @property
    def delay_samples(self) -> int:
        """Half a window and the lookahead: 1536 samples, 32 ms, at the defaults."""
        return self._reconstructor.delay_samples

    @property
    def settling_frames(self) -> int:
        """Three blocks, after which phases have settled."""
        return 3 * self.config.block_frames

    @property
    def warmup_frames(self) -> int:
        """One block: what follows is as close to its mels as in a stream that began long ago."""
        return self.config.block_frames

    def stream(self) -> PhaseStream:
        """A new stream, before its first frame."""
        return PhaseStream(self._reconstructor)

    def __call__(self, mel: Tensor) -> Tensor:
        """A whole sound: mels `[M, T]` to samples `[T * hop]`."""
        stream = self.stream()
        return torch.cat([stream.push(mel), stream.flush()])


class PhaseStream:
    """A stream of the phase vocoder; samples are float32 on the CPU."""

    def __init__(self, reconstructor: PhaseReconstructor) -> None:
        self._reconstructor = reconstructor
        self._state = reconstructor.begin()

    @property
    def emitted(self) -> int:
        """Samples given so far."""
        return self._state.emitted

    def push(self, mel: Tensor) -> Tensor:
        """Normalised mels `[M, k]` to samples `[n]`; k and n may be 0. Raises ValueError when the
        number of mels is wrong and after `flush`."""
        samples, self._state = self._reconstructor.push(self._state, mel)
        return samples

    def flush(self) -> Tensor:
        """The rest, up to exactly hop times the frames pushed."""
        samples, self._state = self._reconstructor.flush(self._state)
        return samples

    def snapshot(self) -> PhaseState:
        """The state; it is never changed, so this copies nothing."""
        return self._state

    def restore(self, state: PhaseState) -> None:
        """Go on from a snapshot."""
        self._state = state
