"""The grains of a model, ready to play."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.errors import ModelFileError
from distill_live.models.grains.equaliser import Equaliser
from distill_live.models.grains.features import group_sizes
from distill_live.models.grains.file import GrainFile, grains_path, require_codec
from distill_live.models.grains.matching import Matcher, MatchingConfig
from distill_live.models.grains.sound import GrainSound


@dataclass(frozen=True)
class Grains:
    """The recordings in a model's file of grains: their sound, and the levels that are compared.

    They play with mels of `spectrogram`, in columns of `column_frames` frames.
    """

    file: GrainFile
    spectrogram: AudioSpectrogram
    column_frames: int

    def prepare(self) -> None:
        """Get everything ready that playing needs, so that the first column takes no longer than
        others. That takes half a second or more."""
        _ = self.sound, self.matcher, self.equaliser, self.window

    @property
    def sha256(self) -> str:
        """The checksum of the whole content."""
        return self.file.sha256

    @cached_property
    def sound(self) -> GrainSound:
        """The recordings' samples."""
        return GrainSound(self.file)

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the closest stretch of the recordings."""
        header, starts, total = self.file.header, [], 0
        for one in header.recordings:
            starts.append(total)
            total += one.frames
        config = MatchingConfig(frames=self.column_frames)
        return Matcher(self.file.levels, starts, self.sizes.astype(np.float32), config)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """How many mel bins each level is for `[D]`."""
        return group_sizes(self.file.header.firsts, self.spectrogram.config.n_mels)

    @cached_property
    def equaliser(self) -> Equaliser:
        """Corrects the spectrum of their sound."""
        return Equaliser(self.bank.numpy())

    @cached_property
    def bank(self) -> Tensor:
        """The mel filters `[M, bins]`, on the CPU."""
        return self.spectrogram.mel_bank.cpu()

    @cached_property
    def window(self) -> NDArray[np.float32]:
        """The spectrogram's window `[n_fft]`."""
        window: NDArray[np.float32] = self.spectrogram.window.cpu().numpy()
        return window


def load_grains(
    model: Path, codec_sha256: str, spectrogram: AudioSpectrogram, column_frames: int
) -> Grains | None:
    """The grains beside a model's file; None if there are none.

    Raises ModelFileError when the file is damaged, and when another codec made it.
    """
    path = grains_path(model)
    if not path.exists():
        return None
    file = GrainFile(path)
    header, sound = file.header, spectrogram.config
    require_codec(path, header, codec_sha256)
    rates = (header.sample_rate, header.hop_length)
    if rates != (sound.sample_rate, sound.hop_length) or header.firsts[-1] >= sound.n_mels:
        raise ModelFileError(
            f"{path} does not match the spectrogram of {model.stem}: write it again with "
            f"`distill-live models refresh {model.stem} FOLDER`"
        )
    return Grains(file, spectrogram, column_frames)
