"""A recording to codes in pieces, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.audio.stereo.channels import in_columns
from distill_live.models.devices import use_threads
from distill_live.models.kinds import Codec

Samples = NDArray[np.float32]

#: Columns that are coded at once. With more, torch takes gigabytes for the first convolution.
PIECE_COLUMNS = 1024

# Of the long columns of old models, fewer are coded at once.
_PIECE_SAMPLES = 1 << 22


def margin_columns(codec: Codec, spectrogram: AudioSpectrogram, column_samples: int) -> int:
    """How many extra columns of sound a piece needs on each side: all that the codes of its own
    columns depend on. A column has `column_samples` samples."""
    reach = codec.encoder_reach(spectrogram, column_samples)
    return max(reach.before, reach.after + -(-reach.samples // column_samples))


@torch.inference_mode()
def encode_pieces(
    codec: Codec, spectrogram: AudioSpectrogram, blocks: Iterable[Samples], column_samples: int
) -> Iterator[Tensor]:
    """Blocks at the codec's rate, however long, to codes `[T, F, Q]`, piece by piece. They are mono
    `[n]`, or the middle and the side `[n, 2]` of stereo, of which a mono codec uses the middle.

    Together they are the codes of the whole; silence fills up the last column, of `column_samples`
    samples as all are. A piece is coded on one thread, whatever torch is set to: on some processors
    torch takes gigabytes for the first convolution on more of them.
    """
    margin = margin_columns(codec, spectrogram, column_samples)
    columns = min(PIECE_COLUMNS, _PIECE_SAMPLES // column_samples) + 2 * margin
    channels = spectrogram.config.channels
    waiting = np.zeros((columns * column_samples, channels), np.float32)
    kept = 2 * margin * column_samples
    filled, known = 0, 0
    for given in blocks:
        block = in_columns(given)[:, :channels]
        while len(block):
            taken = block[: len(waiting) - filled]
            waiting[filled : filled + len(taken), : taken.shape[1]] = taken
            # Mono has a silent side.
            waiting[filled : filled + len(taken), taken.shape[1] :] = 0.0
            filled, block = filled + len(taken), block[len(taken) :]
            if filled == len(waiting):
                coded = _encode(codec, spectrogram, waiting, column_samples)
                yield coded[known : columns - margin]
                waiting[:kept] = waiting[len(waiting) - kept :]
                filled, known = kept, margin
    yield _encode(codec, spectrogram, waiting[:filled], column_samples)[known:]


def _encode(
    codec: Codec, spectrogram: AudioSpectrogram, samples: Samples, column_samples: int
) -> Tensor:
    waveform = torch.from_numpy(samples if samples.shape[1] > 1 else samples[:, 0])
    with use_threads(1):
        return codec.encode_columns(spectrogram, waveform, column_samples).cpu()
