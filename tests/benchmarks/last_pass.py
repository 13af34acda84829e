"""What the last pass of a prior's training is worth: learning the ends of the recordings, too.

    python -m tests.benchmarks.last_pass MODEL FOLDER [--held-out NAME ...] [--seeds 1]

Trains priors on a model's codec and a folder of recordings, without those of the names. Of each,
the last fifth is held out: its first half chooses the best epoch, as usual. Prints a line of JSON
for each seed with the perplexities before and after the last pass, which learns that first half, on
the second half (`next`) and on the recordings of the names (`other`), which no training has heard.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from distill_live.audio.dataset import HOLDOUT, Recording, Recordings, load_recordings
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.prior.column_prior import get_adaptive_prior_config
from distill_live.training.data.sequences import CodeSequences, extract_code_sequences
from distill_live.training.prior.judging import judged_windows, window_perplexity
from distill_live.training.prior.trainer import (
    PriorTrainingConfig,
    get_adaptive_prior_training,
    train_prior_on_codes,
)
from distill_live.training.prior.windows import Window
from tests.benchmarks.codec_curve import split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", nargs="*", default=[], metavar="NAME", help="file stems")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    loaded = load_model_v2(find_model(options.model))
    found = load_recordings(options.folder)
    recordings, other = split(found, options.held_out)
    config = settings(loaded, found)
    shorter = [shortened(one) for one in recordings.recordings]
    sequences = coded(loaded, replace(recordings, recordings=shorter), config)
    context = config.prior.context_columns
    judged = {"next": judged_windows(coded(loaded, recordings, config).validation, context)}
    if other:
        whole = coded(loaded, replace(found, recordings=other), replace(config, holdout=0.0))
        judged["other"] = judged_windows(whole.validation, context)
    for seed in range(options.seeds):
        print(json.dumps(measure(sequences, replace(config, seed=seed), judged)), flush=True)


def settings(loaded: LoadedVQModel, recordings: Recordings) -> PriorTrainingConfig:
    """Those of `train`, for so many recordings."""
    codec = loaded.model.config
    shape = get_adaptive_prior_config(
        len(recordings.recordings), codec.codebook_size, codec.num_quantizers, codec.bands
    )
    hop = loaded.spectrogram.config.hop_length
    frames = round(recordings.seconds * recordings.sample_rate / hop)
    return get_adaptive_prior_training(shape, frames)


def shortened(recording: Recording) -> Recording:
    """The recording without its last tenth."""
    return recording.part(0, round(len(recording.samples) * (1.0 - HOLDOUT)))


def coded(
    loaded: LoadedVQModel, recordings: Recordings, config: PriorTrainingConfig
) -> CodeSequences:
    """Recordings as codes."""
    return extract_code_sequences(
        loaded.require_trainable(), loaded.spectrogram, recordings, config.holdout,
        config.gains_db, speeds=config.speeds,
    )  # fmt: skip


def measure(
    sequences: CodeSequences, config: PriorTrainingConfig, judged: dict[str, list[Window]]
) -> dict[str, float]:
    """The perplexities of two trainings that are the same up to the last pass, which one has."""
    found: dict[str, float] = {"seed": config.seed}
    for when, part in {"before": 0.0, "after": config.last_pass}.items():
        prior = train_prior_on_codes(sequences, replace(config, last_pass=part)).prior
        found |= {f"{name}_{when}": window_perplexity(prior, of) for name, of in judged.items()}
    return {name: round(value, 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
