"""A recording at another speed, like tape varispeed. Only this module imports torchaudio."""

from __future__ import annotations

import sys
from importlib.metadata import requires
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.errors import DependencyError

Samples = NDArray[np.float32]

# Speeds are taken to a thousandth, which keeps torchaudio's table of filters small.
_STEPS = 1000
# A filter as steep and clean as a studio's: nothing above -110 dB is added below 20 kHz at 48 kHz.
# The numbers are resampy's "kaiser_best", as torchaudio documents them.
_FILTER: dict[str, Any] = {
    "resampling_method": "sinc_interp_kaiser", "lowpass_filter_width": 64,
    "rolloff": 0.9475937167399596, "beta": 14.769656459379492,
}  # fmt: skip


def at_speed(samples: Samples, speed: float) -> Samples:
    """Samples `[N]` played `speed` times as fast, `[ceil(N / speed)]`: pitch and tempo move
    together.

    Raises DependencyError where torchaudio cannot be loaded.
    """
    functional = _torchaudio().functional
    converted = functional.resample(
        torch.from_numpy(samples), round(speed * _STEPS), _STEPS, **_FILTER
    )
    result: Samples = converted.numpy()
    return result


def _torchaudio() -> Any:
    """The library, imported only here: everything but training works without it."""
    try:
        import torchaudio
    except (ImportError, OSError, RuntimeError) as error:
        raise DependencyError(_what_fits(error)) from error
    return torchaudio


def _what_fits(error: Exception) -> str:
    """The message: what was wrong, which versions work together, and how to install them."""
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    pair = [one for one in requires("distill-live") or () if one.startswith("torch")]
    line = " ".join((sys.executable, "-m pip install", *(f'"{one}"' for one in pair)))
    if sys.platform == "linux" and torch.version.cuda is None:
        line += " --force-reinstall --index-url INDEX (where you got torch without CUDA from)"
    return (
        f"cannot load torchaudio together with torch {torch.__version__}: {reason}. Versions that "
        f"work together are {' and '.join(pair)}; to install them: {line}"
    )
