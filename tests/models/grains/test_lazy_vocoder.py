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
HOP = 512
DELAY = 512 + 1024


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
    return LazyVocoder(base, 1, HOP, WARMUP)


def sounds(vocoder: LazyVocoder, columns: list[Tensor], heard: set[int]) -> dict[int, np.ndarray]:
    """The sound of the columns with the numbers `heard`."""
    found = {}
    for number, mel in enumerate(columns):
        count = vocoder.push(mel)
        if number in heard:
            found[number] = vocoder.sound()
            assert len(found[number]) == count
    return found


def begun_at(loaded: LoadedVQModel, columns: list[Tensor]) -> tuple[VocoderStream, np.ndarray]:
    """A new stream that was given columns, and the sound of the last of them."""
    stream = loaded.vocoder.stream()
    return stream, stream.push(torch.cat(columns, dim=1))[-COLUMN:].numpy()


def test_if_all_is_heard_the_bytes_are_the_vocoders(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor]
) -> None:
    vocoder = lazy(counted)
    found = list(sounds(vocoder, columns, set(range(20))).values())
    assert vocoder.lag_samples == DELAY
    assert vocoder.flush(columns[0][:, :3]) == DELAY + 3 * HOP
    found.append(vocoder.sound())
    mel = torch.cat([*columns, columns[0][:, :3]], dim=1)
    assert np.concatenate(found).tobytes() == tiny_model.vocoder(mel).numpy().tobytes()
    assert vocoder.emitted == mel.shape[1] * HOP


def test_what_is_not_heard_is_not_computed(counted: Counted, columns: list[Tensor]) -> None:
    vocoder = lazy(counted)
    sounds(vocoder, columns, heard=set())
    # Until a column gives a column of samples.
    assert counted.frames == 2 * 8
    assert vocoder.emitted == 20 * COLUMN - DELAY
    vocoder.flush(columns[0][:, :3])
    assert counted.frames == 2 * 8


@pytest.mark.parametrize("rested", range(1, WARMUP + 1))
def test_a_short_rest_changes_no_bytes(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor], rested: int
) -> None:
    everything = sounds(lazy(tiny_model.vocoder.stream()), columns, set(range(20)))
    heard = {3, 4 + rested, 5 + 2 * rested}
    found = sounds(lazy(counted), columns, heard)
    assert set(found) == heard
    assert counted.frames == (max(heard) + 1) * 8
    for number, sound in found.items():
        assert sound.tobytes() == everything[number].tobytes(), number


@pytest.mark.parametrize("rested", [WARMUP + 1, WARMUP + 2, 9])
def test_after_a_long_rest_a_stream_begins_a_little_earlier(
    tiny_model: LoadedVQModel, counted: Counted, columns: list[Tensor], rested: int
) -> None:
    again = 4 + rested
    found = sounds(lazy(counted), columns, {3, again, again + 1})
    assert counted.frames == (4 + WARMUP + 1 + 1) * 8
    fresh, expected = begun_at(tiny_model, columns[again - WARMUP : again + 1])
    assert found[again].tobytes() == expected.tobytes()
    after = fresh.push(columns[again + 1]).numpy()
    assert found[again + 1].tobytes() == after.tobytes()


@pytest.mark.parametrize("rested", [0, 1, WARMUP, WARMUP + 1, 9])
def test_the_end_is_made_up_for(
    tiny_model: LoadedVQModel, columns: list[Tensor], rested: int
) -> None:
    vocoder, last = lazy(tiny_model.vocoder.stream()), columns[0][:, :3]
    sounds(vocoder, columns[: 5 + rested], set(range(5)))
    count = vocoder.flush(last)
    assert count == DELAY + 3 * HOP
    first = 5 + rested - (WARMUP + 1) if rested > WARMUP + 1 else 0
    fresh, _ = begun_at(tiny_model, columns[first : 5 + rested])
    expected = torch.cat([fresh.push(last), fresh.flush()]).numpy()
    assert vocoder.sound().tobytes() == expected.tobytes()
    assert vocoder.emitted == (5 + rested) * COLUMN + 3 * HOP
    with pytest.raises(ValueError, match="flushed"):
        vocoder.push(columns[0])


def test_a_sound_shorter_than_a_column_is_whole(
    tiny_model: LoadedVQModel, columns: list[Tensor]
) -> None:
    vocoder = lazy(tiny_model.vocoder.stream())
    assert vocoder.flush(columns[0][:, :3]) == 3 * HOP
    assert vocoder.sound().tobytes() == tiny_model.vocoder(columns[0][:, :3]).numpy().tobytes()
    empty = lazy(tiny_model.vocoder.stream())
    assert empty.flush(None) == len(empty.sound()) == 0


@pytest.mark.parametrize("rested", [0, 1, WARMUP, WARMUP + 1, 9])
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
        assert not len(one.sound())
        one.push(columns[15])
        assert one.sound().tobytes() == expected.tobytes()
        assert one.emitted == (6 + rested) * COLUMN - DELAY


def test_the_columns_that_are_kept_are_its_own(
    tiny_model: LoadedVQModel, columns: list[Tensor]
) -> None:
    expected = sounds(lazy(tiny_model.vocoder.stream()), columns[:8], set(range(8)))[7]
    vocoder, many = lazy(tiny_model.vocoder.stream()), torch.cat(columns[:8], dim=1)
    sounds(vocoder, list(many.split(8, dim=1)), set(range(6)))
    many.zero_()
    assert vocoder.sound().tobytes() == expected.tobytes()
