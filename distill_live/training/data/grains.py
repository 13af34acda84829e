"""Makes a model's file of grains from its recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.blocks import recut
from distill_live.audio.dataset import Recording
from distill_live.audio.files import audio_bytes
from distill_live.audio.limiter import RecordingLimiter
from distill_live.audio.stereo.channels import by_channel
from distill_live.errors import ModelFileError
from distill_live.models.encoding import encode_pieces
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.features import Levels, group_db, store_levels, to_db, usual_groups
from distill_live.models.grains.header import (
    MOST_OGG_SECONDS,
    PIECE_SAMPLES,
    GrainFileHeader,
    SoundFormat,
)
from distill_live.models.grains.writing import GivenRecording, write_grains
from distill_live.models.sound_settings import SoundSettings

Samples = NDArray[np.float32]

# How much of a recording is in memory at once.
_BLOCK_SAMPLES = 1 << 18
# Columns pushed together give the same sound as one by one, but in less time.
_DECODED_COLUMNS = 64


def make_grains(
    path: Path,
    loaded: LoadedVQModel,
    recordings: list[Recording],
    sound_format: SoundFormat = "flac",
    on_recording: Callable[[int], object] | None = None,
) -> GrainFileHeader:
    """Write the grains of recordings, at the model's rate, for its codec; `on_recording` is
    called with the number of those that are done.

    For a stereo model, stereo recordings are stored in stereo; for others, they are mixed to mono.
    Raises ModelFileError when the file cannot be written, or would have too much ogg.
    """
    config = loaded.spectrogram.config
    seconds = sum(len(one.samples) for one in recordings) / config.sample_rate
    if sound_format == "ogg" and seconds > MOST_OGG_SECONDS:
        raise ModelFileError(
            f"grains of {seconds / 60:.0f} minutes cannot be ogg, which is for up to "
            f"{MOST_OGG_SECONDS / 60:.0f}: use flac"
        )
    firsts = usual_groups(config.n_mels)
    levels = []
    for number, recording in enumerate(recordings, start=1):
        levels.append(decoded_levels(loaded, recording, firsts))
        if on_recording:
            on_recording(number)
    return write_grains(
        path,
        model_name=loaded.metadata["name"],
        codec_sha256=loaded.metadata["codec_sha256"],
        sample_rate=config.sample_rate,
        hop_length=config.hop_length,
        firsts=firsts,
        sound_format=sound_format,
        levels=levels,
        recordings=_sounds(recordings, loaded.channels, config.sample_rate, sound_format),
    )


@torch.inference_mode()
def decoded_levels(loaded: LoadedVQModel, recording: Recording, firsts: tuple[int, ...]) -> Levels:
    """What a recording decodes to, without clarity, as levels `[T, D]`: a frame for each
    whole hop of it."""
    sound = (part.middle_and_side for part in recording.parts(_BLOCK_SAMPLES))
    codes = encode_pieces(loaded.model, loaded.spectrogram, sound, loaded.column_samples)
    decoder = loaded.decoder(SoundSettings(clarity=0.0))
    parts = [decoder.push(some) for piece in codes for some in torch.split(piece, _DECODED_COLUMNS)]
    mel = torch.cat([*parts, decoder.flush()], dim=1).cpu().numpy()
    config = loaded.spectrogram.config
    mel = mel[: config.n_mels, : max(len(recording.samples) // config.hop_length, 1)]
    return store_levels(group_db(to_db(mel, config), firsts))


def _sounds(
    recordings: list[Recording], channels: int, sample_rate: int, sound_format: SoundFormat
) -> Iterator[GivenRecording]:
    """Name, length and sound files of each recording, in up to so many channels."""
    for one in recordings:
        count, heard = len(one.samples), min(channels, 2 if one.has_side else 1)
        size = PIECE_SAMPLES if sound_format == "flac" else count
        pieces = (
            audio_bytes(piece if heard > 1 else piece[:, 0], sample_rate, sound_format, 16)
            for piece in recut(_limited(one, heard, sample_rate), max(size, 1))
        )
        yield GivenRecording(one.name, count, pieces, heard)


def _limited(recording: Recording, channels: int, sample_rate: int) -> Iterator[Samples]:
    """A recording's blocks `[n, C]`, limited as a whole if it exceeds full scale: a limiter that
    starts again with each piece would be heard."""
    peak = max((float(np.abs(block).max()) for block in _blocks(recording, channels)), default=0.0)
    blocks = _blocks(recording, channels)
    return blocks if peak <= 1.0 else RecordingLimiter(sample_rate, channels).limit(blocks)


def _blocks(recording: Recording, channels: int) -> Iterator[Samples]:
    for part in recording.parts(_BLOCK_SAMPLES):
        yield by_channel(part.samples if channels == 1 else part.heard)
