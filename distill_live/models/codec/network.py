"""The codec's two networks: mel frames to latents, and back; most work is done once per column."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.layers.causal_conv import CausalConv, Past

#: Mel bins and frames that the decoder's last layer makes of each position.
_FINE = 4
#: How many mel bins have a stereo image together: 255 Hz up to 1 kHz, a third of an octave at the
#: top, about as finely as one hears where a sound comes from.
MELS_PER_IMAGE_GROUP = 8


@dataclass(frozen=True)
class VQVAEConfig:
    """The shape of a codec; stored in the model file.

    A column is `column_frames` mel frames (4, 8 or 16), coded in `bands` bands of
    `n_mels / bands` mel bins by `num_quantizers` codes each. `lookahead_columns` (0 or 1) is how
    many columns after its own the decoder waits for. `image_groups` is as in SpectrogramConfig:
    with it, frames have `rows` numbers. Raises ValueError unless frames and mel bins of a band are
    multiples of 4, of which the decoder makes the last ones, and each band has whole groups.
    """

    codebook_size: int = 64
    num_quantizers: int = 3
    column_frames: int = 8
    bands: int = 8
    n_mels: int = 128
    lookahead_columns: int = 0
    code_width: int = 32
    width: int = 128
    encoder_blocks: int = 4
    decoder_blocks: int = 6
    fine_width: int = 32
    fine_blocks: int = 1
    image_groups: int = 0

    def __post_init__(self) -> None:
        if self.column_frames % _FINE or self.n_mels % (_FINE * self.bands):
            raise ValueError(
                f"column_frames and the mel bins of a band must be multiples of {_FINE}: they are "
                f"{self.column_frames} and {self.n_mels} / {self.bands}"
            )
        if self.image_groups % self.bands:
            raise ValueError(
                f"image_groups must be a multiple of the {self.bands} bands, not "
                f"{self.image_groups}"
            )

    @property
    def rows(self) -> int:
        """How many numbers describe a frame: its mels, then its stereo image."""
        return self.n_mels + 2 * self.image_groups

    @property
    def encoder_columns(self) -> int:
        """How many columns on each side of a column its codes depend on, at most: one per block,
        and one for the first layer and the spectrogram's window, which reach part of the next
        column."""
        return self.encoder_blocks + 1

    @property
    def decoder_past_columns(self) -> int:
        """How many columns before one the decoder's output for it depends on, at most."""
        fine_steps = self.column_frames // _FINE
        return 2 * (1 + self.decoder_blocks) + -(-2 * self.fine_blocks // fine_steps)


class Encoder(nn.Module):
    """`[B, 1, rows, T]` to latents `[B, D, bands, columns]`; sees the past and the future."""

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        mels, frames = config.n_mels // config.bands, config.column_frames
        self.patch = nn.Conv2d(
            1, config.width, (2 * mels, 2 * frames), (mels, frames), (mels // 2, frames // 2)
        )
        self.n_mels, self.image = config.n_mels, _image_patch(config)
        self.bands = BandEmbedding(config.width, config.bands)
        self.blocks = nn.ModuleList(
            Block(config.width, causal=False) for _ in range(config.encoder_blocks)
        )
        self.norm = ChannelNorm(config.width)
        self.out = nn.Conv2d(config.width, config.code_width, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """Normalised frames `[B, 1, rows, T]`, T whole columns, to latents `[B, D, F, columns]`."""
        x = self.patch(mel[:, :, : self.n_mels])
        if self.image is not None:
            b, _, rows, t = mel.shape
            image = mel[:, :, self.n_mels :].reshape(b, 2, (rows - self.n_mels) // 2, t)
            x = x + self.image(image)
        x = self.bands(x)
        for block in self.blocks:
            x = block(x)
        latent: Tensor = self.out(self.norm(x))
        return latent


class Decoder(nn.Module):
    """`[B, D, bands, columns]` to frames `[B, 1, rows, T]`, most of the work done per column."""

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        mels, frames = config.n_mels // config.bands, config.column_frames
        self.entry = CausalConv(
            config.code_width, config.width, (3, 3), lookahead=config.lookahead_columns
        )
        self.bands = BandEmbedding(config.width, config.bands)
        self.blocks = nn.ModuleList(
            Block(config.width, causal=True) for _ in range(config.decoder_blocks)
        )
        self.norm = ChannelNorm(config.width)
        self.to_fine = Unfold(config.width, config.fine_width, mels // _FINE, frames // _FINE)
        self.fine_blocks = nn.ModuleList(
            Block(config.fine_width, causal=True) for _ in range(config.fine_blocks)
        )
        self.to_mel = Unfold(config.fine_width, 1, _FINE, _FINE)
        self.to_image = _image_unfold(config)

    def forward(self, quantized: Tensor, past: Past) -> Tensor:
        """The next columns `[B, D, F, columns]` of a stream to their normalised frames
        `[B, 1, rows, T]`; with a lookahead a fresh `past` makes a column less."""
        x = self.bands(self.entry(quantized, past))
        for block in self.blocks:
            x = block(x, past)
        coarse = self.norm(x)
        x = self.to_fine(coarse)
        for block in self.fine_blocks:
            x = block(x, past)
        mel: Tensor = self.to_mel(x)
        if self.to_image is None:
            return mel
        image = self.to_image(coarse)  # [B, 2, G, T]
        return torch.cat([mel, image.flatten(1, 2)[:, None]], dim=2)


def _image_patch(config: VQVAEConfig) -> nn.Conv2d | None:
    """A column's stereo image `[B, 2, G, T]` to what is added to the encoder's first features. It
    begins as nothing, so that the mels are learned first."""
    if not config.image_groups:
        return None
    shape = (config.image_groups // config.bands, config.column_frames)
    patch = nn.Conv2d(2, config.width, shape, shape, bias=False)
    nn.init.zeros_(patch.weight)
    return patch


def _image_unfold(config: VQVAEConfig) -> Unfold | None:
    """The decoder's last features of each position to its stereo image `[B, 2, G, T]`."""
    if not config.image_groups:
        return None
    groups = config.image_groups // config.bands
    return Unfold(config.width, 2, groups, config.column_frames)


class Block(nn.Module):
    """A residual block: a convolution over bands and time, then one across channels.

    It begins as the identity, so that a deep network trains at a high rate from the first step.
    """

    def __init__(self, width: int, causal: bool) -> None:
        super().__init__()
        self.norm = ChannelNorm(width)
        self.spread = (
            CausalConv(width, width, (3, 3)) if causal else nn.Conv2d(width, width, 3, padding=1)
        )
        self.mix = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)  # type: ignore[arg-type]  # torch: it may have none

    def forward(self, x: Tensor, past: Past | None = None) -> Tensor:
        """`[B, C, F, T]` to the same shape; a causal block needs the stream's `past`."""
        normed = self.norm(x)
        y = self.spread(normed) if past is None else self.spread(normed, past)
        mixed: Tensor = self.mix(functional.gelu(y))
        return x + mixed


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each position alone: nothing looks across frames."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, C, F, T]` to the same shape."""
        y: Tensor = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return y


class BandEmbedding(nn.Module):
    """A learned vector per band: the same code may mean another sound in another band."""

    def __init__(self, width: int, bands: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(width, bands, 1).mul_(0.1))

    def forward(self, x: Tensor) -> Tensor:
        """`[B, C, F, T]` to the same shape; F is the number of bands."""
        return x + self.vectors


class Unfold(nn.Module):
    """Every position becomes `mels` x `frames` positions: `[B, C, F, T] -> [B, C', F*m, T*n]`."""

    def __init__(self, channels: int, out_channels: int, mels: int, frames: int) -> None:
        super().__init__()
        self.mels, self.frames = mels, frames
        self.linear = nn.Linear(channels, mels * frames * out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, C, F, T]` to `[B, C', F * mels, T * frames]`."""
        b, _, f, t = x.shape
        y = self.linear(x.permute(0, 2, 3, 1)).view(b, f, t, self.mels, self.frames, -1)
        y = y.permute(0, 1, 3, 2, 4, 5).reshape(b, f * self.mels, t * self.frames, -1)
        unfolded: Tensor = y.permute(0, 3, 1, 2)
        return unfolded
