"""Joins the mels of separately decoded chunks into one sound, with crossfades."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from distill_live.audio.fades import DEFAULT_OVERLAP_SAMPLES, rising_fade
from distill_live.audio.phase import PhaseConfig, PhaseReconstructor
from distill_live.audio.spectrogram import AudioSpectrogram


class ChunkVocoder:
    """Finds the phases of every chunk of `config.block_frames` frames by themselves.

    The end of each chunk fades into the beginning of the next over `overlap_samples`, at most half
    of a chunk, as `crossfade_chunks` does it. Raises ValueError as PhaseReconstructor does.
    """

    kind = "chunks"

    def __init__(
        self,
        spectrogram: AudioSpectrogram,
        config: PhaseConfig,
        overlap_samples: int = DEFAULT_OVERLAP_SAMPLES,
    ) -> None:
        self._spectrogram = spectrogram
        self.reconstructor = PhaseReconstructor(spectrogram, config)
        self.config = config
        chunk_samples = config.block_frames * spectrogram.config.hop_length
        self.overlap_samples = min(max(overlap_samples, 0), chunk_samples // 2)
        self.rising = torch.from_numpy(rising_fade(self.overlap_samples))

    @property
    def delay_samples(self) -> int:
        """None: a chunk gives all its samples but those that the next one fades in under."""
        return 0

    def with_overlap(self, overlap_samples: int) -> ChunkVocoder:
        """The same with another overlap."""
        return ChunkVocoder(self._spectrogram, self.config, overlap_samples)

    @property
    def settling_frames(self) -> int:
        """A chunk, which the next one fades in over."""
        return self.config.block_frames

    @property
    def warmup_frames(self) -> int:
        """A chunk, as for settling."""
        return self.config.block_frames

    def stream(self) -> ChunkVocoderStream:
        """A new stream, before its first frame."""
        return ChunkVocoderStream(self)

    def __call__(self, mel: Tensor) -> Tensor:
        """A whole sound: mels `[M, T]` to samples."""
        stream = self.stream()
        return torch.cat([stream.push(mel), stream.flush()])


class ChunkVocoderState(NamedTuple):
    """The state of a stream: frames of a chunk that is not full `[M, n]`, the end of the last
    chunk `[overlap]` (or of nothing, `[0]`), samples given, whether it was flushed."""

    waiting: Tensor
    tail: Tensor
    emitted: int = 0
    ended: bool = False


class ChunkVocoderStream:
    """A stream of the chunk vocoder; samples are float32 on the CPU."""

    def __init__(self, vocoder: ChunkVocoder) -> None:
        self._vocoder = vocoder
        self._state = ChunkVocoderState(torch.zeros(0, 0), torch.zeros(0))

    @property
    def emitted(self) -> int:
        """Samples given so far."""
        return self._state.emitted

    def push(self, mel: Tensor) -> Tensor:
        """Normalised mels `[M, k]` to samples `[n]`; k and n may be 0. Raises ValueError when the
        number of mels is wrong and after `flush`."""
        if self._state.ended:
            raise ValueError("this stream was flushed: begin a new one")
        mel = mel.detach().to("cpu", torch.float32)
        waiting = self._state.waiting
        mels = torch.cat([waiting, mel], dim=1) if waiting.shape[1] else mel
        size, parts = self._vocoder.config.block_frames, []
        whole = mels.shape[1] // size * size
        for first in range(0, whole, size):
            parts.append(self._join(mels[:, first : first + size]))
        self._state = self._state._replace(waiting=mels[:, whole:].clone())
        return torch.cat(parts) if parts else torch.zeros(0)

    def flush(self) -> Tensor:
        """The rest: a chunk that is not full, and the end that nothing fades in under."""
        if self._state.ended:
            return torch.zeros(0)
        waiting = self._state.waiting
        joined = self._join(waiting) if waiting.shape[1] else torch.zeros(0)
        rest = torch.cat([joined, self._state.tail])
        emitted = self._state.emitted + len(self._state.tail)
        self._state = ChunkVocoderState(waiting[:, :0], torch.zeros(0), emitted, True)
        return rest

    def snapshot(self) -> ChunkVocoderState:
        """The state; it is never changed, so this copies nothing."""
        return self._state

    def restore(self, state: ChunkVocoderState) -> None:
        """Go on from a snapshot."""
        self._state = state

    def _join(self, mel: Tensor) -> Tensor:
        """A chunk's mels `[M, T]` to its samples, faded in under the end of the last one; its own
        end is kept."""
        reconstructor = self._vocoder.reconstructor
        samples, state = reconstructor.push(reconstructor.begin(), mel)
        rest, _ = reconstructor.flush(state)
        samples = torch.cat([samples, rest])
        tail = self._state.tail[: len(samples)]
        rising = self._vocoder.rising[: len(tail)]
        falling = self._vocoder.rising.flip(0)[: len(tail)]
        samples[: len(tail)] = tail * falling + samples[: len(tail)] * rising
        given = samples[: max(len(samples) - self._vocoder.overlap_samples, 0)]
        self._state = self._state._replace(
            tail=samples[len(given) :], emitted=self._state.emitted + len(given)
        )
        return given
