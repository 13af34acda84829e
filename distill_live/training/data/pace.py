"""How long it takes to make codes of recordings, before there is a codec."""

from __future__ import annotations

import torch

from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.training.data.coding import code_mel
from distill_live.training.data.sequences import times_coded
from distill_live.training.run.pace import seconds_of

_CODED_COLUMNS, _DECODED_COLUMNS = 512, 16
# The same recordings are also coded for the model file, and for its clarity.
_MORE_TIMES = 2


def seconds_to_code(
    config: VQVAEConfig,
    columns: float,
    gains_db: tuple[float, ...],
    speeds: tuple[float, ...],
    device: torch.device,
    *,
    grains: bool,
) -> float:
    """About how long it takes from a codec's last epoch to the codes that a prior is trained on, of
    so many columns of sound, measured with a codec that has learned nothing. With `grains`, all of
    it is decoded, too, column by column."""
    with torch.random.fork_rng(), torch.inference_mode():
        codec = ConvVQVAE(config).to(device).eval()
        mel = torch.zeros(config.rows, _CODED_COLUMNS * config.column_frames, device=device)
        codec.encode(mel[None, None, :, : config.column_frames])
        coding = seconds_of(lambda: code_mel(codec, mel), device) / _CODED_COLUMNS
        frames = columns * config.column_frames
        times = times_coded(frames, config.column_frames, gains_db, speeds)
        seconds = columns * coding * (times + _MORE_TIMES + grains)
        if grains:
            seconds += columns * _decoding_seconds(codec, device)
    return seconds


def _decoding_seconds(codec: ConvVQVAE, device: torch.device) -> float:
    """How long a column takes to be decoded."""
    stream, config = codec.stream(), codec.config
    codes = torch.zeros(1, config.bands, config.num_quantizers, dtype=torch.long, device=device)
    stream.push(codes)

    def decode() -> None:
        for _ in range(_DECODED_COLUMNS):
            stream.push(codes)

    return seconds_of(decode, device) / _DECODED_COLUMNS
