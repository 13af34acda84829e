"""Making a file of grains from recordings."""

from pathlib import Path

import numpy as np

from distill_live.audio.dataset import Recording
from distill_live.audio.limiter import within_full_scale
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.file import PIECE_SAMPLES, GrainFile
from distill_live.models.grains.sound import GrainSound
from distill_live.training.data.grains import make_grains


def test_a_recording_beyond_full_scale_is_limited_as_a_whole(
    tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    time = np.arange(2 * PIECE_SAMPLES + 700) / 48_000
    samples = np.sin(2 * np.pi * 300 * time).astype(np.float32) * np.float32(0.9)
    # Right before a piece ends.
    samples[PIECE_SAMPLES - 300 : PIECE_SAMPLES - 100] *= 3
    path = tmp_path / "tiny.grains"
    make_grains(path, tiny_model, [Recording("a.wav", samples)])
    found = GrainSound(GrainFile(path)).read(0, 0, len(samples))
    assert np.abs(found - within_full_scale(samples, 48_000)[0]).max() < 2 / 32768
