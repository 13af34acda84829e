"""A recording's spectrogram as a model file keeps it: small, and the same however often the model
is trained further.

Codes alone would lose a little each time: each new codec would code what the one before made of
them.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.spectrogram import SpectrogramConfig

# In dB, from silence upwards: far less than any codec loses, and enough for 255 dB.
_STEP_DB = 1.0
# A stereo image is kept in so many steps from its lowest value: 0.4 dB, and 0.0125 of coherence.
_LOWEST, _IMAGE_STEP = -3.0, 0.025


def pack_mel(mel: Tensor, config: SpectrogramConfig) -> bytes:
    """A normalised mel `[M, T]` in steps of 1 dB, about 5,700 bytes for a second of sound. A stereo
    image below it is kept, too."""
    lowest, step = _scales(config)
    steps = (mel.float().cpu() - lowest) / step
    # Frame by frame, each as differences from bin to bin: that is what zlib packs best.
    frames = steps.round().clamp(0, 255).to(torch.uint8).numpy().T
    return zlib.compress(np.diff(frames, axis=1, prepend=np.uint8(0)).tobytes(), 9)


def unpack_mel(packed: bytes, config: SpectrogramConfig, most_frames: int) -> Tensor:
    """The mel `[M, T]`, on the CPU, within half a dB of what was packed.

    Raises ValueError when the bytes are damaged, or longer than `most_frames`.
    """
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(packed, config.rows * most_frames + 1)
        if not reader.eof:
            raise ValueError("it has no end, or a late one")
        differences = np.frombuffer(content, np.uint8).reshape(-1, config.rows)
    except (zlib.error, ValueError) as error:
        raise ValueError("the spectrogram of a recording is damaged") from error
    steps = np.cumsum(differences, axis=1, dtype=np.uint8).T.astype(np.float32)
    lowest, step = _scales(config)
    return torch.from_numpy(steps) * step + lowest


def _scales(config: SpectrogramConfig) -> tuple[Tensor, Tensor]:
    """The value of step 0 and what one step is, of each row `[rows, 1]`."""
    counts = config.n_mels, 2 * config.image_groups
    lowest = [config.silence] * counts[0] + [_LOWEST] * counts[1]
    step = [config.per_db * _STEP_DB] * counts[0] + [_IMAGE_STEP] * counts[1]
    return torch.tensor(lowest)[:, None], torch.tensor(step)[:, None]
