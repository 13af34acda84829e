"""What a prior's training makes smaller."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.prior.flat_prior import CodePrior
from distill_live.training.prior.loss import corrupted, prior_loss
from distill_live.training.prior.windows import Crops

CODES = torch.randint(0, 8, (6, 32), generator=torch.Generator().manual_seed(1))
REAL = torch.arange(32).expand(6, -1) < torch.tensor([[32], [32], [32], [16], [8], [4]])
CROPS = Crops(CODES, REAL, torch.full((6, 8, 4), 0.5))


@pytest.fixture(scope="module")
def prior() -> ColumnPrior:
    torch.manual_seed(0)
    prior = ColumnPrior(ColumnPriorConfig(8, 8, 2, 2, 16, 1, 2, 16, dropout=0.0))
    for parameter in prior.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return prior.requires_grad_(False)


def test_padding_counts_for_nothing(prior: ColumnPrior) -> None:
    """Neither what it is taken for, nor how many there are of it."""
    torch.manual_seed(0)
    loss, whole = prior_loss(prior, CROPS, corruption=0.0, blind=1.0)
    other = CROPS._replace(codes=torch.where(REAL, CODES, (CODES + 1) % 8))
    torch.manual_seed(0)
    assert prior_loss(prior, other, corruption=0.0, blind=1.0) == (loss, whole)
    single = [
        prior_loss(prior, Crops(*(part[n : n + 1] for part in CROPS)), 0.0, 0.0)[0]
        for n in range(6)
    ]
    weights = REAL.sum(dim=1) / REAL.sum()
    torch.testing.assert_close(torch.stack(single) @ weights, loss)


def test_the_blind_loss_is_added_with_its_weight(prior: ColumnPrior) -> None:
    found = []
    for blind in (0.0, 0.5, 1.0):
        torch.manual_seed(0)
        found.append(prior_loss(prior, CROPS, corruption=0.2, blind=blind))
    assert len({float(loss) for loss, _ in found}) == 1
    assert float(found[0][1]) == float(found[0][0])
    added = [float(whole - loss) for loss, whole in found]
    assert added[2] == pytest.approx(2 * added[1])
    assert added[2] > 0.5


def test_what_was_corrupted_is_fed_but_not_to_be_predicted() -> None:
    """A prior that looks at nothing, and expects one code alone, loses the same."""
    prior = ColumnPrior(ColumnPriorConfig(8, 8, 2, 2, 16, 1, 2, 16, dropout=0.0))
    torch.nn.init.zeros_(prior.depth.heads)
    even = CROPS._replace(codes=torch.zeros_like(CODES))
    with torch.no_grad():
        prior.depth.head_bias[:, 0] = 3.0
        clean, spoiled = (prior_loss(prior, even, corruption, 0.5) for corruption in (0.0, 0.4))
    for one, other in zip(clean, spoiled, strict=True):
        assert float(other) == pytest.approx(float(one))


def test_how_columns_sound_is_reported_now_and_then(prior: ColumnPrior) -> None:
    told: list[torch.Tensor] = []
    plain = prior.depth.steering.forward

    def listen(ranks: torch.Tensor) -> torch.Tensor:
        told.append(ranks)
        return plain(ranks)

    prior.depth.steering.forward = listen  # type: ignore[method-assign]
    ranks = torch.full((200, 8, 4), 0.5)
    codes = torch.zeros(200, 32, dtype=torch.long)
    prior_loss(prior, Crops(codes, codes == 0, ranks), corruption=0.0, blind=1.0)
    del prior.depth.steering.forward
    known = ~told[0].isnan()
    assert (told[0][known] == 0.5).all()
    # Nothing in three of ten columns, and else each of the four every second time.
    for kind in range(4):
        assert float(known[..., kind].float().mean()) == pytest.approx(0.35, abs=0.05)
    assert float(known.any(dim=-1).float().mean()) == pytest.approx(0.7 * 15 / 16, abs=0.05)


def test_a_flat_prior_has_no_blind_loss() -> None:
    flat = CodePrior(8, 32, 2, 16, 1, 2, bands=2).requires_grad_(False)
    loss, whole = prior_loss(flat, CROPS, corruption=0.0, blind=1.0)
    assert float(loss) == float(whole) > 0


def test_codes_are_corrupted_in_part_and_stay_codes() -> None:
    torch.manual_seed(0)
    codes = torch.full((400, 64), 7)
    assert torch.equal(corrupted(codes, 0.0, 8), codes)
    found = corrupted(codes, 0.1, 8)
    assert set(found.unique().tolist()) == set(range(8))
    # One in eight is replaced by itself; a crop has between none and twice as many as on average.
    shares = (found != 7).float().mean(dim=1)
    assert float(shares.mean()) == pytest.approx(0.1 * 7 / 8, abs=0.01)
    assert shares.min() < 0.03
    assert 0.12 < shares.max() < 0.35
