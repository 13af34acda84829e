"""Several processes that fit a training into a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from distill_live.commands.options import TimeLimit
from distill_live.commands.training_steps import estimate, time_limit
from distill_live.commands.training_steps.choices import Choices
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.run.pace import Expected
from distill_live.training.vocoder.trainer import VocoderTrainingConfig

EXPECTED = Expected(step=0.5, judging=0.0, steps=2, epochs=2)


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The run of a process that is not the first; it notes what it asks the first one for."""
    monkeypatch.setattr(time_limit, "expect_all", lambda *_: [EXPECTED, EXPECTED])
    monkeypatch.setattr(time_limit, "vocoder_expected", lambda *_: EXPECTED)
    asked: list[object] = []

    def from_first(own: object) -> str:
        asked.append(own)
        return "as the first one has it"

    return SimpleNamespace(
        choices=Choices(time=TimeLimit.read("12s")), seconds_left=12.0, asked=asked,
        processes=SimpleNamespace(from_first=from_first),
        progress=SimpleNamespace(begin=lambda what: None), say=lambda line: None,
    )  # fmt: skip


def test_all_processes_train_as_many_epochs_as_the_first(second: Any) -> None:
    config = time_limit.codec_in_time(second, second, CodecTrainingConfig())
    assert config == "as the first one has it"
    assert [own.epochs for own in second.asked] == [6]


def test_a_vocoder_is_trained_by_one_process_that_asks_no_other(second: Any) -> None:
    plain = VocoderTrainingConfig(NeuralVocoderConfig(8))
    loaded: Any = SimpleNamespace(prior=None)
    assert time_limit.vocoder_in_time(second, plain, loaded).epochs == 12
    assert second.asked == []


def test_time_is_left_to_measure_how_loud_the_model_plays(
    second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit, "seconds_to_finish", lambda *_: 4.0)
    plain = VocoderTrainingConfig(NeuralVocoderConfig(8))
    loaded: Any = SimpleNamespace(prior="one that plays")
    assert time_limit.vocoder_in_time(second, plain, loaded).epochs == 8


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, 48.0), ("1h", 48.0), ("2m", 12.0), ("10s", 8.0)],
)
def test_that_takes_a_tenth_of_a_given_time_but_at_least_what_four_streams_take(
    monkeypatch: pytest.MonkeyPatch, given: str | None, seconds: float
) -> None:
    monkeypatch.setattr(estimate, "seconds_to_measure", lambda _: 48.0)
    choices = Choices(time=TimeLimit.read(given) if given else None)
    loaded: Any = None
    # What else is done then takes another eighth.
    assert estimate.seconds_to_finish(choices, loaded) == pytest.approx(seconds + 6.0)
