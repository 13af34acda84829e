"""Whole recordings through a codec, piece by piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.data import coding
from distill_live.training.data.coding import code_mel, decode_grid


def test_a_long_recording_is_coded_in_pieces_that_do_not_show(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    mel = torch.randn(128, 8 * 70 + 3, generator=torch.Generator().manual_seed(0))
    whole = code_mel(tiny_model.model, mel)
    assert whole.shape == (70, 8, 3)
    monkeypatch.setattr(coding, "PIECE_COLUMNS", 8)
    assert np.array_equal(code_mel(tiny_model.model, mel), whole)


@pytest.mark.parametrize("lookahead", [0, 1])
@pytest.mark.parametrize("columns", [0, 1, 3, 10])
def test_a_grid_is_decoded_in_pieces_as_a_stream_decodes_it(
    tiny_model: LoadedVQModel, lookahead: int, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "_DECODED_COLUMNS", 3)
    torch.manual_seed(0)
    codec = ConvVQVAE(replace(tiny_model.model.config, lookahead_columns=lookahead)).eval()
    torch.nn.init.normal_(codec.quantizer.codebooks)
    grid = np.random.default_rng(0).integers(0, 16, (columns, 8, 3)).astype(np.int16)
    stream = codec.stream()
    streamed = torch.cat([stream.push(grid), stream.flush()], dim=1)
    decoded = decode_grid(codec, grid)
    assert decoded.shape == (128, 8 * columns)
    assert not decoded.is_inference()  # training keeps it for its gradients
    torch.testing.assert_close(decoded, streamed, atol=1e-4, rtol=1e-4)
