"""What a vocoder learns from: mels that the codec has decoded, paired with the original sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.codec.clarity import UNMEASURED, Clarity
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.sound_settings import USUAL_SOUND
from distill_live.training.data.coding import code_mel, decode_grid, recording_mel, require_rate

# More frames than this, 90 minutes of sound, teach little that is new, so large sets are not used
# at every alignment, and of larger ones every k-th recording is taken.
_MOST_FRAMES = 500_000
# Every stream begins with a recording's first columns, so they are drawn more often than by chance.
_FROM_START = 0.15


class SoundPair(NamedTuple):
    """Mels `[M, T]` and the samples `[T * hop]` of the same sound, from the recording called
    `name`. The frames from `first` on are held out."""

    mel: Tensor
    samples: Tensor
    first: int
    name: str = ""


@dataclass(frozen=True)
class SoundPairs:
    """`training` has the training part of each recording at many alignments, encoded without the
    held-out part; `validation` has whole recordings."""

    training: list[SoundPair]
    validation: list[SoundPair]


@torch.no_grad()
def extract_sound_pairs(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    holdout: float = HOLDOUT,
    clarity: Clarity = UNMEASURED,
) -> SoundPairs:
    """Encode and decode every recording with a finished codec, on its device; the pairs are on the
    CPU. Mels have the usual amount of the model's `clarity`, as when they are played.

    Raises TrainingError when the recordings' sample rate is not the model's.
    """
    require_rate(recordings, spectrogram)
    frames = codec.config.column_frames
    codec.eval()
    total = recordings.seconds * recordings.sample_rate / spectrogram.config.hop_length
    spacing = min(max(1, math.ceil(total * frames / _MOST_FRAMES)), frames)
    chosen = recordings.recordings[:: max(1, math.ceil(total / _MOST_FRAMES))]
    training, validation = [], []
    for recording in chosen:
        samples = torch.from_numpy(recording.samples)
        mel = recording_mel(recording, spectrogram, frames)
        end = training_columns(mel.shape[-1] // frames, holdout) * frames
        for offset in range(0, frames, spacing):
            pair = _pair(codec, spectrogram, mel[:, :end], samples, offset, clarity)
            if pair.mel.shape[-1]:
                training.append(pair._replace(name=recording.name))
        whole = _pair(codec, spectrogram, mel, samples, 0, clarity)
        validation.append(whole._replace(first=end, name=recording.name))
    held_out = [pair for pair in validation if pair.first < pair.mel.shape[-1]]
    # If no recording is long enough to hold anything out, all of it serves for both.
    return SoundPairs(training, held_out or [pair._replace(first=0) for pair in validation])


def _pair(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    mel: Tensor,
    samples: Tensor,
    offset: int,
    clarity: Clarity,
) -> SoundPair:
    """The codec's version of `mel` `[M, T]` from frame `offset` on, and the sound there."""
    made = spectrogram.mels(decode_grid(codec, code_mel(codec, mel[:, offset:])))
    decoded = clarity.apply(made, USUAL_SOUND.clarity)
    hop, count = spectrogram.config.hop_length, decoded.shape[-1]
    sound = samples[offset * hop : (offset + count) * hop]
    return SoundPair(decoded, functional.pad(sound, (0, count * hop - len(sound))), count)


class SoundCrops:
    """Draws crops of pairs: mels `[B, M, frames]` and samples `[B, frames * hop]`.

    Half of them are made louder or softer by up to `gain_db`. Longer pairs are drawn from more
    often; short ones are filled up with silence. The same seed gives the same crops.
    """

    def __init__(
        self, pairs: Sequence[SoundPair], frames: int, spectrogram: SpectrogramConfig,
        gain_db: float, seed: int | np.random.Generator,
    ) -> None:  # fmt: skip
        self._pairs, self._frames, self._spectrogram = pairs, frames, spectrogram
        self._gain_db = gain_db
        lengths = np.array([pair.mel.shape[-1] for pair in pairs])
        self._chances = lengths / lengths.sum()
        self._random = np.random.default_rng(seed)
        #: The numbers of the pairs that the last crops came from.
        self.drawn: NDArray[np.intp] = np.zeros(0, np.intp)

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """The next `count` crops."""
        self.drawn = chosen = self._random.choice(len(self._pairs), size=count, p=self._chances)
        mels, sounds = zip(*(self._crop(self._pairs[index]) for index in chosen), strict=True)
        return torch.stack(mels), torch.stack(sounds)

    def _crop(self, pair: SoundPair) -> tuple[Tensor, Tensor]:
        hop, spare = self._spectrogram.hop_length, pair.mel.shape[-1] - self._frames
        start = int(self._random.integers(max(spare, 0) + 1))
        if self._random.random() < _FROM_START:
            start = 0
        mel = pair.mel[:, start : start + self._frames]
        sound = pair.samples[start * hop : (start + self._frames) * hop]
        if self._random.random() < 0.5:
            gain = self._random.uniform(-self._gain_db, self._gain_db)
            mel = mel + gain * self._spectrogram.per_db
            sound = sound * 10 ** (gain / 20)
        missing = max(-spare, 0)
        silence = self._spectrogram.silence
        mel = functional.pad(mel, (0, missing), value=silence).clamp(min=silence)
        return mel, functional.pad(sound, (0, missing * hop))
