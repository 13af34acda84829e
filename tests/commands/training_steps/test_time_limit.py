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
    monkeypatch.setattr(
        time_limit, "seconds_to_finish", lambda *_, reports: 20.0 if reports else 4.0
    )
    plain = VocoderTrainingConfig(NeuralVocoderConfig(8))
    loaded: Any = SimpleNamespace(prior="one that plays")
    assert time_limit.vocoder_in_time(second, plain, loaded).epochs == 8


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, 48.0), ("1h", 48.0), ("2m", 12.0), ("10s", 8.0)],
)
def test_the_loudness_gets_a_tenth_of_a_given_time_but_always_enough_for_four_streams(
    monkeypatch: pytest.MonkeyPatch, given: str | None, seconds: float
) -> None:
    # 24 streams of 6 s take 48 s, and the rest as long as 18 s of sound.
    monkeypatch.setattr(estimate, "playing_pace", lambda _: 1 / 3)
    choices = Choices(time=TimeLimit.read(given) if given else None)
    grainy: Any = SimpleNamespace(grains="some")
    assert estimate.seconds_to_finish(choices, grainy, reports=False) == pytest.approx(seconds)
    assert estimate.seconds_to_finish(choices, grainy) == pytest.approx(seconds + 6.0)


def test_grains_that_are_still_to_be_written_make_playing_slower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estimate, "playing_pace", lambda _: 1 / 3)
    plain: Any = SimpleNamespace(grains=None)
    without = estimate.seconds_to_finish(Choices(grains=False), plain, reports=False)
    assert without == pytest.approx(48.0)
    assert estimate.seconds_to_finish(Choices(), plain, reports=False) > without
