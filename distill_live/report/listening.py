"""The sounds of a model's report: recordings before and after the codec, and new sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording, find_recordings, name_in, read_recording
from distill_live.audio.distances.reconstruction import Distances, measure_all
from distill_live.audio.files import audio_bytes
from distill_live.audio.reading.sound import Sound as SoundFile
from distill_live.audio.resample import resample
from distill_live.audio.stereo.channels import middle_of
from distill_live.errors import AudioFileError
from distill_live.inference.codes import decode, encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.inference.origins import describe_origins
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin
from distill_live.models.sound_settings import SoundSettings
from distill_live.report.pictures import data_uri, picture

#: How many recordings are shown, and how many seconds of each and of new sound.
RECORDINGS, SECONDS, NEW_SECONDS = 3, 4.0, 8.0

# The sample rate of the page's sounds: one that mp3 allows and every phone plays.
_RATE = 48_000

# Grains would play the recordings themselves.
_CODEC = SoundSettings(grain=0.0)

Sound = NDArray[np.float32]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Heard:
    """A sound and its spectrogram, both as data URIs."""

    label: str
    sound: str
    spectrogram: str


@dataclass(frozen=True)
class Pair:
    """A recording before and after the codec, or only its decoded codes."""

    name: str
    seconds: float
    original: Heard | None
    decoded: Heard


@dataclass(frozen=True)
class Comparison:
    """Recordings before and after the codec, and how far the one is from the other; or only their
    decoded codes."""

    pairs: Sequence[Pair]
    distances: Distances | None = None


@dataclass(frozen=True)
class NewSound:
    """New sound, and the passages of the recordings that it resembles; see `passages`."""

    heard: Heard
    seconds: float
    origins: list[dict[str, Any]] | None


def spread(items: Sequence[_Item], count: int = RECORDINGS) -> list[_Item]:
    """Up to `count` of the items, spread evenly from the first to the last."""
    places = np.linspace(0, len(items) - 1, min(count, len(items)))
    return [items[round(place)] for place in places]


def some_recordings(folder: Path, sample_rate: int, stereo: bool) -> list[Recording]:
    """A few readable recordings of a folder, with their sides if `stereo` is wanted. Raises
    DatasetError, and AudioFileError if none can be read."""
    paths = find_recordings(folder)
    chosen = spread(paths)
    found: list[Recording] = []
    refused: list[AudioFileError] = []
    for path in [*chosen, *(path for path in paths if path not in chosen)]:
        if len(found) == len(chosen):
            break
        try:
            name = name_in(folder, path)
            found.append(read_recording(SoundFile(path), name, sample_rate, stereo))
        except AudioFileError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return sorted(found, key=lambda one: one.name)


def compare(loaded: LoadedVQModel, recordings: Sequence[Recording]) -> Comparison:
    """The last SECONDS of recordings, before and after the codec. The codec has not learned the
    very end of them."""
    rate = loaded.spectrogram.config.sample_rate
    pairs, sounds = [], []
    for recording in recordings:
        count = len(recording.samples)
        end = recording.part(max(count - round(SECONDS * rate), 0), count)
        original, coded = end.heard, end.middle_and_side
        decoded = decode(loaded, encode(loaded, coded), sound=_CODEC)[: len(original)]
        low, high = _range(_decibels(loaded, original))
        sounds.append((middle_of(original), middle_of(decoded)))
        pairs.append(
            Pair(
                recording.name,
                len(original) / rate,
                _heard(loaded, "recording", original, low, high),
                _heard(loaded, "after the codec", decoded, low, high),
            )
        )
    return Comparison(pairs, measure_all(sounds, rate))


def decode_training_codes(loaded: LoadedVQModel) -> Comparison:
    """The sound of the codes in the model file."""
    rate, samples = loaded.spectrogram.config.sample_rate, loaded.column_samples
    pairs = []
    for one in spread(loaded.training_codes):
        codes = one.codes[: round(SECONDS * rate / samples)]
        decoded = decode(loaded, loaded.grid_of(codes), sound=_CODEC)
        low, high = _range(_decibels(loaded, decoded))
        heard = _heard(loaded, "decoded from its codes", decoded, low, high)
        pairs.append(Pair(one.name, len(decoded) / rate, None, heard))
    return Comparison(pairs)


def play(loaded: LoadedVQModel) -> NewSound:
    """New sound with the default settings. Raises NoPriorError."""
    column_seconds = loaded.column_samples / loaded.spectrogram.config.sample_rate
    columns: list[NDArray[np.int64]] = []
    grains: list[GrainOrigin | None] = []
    sound, _ = generate_audio_from_prior(
        loaded, duration_s=NEW_SECONDS, seed=0, on_column=columns.append, on_grain=grains.append
    )
    low, high = _range(_decibels(loaded, sound))
    sounding = columns[: math.ceil(NEW_SECONDS / column_seconds)]
    return NewSound(
        _heard(loaded, "new sound", sound, low, high),
        NEW_SECONDS,
        describe_origins(loaded, sounding, grains),
    )


def _heard(loaded: LoadedVQModel, label: str, sound: Sound, low: float, high: float) -> Heard:
    rate = loaded.spectrogram.config.sample_rate
    mp3 = audio_bytes(resample(sound, rate, _RATE), _RATE, "mp3")
    brightness = (_decibels(loaded, sound) - low) / (high - low)
    return Heard(label, data_uri("audio/mpeg", mp3), picture(brightness[::-1]))


def _decibels(loaded: LoadedVQModel, sound: Sound) -> NDArray[np.float32]:
    """Mel power in dB `[M, T]`, of the middle."""
    spectrogram = loaded.spectrogram
    with torch.inference_mode():
        waveform = torch.from_numpy(middle_of(sound))[None, None]
        mel = spectrogram.mels(spectrogram.waveform_to_mel(waveform))[0, 0]
        power = spectrogram.denormalise(mel).cpu().numpy()
    decibels: NDArray[np.float32] = power * np.float32(10 / np.log(10))
    return decibels


def _range(decibels: NDArray[np.float32]) -> tuple[float, float]:
    """The range of the colours in dB: up to the loudest parts, from 60 dB below them."""
    high = float(np.percentile(decibels, 99.8))
    return high - 60.0, high
