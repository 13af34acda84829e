"""The kinds of spectrogram, codec, prior and vocoder that a model can have, as the header of its
file describes them; and how to sample from a prior of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.fades import DEFAULT_OVERLAP_SAMPLES
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.distill_v1.chunk_codec import ChunkCodec, ChunkCodecConfig
from distill_live.models.distill_v1.chunk_prior import ChunkPrior, ChunkPriorConfig
from distill_live.models.distill_v1.chunk_stepping import ChunkStepper
from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
from distill_live.models.distill_v1.log1p_spectrogram import Log1pSpectrogram
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.prior.column_stepping import ColumnStepper
from distill_live.models.prior.flat_prior import CodePrior, PriorConfig
from distill_live.models.prior.flat_stepping import FlatStepper
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.session import PriorSession
from distill_live.models.prior.stepping import Stepper
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder

#: A codec for columns, as this program trains it, or for whole seconds, as Distill v1.1 did.
Codec = ConvVQVAE | ChunkCodec
AnyVocoder = PhaseVocoder | NeuralVocoder | ChunkVocoder


class _PriorKind(NamedTuple):
    """The settings of a kind of prior, how to build a network from them, and how to step it."""

    settings: Callable[..., Any]
    build: Callable[[Any], Prior]
    step: Callable[[Any], Stepper]


_PRIORS = {
    ColumnPrior.kind: _PriorKind(ColumnPriorConfig, ColumnPrior.from_config, ColumnStepper),
    CodePrior.kind: _PriorKind(PriorConfig, CodePrior.from_config, FlatStepper),
    ChunkPrior.kind: _PriorKind(ChunkPriorConfig, ChunkPrior.from_config, ChunkStepper),
}

_SPECTROGRAMS = {one.kind: one for one in (AudioSpectrogram, Log1pSpectrogram)}


def describe_spectrogram(spectrogram: AudioSpectrogram) -> dict[str, Any]:
    """The header's description of a spectrogram: its kind and its settings."""
    return {"kind": spectrogram.kind, **asdict(spectrogram.config)}


def build_spectrogram(description: dict[str, Any]) -> AudioSpectrogram:
    """The spectrogram that a header describes.

    Raises ValueError for an unknown kind, and TypeError for settings that the kind does not have,
    as do the other functions here.
    """
    kind, settings = _kind_of(description, AudioSpectrogram.kind)
    if kind not in _SPECTROGRAMS:
        raise ValueError(f"its spectrogram is of an unknown kind, {kind!r}")
    return _SPECTROGRAMS[kind](SpectrogramConfig(**settings))


def describe_codec(codec: Codec) -> dict[str, Any]:
    """The header's description of a codec: its kind and its settings."""
    return {"kind": codec.kind, **asdict(codec.config)}


def build_codec(description: dict[str, Any]) -> Codec:
    """A new codec of the kind that a header describes."""
    kind, settings = _kind_of(description, ConvVQVAE.kind)
    if kind == ConvVQVAE.kind:
        return ConvVQVAE(VQVAEConfig(**settings))
    if kind == ChunkCodec.kind:
        return ChunkCodec(ChunkCodecConfig(**settings))
    raise ValueError(f"its codec is of an unknown kind, {kind!r}")


def make_prior(config: PriorShape) -> Prior:
    """A new prior of the kind that has such settings."""
    for kind in _PRIORS.values():
        if type(config) is kind.settings:
            return kind.build(config)
    raise TypeError(f"{type(config).__name__} is not a prior's settings")


def describe_prior(prior: Prior) -> dict[str, Any]:
    """The header's description of a prior: its kind and its settings."""
    config: Any = prior.config
    return {"kind": prior.kind, **asdict(config)}


def read_prior_config(description: dict[str, Any]) -> PriorShape:
    """The settings of a prior that a header describes; without a kind it is a flat prior.

    Raises ValueError for an unknown kind, TypeError for settings that the kind does not have.
    """
    kind, settings = _kind_of(description, CodePrior.kind)
    if kind not in _PRIORS:
        raise ValueError(f"its prior is of an unknown kind, {kind!r}")
    config: PriorShape = _PRIORS[kind].settings(**settings)
    return config


def describe_vocoder(vocoder: AnyVocoder) -> dict[str, Any]:
    """The header's description of a vocoder: its kind and its settings."""
    described = {"kind": vocoder.kind, **asdict(vocoder.config)}
    if isinstance(vocoder, ChunkVocoder):
        described["overlap_samples"] = vocoder.overlap_samples
    return described


