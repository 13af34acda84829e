"""How long a training will take is reported once, and early; and what fits into a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.training.codec.trainer import train_codec
from distill_live.training.prior.pace import expected_prior
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.run import pace as pace_module
from distill_live.training.run.pace import Expected, Pace, fit, least_seconds, measure
from tests.training.run.two_processes import CONFIG, recordings

PRIOR = PriorTrainingConfig(
    ColumnPriorConfig(16, 4, 3, 8, 16, 1, 2, 16, 1, dropout=0.1), epochs=2, steps_per_epoch=50
)
#: An epoch takes 10 s of training and 2 s of judging.
CODEC = Expected(step=0.2, judging=2.0, steps=50, epochs=40)
#: An epoch takes 5 s, and the first begins after 30 s.
LATER = Expected(step=0.1, judging=0.0, steps=50, epochs=24, overhead=30.0)


def told(steps_done: int) -> list[float]:
    found: list[float] = []
    pace = Pace(found.append, torch.device("cpu"))
    for _ in range(steps_done):
        pace.step()
    return found


def test_it_is_reported_once_after_a_few_steps() -> None:
    assert (len(told(5)), len(told(6)), len(told(500))) == (0, 1, 1)


def test_it_is_the_time_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(100))
    monkeypatch.setattr(pace_module, "now", lambda _: next(moments))
    # Four steps have taken a second.
    assert told(6) == [0.25]


def test_all_epochs_take_their_steps_and_their_judging() -> None:
    assert (CODEC.epoch, CODEC.seconds, CODEC.whole) == (12.0, 480.0, 480.0)
    assert (LATER.epoch, LATER.seconds, LATER.whole) == (5.0, 120.0, 150.0)


@pytest.mark.parametrize("seconds", [12.0, 20.0, 23.9, 60.0, 100.0, 1000.0, 100_000.0])
def test_epochs_fill_a_time_as_whole_ones(seconds: float) -> None:
    found = CODEC.within(seconds)
    assert found.epochs == seconds // 12
    assert found.steps >= CODEC.steps
    assert 0.98 * seconds < found.seconds <= seconds


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 11.0])
def test_there_is_one_epoch_even_if_the_time_is_too_short(seconds: float) -> None:
    found = CODEC.within(seconds)
    assert (found.epochs, found.steps) == (1, 50)


def test_phases_share_the_time_as_they_do_by_themselves() -> None:
    codec, later = fit([CODEC, LATER], 330.0)
    # 300 s are left for training: four fifths are the codec's, which takes four times as long.
    assert (codec.epochs, later.epochs) == (20, 12)
    assert codec.seconds + later.whole == pytest.approx(330.0)


def test_a_time_is_long_enough_for_an_epoch_of_each_phase() -> None:
    least = least_seconds([CODEC, LATER])
    assert least == pytest.approx(12.0 + 30.0 + 5.0)
    found = fit([CODEC, LATER], least)
    assert [one.epochs for one in found] == [1, 1]
    assert sum(one.whole for one in found) == pytest.approx(least)
    assert least_seconds([CODEC]) == 12.0


def test_a_phase_that_needs_more_than_its_share_leaves_the_rest_to_the_others() -> None:
    codec, later = fit([CODEC, LATER], 53.0)
    # A fifth of 23 s is less than an epoch of the second phase, which takes 5 s.
    assert (later.epochs, later.seconds) == (1, 5.0)
    assert codec.seconds == pytest.approx(18.0, rel=0.02)


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 40.0])
def test_each_phase_has_an_epoch_even_if_the_time_is_too_short(seconds: float) -> None:
    assert [(one.epochs, one.steps) for one in fit([CODEC, LATER], seconds)] == [
        (1, CODEC.steps), (1, LATER.steps)
    ]  # fmt: skip


def test_a_codec_tells_before_its_first_epoch_has_ended() -> None:
    order: list[str] = []
    train_codec(
        recordings(), replace(CONFIG, steps_per_epoch=6),
        on_epoch=lambda _: order.append("epoch"), on_pace=lambda _: order.append("pace"),
    )  # fmt: skip
    assert order == ["pace", "epoch"]


def test_to_be_told_changes_nothing_in_a_training() -> None:
    config = replace(CONFIG, epochs=2, steps_per_epoch=8)
    one, other = (train_codec(recordings(), config, on_pace=tell) for tell in (None, print))
    for name, weight in one.model.state_dict().items():
        assert torch.equal(weight, other.model.state_dict()[name]), name


def test_a_measured_training_ends_once_its_pace_is_known() -> None:
    epochs: list[object] = []
    config = replace(CONFIG, epochs=3, steps_per_epoch=6)
    found = measure(
        lambda end: train_codec(recordings(), config, on_epoch=epochs.append, on_pace=end)
    )
    assert (found.steps, found.epochs, epochs) == (6, 3, [])
    assert found.step > 0 and found.judging > 0
    with pytest.raises(ValueError, match="less than 6 steps"):
        measure(lambda end: train_codec(recordings(), CONFIG, on_pace=end))


def test_a_prior_is_timed_before_there_are_codes_and_disturbs_no_random_numbers() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    found = expected_prior(PRIOR, torch.device("cpu"), judged=10)
    assert (found.steps, found.epochs) == (50, 2)
    assert 0 < found.judging < found.seconds
    assert torch.equal(torch.rand(1), expected)
