"""The codec: log-mel frames to a grid of codes and back, the way back as a stream.

Where mels `[M, T]` are named here, those of a stereo codec have their image below them: they are
frames `[rows, T]`, as AudioSpectrogram makes them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.network import Decoder, Encoder, VQVAEConfig
from distill_live.models.codec.quantizer import ResidualCodebooks
from distill_live.models.layers.causal_conv import Past, Tails

__all__ = [
    "ConvVQVAE",
    "DecoderStream",
    "Reach",
    "VQVAEConfig",
    "get_adaptive_vqvae_config",
]


class Reach(NamedTuple):
    """What a column's codes depend on: how many columns before it, how many after it, and the
    samples right after it that its own frames see."""

    before: int
    after: int
    samples: int


class ConvVQVAE(nn.Module):
    """A residual-VQ autoencoder of mel spectrograms `[B, 1, M, T]`, T a multiple of a column.

    Codes stand at positions s = column * bands + band, so `[B, S, Q]` is a grid `[B, T, F, Q]`
    with its two middle axes joined; `spatial_shape` is (bands, columns).
    """

    kind = "columns"

    def __init__(self, config: VQVAEConfig | None = None) -> None:
        super().__init__()
        self.config = config or VQVAEConfig()
        self.encoder = Encoder(self.config)
        self.quantizer = ResidualCodebooks(
            self.config.num_quantizers, self.config.codebook_size, self.config.code_width
        )
        self.decoder = Decoder(self.config)
        # The layout in which CPUs convolve fastest.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch types no layout here

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`[B, 1, M, T]` to (reconstruction `[B, 1, M, T]`, codes `[B, S, Q]`, commitment loss)."""
        return self.through_codes(self.encoder(mel))

    def through_codes(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The encoder's latents `[B, D, bands, columns]` to what `forward` gives."""
        shape = (latent.shape[2], latent.shape[3])
        # Distances between near codes do not survive bfloat16.
        with torch.autocast(latent.device.type, enabled=False):
            quantized, indices, loss = self.quantizer(_to_positions(latent.float()))
        return self.decode(_from_positions(quantized, shape)), indices, loss

    def encode(self, mel: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """`[B, 1, M, T]` to codes `[B, S, Q]` and their spatial shape (bands, columns)."""
        latent = self.encoder(mel)
        return self.quantizer.encode(_to_positions(latent)), (latent.shape[2], latent.shape[3])

    def codes_to_embeddings(self, indices: Tensor, spatial_shape: tuple[int, int]) -> Tensor:
        """Codes `[B, S, Q]` to what the decoder takes `[B, D, bands, columns]`."""
        return _from_positions(self.quantizer.lookup(indices), spatial_shape)

    def decode(self, quantized: Tensor, target_shape: tuple[int, int] | None = None) -> Tensor:
        """`[B, D, bands, columns]` to mel `[B, 1, M, T]`, cut to `target_shape` (M, T)."""
        ahead = functional.pad(quantized, (0, self.config.lookahead_columns))
        mel: Tensor = self.decoder(ahead, Past())
        return mel if target_shape is None else mel[..., : target_shape[0], : target_shape[1]]

    def encode_columns(
        self,
        spectrogram: AudioSpectrogram,
        waveform: Tensor,
        column_samples: int,
        count: int | None = None,
    ) -> Tensor:
        """Samples `[N]`, or the middle and the side `[N, 2]`, to codes `[T, F, Q]`; silence fills
        up the last column, which has `column_samples` samples as all have. At most `count` columns
        are made: of the samples after them they see only what the spectrogram's windows reach."""
        channels = waveform[None, None] if waveform.ndim == 1 else waveform.T[None]
        mel = spectrogram.waveform_to_mel(channels, self.config.column_frames)
        frames = None if count is None else count * self.config.column_frames
        indices, (bands, columns) = self.encode(mel[..., :frames])
        return indices.view(columns, bands, -1)

    def encoder_reach(self, spectrogram: AudioSpectrogram, column_samples: int) -> Reach:
        """What the codes of a column depend on."""
        settings, columns = spectrogram.config, self.config.encoder_columns
        return Reach(columns, columns, max(settings.n_fft // 2 - settings.hop_length, 0))

    def stream(self) -> DecoderStream:
        """A decoder that takes codes column by column."""
        return DecoderStream(self)


class CodecStream(Protocol):
    """Codes in, mel frames out, column by column: what every codec's decoder offers as a stream."""

    def push(self, codes: Tensor | NDArray[np.integer]) -> Tensor:
        """Codes `[k, F, Q]` to the normalised mels `[M, frames]` that they complete."""

    def push_vectors(self, vectors: Tensor) -> Tensor:
        """As `push`, with vectors `[k, F, D]` in the place of those of codes: mixtures of codes,
        for example."""

    def flush(self) -> Tensor:
        """The frames that still wait for a later column `[M, frames]`; a new stream begins."""

    def snapshot(self) -> object:
        """Where the stream stands; nothing changes it later."""

    def restore(self, state: Any) -> None:
        """Go on from a snapshot of this stream, or of another one of the same codec."""


class DecoderState(NamedTuple):
    """The state of a decoder's stream: the ends of its layers' inputs, and the columns
    `[n, F, D]` that wait for a later one before anything can be decoded."""

    tails: Tails
    waiting: Tensor


class DecoderStream:
    """Codes in, mel frames out, column by column.

    Every column is decoded by itself in the same fixed context, so that the same codes give the
    same bytes however they are pushed, live and offline.
    """

    def __init__(self, model: ConvVQVAE) -> None:
        self._model = model
        self._state = self._start()

    @torch.inference_mode()
    def push(self, codes: Tensor | NDArray[np.integer]) -> Tensor:
        """Codes `[k, F, Q]` to normalised mel `[M, frames]`.

        With a lookahead the first column gives no frames until the next one comes.
        """
        # int64: torch takes no narrower integers as indices.
        indices = codes if isinstance(codes, Tensor) else torch.from_numpy(np.int64(codes))
        return self.push_vectors(self._model.quantizer.lookup(indices.to(self._device)))

    @torch.inference_mode()
    def push_vectors(self, vectors: Tensor) -> Tensor:
        """As `push`, with vectors `[k, F, D]` in the place of those of codes: mixtures of codes,
        for example."""
        return self._decode(vectors.to(self._device))

    @torch.inference_mode()
    def flush(self) -> Tensor:
        """The frames that still wait for a later column `[M, frames]`; a new stream begins."""
        config = self._model.config
        begun = bool(self._state.tails) or len(self._state.waiting) > 0
        missing = config.lookahead_columns if begun else 0
        shape = (missing, config.bands, config.code_width)
        rest = self._decode(torch.zeros(shape, device=self._device))
        self._state = self._start()
        return rest

    def snapshot(self) -> DecoderState:
        """The stream's state, to `restore` later as often as wanted."""
        return self._state

    def restore(self, state: DecoderState) -> None:
        """Go on from a snapshot as if nothing had been pushed since."""
        self._state = state

    @property
    def _device(self) -> torch.device:
        return self._model.quantizer.codebooks.device

    def _start(self) -> DecoderState:
        config = self._model.config
        return DecoderState(
            (), torch.zeros(0, config.bands, config.code_width, device=self._device)
        )

    def _decode(self, vectors: Tensor) -> Tensor:
        tails, waiting = self._state.tails, torch.cat((self._state.waiting, vectors))
        frames = [torch.zeros(self._model.config.rows, 0, device=self._device)]
        while len(waiting) > (ahead := 0 if tails else self._model.config.lookahead_columns):
            past = Past(tails)
            columns = waiting[: ahead + 1].permute(2, 1, 0)[None]  # [1, D, F, T]
            frames.append(self._model.decoder(columns, past)[0, 0])
            tails, waiting = past.tails, waiting[ahead + 1 :]
        self._state = DecoderState(tails, waiting)
        return torch.cat(frames, dim=-1)


def _to_positions(latent: Tensor) -> Tensor:
    return latent.permute(0, 3, 2, 1).flatten(1, 2)  # [B, D, F, T] -> [B, T*F, D]


def _from_positions(vectors: Tensor, spatial_shape: tuple[int, int]) -> Tensor:
    bands, columns = spatial_shape
    grid = vectors.reshape(vectors.shape[0], columns, bands, -1)
    return grid.permute(0, 3, 2, 1)  # [B, T, F, D] -> [B, D, F, T]


def get_adaptive_vqvae_config(file_count: int, **overrides: int) -> VQVAEConfig:
    """Settings for a set of so many recordings: V = 64 up to 20, 128 up to 100, 256 beyond."""
    size = 64 if file_count <= 20 else 128 if file_count <= 100 else 256
    return VQVAEConfig(**{"codebook_size": size, **overrides})
