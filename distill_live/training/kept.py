"""What a model file keeps of its recordings: their codes."""

from __future__ import annotations

import torch

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.vqvae import ConvVQVAE
from distill_live.training.coding import code_mel


@torch.inference_mode()
def code_training_parts(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    holdout: float = HOLDOUT,
) -> tuple[TrainingCodes, ...]:
    """Each recording's training part, coded from its start on; one without a column is left out."""
    frames = codec.config.column_frames
    found = []
    for recording in recordings.recordings:
        samples = torch.from_numpy(recording.samples)[None, None]
        mel = spectrogram.waveform_to_mel(samples, frames)[0, 0]
        end = training_columns(mel.shape[-1] // frames, holdout) * frames
        codes = code_mel(codec, mel[:, :end])
        if len(codes):
            found.append(TrainingCodes(recording.name, codes))
    return tuple(found)
