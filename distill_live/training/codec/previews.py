"""What the codec makes of the end of a recording, now and then while it learns."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio import phase
from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.vqvae import ConvVQVAE

#: How long a preview is, where a recording has so much.
PREVIEW_SECONDS = 4.0

#: How many previews a whole training leaves, the last epoch's among them.
PREVIEWS = 5

Sound = NDArray[np.float32]


class Previews:
    """Called at the end of each epoch; at some of them it decodes what it is about.

    `sounds` are (epoch, samples `[N]` at the recordings' rate), epoch 0 the recording itself: the
    end of the recording of which most is held out.
    """

    def __init__(self, recordings: Recordings, epochs: int) -> None:
        longest = max(recordings.recordings, key=lambda one: len(one.samples))
        wanted = round(PREVIEW_SECONDS * recordings.sample_rate)
        self._original = longest.samples[-wanted:]
        self._due = {max(1, round(epochs * part / PREVIEWS)) for part in range(1, PREVIEWS + 1)}
        self.sounds: list[tuple[int, Sound]] = [(0, self._original)]

    def listen(self, epoch: int, codec: ConvVQVAE, spectrogram: AudioSpectrogram) -> None:
        """Listen to the codec as it is, if it is time to; it must be in evaluation mode."""
        if epoch in self._due:
            self.sounds.append((epoch, reconstruct(codec, spectrogram, self._original)))

    def state(self) -> list[tuple[int, Tensor]]:
        """What was listened to so far, for a checkpoint."""
        return [(epoch, torch.from_numpy(sound.copy())) for epoch, sound in self.sounds]

    def resume(self, state: list[tuple[int, Tensor]]) -> None:
        """Go on from what a checkpoint holds."""
        self.sounds = [(epoch, sound.numpy()) for epoch, sound in state]


@torch.inference_mode()
def reconstruct(codec: ConvVQVAE, spectrogram: AudioSpectrogram, samples: Sound) -> Sound:
    """Samples `[N]` through codes and back to as many."""
    waveform = torch.from_numpy(np.ascontiguousarray(samples))[None, None]
    mel = spectrogram.waveform_to_mel(waveform, codec.config.column_frames)
    decoded, _, _ = codec(mel)
    sound: Sound = phase.reconstruct(spectrogram, decoded[0, 0].float()).cpu().numpy()
    return sound[: len(samples)]
