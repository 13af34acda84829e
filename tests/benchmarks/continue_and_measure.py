"""Train a codec on one folder, let it learn another one, and measure what it has forgotten.

    python -m tests.benchmarks.continue_and_measure OLD NEW [--epochs N] [--more N] [--from FILE]

Prints the mean absolute difference in dB between the log mels of each folder's recordings and what
encode and decode make of them: before NEW was learned, after, and, to compare, after NEW was
learned without rehearsing OLD from its codes. `--epochs` and `--more` are those of the first and
the later training; `--from` takes the first model from a file that an earlier run has saved with
`--save FILE`. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import replace
from pathlib import Path

import torch

from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.vqvae import ConvVQVAE, get_adaptive_vqvae_config
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from distill_live.training.codec.config import get_adaptive_codec_config, get_continued_codec_config
from distill_live.training.codec.trainer import CodecEpoch, TrainedCodec, train_codec
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.rehearsal import Rehearsal

COLUMN_SAMPLES = 8 * 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--more", type=int)
    parser.add_argument("--from", type=Path, dest="begin")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    old, new = load_recordings(options.old), load_recordings(options.new)
    if options.begin:
        loaded = load_model_v2(options.begin)
    else:
        loaded = train_first(old, options.epochs, options.save)
    tell("before", loaded.model, loaded.spectrogram, old, new)
    rehearsal = Rehearsal.of(loaded)
    for what, used in (
        ("with rehearsal", rehearsal),
        ("without", replace(rehearsal, kept=[], mels=[])),
    ):
        trained = learn_more(used, new, options.more)
        tell(what, trained.model, trained.spectrogram, old, new)


def train_first(old: Recordings, epochs: int, save: Path | None) -> LoadedVQModel:
    config = get_adaptive_codec_config(
        get_adaptive_vqvae_config(len(old.recordings)), columns_of(old)
    )
    trained = train_codec(old, replace(config, epochs=epochs), on_epoch=say)
    codes = code_training_parts(trained.model, trained.spectrogram, old)
    if save:
        save_model_v2(
            save, model=trained.model, spectrogram=trained.spectrogram, training_codes=codes
        )
    return LoadedVQModel(
        model=trained.model, prior=None, vocoder=None,  # type: ignore[arg-type]  # nothing sounds here
        spectrogram=trained.spectrogram, device=torch.device("cpu"), metadata={},
        training_codes=codes,
    )  # fmt: skip


def learn_more(rehearsal: Rehearsal, new: Recordings, epochs: int | None) -> TrainedCodec:
    columns = rehearsal.columns + columns_of(new)
    config = get_continued_codec_config(rehearsal.model.config, columns)
    if epochs:
        config = replace(config, epochs=epochs)
    began = time.monotonic()
    trained = train_codec(new, config, on_epoch=say, rehearsal=rehearsal)
    print(f"learned more in {time.monotonic() - began:.0f} s, {config.epochs} epochs")
    return trained


def tell(
    what: str, codec: ConvVQVAE, spectrogram: AudioSpectrogram, old: Recordings, new: Recordings
) -> None:
    distances = [mel_db(codec, spectrogram, recordings) for recordings in (old, new)]
    print(f"{what:16} old {distances[0]:5.2f} dB   new {distances[1]:5.2f} dB", flush=True)


@torch.inference_mode()
def mel_db(codec: ConvVQVAE, spectrogram: AudioSpectrogram, recordings: Recordings) -> float:
    """Mean |difference| of log mels in dB over all frames, original to decoded."""
    total, count, frames = 0.0, 0, codec.config.column_frames
    for one in recordings.recordings:
        mel = spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], frames)
        codes, shape = codec.encode(mel)
        decoded = codec.decode(codec.codes_to_embeddings(codes, shape))
        total += float((decoded - mel).abs().mean()) * mel.shape[-1]
        count += mel.shape[-1]
    return total / count * spectrogram.config.deviation * 10 / math.log(10)


def columns_of(recordings: Recordings) -> int:
    return round(recordings.seconds * recordings.sample_rate / COLUMN_SAMPLES)


def say(epoch: CodecEpoch) -> None:
    print(f"  {epoch.epoch}/{epoch.epochs} {epoch.training_db:.2f} {epoch.validation_db:.2f}")


if __name__ == "__main__":
    main()
