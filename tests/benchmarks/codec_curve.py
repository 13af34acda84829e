"""What a codec loses, by how many codes a second it has and by how it is trained.

    python -m tests.benchmarks.codec_curve FOLDER [--epochs 12] [--held-out NAME ...]
        [--from MODEL] [--trials "NAME=VALUE ..." ...]

Each trial trains a codec with other settings (of VQVAEConfig, LearningConfig,
AugmentationConfig or CodecTrainingConfig) for so many epochs, from a model's encoder and decoder if
one is named, as `train --from` does, and prints a line of JSON:

    codes_per_s   codes of one second of sound
    seen, unseen  mean absolute difference of log mels in dB: training part, held-out end
    sound         mel_db, sc, env and texture (see train_and_measure) of what is decoded and made
                  audible
    held_out      the same for the recordings that were held out altogether
    levels        the same, held out, decoded from the first level alone, the first two, ...
    shifted       part of the codes that change when the sound comes one frame later, per level
    used          utilisation of each level in percent
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import time
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import torch

from distill_live.audio import phase
from distill_live.audio.dataset import Recording, Recordings, load_recordings, training_columns
from distill_live.audio.distances.reconstruction import measure_all
from distill_live.models.codec.clarity import Clarity
from distill_live.models.codec.quantizer import LearningConfig
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.file.library import find_model
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import USUAL_SOUND
from distill_live.training.codec.clarity import measure_clarity
from distill_live.training.codec.config import (
    CodecTrainingConfig,
    get_adaptive_codec_config,
    get_started_codec_config,
)
from distill_live.training.codec.trainer import TrainedCodec, train_codec
from distill_live.training.data.augmentation import AugmentationConfig

TRIALS = (
    "", "column_frames=4", "column_frames=16", "num_quantizers=2", "num_quantizers=4",
    "codebook_size=128", "codebook_size=256", "code_width=16", "code_width=8", "speeds=()",
    "mixed=0", "filtered=0", "consistency=0", "lookahead_columns=1",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--held-out", nargs="*", default=[], metavar="NAME", help="file stems")
    parser.add_argument("--from", dest="start", metavar="MODEL")
    parser.add_argument("--trials", nargs="*", default=TRIALS)
    options = parser.parse_args()
    start = load_model_v2(find_model(options.start)).require_trainable() if options.start else None
    found = load_recordings(options.folder)
    recordings, unseen = split(found, options.held_out)
    for trial in options.trials:
        config = settings(recordings, trial)
        if start:
            config = get_started_codec_config(config)
        config = replace(config, epochs=options.epochs)
        began = time.monotonic()
        trained = train_codec(recordings, config, start=start)
        seconds = round(time.monotonic() - began)
        clarity = measure_clarity(trained.model, trained.spectrogram, recordings)
        print(json.dumps({"trial": trial or "the defaults", "seconds": seconds,
                          **measure(trained, recordings),
                          "sound": distances(trained, recordings.recordings, clarity),
                          "held_out": distances(trained, unseen, clarity)}),
              flush=True)  # fmt: skip


def split(recordings: Recordings, held_out: list[str]) -> tuple[Recordings, list[Recording]]:
    """The recordings without those of the held-out names, and those."""
    unknown = set(held_out) - {Path(one.name).stem for one in recordings.recordings}
    if unknown:
        raise SystemExit(f"no recording is called {', '.join(sorted(unknown))}")
    unseen = [one for one in recordings.recordings if Path(one.name).stem in held_out]
    seen = [one for one in recordings.recordings if Path(one.name).stem not in held_out]
    return replace(recordings, recordings=seen), unseen


def settings(recordings: Recordings, trial: str) -> CodecTrainingConfig:
    """The defaults for these recordings, but for what a trial says."""
    values: dict[str, Any] = {
        name: ast.literal_eval(value)
        for name, _, value in (part.partition("=") for part in trial.split())
    }

    def own(kind: type) -> dict[str, Any]:
        return {one.name: values.pop(one.name) for one in fields(kind) if one.name in values}

    codec, learning = VQVAEConfig(**own(VQVAEConfig)), LearningConfig(**own(LearningConfig))
    column = 512 * codec.column_frames
    columns = round(recordings.seconds * recordings.sample_rate / column)
    config = get_adaptive_codec_config(codec, columns)
    augmentation = replace(config.augmentation, **own(AugmentationConfig))
    return replace(config, learning=learning, augmentation=augmentation, **values)


@torch.inference_mode()
def measure(trained: TrainedCodec, recordings: Recordings) -> dict[str, Any]:
    """The numbers that the module's docstring names."""
    model, config = trained.model, trained.model.config
    frames = config.column_frames
    errors: list[list[torch.Tensor]] = [[] for _ in range(config.num_quantizers)]
    changed = []
    for recording in recordings.recordings:
        waveform = torch.from_numpy(recording.samples)[None, None]
        mel = trained.spectrogram.waveform_to_mel(waveform, frames)
        end = training_columns(mel.shape[-1] // frames) * frames
        for count in range(1, config.num_quantizers + 1):
            errors[count - 1].append((decode(model, mel, count) - mel)[0, 0, :, end:].abs().mean(0))
        # A frame later, a column has another first frame: compared where the sound is the same.
        one, other = model.encode(mel[..., frames:])[0], model.encode(mel[..., frames - 1 : -1])[0]
        changed.append((one != other).float()[0])
    in_db = trained.spectrogram.config.deviation * 10 / math.log(10)
    best = trained.history[trained.best_epoch - 1]
    per_second = recordings.sample_rate / (512 * frames) * config.bands * config.num_quantizers
    return {
        "codes_per_s": round(per_second),
        "seen": round(best.training_db, 2),
        "unseen": round(best.validation_db, 2),
        "levels": [round(float(torch.cat(one).mean()) * in_db, 2) for one in errors],
        "shifted": [round(float(part), 2) for part in torch.cat(changed).mean(0)],
        "used": [round(100 * level.utilisation) for level in best.health],
    }


@torch.inference_mode()
def distances(
    trained: TrainedCodec, recordings: list[Recording], clarity: Clarity
) -> dict[str, float] | None:
    """Distances of recordings from what the codec makes of them, with the usual clarity."""
    rate = trained.spectrogram.config.sample_rate
    found = []
    for recording in recordings:
        waveform = torch.from_numpy(recording.samples)[None, None]
        mel = trained.spectrogram.waveform_to_mel(waveform, trained.model.config.column_frames)
        decoded = decode(trained.model, mel, trained.model.config.num_quantizers)
        clear = clarity.apply(decoded[0, 0], USUAL_SOUND.clarity)
        sound = phase.reconstruct(trained.spectrogram, clear).numpy()[: len(recording.samples)]
        found.append((recording.samples, sound))
    if not found:
        return None
    measured = asdict(measure_all(found, rate))
    return {name: round(value, 3) for name, value in measured.items() if value is not None}


def decode(model: ConvVQVAE, mel: torch.Tensor, levels: int) -> torch.Tensor:
    """Mels `[1, 1, M, T]` through the codes of the first levels."""
    codes, shape = model.encode(mel)
    return model.decode(model.codes_to_embeddings(codes[..., :levels], shape))


if __name__ == "__main__":
    main()
