"""The neural vocoder's network: mel frames to what each bin of the short-time spectrum does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.layers.causal_conv import Past


@dataclass(frozen=True)
class NeuralVocoderConfig:
    """The shape of a neural vocoder; stored in the model file.

    Frames are worked on in blocks of `block_frames` (best one column). A frame is final when
    `lookahead_frames` after it are known, below `kernel`. `width` channels go through `blocks`
    blocks that each see `kernel` frames, and are `expansion` times as many within them.
    """

    block_frames: int = 8
    lookahead_frames: int = 1
    width: int = 256
    blocks: int = 6
    kernel: int = 7
    expansion: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.lookahead_frames < min(self.kernel, self.block_frames):
            raise ValueError(
                f"lookahead_frames must be below kernel, {self.kernel}, and block_frames, "
                f"{self.block_frames}: it is {self.lookahead_frames}"
            )

    @property
    def past_frames(self) -> int:
        """How many frames before one the network looks at for it, at most."""
        return (self.kernel - 1) * (self.blocks + 1)


class BinMotion(NamedTuple):
    """What bins do in frames, each `[B, T, bins]`.

    `tone` and `noise` are how much louder, in nepers, the two parts of the sound are than what the
    mels say together; `turn` is how far, in radians, the tone's phase advances beyond that of the
    bin's centre; `renewal`, 0..1, how much of the tone starts afresh, with the phase `start`.
    """

    tone: Tensor
    noise: Tensor
    turn: Tensor
    renewal: Tensor
    start: Tensor


# Tone and noise with half of the power each; a tone that was there continues.
_FIRST = BinMotion(*(torch.tensor(value) for value in (-0.35, -0.35, 0.0, -3.0, 0.0)))
# Nothing gets more than 35 dB louder than its mel.
_LOUDEST = 4.0


class VocoderNetwork(nn.Module):
    """Normalised mels `[B, M, T]` to the motion of `bins` bins, causal but for the lookahead.

    The body is that of Vocos (Siuzdak, arXiv 2306.00814): ConvNeXt blocks at the frame rate.
    """

    def __init__(self, config: NeuralVocoderConfig, n_mels: int, bins: int) -> None:
        super().__init__()
        self.config, self.bins = config, bins
        self.entry = nn.Conv1d(n_mels, config.width, config.kernel)
        self.entry_norm = nn.LayerNorm(config.width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, len(_FIRST) * bins)
        nn.init.normal_(self.head.weight, std=0.02)
        with torch.no_grad():
            for part, value in zip(self.head.bias.view(len(_FIRST), bins), _FIRST, strict=True):
                part.copy_(value)

    def forward(self, mel: Tensor, past: Past) -> BinMotion:
        """The next frames `[B, M, T]` of a stream to the motion `[B, T, bins]` of as many; a fresh
        `past` makes `lookahead_frames` less."""
        fresh_lag = self.config.lookahead_frames if past.fresh else 0
        heard = past.extend(mel, self.config.kernel - 1)[..., fresh_lag:]
        x = self.entry_norm(self.entry(heard).transpose(1, 2))  # [B, T, D]
        for block in self.blocks:
            x = block(x, past)
        b, t, _ = x.shape
        head = self.head(self.norm(x)).view(b, t, len(_FIRST), self.bins).unbind(2)
        tone, noise, turn, renewal, start = head
        return BinMotion(
            tone.clamp(max=_LOUDEST), noise.clamp(max=_LOUDEST), turn, renewal.sigmoid(), start
        )


class ConvNeXtBlock(nn.Module):
    """A residual block: each channel over time by itself, then all channels of a frame."""

    def __init__(self, config: NeuralVocoderConfig) -> None:
        super().__init__()
        self.past_length = config.kernel - 1
        self.spread = nn.Conv1d(config.width, config.width, config.kernel, groups=config.width)
        self.norm = nn.LayerNorm(config.width)
        self.widen = nn.Linear(config.width, config.expansion * config.width)
        self.mix = nn.Linear(config.expansion * config.width, config.width)
        self.scale = nn.Parameter(torch.full((config.width,), 1.0 / max(config.blocks, 1)))

    def forward(self, x: Tensor, past: Past) -> Tensor:
        """`[B, T, D]` to the same shape."""
        heard = past.extend(x.transpose(1, 2), self.past_length)
        y = self.norm(self.spread(heard).transpose(1, 2))
        mixed: Tensor = self.mix(functional.gelu(self.widen(y)))
        return x + self.scale * mixed
