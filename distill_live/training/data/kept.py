"""What a model file keeps of its recordings: their codes, and their spectrograms."""

from __future__ import annotations

import torch

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.kept_mels import pack_mel
from distill_live.training.data.coding import code_mel, recording_mel


@torch.inference_mode()
def code_training_parts(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    holdout: float = HOLDOUT,
) -> tuple[TrainingCodes, ...]:
    """The codes of each recording's training part, from its start on, and the spectrogram of the
    whole recording. Recordings shorter than a column are left out."""
    frames = codec.config.column_frames
    found = []
    for recording in recordings.recordings:
        mel = recording_mel(recording, spectrogram, frames)
        end = training_columns(mel.shape[-1] // frames, holdout) * frames
        codes = code_mel(codec, mel[:, :end])
        if len(codes):
            packed = pack_mel(mel, spectrogram.config)
            found.append(TrainingCodes(recording.name, codes, packed))
    return tuple(found)
