from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.speed import at_speed
from tests.installed_plugin import environment_with


def tone(hertz: float, count: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(count) / 48_000)).astype(np.float32)


@pytest.mark.parametrize("speed", [0.97, 1.03])
def test_pitch_and_length_follow_the_speed_and_nothing_is_added(speed: float) -> None:
    changed = at_speed(tone(1000, 48_000), speed)
    assert len(changed) == int(np.ceil(48_000 / speed))
    inside = slice(2000, -2000)
    error = (changed - tone(1000 * speed, len(changed)))[inside]
    assert np.abs(error).max() < 10 ** (-90 / 20)


def test_where_torchaudio_cannot_be_loaded_the_error_says_which_pair_fits(tmp_path: Path) -> None:
    (tmp_path / "torchaudio.py").write_text(
        "raise OSError('libtorchaudio.so: undefined symbol: torch_exception')\n"
    )
    code = (
        "import numpy\n"
        "from distill_live.audio.speed import at_speed\n"
        "from distill_live.errors import DistillError\n"
        "try:\n    at_speed(numpy.zeros(9, numpy.float32), 0.97)\n"
        "except DistillError as error:\n    print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment_with(tmp_path),
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    assert told.startswith("cannot load torchaudio together with torch 2.")
    assert "undefined symbol: torch_exception. " in told
    assert "work together are torch<2.13,>=2.11 and torchaudio==2.11.0; to install them: " in told
    assert f'{sys.executable} -m pip install "torch<2.13,>=2.11" "torchaudio==2.11.0"' in told
    assert told.count("\n") == 1
