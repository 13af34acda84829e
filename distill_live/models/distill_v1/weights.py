"""Builds this program's networks from the weights of models from Distill v1.1."""

from __future__ import annotations

import io
import pickle
from typing import Any

import torch
from torch import Tensor

from distill_live.models.distill_v1.file import OldModel, damaged

#: Of that program's batch normalisations.
_EPSILON = 1e-5
#: Where its convolutions stand among the other layers of their network.
_PLACES = (0, 4, 8, 12)
#: What torch raises for tensors, and notes of tensors, that make no sense.
_NONSENSE = (RuntimeError, LookupError, TypeError, ValueError, AttributeError)

Weights = dict[str, Tensor]


def read_old_weights(model: OldModel) -> Weights:
    """The weights of a file that `read_old_file` has read and checked, named as in a file of ours.

    Raises ModelFileError when some are missing, misshapen or no finite numbers.
    """
    try:
        saved = torch.load(io.BytesIO(model.copy), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, OSError, EOFError, *_NONSENSE) as error:
        raise damaged(model.path, "its weights cannot be read") from error
    try:
        weights = _codec(saved["model_state_dict"], model.saved["vqvae_config"])
        if saved.get("prior_state_dict"):
            weights |= _prior(saved["prior_state_dict"], saved["model_state_dict"])
    except KeyError as error:
        raise damaged(model.path, f"the weights {error} are missing") from error
    except _NONSENSE as error:
        raise damaged(model.path, "its weights do not have the shapes of a model") from error
    for name, tensor in weights.items():
        if not torch.isfinite(tensor).all():
            raise damaged(model.path, f"the weights {name} contain numbers that are not finite")
    return weights


def _codec(old: Weights, config: dict[str, Any]) -> Weights:
    last = _PLACES[-1]
    new: Weights = {}
    for number, place in enumerate(_PLACES):
        name = f"encoder.convs.{place}"
        norm = f"encoder.convs.{place + 1}"
        new |= _layer(f"codec.encoder.{number}", _folded(old, name, norm, axis=0))
        name, norm = f"decoder.deconvs.{place}", f"decoder.deconvs.{place + 1}"
        plain = old[f"{name}.weight"], old[f"{name}.bias"]
        folded = plain if place == last else _folded(old, name, norm, axis=1)
        new |= _layer(f"codec.decoder.{number}", folded)
    for ours, theirs in (("to_code", "encoder.proj"), ("from_code", "decoder.proj")):
        new |= _layer(f"codec.{ours}", (old[f"{theirs}.weight"], old[f"{theirs}.bias"]))
    levels = range(config["num_quantizers"])
    books = [old[f"quantizer.rvq.layers.{level}._codebook.embed"][0] for level in levels]
    new["codec.quantizer.codebooks"] = torch.stack(books)
    return new


def _folded(old: Weights, name: str, norm: str, axis: int) -> tuple[Tensor, Tensor]:
    """A convolution's weight, whose outputs are on an axis, and bias, with what the normalisation
    behind it does."""
    weight = old[f"{name}.weight"].double()
    stacked = torch.stack(
        [old[f"{norm}.{end}"] for end in ("weight", "bias", "running_mean", "running_var")]
        + [old[f"{name}.bias"]]
    )
    # A number for each output, or this raises: others would be spread over them unseen.
    gain, shift, mean, variance, bias = stacked.double().view(5, weight.shape[axis])
    gain = gain * (variance + _EPSILON).rsqrt()
    shape = [-1 if n == axis else 1 for n in range(weight.dim())]
    return (weight * gain.view(shape)).float(), ((bias - mean) * gain + shift).float()


def _layer(name: str, layer: tuple[Tensor, Tensor]) -> Weights:
    return {f"{name}.weight": layer[0], f"{name}.bias": layer[1]}


def _prior(old: Weights, codec: Weights) -> Weights:
    new = {f"prior.{name}": tensor for name, tensor in old.items() if name != "causal_mask"}
    # A code that nothing uses stands where codes are replaced: at the smallest count.
    counts = codec["quantizer.rvq.layers.0._codebook.cluster_size"][0].double()
    used = (counts - counts.min()).clamp(min=1e-3)
    new["prior.first_logits"] = (used / used.sum()).log().float()
    return new
