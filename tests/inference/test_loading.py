"""Models are loaded to compute as the live engine does."""

from __future__ import annotations

from pathlib import Path

import torch

from distill_live.inference.loading import load_model


def test_torch_takes_numbers_nearly_0_as_0_on_one_thread(tiny_model_path: Path) -> None:
    torch.set_num_threads(2)
    load_model(str(tiny_model_path), "cpu")
    assert (torch.tensor([1e-39]) * 1.0).tolist() == [0.0]
    assert torch.get_num_threads() == 1
