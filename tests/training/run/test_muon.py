import pytest
import torch
from torch import nn

from distill_live.training.run.muon import Muon, is_matrix, orthogonal


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(16, 16), (12, 40), (40, 12)])
def test_a_direction_becomes_nearly_orthogonal(shape: tuple[int, int], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    matrix = orthogonal(torch.randn(shape), dtype)
    assert (matrix.shape, matrix.dtype) == (shape, torch.float32)
    singular = torch.linalg.svdvals(matrix)
    assert float(singular.min()) > 0.3
    assert float(singular.max()) < 1.3


def test_the_direction_keeps_its_sense() -> None:
    torch.manual_seed(0)
    matrix = torch.randn(16, 16)
    assert float((orthogonal(matrix) * matrix).sum()) > 0


def test_the_size_of_the_gradient_does_not_matter() -> None:
    torch.manual_seed(0)
    gradient = torch.randn(16, 3, 3, 3)
    stepped = []
    for factor in (1.0, 1000.0):
        weight = nn.Parameter(torch.zeros(16, 3, 3, 3))
        weight.grad = gradient * factor
        Muon([weight], lr=0.1).step()
        stepped.append(weight.detach())
    torch.testing.assert_close(stepped[0], stepped[1], atol=8e-3, rtol=0)


def test_a_step_goes_downhill() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(12, 12, 3, bias=False)
    x, target = torch.randn(4, 12, 5, 5), torch.randn(4, 12, 3, 3)
    optimizer = Muon([layer.weight], lr=0.02, weight_decay=0.01)
    losses = []
    for _ in range(30):
        loss = (layer(x) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_a_weight_without_gradient_stays() -> None:
    weight = nn.Parameter(torch.ones(16, 16))
    Muon([weight], lr=0.1, weight_decay=0.5).step()
    assert torch.equal(weight.detach(), torch.ones(16, 16))


def test_matrices_are_told_from_vectors_and_thin_weights() -> None:
    assert is_matrix(torch.zeros(16, 16))
    assert is_matrix(torch.zeros(16, 1, 3, 3))
    assert not is_matrix(torch.zeros(16))
    assert not is_matrix(torch.zeros(4, 99))
    assert not is_matrix(torch.zeros(99, 8, 1))
