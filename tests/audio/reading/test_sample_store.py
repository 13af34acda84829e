"""Samples that do not fit into memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.reading.sample_store import SampleStore

SOUND = np.random.default_rng(0).normal(0, 0.1, (1_000, 2)).astype(np.float32)


def test_samples_stay_in_memory_until_it_is_used_up() -> None:
    store = SampleStore(memory_bytes=4_000)
    assert [store.leaves_in_memory(samples) for samples in (600, 600, 400, 1)] == [
        True, False, True, False,
    ]  # fmt: skip


def test_each_channel_of_each_sound_comes_back(tmp_path: Path) -> None:
    store = SampleStore(tmp_path)
    left, right = store.write([SOUND[:300], SOUND[300:]], len(SOUND), 2)
    (mono,) = store.write([SOUND[:500, 0]], 700, 1)
    for stored, samples in ((left, SOUND[:, 0]), (right, SOUND[:, 1]), (mono, SOUND[:500, 0])):
        np.testing.assert_array_equal(stored.samples, samples)


def test_changed_samples_are_as_they_were_when_they_are_read_again(tmp_path: Path) -> None:
    (stored,) = SampleStore(tmp_path).write([SOUND[:, 0]], len(SOUND), 1)
    stored.samples[:] = 0.0
    np.testing.assert_array_equal(stored.samples, SOUND[:, 0])


def test_the_file_has_no_name(tmp_path: Path) -> None:
    SampleStore(tmp_path).write([SOUND], len(SOUND), 2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        SampleStore(tmp_path / "missing").write([SOUND], len(SOUND), 2)
