"""Several processes that train one network, on the CPU with gloo."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch

from distill_live.errors import DeviceError
from distill_live.training.codec.trainer import _CodecTrainer
from distill_live.training.run.processes import Processes, launch
from tests.training.run.two_processes import CONFIG, gradient, recordings
from tests.warm import ROOT, WARM

NEEDS_FABRIC = "Lightning Fabric is not installed: pip install -e '.[accelerator]'"


@pytest.fixture(scope="module")
def both(warm: None, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes ended with."""
    pytest.importorskip("lightning_fabric", reason=NEEDS_FABRIC)
    folder = tmp_path_factory.mktemp("processes")
    subprocess.run(
        [*WARM, "tests.training.run.two_processes", str(folder)], cwd=ROOT, check=True, timeout=300
    )
    return [torch.load(folder / f"{number}.pt", weights_only=True) for number in (0, 1)]


def test_all_processes_end_with_the_same_weights_and_codebooks(both: list[dict[str, Any]]) -> None:
    first, second = (one["end"] for one in both)
    assert first.keys() == second.keys()
    assert any("embed_avg" in name for name in first)
    for name in first:
        assert first[name].numpy().tobytes() == second[name].numpy().tobytes(), name


def test_training_changes_weights_and_codebooks_of_both(both: list[dict[str, Any]]) -> None:
    for one in both:
        learned = [name for name in one["start"] if "beam" not in name]
        same = [name for name in learned if torch.equal(one["start"][name], one["end"][name])]
        assert same == []
        assert one["replaced"] > 0


def test_all_processes_begin_alike_and_divide_the_batch_that_one_would_train_on(
    both: list[dict[str, Any]],
) -> None:
    first, second = both
    assert all(torch.equal(first["start"][name], second["start"][name]) for name in first["start"])
    torch.manual_seed(0)
    alone = _CodecTrainer(recordings(), CONFIG, Processes(), None, None, None)
    batch = alone.crops.draw(alone.batch_crops)
    assert torch.equal(first["whole"], batch)
    assert torch.equal(first["crops"], batch[0::2])
    assert torch.equal(second["crops"], batch[1::2])
    assert [one["steps"] for one in both] == [CONFIG.steps_per_epoch] * 2


def test_processes_agree_on_what_an_epoch_came_to(both: list[dict[str, Any]]) -> None:
    assert both[0]["history"] == both[1]["history"]


def test_a_batch_that_cannot_be_divided_evenly_has_the_gradient_of_the_whole(
    both: list[dict[str, Any]],
) -> None:
    whole = gradient(Processes())
    for one in both:
        torch.testing.assert_close(one["uneven"], whole)


class Among(Processes):
    """One of several processes; the others need not exist."""

    def __init__(self, number: int, count: int) -> None:
        super().__init__()
        self.number, self.count = number, count


@pytest.mark.parametrize(
    ("count", "crops", "batch", "steps"),
    [(1, 0.2, 1, 50), (4, 8, 8, 50), (3, 8, 8, 50), (4, 2.1, 4, 25), (16, 8, 16, 25)],
)
def test_as_much_is_trained_on_however_many_devices_there_are(
    count: int, crops: float, batch: int, steps: int
) -> None:
    """Where a batch has fewer crops than there are devices, it grows, and steps become fewer."""
    processes = [Among(number, count) for number in range(count)]
    assert {one.batch(crops) for one in processes} == {batch}
    assert {one.steps(50, crops) for one in processes} == {steps}
    parts = [one.own(torch.arange(batch)) for one in processes]
    assert all(len(part) for part in parts)
    assert sorted(torch.cat(parts).tolist()) == list(range(batch))


def test_gradients_are_averaged_also_where_one_process_had_none(both: list[dict[str, Any]]) -> None:
    for one in both:
        weight, unused = one["gradients"]
        assert torch.equal(weight, torch.full((2, 3), 1.5))
        assert torch.equal(unused, torch.full((4,), 0.5))


def test_values_are_averaged_shared_and_gathered(both: list[dict[str, Any]]) -> None:
    for one in both:
        assert (one["mean"], one["first"], one["gathered"]) == (0.5, "of 0", [0, 1])


def test_one_process_alone_shares_nothing() -> None:
    processes = Processes("cpu")
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.ones(2)
    processes.average_gradients([weight], 1.0)
    assert torch.equal(weight.grad, torch.ones(2))
    assert torch.equal(processes.own(torch.arange(8)), torch.arange(8))
    assert processes.mean(3.0) == 3.0
    assert (processes.from_first("mine"), processes.gather("mine")) == ("mine", ["mine"])


def test_without_the_library_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    with pytest.raises(DeviceError, match=r"pip install 'distill-live\[accelerator\]'"):
        launch("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_gpus_that_are_not_there_are_one_line() -> None:
    pytest.importorskip("lightning_fabric", reason=NEEDS_FABRIC)
    with pytest.raises(DeviceError, match=r"cannot train on 1 x 2 of accelerator 'cuda'"):
        launch("cuda", devices=2)
