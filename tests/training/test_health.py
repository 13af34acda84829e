import pytest
import torch

from distill_live.training.health import LevelHealth, codebook_health


def test_each_level_is_measured_on_its_own_codes() -> None:
    codes = torch.tensor([[[0, 3], [1, 3]], [[2, 3], [3, 3]]])
    first, second = codebook_health(codes, codebook_size=8)
    assert first == LevelHealth(utilisation=0.5, perplexity=pytest.approx(4.0), dead_codes=4)
    assert second == LevelHealth(utilisation=0.125, perplexity=pytest.approx(1.0), dead_codes=7)


def test_perplexity_counts_uneven_use_less() -> None:
    (level,) = codebook_health(torch.tensor([[0], [0], [0], [1]]), codebook_size=2)
    assert level.utilisation == 1.0
    assert level.perplexity == pytest.approx(4 / 3**0.75)
