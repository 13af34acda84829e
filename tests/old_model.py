"""Model files as Distill v1.1 wrote them, tiny or broken."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

#: The channels of the codec's layers, which are always these, and the rest, which is not.
CHANNELS = (1, 32, 64, 128, 256)
MELS, CODES, WIDTH, LEVELS = 32, 12, 8, 3


def old_model(seconds: float = 0.25) -> dict[str, Any]:
    """What Distill v1.1 gave to `torch.save`, with random weights.

    A chunk of a quarter of a second has 2 bands x 2 steps x 3 levels, one of a second 2 x 6 x 3.
    """
    generator = torch.Generator().manual_seed(0)
    steps = -(-(round(seconds * 48_000) // 512 + 1) // 16)
    chunk_codes = 2 * steps * LEVELS
    return {
        "format": "distill_model",
        "version": 2,
        "model_type": "vqvae",
        "model_state_dict": _codec(generator),
        "vqvae_config": {
            "codebook_dim": WIDTH, "codebook_size": CODES, "num_quantizers": LEVELS,
            "chunk_duration_s": seconds, "dropout": 0.4,
        },
        "spectrogram_config": {
            "sample_rate": 48_000, "n_fft": 2048, "hop_length": 512, "n_mels": MELS,
            "f_min": 0.0, "f_max": None, "power": 2.0,
        },
        "training_config": {"max_epochs": 100, "learning_rate": 5e-4},
        "codebook_health_snapshot": {
            f"level_{level}": {"utilization": 0.5, "perplexity": 4.0, "dead_codes": 6}
            for level in range(LEVELS)
        },
        "loss_curve_history": {"train_losses": [2.0, 1.0], "commit_losses": [0.0, 0.0]},
        "metadata": {
            "name": "Rain: one/two", "tags": ["wet"], "dataset_name": "rain",
            "dataset_file_count": 7, "save_date": "2026-02-21T00:00:00+00:00",
            "training_epochs": 100,
        },
        "has_prior": True,
        "prior_state_dict": _prior(generator, chunk_codes),
        "prior_config": {
            "hidden_size": 16, "num_layers": 1, "num_heads": 2, "dropout": 0.3,
            "seq_len": chunk_codes, "num_quantizers": LEVELS,
        },
        "prior_metadata": {"epochs_trained": 50},
    }  # fmt: skip


def save_old_model(path: Path, saved: Any = None) -> Path:
    """Save that, or something else, as that program did."""
    torch.save(old_model() if saved is None else saved, path)
    return path


def replace_pickle(path: Path, pickled: bytes, **members: bytes) -> None:
    """Put another pickle, and other members of that name's end, into a file of PyTorch."""
    with zipfile.ZipFile(path) as archive:
        content = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in content.items():
            end = name.rpartition("/")[2]
            archive.writestr(name, pickled if end == "data.pkl" else members.get(end, data))


def pickled_part(path: Path) -> bytes:
    """The pickle in a file of PyTorch."""
    with zipfile.ZipFile(path) as archive:
        return next(archive.read(n) for n in archive.namelist() if n.endswith("/data.pkl"))


class Caller:
    """Unpickled, it calls what it was given."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._call


def pickle_of(value: Any) -> bytes:
    """A pickle as PyTorch writes it."""
    return pickle.dumps(value, protocol=2)


def _codec(generator: torch.Generator) -> OrderedDict[str, torch.Tensor]:
    state: OrderedDict[str, torch.Tensor] = OrderedDict()

    def normal(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * scale

    def convolution(name: str, outputs: int, *shape: int) -> None:
        inputs = sum(shape[2:]) / 6 * min(shape[:2])
        state[f"{name}.weight"] = normal(*shape, scale=0.6 / inputs**0.5)
        state[f"{name}.bias"] = normal(outputs, scale=0.1)

    def normalisation(name: str, size: int) -> None:
        state[f"{name}.weight"] = 1 + normal(size, scale=0.1)
        state[f"{name}.bias"] = normal(size, scale=0.1)
        state[f"{name}.running_mean"] = normal(size, scale=0.1)
        state[f"{name}.running_var"] = 0.5 + normal(size).square()
        state[f"{name}.num_batches_tracked"] = torch.tensor(100)

    for number, (a, b) in enumerate(pairwise(CHANNELS)):
        convolution(f"encoder.convs.{4 * number}", b, b, a, 3, 3)
        normalisation(f"encoder.convs.{4 * number + 1}", b)
    convolution("encoder.proj", WIDTH, WIDTH, CHANNELS[-1], 1, 1)
    for level in range(LEVELS):
        book = f"quantizer.rvq.layers.{level}._codebook"
        state[f"{book}.initted"] = torch.tensor(True)
        state[f"{book}.cluster_size"] = 2 + normal(1, CODES).abs() * 9
        state[f"{book}.embed_avg"] = normal(1, CODES, WIDTH)
        state[f"{book}.embed"] = normal(1, CODES, WIDTH, scale=0.5**level)
    convolution("decoder.proj", CHANNELS[-1], CHANNELS[-1], WIDTH, 1, 1)
    for number, (a, b) in enumerate(pairwise(reversed(CHANNELS))):
        convolution(f"decoder.deconvs.{4 * number}", b, a, b, 3, 3)
        if b > 1:
            normalisation(f"decoder.deconvs.{4 * number + 1}", b)
    return state


def _prior(generator: torch.Generator, chunk_codes: int) -> OrderedDict[str, torch.Tensor]:
    width = 16
    shapes = {
        "token_emb.weight": (CODES, width),
        "pos_emb.weight": (chunk_codes, width),
        "level_emb.weight": (LEVELS, width),
        "transformer.layers.0.self_attn.in_proj_weight": (3 * width, width),
        "transformer.layers.0.self_attn.in_proj_bias": (3 * width,),
        "transformer.layers.0.self_attn.out_proj.weight": (width, width),
        "transformer.layers.0.self_attn.out_proj.bias": (width,),
        "transformer.layers.0.linear1.weight": (4 * width, width),
        "transformer.layers.0.linear1.bias": (4 * width,),
        "transformer.layers.0.linear2.weight": (width, 4 * width),
        "transformer.layers.0.linear2.bias": (width,),
        "transformer.layers.0.norm1.weight": (width,),
        "transformer.layers.0.norm1.bias": (width,),
        "transformer.layers.0.norm2.weight": (width,),
        "transformer.layers.0.norm2.bias": (width,),
        "ln_f.weight": (width,),
        "ln_f.bias": (width,),
        "head.weight": (CODES, width),
    }
    mask = torch.ones(chunk_codes, chunk_codes, dtype=torch.bool).triu(1)
    state: OrderedDict[str, torch.Tensor] = OrderedDict(causal_mask=mask)
    for name, shape in shapes.items():
        state[name] = torch.randn(shape, generator=generator) * 0.5
    return state
