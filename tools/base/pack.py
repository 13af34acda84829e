"""Make the base that ships of a trained codec.

    python -m tools.base.pack MODEL models/base.distill

Its weights get half the bits; what it says about its training stays, but for the list of files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from distill_live.models.file.persistence import load_model_v2, save_model_v2

#: What its sounds were made of, for the header; docs/base.md has the licences in full.
SOURCES = [
    "one-shots of sonic-pi-samples without loop_* and ambi_* (CC0)",
    "FluidR3_GM of fluid-soundfont-gm (MIT)",
    "MuseScore_General_Lite of musescore-general-soundfont-small (MIT)",
    "drums, noises, strings, bells, drones and voices made by tools/base/synthesis.py",
]
_LEFT_OUT = ("dataset_files", "codebook_health", "code_counts", "loss_curves")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("base", type=Path)
    options = parser.parse_args()
    pack(options.model, options.base)


def pack(model: Path, base: Path) -> None:
    """Write the codec of one model file as another, smaller one."""
    loaded = load_model_v2(model)
    metadata = {name: told for name, told in loaded.metadata.items() if name not in _LEFT_OUT}
    metadata |= {"name": base.stem, "tags": ["base"], "sources": SOURCES}
    save_model_v2(
        base,
        model=loaded.require_trainable().half(),
        spectrogram=loaded.spectrogram,
        vocoder=loaded.vocoder,
        metadata=metadata,
        clarity=loaded.clarity,
    )


if __name__ == "__main__":
    main()
