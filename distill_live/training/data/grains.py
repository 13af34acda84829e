"""Makes a model's file of grains from its recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from distill_live.audio.dataset import Recording
from distill_live.audio.files import audio_bytes
from distill_live.audio.limiter import within_full_scale
from distill_live.audio.stereo.channels import channel_count
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
    sound = recording.middle_and_side
    codes = encode_pieces(loaded.model, loaded.spectrogram, [sound], loaded.column_samples)
    decoder = loaded.decoder(SoundSettings(clarity=0.0))
    parts = [decoder.push(column[None]) for piece in codes for column in piece]
    mel = torch.cat([*parts, decoder.flush()], dim=1).cpu().numpy()
    config = loaded.spectrogram.config
    mel = mel[: config.n_mels, : max(len(sound) // config.hop_length, 1)]
    return store_levels(group_db(to_db(mel, config), firsts))


def _sounds(
    recordings: list[Recording], channels: int, sample_rate: int, sound_format: SoundFormat
) -> Iterator[GivenRecording]:
    """Name, length and sound files of each recording, in up to so many channels."""
    for one in recordings:
        # As a whole: a limiter that starts again with each piece would be heard.
        heard = one.samples if channels == 1 else one.heard
        samples = within_full_scale(heard, sample_rate)[0]
        size = PIECE_SAMPLES if sound_format == "flac" else len(samples)
        pieces = [
            audio_bytes(samples[start : start + size], sample_rate, sound_format, 16)
            for start in range(0, len(samples), size)
        ]
        yield GivenRecording(one.name, len(samples), pieces, channel_count(heard))
