"""How close a vocoder's sound comes to the held-out ends of recordings."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from distill_live.audio.distances.reconstruction import Distances, Reconstruction, measure_all
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import Vocoder
from distill_live.training.run.step import mean_loss
from distill_live.training.vocoder.losses import SoundLoss
from distill_live.training.vocoder.pairs import SoundPair, SoundPairs

# Enough frames to judge an epoch by, 43 s; of a large set every k-th recording is taken. In each,
# some frames before the held-out part let the vocoder settle.
JUDGED_FRAMES, _SETTLING_FRAMES = 4_000, 64

#: Mels `[M, T]`, and the samples `[N]` of the last ones.
Judged = tuple[Tensor, Tensor]


def compare_vocoders(
    vocoders: Mapping[str, Vocoder], pairs: SoundPairs, sample_rate: int
) -> dict[str, Distances]:
    """The distances of each vocoder's sound, streamed as live, from the held-out parts."""
    found: dict[str, list[Reconstruction]] = {name: [] for name in vocoders}
    for mel, real in judged_parts(pairs):
        for name, vocoder in vocoders.items():
            made = vocoder(mel)[-len(real) :].cpu().numpy()
            found[name].append((real.numpy(), made))
    return {name: measure_all(each, sample_rate) for name, each in found.items()}


def judged_parts(pairs: SoundPairs) -> list[Judged]:
    """The held-out parts of recordings: mels that begin a while before them, and their sound
    alone."""
    return [_judged_part(pair) for pair in _spread(pairs.validation)]


@torch.no_grad()
def held_out_loss(vocoder: NeuralVocoder, judged: list[Judged], loss: SoundLoss) -> float:
    """The mean loss over all held-out parts."""
    losses = []
    for mel, real in judged:
        made = vocoder.waveforms(mel[None].to(vocoder.device))[:, -len(real) :]
        losses.append(loss(made, real[None].to(vocoder.device)))
    return mean_loss(losses)


def _spread(pairs: list[SoundPair]) -> list[SoundPair]:
    """Every k-th pair, with the smallest k that keeps the held-out frames near what is needed."""
    frames = sum(pair.mel.shape[-1] - pair.first for pair in pairs)
    return pairs[:: max(1, math.ceil(frames / JUDGED_FRAMES))]


def _judged_part(pair: SoundPair) -> Judged:
    """The held-out part: mels that begin a while before it, and its sound alone."""
    hop = len(pair.samples) // pair.mel.shape[-1]
    start = max(pair.first - _SETTLING_FRAMES, 0)
    end = min(pair.first + JUDGED_FRAMES, pair.mel.shape[-1])
    return pair.mel[:, start:end], pair.samples[pair.first * hop : end * hop]
