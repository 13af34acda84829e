"""The codec of Distill v1.1: whole seconds of mels to codes and back, each second by itself.

A chunk, about a second, is one column here. Its codes stand as that program's prior has them: band
by band, and in each band one after the other in time. So a column has bands x steps "bands".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.quantizer import ResidualCodebooks
from distill_live.models.codec.vqvae import Reach

#: Mel bins and frames that one code stands for: four layers, each halving both.
STRIDE = 16
#: Channels of the layers, from the mels inwards.
_CHANNELS = (1, 32, 64, 128, 256)
#: Chunks that are coded at once; a recording can have thousands.
_CHUNKS_AT_ONCE = 32


@dataclass(frozen=True)
class ChunkCodecConfig:
    """The shape of a chunk codec; stored in the model file.

    A chunk is `chunk_samples` long and has `column_frames` mel frames.
    """

    codebook_size: int = 64
    num_quantizers: int = 3
    code_width: int = 128
    n_mels: int = 128
    column_frames: int = 94
    chunk_samples: int = 48_000

    @property
    def spatial_shape(self) -> tuple[int, int]:
        """(bands, steps in time) of a chunk's codes."""
        return -(-self.n_mels // STRIDE), -(-self.column_frames // STRIDE)

    @property
    def bands(self) -> int:
        """Positions of a column: every step of every band."""
        bands, steps = self.spatial_shape
        return bands * steps

    @property
    def lookahead_columns(self) -> int:
        """None: a chunk is decoded by itself."""
        return 0

    @property
    def decoder_past_columns(self) -> int:
        """The chunk before, whose end is heard under a chunk's beginning."""
        return 1


class ChunkCodec(nn.Module):
    """A residual-VQ autoencoder of mels `[B, 1, M, T]`, any T; the last codes stand for less.

    Codes stand at positions s = band * columns + column; `spatial_shape` is (bands, columns), both
    of STRIDE bins and frames. Normalisations are folded into the convolutions.
    """

    kind = "chunks"

    def __init__(self, config: ChunkCodecConfig | None = None) -> None:
        super().__init__()
        self.config = config or ChunkCodecConfig()
        inner, width = _CHANNELS[-1], self.config.code_width
        pairs = list(pairwise(_CHANNELS))
        self.encoder = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairs)
        self.to_code = nn.Conv2d(inner, width, 1)
        self.quantizer = ResidualCodebooks(
            self.config.num_quantizers, self.config.codebook_size, width
        )
        self.from_code = nn.Conv2d(width, inner, 1)
        self.decoder = nn.ModuleList(
            nn.ConvTranspose2d(b, a, 3, 2, 1, output_padding=1) for a, b in reversed(pairs)
        )

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`[B, 1, M, T]` to (reconstruction `[B, 1, M, T]`, codes `[B, S, Q]`, no loss)."""
        codes, shape = self.encode(mel)
        recon = self.decode(self.codes_to_embeddings(codes, shape), (mel.shape[2], mel.shape[3]))
        return recon, codes, mel.new_zeros(())

    def encode(self, mel: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """`[B, 1, M, T]` to codes `[B, S, Q]` and their spatial shape (bands, columns)."""
        x = functional.pad(mel, (0, -mel.shape[3] % STRIDE, 0, -mel.shape[2] % STRIDE))
        for layer in self.encoder:
            x = functional.relu(layer(x))
        latent = self.to_code(x)
        codes = self.quantizer.encode(latent.flatten(2).transpose(1, 2))
        return codes, (latent.shape[2], latent.shape[3])

    def codes_to_embeddings(self, indices: Tensor, spatial_shape: tuple[int, int]) -> Tensor:
        """Codes `[B, S, Q]` to what the decoder takes `[B, D, bands, columns]`."""
        vectors = self.quantizer.lookup(indices).transpose(1, 2)  # [B, D, S]
        return vectors.reshape(len(indices), -1, *spatial_shape)

    def decode(self, quantized: Tensor, target_shape: tuple[int, int] | None = None) -> Tensor:
        """`[B, D, bands, columns]` to mels `[B, 1, M, T]`, cut to `target_shape` (M, T)."""
        x = self.from_code(quantized)
        for layer in self.decoder[:-1]:
            x = functional.relu(layer(x))
        mel: Tensor = functional.softplus(self.decoder[-1](x))
        return mel if target_shape is None else mel[..., : target_shape[0], : target_shape[1]]

    def encode_columns(
        self,
        spectrogram: AudioSpectrogram,
        waveform: Tensor,
        column_samples: int,
        count: int | None = None,
    ) -> Tensor:
        """Samples `[N]` to codes `[T, F, Q]`: a chunk begins every `column_samples` samples, and
        there are at most `count` of them.

        Silence fills up the last one.
        """
        size, step = self.config.chunk_samples, column_samples
        whole = -(-len(waveform) // step)
        count = whole if count is None else min(count, whole)
        padded = functional.pad(waveform, (0, max(count * step + size - len(waveform), 0)))
        chunks = padded.unfold(0, size, step)[:count, None]
        codes = [torch.zeros(0, self.config.bands, self.config.num_quantizers, dtype=torch.int64)]
        for first in range(0, count, _CHUNKS_AT_ONCE):
            mel = spectrogram.waveform_to_mel(chunks[first : first + _CHUNKS_AT_ONCE])
            codes.append(self.encode(mel)[0].cpu())
        return torch.cat(codes)

    def encoder_reach(self, spectrogram: AudioSpectrogram, column_samples: int) -> Reach:
        """What the codes of a column depend on: its own chunk alone."""
        return Reach(0, 0, max(self.config.chunk_samples - column_samples, 0))

    def stream(self) -> ChunkDecoderStream:
        """A decoder that takes codes column by column."""
        return ChunkDecoderStream(self)


class ChunkDecoderStream:
    """Codes in, mel frames out, chunk by chunk. It remembers nothing."""

    def __init__(self, model: ChunkCodec) -> None:
        self._model = model

    @torch.inference_mode()
    def push(self, codes: Tensor | NDArray[np.integer]) -> Tensor:
        """Codes `[k, F, Q]` to mels `[M, k * frames]`."""
        indices = codes if isinstance(codes, Tensor) else torch.from_numpy(np.int64(codes))
        quantizer = self._model.quantizer
        return self.push_vectors(quantizer.lookup(indices.to(quantizer.codebooks.device)))

    @torch.inference_mode()
    def push_vectors(self, vectors: Tensor) -> Tensor:
        """As `push`, with vectors `[k, F, D]` in the place of those of codes: mixtures of codes,
        for example."""
        config, device = self._model.config, self._model.quantizer.codebooks.device
        mels = [torch.zeros(config.n_mels, 0, device=device)]
        # One after the other, so that a chunk's bytes do not depend on how many come at once.
        for chunk in vectors.to(device):
            quantized = chunk.T.reshape(1, -1, *config.spatial_shape)
            mels.append(self._model.decode(quantized, (config.n_mels, config.column_frames))[0, 0])
        return torch.cat(mels, dim=-1)

    def flush(self) -> Tensor:
        """Nothing waits: `[M, 0]`."""
        return torch.zeros(self._model.config.n_mels, 0)

    def snapshot(self) -> None:
        """There is no state."""

    def restore(self, state: None) -> None:
        """Go on; there is no state."""
