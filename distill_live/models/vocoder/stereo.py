"""A vocoder's sound as left and right, by the stereo image that the codec's decoder gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.mel_filters import filter_centres
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.audio.stereo.image import read_image
from distill_live.audio.stereo.mixing import mixing_gains
from distill_live.audio.stereo.velvet_noise import LONGEST, velvet_noise
from distill_live.models.vocoder.vocoder import VocoderStream

Samples = NDArray[np.float32]

# Over what time powers are averaged, in seconds, and the least that counts as sound, per sample.
_AVERAGED_SECONDS, _LEAST_POWER = 0.05, 1e-10
# How much of a copy may be left to be amplified where it is much like the middle.
_MOST_GAIN = 2.0


class StereoMixer:
    """What the stereo streams of a model share: its frames and its filters.

    A filter has linear phase; of what follows a step, it sees `delay_samples`, and of what was
    before it, `past_samples`. So the sound comes `delay_samples` later. A longer future would
    change little: only in the bass do filters ring for longer. They change with every hop.
    """

    def __init__(self, spectrogram: AudioSpectrogram) -> None:
        sound = spectrogram.config
        self.n_mels, self.groups = sound.n_mels, sound.image_groups
        self.step, self.delay_samples = sound.hop_length, sound.hop_length // 4
        self.size = 2 * self.step
        self.past_samples = self.size - self.step - self.delay_samples
        self._pulses = velvet_noise()
        centres = filter_centres(spectrogram.image_bank.cpu().numpy())
        places = np.fft.rfftfreq(self.size)
        #: What each group's gain contributes at each frequency [G, bins].
        shares = [np.interp(places, centres, one) for one in np.eye(self.groups)]
        self.spread: Samples = np.stack(shares).astype(np.float32)
        #: How much of a new filter is heard in each sample of a step.
        self.coming: Samples = np.linspace(0.5, self.step - 0.5, self.step, dtype=np.float32)
        self.coming /= self.step
        #: How much of the averages so far is left after a step.
        self.kept = math.exp(-self.step / (_AVERAGED_SECONDS * sound.sample_rate))
        self.least = _LEAST_POWER * self.size
        averaged = _AVERAGED_SECONDS * sound.sample_rate
        #: How many frames it takes until the averages and the copy are those of a long sound.
        self.settling_frames = math.ceil((3 * averaged + LONGEST) / self.step)
        #: How many are enough: of the averages, only the proportions count.
        self.warmup_frames = math.ceil((averaged + LONGEST) / self.step)

    def decorrelated(self, line: Samples) -> Samples:
        """The decorrelated copy of all samples [N] but the first LONGEST."""
        count = len(line) - LONGEST
        copy = np.zeros(count, np.float32)
        for position, gain in self._pulses:
            start = LONGEST - position
            copy += line[start : start + count] * gain
        return copy

    def gains(self, image: Samples) -> Samples:
        """The gains of images `[2 G, n]`: [4, n, G], in the order of Mixing."""
        difference, coherence = read_image(torch.from_numpy(image))
        gains = np.stack(mixing_gains(difference.numpy(), coherence.numpy()))
        return np.ascontiguousarray(gains.transpose(0, 2, 1))

    def curves(self, gains: Samples) -> Samples:
        """Gains `[4, n, G]` at all frequencies `[4, n, bins]`."""
        # One after the other: the last bits of a product depend on its shape.
        return np.stack([one @ self.spread for one in gains.transpose(1, 0, 2)], axis=1)


@dataclass(frozen=True, eq=False)
class StereoState:
    """A stereo stream between two pushes. Its arrays are replaced, never changed in place.

    `base` is the vocoder's state. The samples before `position` are done; the first step begins
    before the sound. `line` [N] is the vocoder's sound from `past_samples` + LONGEST before that
    on; `images` `[2 G, n]` are those of the frames from number `first` on. `powers` `[3, G]` are
    the powers of the middle and of its copy, and what they have in common, averaged.
    """

    base: object
    position: int
    line: Samples
    images: Samples
    first: int
    powers: NDArray[np.float64]


class StereoStream:
    """A vocoder's stream that takes frames with a stereo image and gives left and right."""

    def __init__(self, base: VocoderStream, mixer: StereoMixer) -> None:
        self._base, self._mixer = base, mixer
        self._state = StereoState(
            base=None,
            position=-mixer.delay_samples,
            line=np.zeros(LONGEST + mixer.past_samples + mixer.delay_samples, np.float32),
            images=np.zeros((2 * mixer.groups, 0), np.float32),
            first=0,
            powers=np.zeros((3, mixer.groups)),
        )

    @property
    def emitted(self) -> int:
        """Samples given so far, of each channel."""
        return max(self._state.position, 0)

    def push(self, mel: Tensor) -> Tensor:
        """Normalised frames `[rows, k]`, k from 0, to the samples `[n, 2]` that they complete."""
        mel = mel.detach().to("cpu", torch.float32)
        images = mel[self._mixer.n_mels :].nan_to_num(0.0).numpy()
        self._take(self._base.push(mel[: self._mixer.n_mels]), images)
        return self._advance(max(self._ready - self._mixer.delay_samples, 0) // self._mixer.step)

    def flush(self) -> Tensor:
        """The rest: all together are exactly hop times the frames pushed."""
        nothing, step = self._state.images[:, :0], self._mixer.step
        self._take(self._base.flush(), nothing)
        if not self._state.images.shape[1]:
            return torch.zeros(0, 2)
        steps = -(-self._ready // step)
        left = self._state.position + self._ready - self.emitted
        missing = steps * step - self._ready + self._mixer.delay_samples
        self._take(torch.zeros(missing), nothing)
        return self._advance(steps)[:left]

    def snapshot(self) -> StereoState:
        """The state, to be given to `restore`."""
        return replace(self._state, base=self._base.snapshot())

    def restore(self, state: Any) -> None:
        """Go on from a snapshot."""
        self._base.restore(state.base)
        self._state = state

    @property
    def _ready(self) -> int:
        """How many samples of the vocoder's sound there are from the position on."""
        return len(self._state.line) - self._mixer.past_samples - LONGEST

    def _take(self, samples: Tensor, images: Samples) -> None:
        state = self._state
        line = np.concatenate([state.line, samples.cpu().numpy()])
        known = np.concatenate([state.images, images], axis=1)
        self._state = replace(state, line=line, images=known)

    def _advance(self, steps: int) -> Tensor:
        """So many steps of left and right `[n, 2]`."""
        if not steps:
            return torch.zeros(0, 2)
        state, mixer = self._state, self._mixer
        count, before = steps * mixer.step, mixer.past_samples
        heard = state.line[: LONGEST + count + before + mixer.delay_samples]
        both = np.stack([heard[LONGEST:], mixer.decorrelated(heard)])
        windows = np.lib.stride_tricks.sliding_window_view(both, mixer.size, axis=1)
        spectra = np.fft.rfft(windows[:, :: mixer.step])  # [2, steps, bins]
        powers = self._powers(spectra)
        gains = _without_likeness(mixer.gains(self._images_at(steps + 1)), powers, mixer.least)
        curves = mixer.curves(gains)
        out = np.empty((count, 2), np.float32)
        wanted = slice(before, before + mixer.step)
        for channel in range(2):
            middle, spread = curves[channel], curves[2 + channel]
            old, new = (
                np.fft.irfft(spectra[0] * middle[part] + spectra[1] * spread[part])[:, wanted]
                for part in (slice(steps), slice(1, None))
            )
            out[:, channel] = (old + mixer.coming * (new - old)).reshape(-1)
        unheard = min(max(-state.position, 0), count)
        self._forget(steps, powers[-1])
        return torch.from_numpy(out[unheard:])

    def _powers(self, spectra: NDArray[np.complexfloating]) -> NDArray[np.float64]:
        """The averaged powers before the steps and after each of them, `[steps + 1, 3, G]`."""
        middle, copy = spectra
        measured = np.stack([
            middle.real**2 + middle.imag**2,
            copy.real**2 + copy.imag**2,
            middle.real * copy.real + middle.imag * copy.imag,
        ])  # fmt: skip
        averages = [self._state.powers]
        for one in measured.transpose(1, 0, 2):
            grouped = one @ self._mixer.spread.T
            averages.append(grouped + self._mixer.kept * (averages[-1] - grouped))
        return np.stack(averages)

    def _images_at(self, count: int) -> Samples:
        """The images `[2 G, count]` at the next edges of steps, between two frames each."""
        state = self._state
        earlier, past = divmod(state.position, self._mixer.step)
        frames = np.arange(earlier - state.first, earlier - state.first + count + 1)
        known = state.images[:, frames.clip(0, state.images.shape[1] - 1)]
        share = np.float32(past / self._mixer.step)
        return known[:, :-1] + share * (known[:, 1:] - known[:, :-1])

    def _forget(self, steps: int, powers: NDArray[np.float64]) -> None:
        """Drop what so many steps needed and later ones do not."""
        state, step = self._state, self._mixer.step
        position = state.position + steps * step
        # The next edge is between this frame and the one after it.
        first = min(max(position // step, 0), state.first + state.images.shape[1] - 1)
        self._state = replace(
            state,
            position=position,
            line=state.line[steps * step :].copy(),
            images=state.images[:, first - state.first :].copy(),
            first=first,
            powers=powers,
        )


def _without_likeness(gains: Samples, powers: NDArray[np.float64], least: float) -> Samples:
    """Gains `[4, n, G]`, meant for a copy that has nothing in common with the middle, changed for
    one whose averaged powers `[n, 3, G]` say what it has: in a narrow band there is always some.

    What both have in common is taken from the copy, and the rest is made as loud as the middle.
    """
    middle, copy, common = powers.transpose(1, 0, 2)
    shared = common / (middle + least)
    rest = np.maximum(copy - shared * common, 0.0)
    louder = np.sqrt((middle + least) / (rest + least)).clip(max=_MOST_GAIN)
    changed = np.empty_like(gains)
    changed[2:] = gains[2:] * louder
    changed[:2] = gains[:2] - changed[2:] * shared
    return changed
