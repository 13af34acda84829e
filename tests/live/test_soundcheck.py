"""What is measured, and what is proposed for machines that never were."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.errors import NoPriorError
from distill_live.live.soundcheck import Timings, measure, propose, thread_counts
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import SoundSettings
from distill_live.models.vocoder.vocoder import PhaseStream


def machine(
    sampling: float = 8.0, decode: float = 2.0, vocoder: float = 5.0, *, late: float = 0.0
) -> Timings:
    """Columns of 80 ms that took so many ms in each part; 2 in 100 are late in the vocoder."""
    spent = np.tile([sampling, decode, vocoder], (100, 1))
    spent[::50, 2] += late
    return Timings(0.08, spent / 1000)


def test_every_part_of_every_column_is_measured(tiny_model: LoadedVQModel) -> None:
    timings = measure(tiny_model, 5, threads=1)
    assert timings.spent.shape == (5, 3)
    assert (timings.spent > 0).all()
    assert timings.column_seconds == 4096 / 48_000


def test_grains_and_vocoder_are_both_measured_unless_the_settings_say_otherwise(
    tiny_grainy: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    push = PhaseStream.push

    def counted(stream: PhaseStream, mel: torch.Tensor) -> torch.Tensor:
        heard.append(mel.shape[1])
        return push(stream, mel)

    monkeypatch.setattr(PhaseStream, "push", counted)
    measure(tiny_grainy, 10, threads=1)
    busiest = sum(heard)
    heard.clear()
    measure(tiny_grainy, 10, threads=1, sound=SoundSettings(grain=1.0, reach=40.0))
    assert busiest == 12 * 8
    assert sum(heard) < busiest / 2


def test_the_number_of_threads_is_as_it_was_after_measuring(tiny_model: LoadedVQModel) -> None:
    seen = []
    codec_only = replace(tiny_model, prior=None)
    before = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(torch, "set_num_threads", seen.append)
        measure(tiny_model, 1, threads=before + 1)
        with pytest.raises(NoPriorError):
            measure(codec_only, 1, threads=before + 2)
    assert seen == [before + 1, before, before + 2, before]


def test_quantiles_are_of_the_parts_added_up_column_by_column() -> None:
    timings = Timings(0.08, np.array([[0.01, 0.05, 0.0], [0.03, 0.01, 0.0], [0.02, 0.0, 0.0]]))
    assert timings.quantile(0.5, "sampling") == pytest.approx(0.02)
    assert timings.quantile(0.5) == pytest.approx(0.04)
    assert timings.quantile(1.0, "sampling", "decode") == pytest.approx(0.06)
    assert timings.total("decode") == pytest.approx(0.06)
    assert timings.total() == pytest.approx(0.12)
    assert timings.speed == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("device", "cores", "counts"),
    [("cpu", 1, [1]), ("cpu", 2, [1]), ("cpu", 4, [1, 2]), ("cpu", 6, [1, 2, 3]),
     ("cpu", 64, [1, 2, 3, 4]), ("cuda", 64, [1])],
)  # fmt: skip
@pytest.mark.parametrize("can_tell", [True, False])
def test_half_of_the_cores_may_compute_and_one_beside_a_gpu(
    device: str, cores: int, counts: list[int], can_tell: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if can_tell:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(cores), raising=False)
    else:
        monkeypatch.delattr(os, "sched_getaffinity", raising=False)
        monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert thread_counts(torch.device(device)) == counts


def test_the_fewest_threads_that_are_about_as_fast_as_the_best_are_proposed() -> None:
    times = {1: machine(16), 2: machine(9), 3: machine(8.5), 4: machine(12)}
    assert propose(times).threads == 2
    assert propose({1: machine(8), 2: machine(7.5)}).threads == 1
    assert propose({1: machine(8), 2: machine(5)}).threads == 2


def test_a_fast_machine_needs_the_least_of_everything() -> None:
    proposal = propose({1: machine()})
    assert (proposal.ring_ms, proposal.lookahead, proposal.block) == (500, 4, 256)


def test_the_ring_holds_eight_columns_at_their_slowest() -> None:
    assert propose({1: machine(late=80)}).ring_ms == 800  # 8 times 95, in whole 50
    assert propose({1: machine(late=900)}).ring_ms == 1000


def test_a_slow_prior_has_a_longer_lookahead() -> None:
    assert propose({1: machine(sampling=39)}).lookahead == 8
    assert propose({1: machine(sampling=500)}).lookahead == 24


@pytest.mark.parametrize(("late", "block"), [(0, 256), (5, 256), (6, 512), (20, 1024), (400, 2048)])
def test_a_block_lasts_as_long_as_a_column_may_be_late(late: float, block: int) -> None:
    assert propose({1: machine(late=late)}).block == block


def test_the_settings_are_those_of_the_threads_that_are_proposed() -> None:
    times = {1: machine(80, late=900), 2: machine()}
    assert propose(times) == replace(propose({2: machine()}), threads=2)


def test_a_machine_with_room_to_spare_is_told_its_margin() -> None:
    proposal = propose({1: machine(sampling=9)})
    assert proposal.plays
    assert proposal.verdict == (
        "This machine can play the model live, 5.0 times faster than real time."
    )


def test_a_machine_with_little_margin_is_told_so() -> None:
    proposal = propose({1: machine(sampling=43)})
    assert proposal.plays
    assert "only 1.6 times faster than real time: close other programs" in proposal.verdict


@pytest.mark.parametrize("sampling", [73, 60, 200])
def test_a_machine_that_is_too_slow_is_told_what_to_do(sampling: float) -> None:
    proposal = propose({1: machine(sampling)})
    assert not proposal.plays
    assert "cannot play the model live" in proposal.verdict
    for way_out in ("--device cuda", "train-prior --prior-size small", "distill-live generate"):
        assert way_out in proposal.verdict


def test_a_smaller_prior_is_advised_only_where_the_prior_is_what_takes_long() -> None:
    assert "smaller prior" not in propose({1: machine(vocoder=200)}).verdict
