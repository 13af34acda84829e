"""What grains cost when a model has many recordings: time for each column, and memory.

    python -m tests.benchmarks.grain_scale [MODEL] [--minutes 60] [--seconds 60]

The recordings of the model's own grains are taken again and again, their levels a little different
each time, until they are as long as asked. Then the model generates, and prints a line of JSON:

    open_s        opening the file, with all its checksums, and getting ready to search
    column_ms     the median, the 95th percentile and the longest time that the grains of a column
                  take, without the vocoder under them
    search_ms     the part of it that finds the stretch
    resident_mb   by how much the process has grown
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from distill_live.audio.files import audio_bytes
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.grains.corpus import load_grains
from distill_live.models.grains.file import GrainFile
from distill_live.models.grains.header import PIECE_SAMPLES
from distill_live.models.grains.sound import GrainSound
from distill_live.models.grains.writing import GivenRecording, write_grains
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.models.sound_settings import SoundSettings
from tests.benchmarks.live_soak import resident

SOUND = SoundSettings(reach=40.0)
#: In so many columns, the vocoder is still at work; then it rests.
FIRST = 4
#: The most that levels are changed by, in their steps of half a dB.
CHANGE = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(options.model))
    if loaded.grains is None:
        raise SystemExit(f"{options.model} has no grains: write them with `models refresh`")
    play(loaded, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "many.distill"
        copy_often(loaded.grains.file, model.with_suffix(".grains"), options.minutes)
        before, began = resident(os.getpid()), time.perf_counter()
        sha256, frames = loaded.metadata["codec_sha256"], loaded.model.config.column_frames
        grains = load_grains(model, sha256, loaded.spectrogram, frames)
        assert grains is not None
        matcher = grains.matcher
        opened = time.perf_counter() - began
        many = replace(loaded, grains=grains)
        columns = percentiles(play(many, options.seconds))
        grown = (resident(os.getpid()) - before) / 1e6
        query = np.random.default_rng(0).uniform(0, 90, (200, frames, len(grains.sizes)))
        searches = [timed(lambda one=one: matcher.best(one.astype(np.float32))) for one in query]
    print(json.dumps({
        "minutes": round(grains.file.header.seconds / 60, 1), "open_s": round(opened, 2),
        "column_ms": columns, "search_ms": percentiles(searches), "resident_mb": round(grown, 1),
    }))  # fmt: skip


def copy_often(file: GrainFile, path: Path, minutes: float) -> None:
    """Write the grains of a file as often as they fit into so many minutes, with other levels, and
    as flac: ogg may not be as long."""
    header, drawn = file.header, np.random.default_rng(0)
    sound = GrainSound(file)
    sounds = [flac_pieces(file, sound, number) for number in range(len(header.recordings))]
    ends = np.cumsum([one.frames for one in header.recordings])
    own = np.split(file.levels, ends[:-1])
    times = max(round(60 * minutes / header.seconds), 1)
    levels, recordings = [], []
    for copy in range(times):
        for number, one in enumerate(header.recordings):
            change = drawn.integers(-CHANGE, CHANGE + 1, own[number].shape)
            levels.append(np.clip(own[number] + change, 0, 255).astype(np.uint8))
            recordings.append(
                GivenRecording(
                    f"{copy}/{one.name}",
                    one.samples,
                    sounds[number],
                    one.channels,
                )
            )
    write_grains(
        path, model_name=header.model_name, codec_sha256=header.codec_sha256,
        sample_rate=header.sample_rate, hop_length=header.hop_length, firsts=header.firsts,
        sound_format="flac", levels=levels, recordings=recordings,
    )  # fmt: skip


def flac_pieces(file: GrainFile, sound: GrainSound, number: int) -> list[bytes]:
    """A recording's sound as flac files of PIECE_SAMPLES each."""
    one = file.header.recordings[number]
    whole = sound.read(number, 0, one.samples).reshape(one.samples, -1)[:, : one.channels]
    pieces = np.split(whole, range(PIECE_SAMPLES, one.samples, PIECE_SAMPLES))
    return [audio_bytes(piece, file.header.sample_rate, "flac", 16) for piece in pieces]


@torch.inference_mode()
def play(loaded: LoadedVQModel, seconds: float) -> list[float]:
    """Generate; the seconds that each column's mels take to become sound."""
    session = open_session(loaded.require_prior(), 1)
    decoder, stream = loaded.decoder(SOUND), loaded.sounding(SOUND)
    taken: list[float] = []
    for _ in range(round(seconds * 48_000 / loaded.column_samples)):
        mel = decoder.push(session.step(Sampling()))
        taken.append(timed(lambda mel=mel: stream.push(mel)))
    return taken[FIRST:]


def timed(work: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentiles(seconds: list[float]) -> dict[str, float]:
    """The median, the 95th percentile and the longest, in ms."""
    return {f"p{q}": round(1e3 * float(np.percentile(seconds, q)), 2) for q in (50, 95, 100)}


if __name__ == "__main__":
    main()