def build_vocoder(description: dict[str, Any], spectrogram: AudioSpectrogram) -> AnyVocoder:
    """The vocoder that a header describes, if it is of a kind without weights."""
    kind, settings = _kind_of(description, PhaseVocoder.kind)
    if kind == PhaseVocoder.kind:
        return PhaseVocoder(spectrogram, PhaseConfig(**settings))
    if kind == ChunkVocoder.kind:
        overlap = settings.pop("overlap_samples", DEFAULT_OVERLAP_SAMPLES)
        return ChunkVocoder(spectrogram, PhaseConfig(**settings), overlap)
    raise ValueError(f"its vocoder is of an unknown kind, {kind!r}")


def read_neural_config(description: dict[str, Any]) -> NeuralVocoderConfig:
    """The settings of a neural vocoder; the checksum of its weights is not among them."""
    _, settings = _kind_of(description, NeuralVocoder.kind)
    settings.pop("sha256", None)
    return NeuralVocoderConfig(**settings)


def default_vocoder(codec: Codec, spectrogram: AudioSpectrogram) -> AnyVocoder:
    """The vocoder for a model that does not describe one."""
    frames = codec.config.column_frames
    if isinstance(codec, ChunkCodec):
        # All frames of a chunk are known at once.
        return ChunkVocoder(spectrogram, PhaseConfig(block_frames=frames, lookahead_frames=0))
    return PhaseVocoder(spectrogram, PhaseConfig(block_frames=frames))


def check_fit(
    codec: Codec, prior: Prior | None, vocoder: AnyVocoder, spectrogram: AudioSpectrogram
) -> None:
    """Raise ValueError unless the parts of a model agree on mels, codes and columns."""
    config = codec.config
    if config.n_mels != spectrogram.config.n_mels:
        raise ValueError(
            f"its codec is for {config.n_mels} mels, but its spectrogram has "
            f"{spectrogram.config.n_mels}"
        )
    groups = config.image_groups if isinstance(config, VQVAEConfig) else 0
    if groups != spectrogram.config.image_groups:
        raise ValueError(
            f"its codec has a stereo image of {groups} groups, but its spectrogram has "
            f"{spectrogram.config.image_groups}"
        )
    codes = (config.bands, config.num_quantizers, config.codebook_size)
    shape = prior.config if prior else config
    if (shape.bands, shape.num_quantizers, shape.codebook_size) != codes:
        raise ValueError("its prior is for different codes from those of its codec")
    frames, block = config.column_frames, vocoder.config.block_frames
    if frames % block:
        raise ValueError(
            f"block_frames of its vocoder, {block}, does not divide a column of {frames} frames"
        )
    if isinstance(config, ChunkCodecConfig):
        hop, samples = spectrogram.config.hop_length, config.chunk_samples
        if samples // hop + 1 != frames or block != frames:
            raise ValueError(f"a chunk of {samples} samples does not have {frames} frames")


def open_stepper(prior: Prior) -> Stepper:
    """A stepper for a prior, which goes through a context one code at a time."""
    return _PRIORS[prior.kind].step(prior)


def open_session(prior: Prior, seed: int) -> PriorSession:
    """An endless stream of codes from a prior, determined by `seed`."""
    return PriorSession(prior.eval().config, open_stepper(prior), seed)


def sample_code_sequence(
    prior: Prior,
    temperature: float | tuple[float, ...] = 1.0,
    top_k: int | tuple[int, ...] = 0,
    top_p: float | tuple[float, ...] = 1.0,
    seed: int = 0,
    device: torch.device | str | None = None,
    columns: int = 12,
    min_p: float | tuple[float, ...] = 0.0,
    repetition: float | tuple[float, ...] = 0.0,
) -> Tensor:
    """Sample `columns` columns of codes `[1, S, Q]`, S = columns * bands.

    They are the first codes that a prior session with this seed and these settings plays live. The
    prior is moved to `device` if one is given. Raises ParameterError for settings out of range.
    """
    sampling = Sampling(temperature, top_k, top_p, min_p, repetition)
    session = open_session(prior if device is None else prior.to(device), seed)
    grid = np.concatenate([session.step(sampling) for _ in range(columns)])
    return torch.from_numpy(grid).flatten(0, 1)[None].to(prior.device)


def _kind_of(description: dict[str, Any], usual: str) -> tuple[str, dict[str, Any]]:
    """The kind in a description, which older files omit if it is the usual one; the settings."""
    settings = dict(description)
    return settings.pop("kind", usual), settings
