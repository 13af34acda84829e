"""What all priors share: the order of codes."""

from __future__ import annotations

import torch

from distill_live.models.prior.base import flatten_codes, unflatten_codes


def test_flattening_goes_position_by_position_and_back() -> None:
    codes = torch.arange(2 * 5 * 3).view(2, 5, 3)
    flat = flatten_codes(codes)
    assert flat[0].tolist() == list(range(15))
    assert torch.equal(unflatten_codes(flat, 3), codes)
