"""Sound files that the program has written, as tests read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import SoundFileReader


def read_audio(path: str | Path) -> tuple[NDArray[np.float32], int]:
    """All samples `[N, channels]` of a file, full scale -1..1, and its sample rate in Hz."""
    with Path(path).open("rb") as file, SoundFileReader(file) as reader:
        return np.concatenate([*reader.blocks()]), reader.sample_rate
