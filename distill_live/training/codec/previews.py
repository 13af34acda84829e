"""Previews: what the codec makes of the end of a recording, at a few epochs of its training.

They have the clarity that the codec needs at that epoch, measured on the same recording.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio import phase
from distill_live.audio.dataset import Recording, Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.clarity import Clarity
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.sound_settings import USUAL_SOUND
from distill_live.training.codec.clarity import compare_detail
from distill_live.training.data.coding import recording_mel

#: How long a preview is, if the recording is that long.
PREVIEW_SECONDS = 4.0

#: How many seconds of the recording the clarity of a preview is measured on.
MEASURED_SECONDS = 20.0

#: How many previews a complete training makes, including that of its last epoch.
PREVIEWS = 5

Sound = NDArray[np.float32]


class Previews:
    """Passes the end of a recording through the codec after some of the epochs.

    It is the longest recording, of which most is held out. `sounds` has pairs of an epoch and
    samples `[N]` at the recordings' rate, mixed to mono; epoch 0 is the recording itself.
    """

    def __init__(self, recordings: Recordings, epochs: int) -> None:
        longest = max(recordings.recordings, key=lambda one: len(one.samples))
        wanted = round(PREVIEW_SECONDS * recordings.sample_rate)
        end = len(longest.samples)
        self._whole, self._end = longest, longest.part(max(end - wanted, 0), end)
        self._due = {max(1, round(epochs * part / PREVIEWS)) for part in range(1, PREVIEWS + 1)}
        self.sounds: list[tuple[int, Sound]] = [(0, self._end.samples)]

    def listen(self, epoch: int, codec: ConvVQVAE, spectrogram: AudioSpectrogram) -> None:
        """Add a preview if one is due after this epoch. The codec must be in evaluation mode."""
        if epoch in self._due:
            clarity = self._clarity(codec, spectrogram)
            self.sounds.append((epoch, reconstruct(codec, spectrogram, self._end, clarity)))

    def state(self) -> list[tuple[int, Tensor]]:
        """All previews so far, for a checkpoint."""
        return [(epoch, torch.from_numpy(sound.copy())) for epoch, sound in self.sounds]

    def resume(self, state: list[tuple[int, Tensor]]) -> None:
        """Restore the previews from a checkpoint."""
        self.sounds = [(epoch, sound.numpy()) for epoch, sound in state]

    @torch.inference_mode()
    def _clarity(self, codec: ConvVQVAE, spectrogram: AudioSpectrogram) -> Clarity:
        """What the codec's mels lack, measured on the end of the part that it is trained on."""
        frames = codec.config.column_frames
        column = frames * spectrogram.config.hop_length
        end = training_columns(-(-len(self._whole.samples) // column)) * column
        wanted = round(MEASURED_SECONDS * spectrogram.config.sample_rate)
        mel = recording_mel(self._whole.part(max(end - wanted, 0), end), spectrogram, frames)
        return compare_detail(codec, [mel])


@torch.inference_mode()
def reconstruct(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram, recording: Recording, clarity: Clarity
) -> Sound:
    """A recording encoded and decoded again, `[N]`, with this clarity at its usual amount. Of
    stereo, it is the middle."""
    mel = recording_mel(recording, spectrogram, codec.config.column_frames)
    decoded, _, _ = codec(mel[None, None])
    clear = clarity.apply(spectrogram.mels(decoded[0, 0]).float(), USUAL_SOUND.clarity)
    sound: Sound = phase.reconstruct(spectrogram, clear).cpu().numpy()
    return sound[: len(recording.samples)]
