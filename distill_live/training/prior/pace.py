"""An estimate of a prior's training time, before there are codes to train it on."""

from __future__ import annotations

import numpy as np
import torch

from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.kinds import make_prior
from distill_live.training.data.coding import code_mel
from distill_live.training.data.sequences import times_coded
from distill_live.training.prior.judging import window_perplexity
from distill_live.training.prior.loss import prior_loss
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.prior.windows import Crops, Window
from distill_live.training.run.pace import Expected, Pace, seconds_of
from distill_live.training.run.randomness import seeded

_CODED_COLUMNS, _DECODED_COLUMNS = 512, 16
# The same recordings are also coded for the model file, and for its clarity.
_MORE_TIMES = 2


def expected_prior(config: PriorTrainingConfig, device: torch.device, judged: int) -> Expected:
    """What the training up to its last epoch will take, estimated from a few steps on random codes,
    if an epoch is judged by so many windows; a training that ends early takes less. The random
    numbers of the training itself are not affected."""
    told: list[float] = []
    pace = Pace(told.append, device)
    with seeded(config.seed, device):
        prior = make_prior(config.prior).to(device)
        optimizer = torch.optim.AdamW(prior.parameters())
        while not told:
            _, loss = prior_loss(prior, _crops(config, device), config.corruption, config.blind)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            pace.step()
        grid = np.zeros(
            (config.prior.context_columns, config.prior.bands, config.prior.num_quantizers),
            np.int16,
        )
        windows = Window.of_grid(grid, 0, config.prior.context_columns)
        window = seconds_of(lambda: window_perplexity(prior.eval(), windows), device) / len(windows)
    return Expected(told[0], judged * window, config.steps_per_epoch, config.epochs)


def _crops(config: PriorTrainingConfig, device: torch.device) -> Crops:
    """Random codes, as many as in a batch of recordings that are longer than a context."""
    shape = config.prior
    rows = max(1, round(config.batch_columns / shape.context_columns))
    codes = torch.randint(shape.codebook_size, (rows, shape.context_columns * shape.column_codes))
    ranks = torch.full((rows, shape.context_columns, 4), torch.nan)
    real = torch.ones_like(codes, dtype=torch.bool)
    return Crops(codes.to(device), real.to(device), ranks.to(device))


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
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
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
