"""bfloat16 where the computer is faster in it, the same for all processes and after a resume."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
import torch

from distill_live.training.codec.trainer import CodecEpoch, TrainedCodec, train_codec
from distill_live.training.run import precision
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint
from distill_live.training.run.precision import Precision, Slowness, choose_precision, slowness
from distill_live.training.run.processes import Processes
from tests.training.run.two_processes import CONFIG, recordings

ROOT = Path(__file__).parents[3]

_Value = TypeVar("_Value")


def spend(seconds: float) -> None:
    """Compute for so many seconds."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_slowness_is_what_one_takes_in_times_of_the_other() -> None:
    assert slowness(lambda half: spend(0.02 if half else 0.002)) > 2
    assert slowness(lambda half: spend(0.002 if half else 0.02)) < 0.5


def test_what_takes_much_longer_is_tried_twice_only() -> None:
    turns = []
    slowness(lambda half: (turns.append(half), spend(0.2 if half else 0.002)))
    assert turns.count(True) == 2


def test_what_took_long_once_by_chance_is_tried_again() -> None:
    turns = []

    def compute(half: bool) -> None:
        turns.append(half)
        spend(0.02 if half and turns.count(True) == 2 else 0.002 if half else 0.004)

    assert slowness(compute) < 0.9


def as_slow_as(monkeypatch: pytest.MonkeyPatch, network: float, matrices: float) -> None:
    monkeypatch.setattr(precision, "_slowness", lambda _: Slowness(network, matrices))


@pytest.mark.parametrize(
    ("slow", "chosen"),
    [
        ((0.5, 0.6), Precision(network=True, matrices=True)),
        ((12.0, 0.6), Precision(network=False, matrices=True)),
        ((0.5, 12.0), Precision(network=True, matrices=False)),
        ((1.0, math.inf), Precision(network=False, matrices=False)),
    ],
)
def test_each_part_is_computed_in_what_is_faster(
    monkeypatch: pytest.MonkeyPatch, slow: tuple[float, float], chosen: Precision
) -> None:
    as_slow_as(monkeypatch, *slow)
    assert choose_precision(Processes()) == chosen


def test_a_run_stays_with_what_it_was_begun_in(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Precision(network=True, matrices=False)
    as_slow_as(monkeypatch, 1.1, 0.5)
    assert choose_precision(Processes(), begun) == begun


def test_a_run_that_moved_to_a_computer_slow_in_it_leaves_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_slow_as(monkeypatch, 3.0, 12.0)
    assert choose_precision(Processes(), Precision(network=True, matrices=True)) == Precision()


def test_the_slowest_of_several_processes_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    class BesideSlower(Processes):
        def gather(self, value: _Value) -> list[_Value]:
            assert isinstance(value, Slowness)
            return [value, Slowness(value.network, 12.0)]  # type: ignore[list-item]

    as_slow_as(monkeypatch, 0.5, 0.5)
    assert choose_precision(BesideSlower()) == Precision(network=True, matrices=False)


def test_a_resumed_run_computes_in_what_it_was_begun_in_whatever_is_measured_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def train(epochs: int, *, resume: bool = False) -> TrainedCodec:
        checkpoints = Checkpoints(tmp_path / "model.distill", resume=resume)
        checkpoints.begin("codec", Fingerprint({}, {}))

        def interrupt(epoch: CodecEpoch) -> None:
            if epoch.epoch == epochs:
                raise KeyboardInterrupt

        return train_codec(
            recordings(), replace(CONFIG, epochs=2), on_epoch=interrupt, checkpoints=checkpoints
        )

    as_slow_as(monkeypatch, 0.5, 0.5)
    whole = train(2)
    train(1)
    as_slow_as(monkeypatch, 1.1, 1.1)
    resumed = train(2, resume=True)
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, resumed.model.state_dict()[name]), name
    # A run that begins now goes by the new measurement.
    assert train(1).history[0] != whole.history[0]


def test_choosing_disturbs_neither_random_numbers_nor_threads() -> None:
    threads = torch.get_num_threads()
    torch.manual_seed(7)
    expected = torch.randn(3)
    torch.manual_seed(7)
    precision._slowness.cache_clear()
    choose_precision(Processes("cpu"))
    assert torch.equal(torch.randn(3), expected)
    assert torch.get_num_threads() == threads


def test_without_instructions_for_bfloat16_a_step_computes_in_float32() -> None:
    """On any processor, torch and its libraries may use AVX2 at most."""
    limited = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    step = subprocess.run(
        [sys.executable, "-m", "tests.training.run.one_step"],
        cwd=ROOT, env={**os.environ, **limited}, check=True, timeout=300,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert step.stdout.split() == ["float32", "finite"]
