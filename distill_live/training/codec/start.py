"""Starting from a codec that has learned other sounds: what it knows of sound need not be learned
again. Its codebooks are not taken over: those of a new codec are made of the new sounds' latents.
"""

from __future__ import annotations

from dataclasses import asdict

import torch

from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig

# What may differ: the codebooks are new, and a stereo image may be added or left out.
_FREE = ("codebook_size", "num_quantizers", "image_groups")
_NETWORKS = ("encoder", "decoder")


def differences(start: VQVAEConfig, wanted: VQVAEConfig) -> list[str]:
    """In what the shape of a codec differs from the one that it is to start from, in words; empty
    if the weights fit."""
    here, there = asdict(wanted), asdict(start)
    return [
        f"{name} is {there[name]}, not {here[name]}"
        for name in here
        if name not in _FREE and here[name] != there[name]
    ]


@torch.no_grad()
def take_over(start: ConvVQVAE, codec: ConvVQVAE) -> None:
    """Give a new codec the encoder and decoder of one whose shape fits (see `differences`). What
    only one of them has, such as the layers of a stereo image, stays as it is."""
    for network in _NETWORKS:
        known = getattr(start, network).state_dict()
        for name, weight in getattr(codec, network).state_dict().items():
            if name in known and known[name].shape == weight.shape:
                weight.copy_(known[name])
