"""The base that ships is a trained codec with half the bits."""

from __future__ import annotations

from pathlib import Path

import torch

from distill_live.models.file.header import read_header
from distill_live.models.file.persistence import load_model_v2
from tools.base.pack import SOURCES, pack


def test_half_the_bits_are_the_same_codec(tiny_model_path: Path, tmp_path: Path) -> None:
    base = tmp_path / "base.distill"
    pack(tiny_model_path, base)
    whole, half = load_model_v2(tiny_model_path), load_model_v2(base)
    assert half.prior is None and half.training_codes == () and half.previews == ()
    assert half.metadata["sources"] == SOURCES and half.metadata["name"] == "base"
    stored = read_header(base).tensors
    assert {one["dtype"] for one in stored.values()} == {"F16"}
    for (name, weight), known in zip(
        half.model.state_dict().items(), whole.model.state_dict().values(), strict=True
    ):
        assert weight.dtype == torch.float32, name
        torch.testing.assert_close(weight, known, rtol=1e-3, atol=1e-4)
