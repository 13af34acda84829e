"""Sounds that several processes make are those that one makes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.errors import ParameterError
from distill_live.inference import many
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.steering import Steering

SEEDS = range(5)


def wanted(**settings: Any) -> list[dict[str, Any]]:
    return [{"duration_s": 0.3, "seed": seed, **settings} for seed in SEEDS]


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every work is worth two processes."""
    monkeypatch.setattr(many, "_WORTHWHILE_SECONDS", 0.0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def same(one: many.Made, other: many.Made) -> bool:
    columns = np.array_equal(np.stack(one.columns), np.stack(other.columns))
    return np.array_equal(one.audio, other.audio) and columns and one.grains == other.grains


def test_they_come_in_order_and_are_the_same_however_many_make_them(
    tiny_model: LoadedVQModel, tiny_model_path: Path, shared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = wanted(temperature=(0.9, 1.0, 1.1), steering=Steering(brightness=0.5))
    parts: list[float] = []
    made = list(many.make_sounds(tiny_model, tiny_model_path, settings, parts.append))
    assert parts == [1.0] * len(SEEDS)
    monkeypatch.setattr(many, "_MOST_PROCESSES", 1)
    alone = list(many.make_sounds(tiny_model, tiny_model_path, settings, parts.append))
    assert len(alone) == len(made) == len(SEEDS)
    assert all(map(same, made, alone))
    assert not same(alone[0], alone[1])


@pytest.mark.parametrize("code", ["", "import sys; sys.stdin.buffer.read(9)", "print(1); input()"])
def test_what_they_do_not_make_is_made_here(
    tiny_model: LoadedVQModel,
    tiny_model_path: Path,
    shared: None,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    monkeypatch.setattr(many, "_COMMAND", (sys.executable, "-c", code))
    made = list(many.make_sounds(tiny_model, tiny_model_path, wanted(), lambda part: None))
    monkeypatch.setattr(many, "_COMMAND", ("no such program",))
    others = list(many.make_sounds(tiny_model, tiny_model_path, wanted(), lambda part: None))
    assert all(map(same, made, others))


def test_what_is_wrong_is_told_as_by_one(
    tiny_model: LoadedVQModel, tiny_model_path: Path, shared: None
) -> None:
    settings = wanted(section=0.5)
    with pytest.raises(ParameterError, match="no codes of its recordings"):
        next(many.make_sounds(tiny_model, tiny_model_path, settings, lambda part: None))


def test_short_sounds_are_made_here(
    tiny_model: LoadedVQModel, tiny_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "_made_beside", None)
    assert (
        len(list(many.make_sounds(tiny_model, tiny_model_path, wanted(), lambda part: None))) == 5
    )
