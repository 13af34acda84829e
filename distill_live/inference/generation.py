"""New sound from a model's prior, as the live server makes it, but as fast as possible."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin, GrainStream
from distill_live.models.kinds import open_session
from distill_live.models.prior.manner import Manner
from distill_live.models.prior.sampling import USUAL_HOLD, Sampling
from distill_live.models.prior.steering import UNSTEERED, Steering
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings

MAX_SEED = 2**31 - 1
OVERLAP_IGNORED = "the overlap is ignored: only models that decode in chunks have one"


def generate_audio_from_prior(
    loaded: LoadedVQModel,
    temperature: float | tuple[float, ...] = 1.0,
    top_k: int | tuple[int, ...] = 0,
    top_p: float | tuple[float, ...] = 1.0,
    duration_s: float = 10.0,
    overlap_samples: int | None = None,
    seed: int | None = None,
    progress_callback: Callable[[float], None] | None = None,
    min_p: float | tuple[float, ...] = 0.0,
    repetition: float | tuple[float, ...] = 0.0,
    steering: Steering = UNSTEERED,
    on_column: Callable[[NDArray[np.int64]], object] | None = None,
    manner: float | tuple[float, ...] = 0.0,
    manner_table: Manner | None = None,
    section: float | None = None,
    section_hold: float = USUAL_HOLD,
    sound: SoundSettings = USUAL_SOUND,
    on_grain: Callable[[GrainOrigin | None], object] | None = None,
) -> tuple[NDArray[np.float32], int]:
    """Sample and decode `duration_s` seconds: (audio at the model's rate, `[N]`, or `[N, 2]` of a
    stereo model; the seed used).

    The same model, seed and settings (see Sampling) give the same bytes, which the live server
    plays before its gain and limiter: the audio may exceed full scale. Without a seed a random one
    is drawn. `manner` of the probabilities come from `manner_table`, the manner of a recording, and
    `section_hold` of them from the section of the model's recordings at the place `section`.
    `sound` says how codes become sound. `progress_callback` gets the part done, 0..1,
    `on_column` each column `[F, Q]` that is drawn: a few more than are heard, because sound comes
    later than its codes; and `on_grain` for each of them where its grain is from: the number of the
    recording and the second in it, None if it has none.
    `overlap_samples` is for models that decode chunks separately (those of Distill v1.1: 2400, at
    most half a chunk); for others it is ignored, with a UserWarning. Raises NoPriorError if the
    model has no prior, and ParameterError for settings out of range, and for a section of a model
    that has no codes of its recordings.
    """
    if overlap_samples is not None:
        if isinstance(loaded.vocoder, ChunkVocoder):
            loaded = replace(loaded, vocoder=loaded.vocoder.with_overlap(overlap_samples))
        else:
            warnings.warn(OVERLAP_IGNORED, stacklevel=2)
    seed = draw_seed() if seed is None else seed
    total = round(duration_s * loaded.spectrogram.config.sample_rate)
    audio = loaded.silence(total)
    done = 0
    sections = None if section is None else loaded.require_sections()
    sampling = Sampling(
        temperature, top_k, top_p, min_p, repetition, steering, manner, manner_table,
        section, section_hold, sections,
    )  # fmt: skip
    for block in _stream_samples(loaded, sampling, seed, on_column, sound, on_grain):
        used = block[: total - done]
        audio[done : done + len(used)] = used
        done += len(used)
        if progress_callback:
            progress_callback(done / max(total, 1))
        if done >= total:
            break
    return audio, seed


def draw_seed() -> int:
    """A random seed, 0..MAX_SEED."""
    return random.randint(0, MAX_SEED)  # noqa: S311  # It picks music; it guards nothing.


def _stream_samples(
    loaded: LoadedVQModel,
    sampling: Sampling,
    seed: int,
    on_column: Callable[[NDArray[np.int64]], object] | None,
    sound: SoundSettings,
    on_grain: Callable[[GrainOrigin | None], object] | None,
) -> Iterator[NDArray[np.float32]]:
    """The samples column by column, through the same streams as live."""
    session = open_session(loaded.require_prior(), seed)
    decoder, vocoder = loaded.decoder(sound), loaded.sounding(sound)
    while True:
        codes = session.step(sampling)
        if on_column:
            on_column(codes[0])
        with torch.inference_mode():
            samples = vocoder.push(decoder.push(codes))
        if on_grain:
            on_grain(vocoder.origin if isinstance(vocoder, GrainStream) else None)
        yield samples.cpu().numpy()
