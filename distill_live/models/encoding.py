"""A recording to codes in pieces, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.parts import Codec

Samples = NDArray[np.float32]

#: Columns that are coded at once. Somewhat above, torch takes gigabytes for the first convolution.
PIECE_COLUMNS = 1024

#: Columns that a piece is given besides, on each side; an encoder sees less far.
MARGIN_COLUMNS = 16


@torch.inference_mode()
def encode_pieces(
    codec: Codec, spectrogram: AudioSpectrogram, blocks: Iterable[Samples], column_samples: int
) -> Iterator[Tensor]:
    """Mono blocks `[n]` at the codec's rate, however long, to codes `[T, F, Q]`, piece by piece.

    Together they are the codes of the whole; silence fills up the last column, of `column_samples`
    samples as all are.
    """
    waiting, known = _Waiting(), 0
    for block in blocks:
        waiting.add(block)
        while waiting.length >= (size := (known + PIECE_COLUMNS + MARGIN_COLUMNS) * column_samples):
            coded = _encode(codec, spectrogram, waiting.first(size), column_samples)
            yield coded[known : known + PIECE_COLUMNS]
            waiting.drop((known + PIECE_COLUMNS - MARGIN_COLUMNS) * column_samples)
            known = MARGIN_COLUMNS
    rest = waiting.first(waiting.length)
    yield _encode(codec, spectrogram, rest, column_samples)[known:]


class _Waiting:
    """Samples that came in blocks of any size."""

    def __init__(self) -> None:
        self._blocks: list[Samples] = []
        self.length = 0

    def add(self, block: Samples) -> None:
        self._blocks.append(block)
        self.length += len(block)

    def first(self, count: int) -> Samples:
        self._blocks = [np.concatenate([np.zeros(0, np.float32), *self._blocks])]
        return self._blocks[0][:count]

    def drop(self, count: int) -> None:
        # A copy: what is dropped is to be freed.
        self._blocks = [self._blocks[0][count:].copy()]
        self.length -= count


def _encode(
    codec: Codec, spectrogram: AudioSpectrogram, samples: Samples, column_samples: int
) -> Tensor:
    waveform = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))
    return codec.encode_columns(spectrogram, waveform, column_samples).cpu()
