"""What a model is made of besides its prior: kinds of spectrogram, codec and vocoder, by the words
for them in a model file's header."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from distill_live.audio.crossfade import DEFAULT_OVERLAP_SAMPLES
from distill_live.audio.log1p_spectrogram import Log1pSpectrogram
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.distill_v1.chunk_codec import ChunkCodec, ChunkCodecConfig
from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
from distill_live.models.prior.base import Prior
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder

#: Of columns, as this program trains them, or of whole seconds, as Distill v1.1 did.
Codec = ConvVQVAE | ChunkCodec
AnyVocoder = PhaseVocoder | NeuralVocoder | ChunkVocoder

_SPECTROGRAMS = {one.kind: one for one in (AudioSpectrogram, Log1pSpectrogram)}


def describe_spectrogram(spectrogram: AudioSpectrogram) -> dict[str, Any]:
    """What a header says of a spectrogram: its kind and its settings."""
    return {"kind": spectrogram.kind, **asdict(spectrogram.config)}


def build_spectrogram(description: dict[str, Any]) -> AudioSpectrogram:
    """The spectrogram that a header describes.

    Raises ValueError for an unknown kind, TypeError for settings that the kind does not have; so do
    the others here.
    """
    kind, settings = _kind_of(description, AudioSpectrogram.kind)
    if kind not in _SPECTROGRAMS:
        raise ValueError(f"its spectrogram is of the unknown kind {kind!r}")
    return _SPECTROGRAMS[kind](SpectrogramConfig(**settings))


def describe_codec(codec: Codec) -> dict[str, Any]:
    """What a header says of a codec: its kind and its settings."""
    return {"kind": codec.kind, **asdict(codec.config)}


def build_codec(description: dict[str, Any]) -> Codec:
    """A new codec as a header describes it."""
    kind, settings = _kind_of(description, ConvVQVAE.kind)
    if kind == ConvVQVAE.kind:
        return ConvVQVAE(VQVAEConfig(**settings))
    if kind == ChunkCodec.kind:
        return ChunkCodec(ChunkCodecConfig(**settings))
    raise ValueError(f"its codec is of the unknown kind {kind!r}")


def describe_vocoder(vocoder: AnyVocoder) -> dict[str, Any]:
    """What a header says of a vocoder: its kind and its settings."""
    described = {"kind": vocoder.kind, **asdict(vocoder.config)}
    if isinstance(vocoder, ChunkVocoder):
        described["overlap_samples"] = vocoder.overlap_samples
    return described


def build_vocoder(description: dict[str, Any], spectrogram: AudioSpectrogram) -> AnyVocoder:
    """The vocoder that a header describes, of a kind that has no weights."""
    kind, settings = _kind_of(description, PhaseVocoder.kind)
    if kind == PhaseVocoder.kind:
        return PhaseVocoder(spectrogram, PhaseConfig(**settings))
    if kind == ChunkVocoder.kind:
        overlap = settings.pop("overlap_samples", DEFAULT_OVERLAP_SAMPLES)
        return ChunkVocoder(spectrogram, PhaseConfig(**settings), overlap)
    raise ValueError(f"its vocoder is of the unknown kind {kind!r}")


def read_neural_config(description: dict[str, Any]) -> NeuralVocoderConfig:
    """The settings of a vocoder that is a network; a header has a checksum of its weights, too."""
    _, settings = _kind_of(description, NeuralVocoder.kind)
    settings.pop("sha256", None)
    return NeuralVocoderConfig(**settings)


def default_vocoder(codec: Codec, spectrogram: AudioSpectrogram) -> AnyVocoder:
    """The vocoder of a model that has none of its own."""
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
            f"its codec is for {config.n_mels} mels, its spectrogram has "
            f"{spectrogram.config.n_mels}"
        )
    codes = (config.bands, config.num_quantizers, config.codebook_size)
    shape = prior.config if prior else config
    if (shape.bands, shape.num_quantizers, shape.codebook_size) != codes:
        raise ValueError("its prior is for other codes than its codec makes")
    frames, block = config.column_frames, vocoder.config.block_frames
    if frames % block:
        raise ValueError(f"block_frames of its vocoder, {block}, divide no column of {frames}")
    if isinstance(config, ChunkCodecConfig):
        hop, samples = spectrogram.config.hop_length, config.chunk_samples
        if samples // hop + 1 != frames or block != frames:
            raise ValueError(f"a chunk of {samples} samples does not have {frames} frames")


def _kind_of(description: dict[str, Any], usual: str) -> tuple[str, dict[str, Any]]:
    """A part's kind, which older files leave out where it is the usual one, and its settings."""
    settings = dict(description)
    return settings.pop("kind", usual), settings
