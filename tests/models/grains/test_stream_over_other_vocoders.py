"""A stream of grains over vocoders that give two channels, and over those of any delay."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.dataset import Recording
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains import stream as grain_stream
from distill_live.models.grains.corpus import Grains, load_grains
from distill_live.models.grains.corrected import CorrectedSound
from distill_live.models.grains.features import Db
from distill_live.models.grains.lazy_vocoder import LazyVocoder
from distill_live.models.grains.matching import Match
from distill_live.models.grains.stream import GrainStream
from distill_live.models.vocoder.vocoder import VocoderStream
from distill_live.training.data.grains import make_grains
from tests.models.grains.test_stream import FAR, mels_of, whole

M = 128
#: What a vocoder of two channels adds to the delay of the one below it.
DELAY = 256


class OtherStream:
    """A vocoder's stream whose samples come `delay` later, in so many channels, the right one at
    half the level. Of the rows that are pushed, the first M are its mels."""

    def __init__(self, base: VocoderStream, channels: int, delay: int) -> None:
        self._base, self._delay = base, delay
        self._held = torch.zeros(0) if channels == 1 else torch.zeros(0, 2)

    @property
    def emitted(self) -> int:
        return self._base.emitted - len(self._held)

    def push(self, mel: Tensor) -> Tensor:
        return self._give(self._base.push(mel[:M]), self._delay)

    def flush(self) -> Tensor:
        return self._give(self._base.flush(), 0)

    def snapshot(self) -> tuple[object, Tensor]:
        return self._base.snapshot(), self._held

    def restore(self, state: Any) -> None:
        below, self._held = state
        self._base.restore(below)

    def _give(self, samples: Tensor, held: int) -> Tensor:
        if self._held.ndim == 2:
            samples = torch.stack([samples, samples / 2], dim=1)
        known = torch.cat([self._held, samples])
        count = max(len(known) - held, 0)
        self._held = known[count:]
        return known[:count]


class OfTwoChannels(LoadedVQModel):
    """A mono model whose grains are stored as those of a stereo model."""

    @property
    def channels(self) -> int:
        return 2


@pytest.fixture(scope="module")
def stereo_recordings(grain_recordings: list[Recording]) -> list[Recording]:
    """The first one in stereo: its right channel is its left one backwards. The second is mono."""
    first, second = grain_recordings
    left, right = first.samples, first.samples[::-1]
    return [replace(first, samples=(left + right) / 2, side=(left - right) / 2), second]


def grains_of(loaded: LoadedVQModel, recordings: list[Recording], path: Path) -> Any:
    make_grains(path, loaded, recordings)
    sha256 = loaded.metadata["codec_sha256"]
    return load_grains(path.with_suffix(".distill"), sha256, loaded.spectrogram, 8)


@pytest.fixture(scope="module")
def stereo_grains(
    tiny_model: LoadedVQModel,
    stereo_recordings: list[Recording],
    tmp_path_factory: pytest.TempPathFactory,
) -> Grains:
    folder = tmp_path_factory.mktemp("stereo")
    same = {one.name: getattr(tiny_model, one.name) for one in fields(tiny_model)}
    found: Grains = grains_of(OfTwoChannels(**same), stereo_recordings, folder / "two.grains")
    return found


@pytest.fixture(scope="module")
def mid_grains(
    tiny_model: LoadedVQModel,
    stereo_recordings: list[Recording],
    tmp_path_factory: pytest.TempPathFactory,
) -> Grains:
    """Of the same recordings, mixed to mono."""
    folder = tmp_path_factory.mktemp("mid")
    found: Grains = grains_of(tiny_model, stereo_recordings, folder / "one.grains")
    return found


@pytest.fixture(scope="module")
def mel(tiny_model: LoadedVQModel, stereo_recordings: list[Recording]) -> Tensor:
    return mels_of(tiny_model, stereo_recordings[0].samples)


def stream_over(
    loaded: LoadedVQModel, grains: Grains, channels: int, delay: int, amount: float = 1.0
) -> GrainStream:
    base = OtherStream(loaded.vocoder.stream(), channels, delay)
    return GrainStream(LazyVocoder(base, channels, 512, warmup=2), grains, amount, FAR)


def with_rows(mel: Tensor) -> Tensor:
    """Mels with rows below them that describe something else."""
    return torch.cat([mel, torch.randn(16, mel.shape[1])])


def joined_late(stream: GrainStream, mel: Tensor) -> tuple[np.ndarray, int]:
    """The sound of mels `[M, T]` whose first two columns have no grains, and how many samples are
    those two."""
    stream.amount = 0.0
    first = stream.push(mel[:, :16])
    stream.amount = 1.0
    return torch.cat([first, stream.push(mel[:, 16:]), stream.flush()]).numpy(), len(first)


def test_a_recordings_own_codes_play_both_of_its_channels(
    tiny_model: LoadedVQModel,
    stereo_grains: Grains,
    stereo_recordings: list[Recording],
    mel: Tensor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grain_stream, "_SEARCH", 0)
    made, late = joined_late(stream_over(tiny_model, stereo_grains, 2, DELAY), mel)
    assert made.shape == (mel.shape[1] * 512, 2)
    part = slice(late + 1000, 60_000)
    for channel in (0, 1):
        heard = stereo_recordings[0].heard[part, channel]
        assert np.corrcoef(made[part, channel], heard)[0, 1] > 0.98
        assert np.std(made[part, channel]) == pytest.approx(np.std(heard), rel=0.1)


@pytest.mark.parametrize("delay", [0, 1, DELAY, 511, 3000])
def test_grains_are_in_time_whatever_the_vocoders_delay(
    tiny_model: LoadedVQModel,
    mid_grains: Grains,
    stereo_recordings: list[Recording],
    mel: Tensor,
    monkeypatch: pytest.MonkeyPatch,
    delay: int,
) -> None:
    monkeypatch.setattr(grain_stream, "_SEARCH", 0)
    stream = stream_over(tiny_model, mid_grains, 1, delay)
    stream.amount = 0.0
    stream.push(mel[:, :16])
    stream.amount = 1.0
    for first in range(16, 80, 8):
        began = stream.emitted
        stream.push(mel[:, first : first + 8])
        assert stream.origin == (0, began / 48_000)
    state = stream.snapshot()
    # It is compared with the frames that are heard, not with those beside them.
    assert state.distance is not None
    assert state.distance < 0.6
    made, late = joined_late(stream_over(tiny_model, mid_grains, 1, delay), mel)
    part = slice(late + 1000, 60_000)
    assert np.corrcoef(made[part], stereo_recordings[0].samples[part])[0, 1] > 0.98


def test_a_correction_is_measured_where_the_frames_are_that_are_compared(
    tiny_model: LoadedVQModel, mid_grains: Grains, mel: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grain_stream, "_SEARCH", 0)
    found: list[int] = []
    measure = CorrectedSound.gains

    def seen(self: CorrectedSound, match: Match, db: Db, query: Db, number: int, start: int) -> Db:
        found.append(start - 512 * match.frame)
        return measure(self, match, db, query, number, start)

    monkeypatch.setattr(CorrectedSound, "gains", seen)
    joined_late(stream_over(tiny_model, mid_grains, 1, DELAY), mel[:, :64])
    assert found == [0] * 6


def test_grains_of_one_channel_go_to_both(
    tiny_model: LoadedVQModel, mid_grains: Grains, mel: Tensor
) -> None:
    both = whole(stream_over(tiny_model, mid_grains, 2, 0), mel)
    one = whole(stream_over(tiny_model, mid_grains, 1, 0), mel)
    # The vocoder, whose channels differ, is no longer heard.
    assert np.array_equal(both[10_000:, 0], both[10_000:, 1])
    assert np.array_equal(both[10_000:, 0], one[10_000:])


def test_of_grains_of_two_channels_one_plays_the_mid(
    tiny_model: LoadedVQModel, stereo_grains: Grains, mid_grains: Grains, mel: Tensor
) -> None:
    made = whole(stream_over(tiny_model, stereo_grains, 1, 0), mel)
    expected = whole(stream_over(tiny_model, mid_grains, 1, 0), mel)
    assert made.shape == expected.shape
    # They are stored in 16 bits.
    assert np.abs(made - expected).max() < 1e-3


def test_a_mix_has_the_vocoders_and_the_grains_channels(
    tiny_model: LoadedVQModel, stereo_grains: Grains, mel: Tensor
) -> None:
    vocoder = whole(stream_over(tiny_model, stereo_grains, 2, 0, amount=0.0), mel)
    grains = whole(stream_over(tiny_model, stereo_grains, 2, 0), mel)
    half = whole(stream_over(tiny_model, stereo_grains, 2, 0, amount=0.5), mel)
    assert np.array_equal(vocoder[:, 1], vocoder[:, 0] / 2)
    part = slice(10_000, 60_000)
    for channel in (0, 1):
        both = np.stack([vocoder[part, channel], grains[part, channel]], axis=1)
        shares = np.linalg.lstsq(both, half[part, channel], rcond=None)[0]
        assert shares.min() > 0.4


@pytest.mark.parametrize("amount", [0.0, 0.4, 1.0])
def test_however_rows_are_pushed_the_bytes_are_the_same(
    tiny_model: LoadedVQModel, stereo_grains: Grains, mel: Tensor, amount: float
) -> None:
    rows = with_rows(mel)
    expected = whole(stream_over(tiny_model, stereo_grains, 2, DELAY, amount), mel)
    assert expected.shape == (mel.shape[1] * 512, 2)
    stream = stream_over(tiny_model, stereo_grains, 2, DELAY, amount)
    parts, at = [], 0
    for count in (0, 3, 5, 1, 7, 30, 2):
        parts.append(stream.push(rows[:, at : at + count]))
        at += count
    parts += [stream.push(rows[:, at:]), stream.flush()]
    assert all(part.shape[1:] == (2,) for part in parts)
    assert torch.cat(parts).numpy().tobytes() == expected.tobytes()


def test_a_snapshot_brings_back_both_channels(
    tiny_model: LoadedVQModel, stereo_grains: Grains, mel: Tensor
) -> None:
    stream, rows = stream_over(tiny_model, stereo_grains, 2, DELAY), with_rows(mel)
    stream.push(rows[:, :43])
    state = stream.snapshot()
    first = stream.push(rows[:, 43:72]).clone()
    stream.push(torch.randn(len(rows), 16))
    stream.flush()
    other = stream_over(tiny_model, stereo_grains, 2, DELAY)
    for one in (stream, other):
        one.restore(state)
        assert torch.equal(one.push(rows[:, 43:72]), first)
    assert state.stretch is not None
    assert state.stretch.tail.shape[1:] == (2,)
    assert state.stretch.tail.base is None


def test_a_stream_without_a_frame_is_empty(
    tiny_model: LoadedVQModel, stereo_grains: Grains
) -> None:
    assert not len(stream_over(tiny_model, stereo_grains, 2, DELAY).flush())
