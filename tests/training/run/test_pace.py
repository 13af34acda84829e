"""How long a training will take is reported once, and early."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.training.codec.trainer import train_codec
from distill_live.training.prior.pace import expected_prior_seconds
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.run.pace import Pace
from tests.training.run.two_processes import CONFIG, recordings

PRIOR = PriorTrainingConfig(
    ColumnPriorConfig(16, 4, 3, 8, 16, 1, 2, 16, 1, dropout=0.1), epochs=2, steps_per_epoch=50
)


def told(steps_done: int, steps: int) -> list[float]:
    found: list[float] = []
    pace = Pace(steps, found.append, torch.device("cpu"))
    for _ in range(steps_done):
        pace.step()
    return found


def test_it_is_reported_once_after_a_few_steps() -> None:
    assert (len(told(5, 1000)), len(told(6, 1000)), len(told(500, 1000))) == (0, 1, 1)


def test_more_steps_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(100))
    monkeypatch.setattr(Pace, "_now", lambda _: next(moments))
    # Four steps have taken a second.
    assert told(6, 400) == [100.0]
    assert told(6, 800) == [200.0]


def test_a_codec_tells_before_its_first_epoch_has_ended() -> None:
    order: list[str] = []
    train_codec(
        recordings(), replace(CONFIG, steps_per_epoch=6),
        on_epoch=lambda _: order.append("epoch"), on_pace=lambda _: order.append("pace"),
    )  # fmt: skip
    assert order == ["pace", "epoch"]


def test_a_prior_is_timed_before_there_are_codes_and_disturbs_no_random_numbers() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    assert 0 < expected_prior_seconds(PRIOR, torch.device("cpu")) < 3600
    assert torch.equal(torch.rand(1), expected)
