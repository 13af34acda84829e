import pytest
import torch

from distill_live.models.layers.causal_conv import CausalConv, Past


@pytest.fixture
def conv() -> CausalConv:
    torch.manual_seed(0)
    return CausalConv(2, 3, (3, 3)).requires_grad_(False)


def test_a_causal_convolution_keeps_the_size(conv: CausalConv) -> None:
    assert conv(torch.randn(1, 2, 8, 5), Past()).shape == (1, 3, 8, 5)


def test_an_output_does_not_see_later_inputs(conv: CausalConv) -> None:
    x = torch.randn(1, 2, 8, 6)
    changed = x.clone()
    changed[..., 4] += 1.0
    before, after = conv(x, Past()), conv(changed, Past())
    assert torch.equal(before[..., :4], after[..., :4])
    assert not torch.equal(before[..., 4], after[..., 4])


def test_a_stream_in_pieces_is_the_whole(conv: CausalConv) -> None:
    x = torch.randn(1, 2, 8, 6)
    first = Past()
    pieces = [conv(x[..., :1], first)]
    second = Past(first.tails)
    pieces.append(conv(x[..., 1:4], second))
    pieces.append(conv(x[..., 4:], Past(second.tails)))
    torch.testing.assert_close(torch.cat(pieces, dim=-1), conv(x, Past()))


def test_a_lookahead_sees_so_far_ahead_and_lags_as_much() -> None:
    conv = CausalConv(2, 3, (3, 3), lookahead=1).requires_grad_(False)
    x = torch.randn(1, 2, 8, 6)
    whole = conv(x, Past())
    assert whole.shape[-1] == 5
    changed = x.clone()
    changed[..., 4] += 1.0
    differs = (conv(changed, Past()) != whole).any(dim=(0, 1, 2)).tolist()
    assert differs == [False, False, False, True, True]


def test_a_stream_starts_from_zeros(conv: CausalConv) -> None:
    x = torch.randn(1, 2, 8, 1)
    zeros = (torch.zeros(1, 2, 8, 2),)
    assert torch.equal(conv(x, Past()), conv(x, Past(zeros)))


def test_tails_stay_as_they_were(conv: CausalConv) -> None:
    first = Past()
    conv(torch.randn(1, 2, 8, 4), first)
    kept = [tail.clone() for tail in first.tails]
    conv(torch.randn(1, 2, 8, 4), Past(first.tails))
    assert all(torch.equal(tail, before) for tail, before in zip(first.tails, kept, strict=True))
