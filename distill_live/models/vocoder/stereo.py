"""A vocoder's sound as left and right, by the stereo image that the codec's decoder gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.audio.stereo.image import read_image
from distill_live.audio.stereo.mixing import mixing_gains
from distill_live.audio.stereo.velvet_noise import LONGEST, velvet_noise
from distill_live.models.vocoder.vocoder import VocoderStream

Samples = NDArray[np.float32]


class StereoMixer:
    """What the stereo streams of a model share: its frames and its filters.

    A filter has linear phase, and the sound comes `delay_samples` later. It changes with every
    step, of which a frame has two. Raises ValueError for a hop that cannot be halved.
    """

    def __init__(self, spectrogram: AudioSpectrogram) -> None:
        sound = spectrogram.config
        if sound.hop_length % 2:
            raise ValueError(f"hop_length must be even for stereo, not {sound.hop_length}")
        self.n_mels = sound.n_mels
        self.step = self.delay_samples = sound.hop_length // 2
        self.size = self.step + 2 * self.delay_samples
        self.pulses = velvet_noise()
        centres = _group_centres(spectrogram)
        places = np.fft.rfftfreq(self.size)
        # What each group's gain contributes at each frequency [G, bins].
        unit = np.eye(len(centres))
        self._spread = np.stack([np.interp(places, centres, row) for row in unit]).astype("f4")
        self.coming = (np.arange(self.step, dtype=np.float32) + 0.5) / self.step

    def curves(self, image: Tensor) -> NDArray[np.float32]:
        """The filters of images `[2 G, n]`: [4, n, bins], in the order of Mixing."""
        gains = torch.stack(mixing_gains(*read_image(image.nan_to_num(0.0))))
        curves: NDArray[np.float32] = gains.transpose(1, 2).numpy() @ self._spread
        return curves

    def decorrelated(self, line: Samples) -> Samples:
        """The decorrelated copy of all samples [N] but the first LONGEST."""
        count = len(line) - LONGEST
        copy = np.zeros(count, np.float32)
        for position, gain in self.pulses:
            start = LONGEST - position
            copy += line[start : start + count] * gain
        return copy


@dataclass(frozen=True, eq=False)
class StereoState:
    """A stereo stream between two pushes. Its arrays are replaced, never changed in place.

    `base` is the vocoder's state, `emitted` how many samples have been given. `line` [N] is the
    vocoder's sound from `delay_samples` + LONGEST samples before that on; `images` `[2 G, n]` are
    those of the frames from number `first` on.
    """

    base: object
    emitted: int
    line: Samples
    images: Tensor
    first: int


class StereoStream:
    """A vocoder's stream that takes frames with a stereo image and gives left and right."""

    def __init__(self, base: VocoderStream, mixer: StereoMixer) -> None:
        self._base, self._mixer = base, mixer
        self._state = StereoState(
            base=None,
            emitted=0,
            line=np.zeros(mixer.delay_samples + LONGEST, np.float32),
            images=torch.zeros(0, 0),
            first=0,
        )

    @property
    def emitted(self) -> int:
        """Samples given so far, of each channel."""
        return self._state.emitted

    def push(self, mel: Tensor) -> Tensor:
        """Normalised frames `[rows, k]`, k from 0, to the samples `[n, 2]` that they complete."""
        mel = mel.detach().to("cpu", torch.float32)
        self._take(self._base.push(mel[: self._mixer.n_mels]), mel[self._mixer.n_mels :])
        state, step = self._state, self._mixer.step
        known = len(state.line) - 2 * self._mixer.delay_samples - LONGEST
        return self._advance(max(known, 0) // step * step)

    def flush(self) -> Tensor:
        """The rest: all together are exactly hop times the frames pushed."""
        nothing = self._state.images[:, :0]
        self._take(self._base.flush(), nothing)
        left = len(self._state.line) - self._mixer.delay_samples - LONGEST
        step = self._mixer.step
        whole = -(-left // step) * step
        self._take(torch.zeros(whole - left + self._mixer.delay_samples), nothing)
        return self._advance(whole)[:left]

    def snapshot(self) -> StereoState:
        """The state, to be given to `restore`."""
        return replace(self._state, base=self._base.snapshot())

    def restore(self, state: Any) -> None:
        """Go on from a snapshot."""
        self._base.restore(state.base)
        self._state = state

    def _take(self, samples: Tensor, images: Tensor) -> None:
        state = self._state
        line = np.concatenate([state.line, samples.cpu().numpy()])
        known = torch.cat([state.images, images], dim=1) if state.images.numel() else images
        self._state = replace(state, line=line, images=known)

    def _advance(self, count: int) -> Tensor:
        """The next `count` samples `[count, 2]`, whole steps."""
        if not count:
            return torch.zeros(0, 2)
        state, mixer = self._state, self._mixer
        steps, before = count // mixer.step, mixer.delay_samples
        heard = state.line[: LONGEST + count + 2 * before]
        parts = np.stack([heard[LONGEST:], mixer.decorrelated(heard)])
        windows = np.lib.stride_tricks.sliding_window_view(parts, mixer.size, axis=1)
        spectra = np.fft.rfft(windows[:, :: mixer.step])  # [2, steps, bins]
        curves = mixer.curves(self._images_at(steps + 1))
        out = np.zeros((count, 2), np.float32)
        for channel in range(2):
            middle, spread = curves[channel], curves[2 + channel]
            old = _filtered(spectra, middle[:-1], spread[:-1], mixer.size)
            new = _filtered(spectra, middle[1:], spread[1:], mixer.size)
            wanted = slice(before, before + mixer.step)
            mixed = old[:, wanted] + mixer.coming * (new[:, wanted] - old[:, wanted])
            out[:, channel] = mixed.reshape(-1)
        self._forget(count)
        return torch.from_numpy(out)

    def _images_at(self, count: int) -> Tensor:
        """The images `[2 G, count]` at the next steps: those of frames and those in between."""
        state = self._state
        numbers = torch.arange(count) + state.emitted // self._mixer.step
        frames, between = numbers // 2 - state.first, (numbers % 2) / 2
        last = state.images.shape[1] - 1
        here = state.images[:, frames.clamp(max=last)]
        there = state.images[:, (frames + 1).clamp(max=last)]
        return here + between * (there - here)

    def _forget(self, count: int) -> None:
        """Drop what `count` samples needed and later ones do not."""
        state = self._state
        emitted = state.emitted + count
        first = min(emitted // self._mixer.step // 2, state.first + state.images.shape[1])
        self._state = replace(
            state,
            emitted=emitted,
            line=state.line[count:].copy(),
            images=state.images[:, first - state.first :].clone(),
            first=first,
        )


def _filtered(
    spectra: NDArray[np.complexfloating], middle: Samples, spread: Samples, size: int
) -> Samples:
    """The middle and its copy, whose spectra are `[2, n, bins]`, through their filters `[n, bins]`,
    added `[n, size]`."""
    summed = np.fft.irfft(spectra[0] * middle + spectra[1] * spread, size)
    return np.asarray(summed, np.float32)


def _group_centres(spectrogram: AudioSpectrogram) -> NDArray[np.float64]:
    """The centre of each group of the stereo image, in cycles per sample `[G]`."""
    bank = spectrogram.image_bank.cpu().numpy().astype(np.float64)
    bins = np.arange(bank.shape[1])
    centres: NDArray[np.float64] = (bank @ bins) / bank.sum(axis=1)
    return centres * (0.5 / (bank.shape[1] - 1))
