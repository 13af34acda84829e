"""How much of its first recordings a model loses in several rounds of `train --continue`.

    python -m tests.benchmarks.continue_rounds OLD NEW [--rounds 3] [--epochs N] [--more N]
        [--from FILE] [--steps N]

OLD is learned, and then NEW, a part of its recordings in each round. After each it prints the mean
absolute difference in dB between the log mels of OLD's recordings and what encode and decode make
of them, and how much larger that is than before the first round: with the spectrograms that a model
file keeps, and from its codes alone, as where a file has none. `--epochs` and `--more` are those
of the first training and of each round; `--from` takes the codec from a model that knows OLD
instead of training it. `--steps` makes epochs shorter, for a quick look. The machine should have
nothing else to do.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.training.codec.config import get_continued_codec_config
from distill_live.training.codec.trainer import train_codec
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.rehearsal import Rehearsal, code_rehearsed
from tests.benchmarks.continue_and_measure import columns_of, mel_db, train_first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--more", type=int)
    parser.add_argument("--from", type=Path, dest="begin")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    old, new = load_recordings(options.old), load_recordings(options.new)
    if options.begin:
        first = of_model(options.begin, old)
    else:
        first = train_first(old, options.epochs, None)
    before = mel_db(first.model, first.spectrogram, old)
    print(f"before: {before:.2f} dB over {old.seconds:.0f} s of {len(old.recordings)} recordings")
    for what in ("from codes alone", "with spectrograms"):
        loaded = first
        for number in range(1, options.rounds + 1):
            part = replace(new, recordings=new.recordings[number - 1 :: options.rounds])
            changes = {"epochs": options.more, "steps_per_epoch": options.steps}
            loaded = after_a_round(loaded, part, changes, spectrograms="with" in what)
            found = mel_db(loaded.model, loaded.spectrogram, old)
            print(f"{what}, round {number}: {found:.2f} dB, lost {found - before:+.2f}", flush=True)


def of_model(path: Path, old: Recordings) -> LoadedVQModel:
    """A model, as if it had learned these recordings and no others."""
    loaded = load_model_v2(path)
    codes = code_training_parts(loaded.require_trainable(), loaded.spectrogram, old)
    return replace(loaded, training_codes=codes)


def after_a_round(
    loaded: LoadedVQModel, new: Recordings, changes: dict[str, Any], *, spectrograms: bool
) -> LoadedVQModel:
    """The model that has learned new recordings in addition to its own."""
    if not spectrograms:
        codes = tuple(replace(one, mel=b"") for one in loaded.training_codes)
        loaded = replace(loaded, training_codes=codes)
    rehearsal = Rehearsal.of(loaded)
    config = get_continued_codec_config(rehearsal.model.config, rehearsal.columns + columns_of(new))
    config = replace(config, **{name: value for name, value in changes.items() if value})
    trained = train_codec(new, config, rehearsal=rehearsal)
    kept = (
        *code_rehearsed(trained.model, rehearsal),
        *code_training_parts(trained.model, trained.spectrogram, new),
    )
    return replace(loaded, model=trained.model, training_codes=kept)


if __name__ == "__main__":
    main()
