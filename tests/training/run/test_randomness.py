"""Random numbers that go on where they stood, on every kind of device that is here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import random_state, seeded, set_random_state

HERE = ["cpu", *(["cuda"] if torch.cuda.is_available() else []),
        *(["mps"] if torch.backends.mps.is_available() else [])]  # fmt: skip


def drawn(crops: np.random.Generator, device: str) -> list[float]:
    """A few numbers from every generator of a training."""
    return [float(torch.rand(())), float(torch.rand((), device=device)), crops.random()]


@pytest.mark.parametrize("device", HERE)
def test_all_generators_continue_where_they_stood(device: str) -> None:
    processes, crops = Processes(device), np.random.default_rng(3)
    with seeded(5, processes.device):
        drawn(crops, device)
        state = random_state(crops, processes)
        expected = drawn(crops, device)
    with seeded(99, processes.device):
        later = np.random.default_rng(98)
        set_random_state(state, later, processes)
        assert drawn(later, device) == expected


@pytest.mark.parametrize("device", HERE)
def test_others_draw_on_as_if_nobody_had_been_there(device: str) -> None:
    torch.manual_seed(1)
    expected = [float(torch.rand((), device=device)) for _ in range(2)]
    torch.manual_seed(1)
    found = [float(torch.rand((), device=device))]
    with seeded(5, torch.device(device)):
        torch.rand((), device=device)
    assert [*found, float(torch.rand((), device=device))] == expected


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_the_generator_of_each_kind_of_device_is_saved_and_put_back(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the functions by which torch does it where there is such a device."""
    kept = {"state": torch.tensor([1, 2, 3], dtype=torch.uint8)}
    module = getattr(torch, kind)
    monkeypatch.setattr(module, "get_rng_state", lambda _device: kept["state"])
    monkeypatch.setattr(module, "set_rng_state", lambda new, _device: kept.update(state=new))
    processes, crops = Processes(kind), np.random.default_rng(0)
    state = random_state(crops, processes)
    kept["state"] = torch.zeros(3, dtype=torch.uint8)
    set_random_state(state, crops, processes)
    assert kept["state"].tolist() == [1, 2, 3]
