"""Several processes make the same sounds as one."""

from __future__ import annotations

import pickle
import sys
from contextlib import closing
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
    """Any amount of sound is worth two processes."""
    monkeypatch.setattr(many, "_WORTHWHILE_SECONDS", 0.0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def same(one: many.Made, other: many.Made) -> bool:
    columns = np.array_equal(np.stack(one.columns), np.stack(other.columns))
    return np.array_equal(one.audio, other.audio) and columns and one.grains == other.grains


def test_sounds_come_in_order_and_do_not_depend_on_the_number_of_processes(
    tiny_model: LoadedVQModel, tiny_model_path: Path, shared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = wanted(temperature=(0.9, 1.0, 1.1), steering=Steering(brightness=0.5))
    parts: list[float] = []
    made = list(many.make_sounds(tiny_model, tiny_model_path, settings, parts.append))
    assert parts.count(1.0) >= len(SEEDS)
    assert all(0.0 <= part <= 1.0 for part in parts)
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


def test_an_error_in_a_process_is_raised_here(
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


def test_a_process_ends_soon_after_nobody_reads_its_sounds(
    tiny_model: LoadedVQModel, tiny_model_path: Path
) -> None:
    maker = many._Maker(tiny_model, tiny_model_path)
    process = maker._process
    assert process is not None and process.stdin is not None and process.stdout is not None
    pickle.dump({"duration_s": 3600.0, "seed": 1}, process.stdin)
    process.stdin.flush()
    assert pickle.load(process.stdout) < 0.01  # noqa: S301 - from our own program
    process.stdout.close()
    assert process.wait(60) != 0
    process.stdin.close()


def test_a_process_makes_nothing_of_another_model(
    tiny_model: LoadedVQModel, tiny_two_levels_path: Path
) -> None:
    with closing(many._Maker(tiny_model, tiny_two_levels_path)) as maker:
        assert maker.make(wanted()[0], lambda part: None) is None
