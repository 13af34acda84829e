"""A vocoder that is computed only where it is heard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.lazy_vocoder import LazyVocoder
from distill_live.models.vocoder.vocoder import VocoderStream

COLUMN = 8 * 512
WARMUP = 2


class Counted:
    """A vocoder's stream that counts the frames that it is given."""

    def __init__(self, base: VocoderStream) -> None:
        self._base = base
        self.frames = 0

    @property
    def emitted(self) -> int:
        return self._base.emitted

    def push(self, mel: Tensor) -> Tensor:
        self.frames += mel.shape[1]
        return self._base.push(mel)

    def flush(self) -> Tensor:
        return self._base.flush()

    def snapshot(self) -> object:
        return self._base.snapshot()

    def restore(self, state: Any) -> None:
        self._base.restore(state)


@pytest.fixture
def counted(tiny_model: LoadedVQModel) -> Counted:
    return Counted(tiny_model.vocoder.stream())


@pytest.fixture
def columns() -> list[Tensor]:
    """Twenty columns `[M, 8]` of a sound that changes slowly."""
    torch.manual_seed(0)
    slow = torch.randn(128, 20).repeat_interleave(8, dim=1)
    return list((0.5 * slow + 0.1 * torch.randn(128, 160)).split(8, dim=1))


def lazy(base: VocoderStream) -> LazyVocoder:
    return LazyVocoder(base, 1, COLUMN, WARMUP)


def sounds(vocoder: LazyVocoder, columns: list[Tensor], heard: set[int]) -> dict[int, np.ndarray]:
    """The sound of the columns with the numbers `heard`."""
    found = {}
    for number, mel in enumerate(columns):
        vocoder.push(mel)
        if number in heard:
            found[number] = vocoder.sound()
    return found


def test_if_all_is_heard_the_bytes_are_the_vocoders(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor]
) -> None:
    vocoder = lazy(counted)
    found = list(sounds(vocoder, columns, set(range(20))).values())
    found.append(vocoder.flush(columns[0][:, :3]))
    mel = torch.cat([*columns, columns[0][:, :3]], dim=1)
    assert np.concatenate(found).tobytes() == tiny_model.vocoder(mel).numpy().tobytes()
    assert vocoder.emitted == mel.shape[1] * 512


def test_what_is_not_heard_is_not_computed(counted: Counted, columns: list[Tensor]) -> None:
    vocoder = lazy(counted)
    sounds(vocoder, columns, heard=set())
    # Until a column gives a column of samples.
    assert counted.frames == 2 * 8
    assert vocoder.emitted == 20 * COLUMN - (512 + 1024)


def test_a_short_rest_changes_no_bytes(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor]
) -> None:
    everything = sounds(lazy(tiny_model.vocoder.stream()), columns, set(range(20)))
    vocoder = lazy(counted)
    found = sounds(vocoder, columns, {2, 3, 6, 9})
    assert counted.frames == 10 * 8
    for number, sound in found.items():
        assert sound.tobytes() == everything[number].tobytes(), number


def test_after_a_long_rest_the_stream_begins_again_a_little_earlier(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor]
) -> None:
    vocoder = lazy(counted)
    found = sounds(vocoder, columns, {3, 10, 11})
    assert counted.frames == (4 + WARMUP + 1 + 1) * 8
    fresh = tiny_model.vocoder.stream()
    expected = fresh.push(torch.cat(columns[10 - WARMUP : 11], dim=1))[-COLUMN:]
    assert found[10].tobytes() == expected.numpy().tobytes()
    assert found[11].tobytes() == fresh.push(columns[11]).numpy().tobytes()


@pytest.mark.parametrize("rested", [1, WARMUP, WARMUP + 1, 9])
def test_the_end_is_made_up_for(
    tiny_model: LoadedVQModel, columns: list[Tensor], rested: int
) -> None:
    vocoder = lazy(tiny_model.vocoder.stream())
    sounds(vocoder, columns[: 5 + rested], set(range(5)))
    rest = vocoder.flush(columns[0][:, :3])
    assert vocoder.emitted == (5 + rested) * COLUMN + 3 * 512
    if rested <= WARMUP + 1:
        mel = torch.cat([*columns[: 5 + rested], columns[0][:, :3]], dim=1)
        assert rest.tobytes() == tiny_model.vocoder(mel).numpy()[-len(rest) :].tobytes()


@pytest.mark.parametrize("rested", [1, WARMUP, 9])
def test_a_snapshot_brings_back_a_vocoder_that_rests(
    tiny_model: LoadedVQModel, columns: list[Tensor], rested: int
) -> None:
    vocoder = lazy(tiny_model.vocoder.stream())
    sounds(vocoder, columns[: 5 + rested], set(range(5)))
    state = vocoder.snapshot()
    vocoder.push(columns[15])
    expected = vocoder.sound()
    sounds(vocoder, columns[16:], {0, 2})
    vocoder.flush(None)
    for one in (vocoder, lazy(tiny_model.vocoder.stream())):
        one.restore(state)
        one.push(columns[15])
        assert one.sound().tobytes() == expected.tobytes()
        assert one.emitted == (6 + rested) * COLUMN - (512 + 1024)
