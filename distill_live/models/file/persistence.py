"""Saves and loads whole models. Only this module imports safetensors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.labels import level_labels
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import DeviceError, ModelFileError
from distill_live.models.codec.clarity import UNMEASURED, Clarity
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.devices import is_device_failure
from distill_live.models.distill_v1.file import describe_old_model, is_old_file, read_old_file
from distill_live.models.distill_v1.weights import read_old_weights
from distill_live.models.file.header import read_model_bytes, write_model_bytes
from distill_live.models.file.kept_recordings import (
    Preview,
    describe_kept,
    kept_tensors,
    read_codes,
    read_previews,
)
from distill_live.models.file.limits import check_limits
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.unfilled import Unfilled
from distill_live.models.grains.corpus import load_grains
from distill_live.models.kinds import (
    AnyVocoder,
    Codec,
    build_codec,
    build_spectrogram,
    build_vocoder,
    check_fit,
    default_vocoder,
    describe_codec,
    describe_prior,
    describe_spectrogram,
    describe_vocoder,
    make_prior,
    read_neural_config,
    read_prior_config,
)
from distill_live.models.prior.base import Prior
from distill_live.models.vocoder.network import VocoderNetwork
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseVocoder

_Network = TypeVar("_Network", bound=nn.Module)

# Raised by networks, filters and dataclasses when a header has numbers that make no sense.
_MISFITS = (
    safetensors.SafetensorError, RuntimeError, TypeError, ValueError, LookupError, ArithmeticError,
    MemoryError, AttributeError, AssertionError,
)  # fmt: skip


def save_model_v2(
    path: str | Path,
    *,
    model: Codec,
    spectrogram: AudioSpectrogram,
    prior: Prior | None = None,
    vocoder: AnyVocoder | None = None,
    metadata: dict[str, Any] | None = None,
    training_codes: Sequence[TrainingCodes] = (),
    previews: Sequence[Preview] = (),
    clarity: Clarity = UNMEASURED,
) -> dict[str, Any]:
    """Save a model as one `.distill` file, atomically, and return the metadata of its header.

    `metadata` has the entries of the header that do not follow from the networks: name (default:
    the file's name), tags, created, training, codebook_health, loss_curves, level_labels,
    loudness_db, dataset_files. Raises ModelFileError when the file cannot be written.
    """
    path = Path(path)
    codec_tensors = _named_tensors("codec", model)
    tensors = codec_tensors | (_named_tensors("prior", prior) if prior else {})
    tensors |= kept_tensors(training_codes, previews, model.config.codebook_size)
    described_vocoder = describe_vocoder(vocoder or default_vocoder(model, spectrogram))
    if isinstance(vocoder, NeuralVocoder):
        weights = _named_tensors("vocoder", vocoder.network)
        tensors |= weights
        described_vocoder["sha256"] = _sha256(weights)
    described = {
        "name": path.stem,
        "tags": [],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "level_labels": list(level_labels(model.config.num_quantizers)),
        **(metadata or {}),
        "spectrogram": describe_spectrogram(spectrogram),
        "codec": describe_codec(model),
        "codec_sha256": _sha256(codec_tensors),
        "prior": describe_prior(prior) if prior else None,
        "vocoder": described_vocoder,
        "clarity": list(clarity.gains) or None,
        **describe_kept(training_codes, previews),
    }
    return write_model_bytes(path, described, safetensors.torch.save(tensors))


def save_changed_model(path: Path, changed: LoadedVQModel) -> LoadedVQModel:
    """Save a loaded model after some of its fields have been replaced.

    Returns the model as loading the file would, so that it can be changed again without reading the
    file. Raises ModelFileError when the file cannot be written.
    """
    metadata = save_model_v2(
        path,
        model=changed.model,
        spectrogram=changed.spectrogram,
        prior=changed.prior,
        vocoder=changed.vocoder,
        metadata=changed.metadata,
        training_codes=changed.training_codes,
        previews=changed.previews,
        clarity=changed.clarity,
    )
    return replace(changed, metadata=metadata)


def load_model_v2(path: str | Path, device: torch.device | str = "cpu") -> LoadedVQModel:
    """Load a model file, which may be one of Distill v1.1. Every byte is checked before it is used,
    and no code in the file is run.

    Raises ModelFileError, with a message of one line, when the file is missing, damaged, too old or
    too new, and DeviceError when the device fails.
    """
    path, device = Path(path), torch.device(device)
    read = _read_old if is_old_file(path) else _read_own
    try:
        metadata, tensors = read(path)
        spectrogram = build_spectrogram(metadata["spectrogram"]).to(device)
        codec = _restore(lambda: build_codec(metadata["codec"]), "codec", tensors)
        prior = None
        if metadata.get("prior"):
            prior_config = read_prior_config(metadata["prior"])
            prior = _restore(lambda: make_prior(prior_config), "prior", tensors)
        codes = read_codes(metadata, tensors, codec)
        previews = read_previews(metadata, tensors)
        clarity = Clarity.read(metadata.get("clarity"), codec.config.n_mels)
        vocoder = _restore_vocoder(metadata, spectrogram, tensors)
        check_fit(codec, prior, vocoder, spectrogram)
        _check_labels(metadata["level_labels"], codec)
    except _MISFITS as error:
        if is_device_failure(error):
            # The file is not to blame.
            raise DeviceError(
                f"the device {device} failed: {str(error).splitlines()[0]}"
            ) from error
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        reason = f"it lacks {reason}" if isinstance(error, KeyError) else reason
        raise ModelFileError(
            f"{path} does not match this version of distill-live: {reason}"
        ) from error
    grains, problem = None, ""
    if isinstance(codec, ConvVQVAE):
        frames = codec.config.column_frames
        try:
            grains = load_grains(path, metadata["codec_sha256"], spectrogram, frames)
        except ModelFileError as error:
            # The model plays without them.
            problem = str(error)
    return LoadedVQModel(
        model=codec.to(device),
        prior=prior.to(device) if prior else None,
        vocoder=vocoder,
        spectrogram=spectrogram,
        device=device,
        metadata=metadata,
        training_codes=codes,
        previews=previews,
        clarity=clarity,
        grains=grains,
        grains_problem=problem,
    )


def _check_labels(labels: list[str], codec: Codec) -> None:
    """Raise ValueError unless each level has a label."""
    if len(labels) != codec.config.num_quantizers:
        raise ValueError(f"it has {codec.config.num_quantizers} levels but {len(labels)} labels")


def _read_own(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header's metadata and the tensors of a file of this version."""
    header, content = read_model_bytes(path)
    check_limits(header.metadata)
    return header.metadata, safetensors.torch.load(content)


def _read_old(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The metadata and tensors that a file of Distill v1.1 would have in this version."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error
    old = read_old_file(path, content)
    metadata = describe_old_model(old)
    check_limits(metadata)
    tensors = read_old_weights(old)
    codec = {name: tensors[name] for name in sorted(tensors) if name.startswith("codec.")}
    metadata["codec_sha256"] = _sha256(codec)
    metadata["weights_sha256"] = hashlib.sha256(content).hexdigest()
    return metadata, tensors


def _restore(build: Callable[[], _Network], part: str, tensors: dict[str, Tensor]) -> _Network:
    """Build a network and load the tensors whose names begin with its `part`.

    Shapes are first compared with a network that has no memory: a header that asks for a giant
    network must cause an error and nothing worse.
    """
    own = {
        name.removeprefix(f"{part}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{part}.")
    }
    with torch.device("meta"), Unfilled():
        expected = {name: tensor.shape for name, tensor in build().state_dict().items()}
    found = {name: tensor.shape for name, tensor in own.items()}
    if found != expected:
        wrong = sorted(n for n in expected | found if expected.get(n) != found.get(n))
        raise ValueError(f"the weights {part}.{wrong[0]} do not have the shape given in the header")
    with Unfilled():
        network = build()
    network.load_state_dict(own)
    return network.eval().requires_grad_(False)


def _restore_vocoder(
    metadata: dict[str, Any], spectrogram: AudioSpectrogram, tensors: dict[str, Tensor]
) -> AnyVocoder:
    """The vocoder that the header describes, on the spectrogram's device."""
    description = metadata.get("vocoder") or {"kind": PhaseVocoder.kind}
    if description.get("kind") != NeuralVocoder.kind:
        return build_vocoder(description, spectrogram)
    config, sound = read_neural_config(description), spectrogram.config
    network = _restore(lambda: VocoderNetwork(config, sound.n_mels, sound.bins), "vocoder", tensors)
    return NeuralVocoder(network.to(spectrogram.device), spectrogram)


def _named_tensors(part: str, network: nn.Module) -> dict[str, Tensor]:
    state = network.state_dict()
    return {f"{part}.{name}": state[name].detach().cpu().contiguous() for name in sorted(state)}


def _sha256(tensors: dict[str, Tensor]) -> str:
    """A checksum of names, types, shapes and values, the same on every machine."""
    digest = hashlib.sha256()
    for name, tensor in tensors.items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
