"""The column-wise prior beside the flat one: speed, perplexity, and how what they play sounds.

    python -m tests.benchmarks.compare_priors [MODEL FOLDER] [--sizes small medium large]

Without a model: milliseconds per column of both kinds at every size, with random weights, cache
against cache, on one thread, turn by turn in one run. With a model's codec and the folder it was
made of: also both priors are trained alike at the first size. `training` and `validation` are
their perplexities, `played` that of the held-out columns step by step as in playing, where large
matrices on the CPU are int8; 180 s of each are compared with the recordings: Frechet distances of
mel frames and of their changes, and of their texture, beside those of two halves of the recordings
(every other file).
`--holdout 0.2` holds the last fifth of each recording back. Prints lines of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.dataset import HOLDOUT, Recordings, load_recordings
from distill_live.audio.distances.texture import Texture
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.audio.stereo.channels import middle_of
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.kinds import make_prior, open_session, open_stepper
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.models.prior.column_prior import ColumnPriorConfig, get_adaptive_prior_config
from distill_live.models.prior.flat_prior import PriorConfig
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import UNSTEERED
from distill_live.training.data.augmentation import get_adaptive_augmentation
from distill_live.training.data.sequences import CodeSequences, extract_code_sequences
from distill_live.training.prior.trainer import PriorTrainingConfig, train_prior_on_codes
from tests.benchmarks.mel_statistics import distances, mel_frames

Sounds = Sequence[NDArray[np.float32]]

ROUNDS, COLUMNS = 5, 8
SEEDS, SECONDS = 12, 15.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--sizes", nargs="*", default=["small", "medium", "large"])
    parser.add_argument("--kinds", nargs="*", default=["flat", "columns"])
    parser.add_argument("--epochs", type=int, default=PriorTrainingConfig().epochs)
    parser.add_argument("--holdout", type=float, default=HOLDOUT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for size in options.sizes:
        print(json.dumps({"size": size, **speed(both_kinds(size, VQVAEConfig()))}), flush=True)
    if options.model:
        torch.set_num_threads(2)
        loaded = load_model_v2(find_model(options.model))
        recordings = load_recordings(options.folder)
        sequences = extract_code_sequences(
            loaded.model, loaded.spectrogram, recordings, options.holdout, speeds=speeds(recordings)
        )
        kinds = both_kinds(options.sizes[0], loaded.model.config)
        configs = {
            kind: PriorTrainingConfig(prior=kinds[kind], epochs=options.epochs)
            for kind in options.kinds
        }
        compare(loaded, recordings, sequences, configs)


def both_kinds(size: str, codec: VQVAEConfig) -> dict[str, PriorShape]:
    """Settings of both kinds at a size, for a codec's codes."""
    columns: ColumnPriorConfig = get_adaptive_prior_config(
        size,  # type: ignore[arg-type]
        codec.codebook_size,
        codec.num_quantizers,
        codec.bands,
    )
    flat = PriorConfig(
        codebook_size=codec.codebook_size,
        num_quantizers=codec.num_quantizers,
        bands=codec.bands,
        seq_len=columns.context_columns * columns.column_codes,
        hidden_size=columns.hidden_size,
        num_layers=columns.num_layers,
        num_heads=columns.num_heads,
        dropout=columns.dropout,
    )
    return {"flat": flat, "columns": columns}


def speed(kinds: dict[str, PriorShape]) -> dict[str, float]:
    """Median milliseconds per column in the middle of a stream."""
    sessions = {kind: open_session(make_prior(config).eval(), 0) for kind, config in kinds.items()}
    for session in sessions.values():
        session.prime(np.zeros((60, 8, 3), dtype=np.int64))
        session.step(Sampling())
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, session in sessions.items():
            for _ in range(COLUMNS):
                session.rewind(61)
                began = time.perf_counter()
                session.step(Sampling())
                found[kind].append(1e3 * (time.perf_counter() - began))
    medians = {kind: round(float(np.median(times)), 2) for kind, times in found.items()}
    return {**medians, "times_faster": round(medians["flat"] / medians["columns"], 1)}


def speeds(recordings: Recordings) -> tuple[float, ...]:
    """The speeds at which `train` would code these recordings."""
    hop = SpectrogramConfig().hop_length
    frames = round(recordings.seconds * recordings.sample_rate / hop)
    return get_adaptive_augmentation(frames).speeds


def compare(
    loaded: LoadedVQModel,
    recordings: Recordings,
    sequences: CodeSequences,
    configs: dict[str, PriorTrainingConfig],
) -> None:
    """Train each, let each play, and say how near that is to the recordings."""
    sounds = [one.samples for one in recordings.recordings]
    halves = apart(loaded, sounds[::2], sounds[1::2])
    print(json.dumps({"halves of the recordings": halves}), flush=True)
    for kind, config in configs.items():
        result = trained(loaded, sequences, config)
        played = [
            middle_of(
                generate_audio_from_prior(loaded, top_p=0.0, seed=seed, duration_s=SECONDS)[0]
            )
            for seed in range(SEEDS)
        ]
        print(json.dumps({"kind": kind, **result, **apart(loaded, sounds, played)}), flush=True)


def apart(loaded: LoadedVQModel, reference: Sounds, other: Sounds) -> dict[str, float | None]:
    """The Frechet distances of two sets of sounds."""
    rate = loaded.spectrogram.config.sample_rate
    frames = ([mel_frames(loaded.spectrogram, one) for one in each] for each in (reference, other))
    texture = Texture.of(reference, rate).distance_of(Texture.of(other, rate))
    return {**distances(*frames), "texture": round(texture.whole, 2) if texture else None}


def trained(
    loaded: LoadedVQModel, sequences: CodeSequences, config: PriorTrainingConfig
) -> dict[str, object]:
    """Give the model a prior of that shape; what its training came to."""
    began = time.monotonic()
    kept = train_prior_on_codes(sequences, config)
    loaded.prior = kept.prior
    perplexity = kept.perplexity
    return {
        "seconds": round(time.monotonic() - began),
        "best_epoch": kept.best_epoch,
        "training": round(perplexity.training, 2),
        "validation": round(perplexity.validation, 2),
        "played": round(played_perplexity(kept.prior, sequences), 2),
        "unigram": round(perplexity.baselines.unigram, 2),
        "previous_column": round(perplexity.baselines.previous_column, 2),
    }


@torch.inference_mode()
def played_perplexity(prior: Prior, sequences: CodeSequences) -> float:
    """Perplexity of the held-out columns, each drawn as in playing."""
    stepper, context = open_stepper(prior), prior.config.context_columns
    losses = []
    for grid, first in sequences.validation:
        rows = grid.reshape(len(grid), -1).astype(np.int64)
        for start in range(first, len(rows), context // 2):
            anchor = max(start - context // 2, 0)
            cache = stepper.new_cache()
            for end in range(start, min(start + context // 2, len(rows))):
                draw = stepper.begin(cache, rows[anchor:end], UNSTEERED)
                for code in rows[end].tolist():
                    logits = draw.logits().astype(np.float64)
                    losses.append(np.logaddexp.reduce(logits) - logits[code])
                    draw.accept(code)
    return float(np.exp(np.mean(losses)))


if __name__ == "__main__":
    main()
