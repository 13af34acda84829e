"""The recordings that a model's file of grains keeps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.dataset import Recording
from distill_live.commands.training_steps.grains import grains_kept
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.data.grains import make_grains


def test_stereo_recordings_are_kept_in_stereo(
    tiny_stereo: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    first, second = grain_recordings
    given = [replace(first, side=first.samples[::-1] * np.float32(0.3)), second]
    header = make_grains(tmp_path / "tiny.grains", tiny_stereo, given)
    stereo, mono = grains_kept(tmp_path / "tiny.distill", set())
    assert (stereo.name, mono.name) == (first.name, second.name)
    assert stereo.side is not None
    assert np.abs(stereo.heard - given[0].heard).max() < 2 / 32768
    assert (mono.side, mono.samples.ndim) == (None, 1)
    # Nothing is lost when they are written again.
    again = make_grains(tmp_path / "again.grains", tiny_stereo, [stereo, mono])
    for one, other in zip(header.recordings, again.recordings, strict=True):
        assert one.sha256 == other.sha256


@pytest.mark.parametrize("content", [None, b"no grains"])
def test_without_a_file_that_can_be_read_none_are_kept(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "tiny.grains").write_bytes(content)
    assert grains_kept(tmp_path / "tiny.distill", set()) == []
