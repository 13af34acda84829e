"""Whether a prior learns sooner if it starts from another model's prior.

    python -m tests.benchmarks.prior_start MODEL FOLDER --from OTHER [--epochs 24] [--seeds 2]

MODEL's codec encodes the recordings in FOLDER. Priors of the size of OTHER's are then trained on
these codes: for each seed, one from nothing and one from OTHER's weights. Tables that have a row
for each code (embeddings, heads) are always new, because another codec's codes mean something
else. OTHER needs a column-wise prior, and must not have been trained on FOLDER. Prints a line of
JSON for each training: the perplexity of held-out codes after each epoch.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from distill_live.audio.dataset import load_recordings
from distill_live.models.file.library import find_model
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.kinds import make_prior
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.training.data.sequences import extract_code_sequences
from distill_live.training.prior.trainer import (
    PriorEpoch,
    PriorTrainingConfig,
    train_prior_on_codes,
)
from tests.benchmarks.compare_priors import speeds

#: Tensors of a column-wise prior that have a row for each code.
_OF_CODES = ("columns.", "depth.embedding.", "depth.known", "depth.heads", "depth.head_bias")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from", dest="start", required=True, metavar="OTHER")
    parser.add_argument("--epochs", type=int, default=PriorTrainingConfig().epochs)
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    loaded = load_model_v2(find_model(options.model))
    other = load_model_v2(find_model(options.start)).require_prior()
    recordings = load_recordings(options.folder, stereo=loaded.channels > 1)
    codec = loaded.model.config
    shape = replace(
        other.config, codebook_size=codec.codebook_size, num_quantizers=codec.num_quantizers,
        bands=codec.bands,
    )  # fmt: skip
    sequences = extract_code_sequences(
        loaded.model, loaded.spectrogram, recordings, speeds=speeds(recordings)
    )
    for seed in range(options.seeds):
        config = PriorTrainingConfig(prior=shape, epochs=options.epochs, seed=seed)
        for name in ("nothing", options.start):
            torch.manual_seed(seed)
            start = make_prior(shape) if name == "nothing" else renewed(other, shape)
            epochs: list[PriorEpoch] = []
            train_prior_on_codes(sequences, config, on_epoch=epochs.append, start=start)
            found = [round(one.validation, 2) for one in epochs]
            result = {"from": name, "seed": seed, "best": min(found), "epochs": found}
            print(json.dumps(result), flush=True)


def renewed(other: Prior, shape: PriorShape) -> Prior:
    """A new prior that takes over another's weights, except for tables with a row per code."""
    prior = make_prior(shape)
    learned = {
        name: tensor
        for name, tensor in other.state_dict().items()
        if not name.startswith(_OF_CODES)
    }
    found = prior.load_state_dict(learned, strict=False)
    assert not found.unexpected_keys
    assert all(name.startswith(_OF_CODES) for name in found.missing_keys)
    return prior


if __name__ == "__main__":
    main()
