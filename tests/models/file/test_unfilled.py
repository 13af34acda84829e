from pathlib import Path

import torch
from torch import nn

from distill_live.models.file.persistence import load_model_v2
from distill_live.models.file.unfilled import Unfilled


def test_networks_have_their_shapes_and_draw_nothing() -> None:
    before = torch.get_rng_state()
    with Unfilled():
        layers = [nn.Linear(3, 4), nn.Conv2d(1, 2, 3), nn.Embedding(5, 6), nn.LayerNorm(7)]
        drawn = torch.randn(2, 3).mul_(0.1)
    assert [tuple(layer.weight.shape) for layer in layers] == [(4, 3), (2, 1, 3, 3), (5, 6), (7,)]
    assert drawn.shape == (2, 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_afterwards_networks_are_filled_again() -> None:
    with Unfilled():
        nn.LayerNorm(7)
    assert torch.equal(nn.LayerNorm(7).weight, torch.ones(7))


def test_a_model_that_is_loaded_draws_nothing(
    tiny_model_path: Path, tiny_two_levels_path: Path, old_model_path: Path
) -> None:
    before = torch.get_rng_state()
    for path in (tiny_model_path, tiny_two_levels_path, old_model_path):
        load_model_v2(path)
    assert torch.equal(torch.get_rng_state(), before)
