"""Previews: what the codec makes of the end of a recording, at a few epochs of its training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio import phase
from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.vqvae import ConvVQVAE

#: How long a preview is, if the recording is that long.
PREVIEW_SECONDS = 4.0

#: How many previews a complete training makes, including that of its last epoch.
PREVIEWS = 5

Sound = NDArray[np.float32]


class Previews:
    """Passes the end of a recording through the codec after some of the epochs.

    It is the longest recording, of which most is held out. `sounds` has pairs of an epoch and
    samples `[N]` at the recordings' rate; epoch 0 is the recording itself.
    """

    def __init__(self, recordings: Recordings, epochs: int) -> None:
        longest = max(recordings.recordings, key=lambda one: len(one.samples))
        wanted = round(PREVIEW_SECONDS * recordings.sample_rate)
        self._original = longest.samples[-wanted:]
        self._due = {max(1, round(epochs * part / PREVIEWS)) for part in range(1, PREVIEWS + 1)}
        self.sounds: list[tuple[int, Sound]] = [(0, self._original)]

    def listen(self, epoch: int, codec: ConvVQVAE, spectrogram: AudioSpectrogram) -> None:
        """Add a preview if one is due after this epoch. The codec must be in evaluation mode."""
        if epoch in self._due:
            self.sounds.append((epoch, reconstruct(codec, spectrogram, self._original)))

    def state(self) -> list[tuple[int, Tensor]]:
        """All previews so far, for a checkpoint."""
        return [(epoch, torch.from_numpy(sound.copy())) for epoch, sound in self.sounds]

    def resume(self, state: list[tuple[int, Tensor]]) -> None:
        """Restore the previews from a checkpoint."""
        self.sounds = [(epoch, sound.numpy()) for epoch, sound in state]


@torch.inference_mode()
def reconstruct(codec: ConvVQVAE, spectrogram: AudioSpectrogram, samples: Sound) -> Sound:
    """Samples `[N]` encoded and decoded again, `[N]`."""
    waveform = torch.from_numpy(np.ascontiguousarray(samples))[None, None]
    mel = spectrogram.waveform_to_mel(waveform, codec.config.column_frames)
    decoded, _, _ = codec(mel)
    sound: Sound = phase.reconstruct(spectrogram, decoded[0, 0].float()).cpu().numpy()
    return sound[: len(samples)]
