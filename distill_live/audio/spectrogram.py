"""Sound to normalised log-mel frames and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.audio.mel_filters import Scale, mel_triangles
from distill_live.audio.stereo.image import measure_image, neutral_rows

# An hour's complex spectrum is gigabytes, its mels are not.
_FRAMES_AT_ONCE = 2048


@dataclass(frozen=True)
class SpectrogramConfig:
    """How sound becomes mel frames; stored in the model file.

    `floor` is the power added before the logarithm (1e-8 is -80 dB below a full-scale noise-like
    signal); `mean` and `deviation` are those of the training set's log power, so that a normalised
    mel has about mean 0 and deviation 1. For a stereo model, the mel bins have a stereo image in
    `image_groups` groups of as many bins each; 0 is for mono. Raises ValueError for bins that
    cannot be grouped so, and for a hop that cannot be halved then.
    """

    sample_rate: int = 48_000
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    f_min: float = 0.0
    f_max: float = 24_000.0
    floor: float = 1e-8
    mean: float = 0.0
    deviation: float = 1.0
    image_groups: int = 0

    def __post_init__(self) -> None:
        if self.image_groups and self.n_mels % self.image_groups:
            raise ValueError(
                f"{self.n_mels} mel bins cannot be in {self.image_groups} groups of as many each"
            )
        if self.image_groups and self.hop_length % 4:
            raise ValueError(
                f"with image_groups, hop_length must be a multiple of 4, not {self.hop_length}"
            )

    @property
    def channels(self) -> int:
        """Of the sound that it describes: 1 or 2."""
        return 2 if self.image_groups else 1

    @property
    def rows(self) -> int:
        """How many numbers describe a frame: its mels, then its stereo image."""
        return self.n_mels + 2 * self.image_groups

    @property
    def bins(self) -> int:
        """Number of linear frequency bins."""
        return self.n_fft // 2 + 1

    @property
    def silence(self) -> float:
        """What a normalised mel is where there is no sound: nothing is below it."""
        return (math.log(self.floor) - self.mean) / self.deviation

    @property
    def per_db(self) -> float:
        """By how much a normalised mel is higher for each dB of power."""
        return math.log(10) / 10 / self.deviation


class AudioSpectrogram:
    """Waveforms `[B, C, N]` to normalised log-mel power `[B, 1, M, T]` and back.

    Frame t is centred at sample `t * hop_length`; beyond both ends there is silence. Power is
    divided by n_fft and each mel filter sums to 1, so a mel is the mean power around its centre.

    A stereo waveform has the middle, (left + right) / 2, and the side, (left - right) / 2, as its
    channels. A spectrogram with image groups gives frames of `rows` numbers in place of M mels:
    below the mels of the middle come those of the stereo image (see `audio/stereo/image.py`). One
    without them uses the middle alone.
    """

    kind = "log"

    def __init__(self, config: SpectrogramConfig | None = None) -> None:
        self.config = config or SpectrogramConfig()
        self.device = torch.device("cpu")
        self.window = torch.hann_window(self.config.n_fft)
        self.mel_bank = _mel_bank(self.config)
        self.image_bank = _image_bank(self.mel_bank, self.config.image_groups)

    def to(self, device: torch.device | str) -> Self:
        """Move the constants to `device`."""
        self.device = torch.device(device)
        self.window = self.window.to(self.device)
        self.mel_bank = self.mel_bank.to(self.device)
        self.image_bank = self.image_bank.to(self.device)
        return self

    def waveform_to_mel(self, waveform: Tensor, column_frames: int = 1) -> Tensor:
        """`[B, C, N]` to normalised `[B, 1, rows, T]`, T = ceil(N / hop) rounded up to whole
        columns of `column_frames` frames (silence is appended)."""
        return self.sound_to_mel(
            lambda start, end: waveform[..., start:end],
            (len(waveform), waveform.shape[-1]),
            column_frames,
        )

    def sound_to_mel(
        self,
        read: Callable[[int, int], Tensor],
        shape: tuple[int, int],
        column_frames: int = 1,
    ) -> Tensor:
        """As `waveform_to_mel`, of a sound with the `shape` (B, N) that is read in pieces: `read`
        gives the samples from one up to another `[B, C, n]`."""
        batch, samples = shape
        frames = -(-samples // (self.config.hop_length * column_frames)) * column_frames
        mels = torch.empty(batch, 1, self.config.rows, frames, device=self.device)
        for first in range(0, frames, _FRAMES_AT_ONCE):
            piece = mels[:, 0, :, first : first + _FRAMES_AT_ONCE]
            piece.copy_(self._frames(self._around(read, samples, first, piece.shape[-1])))
        return mels

    def _around(
        self, read: Callable[[int, int], Tensor], samples: int, first: int, frames: int
    ) -> Tensor:
        """All samples `[B, C, n]` that some frames are made of, with silence beyond both ends."""
        hop, n_fft = self.config.hop_length, self.config.n_fft
        start = first * hop - n_fft // 2
        end = start + (frames - 1) * hop + n_fft
        here = read(max(start, 0), min(end, samples)).to(self.device)
        missing = end - max(start, 0) - here.shape[-1]
        return functional.pad(here, (max(-start, 0), missing))

    def _frames(self, padded: Tensor) -> Tensor:
        """Samples `[B, C, N]` to `[B, rows, T]`."""
        middle = self._spectrum(padded[:, 0])
        power = torch.matmul(self.mel_bank, middle.abs().square() / self.config.n_fft)
        mel = self.normalise(torch.log(power + self.config.floor))
        groups = self.config.image_groups
        if not groups:
            return mel
        if padded.shape[1] == 1:
            image = neutral_rows(groups, mel.shape[-1]).to(mel).expand(len(mel), -1, -1)
        else:
            silent = self.config.floor * self.config.n_fft * (self.config.n_mels / groups)
            image = measure_image(middle, self._spectrum(padded[:, 1]), self.image_bank, silent)
        return torch.cat([mel, image], dim=-2)

    def _spectrum(self, padded: Tensor) -> Tensor:
        """Samples `[B, N]` to complex `[B, bins, T]`."""
        n_fft, hop = self.config.n_fft, self.config.hop_length
        return torch.stft(padded, n_fft, hop, window=self.window, center=False, return_complex=True)

    def mels(self, frames: Tensor) -> Tensor:
        """The mels `[..., M, T]` of frames `[..., rows, T]`."""
        return frames[..., : self.config.n_mels, :]

    def normalise(self, log_power: Tensor) -> Tensor:
        """Log power to about mean 0, deviation 1."""
        return (log_power - self.config.mean) / self.config.deviation

    def denormalise(self, mel: Tensor) -> Tensor:
        """The inverse of `normalise`."""
        return mel * self.config.deviation + self.config.mean


def silent_frames(config: SpectrogramConfig, count: int) -> Tensor:
    """So many normalised frames of silence `[rows, T]`, on the CPU."""
    mel = torch.full((config.n_mels, count), config.silence)
    return torch.cat([mel, neutral_rows(config.image_groups, count)])


def _mel_bank(config: SpectrogramConfig) -> Tensor:
    """Triangular filters `[M, bins]`, each with sum 1.

    Slaney's scale is linear below 1 kHz, so that at n_fft 2048 no low filter falls between bins.
    From 0 Hz on, neighbouring bins of the bass weigh differently in each, which keeps its pitch.
    """
    bank = triangles(config, "slaney")
    # One that falls between bins hears nothing.
    return (bank / bank.sum(dim=1, keepdim=True).clamp(min=1e-8)).contiguous()


def _image_bank(mel_bank: Tensor, groups: int) -> Tensor:
    """The filters `[G, bins]` of groups of mel bins."""
    if not groups:
        return mel_bank[:0]
    return mel_bank.view(groups, -1, mel_bank.shape[1]).sum(dim=1)


def triangles(config: SpectrogramConfig, scale: Scale) -> Tensor:
    """The filters `[M, bins]` that a spectrogram's settings ask for, each 1 at its centre."""
    return mel_triangles(
        bins=config.bins, f_min=config.f_min, f_max=config.f_max, n_mels=config.n_mels,
        sample_rate=config.sample_rate, scale=scale,
    )  # fmt: skip
