"""A live instrument that learns from your own recordings.

The public names load when they are first used, so that `import distill_live` is quick and does not
import torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
    from distill_live.codes.selection import Selection
    from distill_live.inference.chunking import crossfade_chunks
    from distill_live.inference.codes import decode, encode
    from distill_live.inference.generation import generate_audio_from_prior
    from distill_live.inference.morph import morph
    from distill_live.inference.resample import resample
    from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig, get_adaptive_vqvae_config
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.models.file.persistence import load_model_v2, save_model_v2
    from distill_live.models.kinds import sample_code_sequence
    from distill_live.models.prior.base import flatten_codes, unflatten_codes
    from distill_live.models.prior.column_prior import (
        ColumnPrior,
        ColumnPriorConfig,
        get_adaptive_prior_config,
    )
    from distill_live.models.prior.flat_prior import CodePrior, PriorConfig
    from distill_live.models.prior.manner import MannerTable
    from distill_live.models.prior.sampling import Sampling
    from distill_live.training.data.sequences import extract_code_sequences

_MODULES = {
    "AudioSpectrogram": "audio.spectrogram",
    "CodePrior": "models.prior.flat_prior",
    "ColumnPrior": "models.prior.column_prior",
    "ColumnPriorConfig": "models.prior.column_prior",
    "ConvVQVAE": "models.codec.vqvae",
    "LoadedVQModel": "models.file.loaded",
    "MannerTable": "models.prior.manner",
    "PriorConfig": "models.prior.flat_prior",
    "Sampling": "models.prior.sampling",
    "Selection": "codes.selection",
    "SpectrogramConfig": "audio.spectrogram",
    "VQVAEConfig": "models.codec.vqvae",
    "crossfade_chunks": "inference.chunking",
    "decode": "inference.codes",
    "encode": "inference.codes",
    "extract_code_sequences": "training.data.sequences",
    "flatten_codes": "models.prior.base",
    "generate_audio_from_prior": "inference.generation",
    "get_adaptive_prior_config": "models.prior.column_prior",
    "get_adaptive_vqvae_config": "models.codec.vqvae",
    "load_model_v2": "models.file.persistence",
    "morph": "inference.morph",
    "resample": "inference.resample",
    "sample_code_sequence": "models.kinds",
    "save_model_v2": "models.file.persistence",
    "unflatten_codes": "models.prior.base",
}
__all__ = [
    "AudioSpectrogram",
    "CodePrior",
    "ColumnPrior",
    "ColumnPriorConfig",
    "ConvVQVAE",
    "LoadedVQModel",
    "MannerTable",
    "PriorConfig",
    "Sampling",
    "Selection",
    "SpectrogramConfig",
    "VQVAEConfig",
    "crossfade_chunks",
    "decode",
    "encode",
    "extract_code_sequences",
    "flatten_codes",
    "generate_audio_from_prior",
    "get_adaptive_prior_config",
    "get_adaptive_vqvae_config",
    "load_model_v2",
    "morph",
    "resample",
    "sample_code_sequence",
    "save_model_v2",
    "unflatten_codes",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
