"""How much of what a model plays is made of grains, for each reach.

    python -m tests.benchmarks.grain_shares [MODEL] [--reach 2 3 4 5 6 7 10] [--seconds 30]
        [--seeds 3]

Generates with each seed and prints, for each reach in dB, the share of all columns in which grains
are heard more than the vocoder.
"""

from __future__ import annotations

import argparse

import torch

from distill_live.inference.loading import load_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.models.sound_settings import SoundSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--reach", type=float, nargs="+", default=[2, 3, 4, 5, 6, 7, 10])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    loaded = load_model(options.model, "cpu")
    if loaded.grains is None:
        raise SystemExit(f"{options.model} has no grains: write them with `models refresh`")
    for reach in options.reach:
        heard = [
            one
            for seed in range(options.seeds)
            for one in grains(loaded, reach, options.seconds, seed)
        ]
        print(f"{reach:4g} dB: {sum(heard) / len(heard):4.0%} grains", flush=True)


@torch.inference_mode()
def grains(loaded: LoadedVQModel, reach: float, seconds: float, seed: int) -> list[bool]:
    """For each column, whether grains are heard more than the vocoder."""
    sound = SoundSettings(reach=reach)
    session = open_session(loaded.require_prior(), seed)
    decoder, stream = loaded.decoder(sound), loaded.sounding(sound)
    heard = []
    for _ in range(round(seconds * loaded.spectrogram.config.sample_rate / loaded.column_samples)):
        stream.push(decoder.push(session.step(Sampling())))
        heard.append(stream.origin is not None)
    return heard


if __name__ == "__main__":
    main()
