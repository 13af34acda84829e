"""Matrices in a quarter of the memory against matrices as they are."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.layers.packed_matrix import PackedMatrix, WholeMatrix, matrix_of


@pytest.mark.parametrize("shape", [(768, 256), (256, 1024), (300, 512), (300, 320)])
def test_a_packed_matrix_gives_nearly_the_same_product(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    weight = torch.randn(shape) * torch.logspace(-3, 3, shape[0])[:, None]
    x = torch.randn(shape[1])
    whole, packed = WholeMatrix(weight)(x), PackedMatrix(weight)(x)
    assert packed.dtype == torch.float32
    # Row by row, whatever a row's size.
    lengths = weight.norm(dim=1) * x.norm() / shape[1] ** 0.5
    assert ((packed - whole) / lengths).square().mean().sqrt() < 0.01


def test_rows_of_zeros_stay_zeros() -> None:
    assert PackedMatrix(torch.zeros(4, 256))(torch.ones(256)).tolist() == [0.0] * 4


def test_small_matrices_are_left_as_they_are() -> None:
    weight = torch.randn(96, 32)
    x = torch.randn(32)
    assert torch.equal(matrix_of(weight)(x), weight @ x)


@pytest.mark.parametrize("width", [258, 264, 272, 300, 511])
def test_a_width_that_the_packed_product_would_read_beyond_is_left_as_it_is(width: int) -> None:
    assert isinstance(matrix_of(torch.randn(4, width)), WholeMatrix)


def test_large_matrices_on_the_cpu_are_packed() -> None:
    assert isinstance(matrix_of(torch.randn(4, 256)), PackedMatrix)
