"""How loud the columns of a grid are, and what a model plays."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.loudness import LoudnessMeter
from distill_live.audio.stereo.channels import by_channel
from distill_live.codes.grid import CodeGrid
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin

#: A column is silent if the mean power of its decoded mels is below this.
SILENT_DB = -60.0
#: What is measured of a model: so many streams, with the first seeds, of so many seconds each. They
#: are many because each plays what it happens to begin with: half-minute streams of the demo differ
#: by a standard deviation of 5 LU, and so the mean of 24 is known to within 1.
STREAMS, STREAM_SECONDS = 24, 6.0
#: The fewest streams to measure if time is short.
LEAST_STREAMS = 4
#: Mono and stereo models are compared as they are heard.
_HEARD_CHANNELS = 2


def silent_columns(
    loaded: LoadedVQModel, grid: CodeGrid, progress: Callable[[float], object]
) -> NDArray[np.bool_]:
    """Which columns `[T]` of a grid of the model are silent; see SILENT_DB. `progress` gets the
    part done, 0..1."""
    stream = loaded.decoder()
    powers = []
    with torch.inference_mode():
        for number, column in enumerate(grid.codes, start=1):
            powers.append(_power(loaded, stream.push(column[None])))
            progress(number / len(grid.codes))
        powers.append(_power(loaded, stream.flush()))
    by_column = torch.cat(powers).reshape(len(grid.codes), -1).mean(dim=1)
    silent: NDArray[np.bool_] = (by_column < 10.0 ** (SILENT_DB / 10.0)).cpu().numpy()
    return silent


def playing_loudness(
    loaded: LoadedVQModel,
    progress: Callable[[float], object] = lambda done: None,
    limit_s: float = math.inf,
    on_grain: Callable[[GrainOrigin | None], object] | None = None,
) -> float | None:
    """The integrated loudness of what a model plays with the default settings, in LUFS, as it is
    heard: on two channels, which are the same if it is mono. None if that is silent. The same model
    gives the same figure, unless `limit_s` seconds are too short for all streams: then there are as
    many as the machine manages, and at least LEAST_STREAMS. `progress` gets the part done, 0..1;
    `on_grain` gets what `generate_audio_from_prior` gives it.

    Raises NoPriorError if the model has no prior.
    """
    meter = LoudnessMeter(loaded.spectrogram.config.sample_rate, _HEARD_CHANNELS)
    began = time.monotonic()
    for seed in range(STREAMS):
        elapsed = time.monotonic() - began
        if seed >= LEAST_STREAMS and elapsed * (seed + 1) / seed > limit_s:
            break
        sound, _ = generate_audio_from_prior(
            loaded, duration_s=STREAM_SECONDS, seed=seed, on_grain=on_grain
        )
        meter.add(np.broadcast_to(by_channel(sound), (len(sound), _HEARD_CHANNELS)))
        progress((seed + 1) / STREAMS)
    progress(1.0)
    lufs = meter.lufs
    return None if lufs is None else round(lufs, 2)


def playing_pace(loaded: LoadedVQModel) -> float:
    """How many seconds it takes to generate one of sound, judged from one. Raises NoPriorError if
    the model has no prior."""
    # The first moment of a model takes longer than any other.
    generate_audio_from_prior(loaded, duration_s=0.2, seed=0)
    began = time.monotonic()
    generate_audio_from_prior(loaded, duration_s=1.0, seed=0)
    return time.monotonic() - began


def _power(loaded: LoadedVQModel, mel: Tensor) -> Tensor:
    """The mean power `[frames]` of normalised mels `[M, frames]`, with or without an image."""
    spectrogram = loaded.spectrogram
    return spectrogram.denormalise(spectrogram.mels(mel)).exp().mean(dim=0)
