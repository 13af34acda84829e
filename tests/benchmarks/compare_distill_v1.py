"""Whether a model of Distill v1.1 gives the numbers that Distill v1.1 computed with it.

    python -m tests.benchmarks.compare_distill_v1 REFERENCE.npz RECORDINGS

Beside REFERENCE.npz lies the model. It holds, for each recording NAME.flac, NAME_spatial_shape,
NAME_indices [S, Q] and NAME_decoded_mel [M, T], and for `tokens` [T] the prior's `logits` [T, V].
Prints how many codes differ and the largest differences of mels and logits. The tests compare with
the same layers written again, on a model that they make.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from distill_live.audio.reading.sound import read_mono
from distill_live.models.distill_v1.chunk_prior import ChunkPrior
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2

_SHAPE = "_spatial_shape"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("recordings", type=Path)
    options = parser.parse_args()
    reference = np.load(options.reference)
    [model] = options.reference.parent.glob("*.distill")
    loaded = load_model_v2(model)
    with torch.inference_mode():
        for name in (key.removesuffix(_SHAPE) for key in reference if key.endswith(_SHAPE)):
            _compare_recording(loaded, reference, name, options.recordings / f"{name}.flac")
        _compare_prior(loaded, reference)


def _compare_recording(loaded: LoadedVQModel, reference: Any, name: str, path: Path) -> None:
    mel = loaded.spectrogram.waveform_to_mel(torch.from_numpy(read_mono(path))[None, None])
    codes, shape = loaded.model.encode(mel)
    assert shape == tuple(reference[name + _SHAPE]), "the shapes differ"
    differ = (codes[0].numpy() != reference[f"{name}_indices"]).sum()
    quantized = loaded.model.codes_to_embeddings(codes, shape)
    decoded = loaded.model.decode(quantized, (mel.shape[2], mel.shape[3]))[0, 0].numpy()
    largest = np.abs(decoded - reference[f"{name}_decoded_mel"]).max()
    print(f"{name}: {differ} of {codes.numel()} codes differ, mels by up to {largest:.1e}")


def _compare_prior(loaded: LoadedVQModel, reference: Any) -> None:
    assert isinstance(loaded.prior, ChunkPrior)
    tokens = torch.from_numpy(reference["tokens"].astype(np.int64))[None]
    logits = loaded.prior.next_logits(tokens)[0].numpy()
    print(f"prior: logits differ by up to {np.abs(logits - reference['logits']).max():.1e}")


if __name__ == "__main__":
    main()
