"""Fades from one sound to another, and at the ends of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.floating[Any])

#: How far neighbouring chunks overlap when nothing else is asked for: 50 ms at 48 kHz.
DEFAULT_OVERLAP_SAMPLES = 2400
#: How long sound fades where it is cut out of the middle of other sound, in seconds.
CUT_FADE_SECONDS = 0.005


def rising_fade(count: int) -> NDArray[np.float32]:
    """The first half of a Hann window `[count]`; with its mirror image it adds up to 1."""
    fade: NDArray[np.float32] = (
        0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))
    ).astype(np.float32)
    return fade


def per_sample(gains: NDArray[Number], samples: NDArray[Any]) -> NDArray[Number]:
    """Gains `[n]`, one for each moment, in the shape that multiplies samples `[n]` or `[n, C]`."""
    return gains if samples.ndim == 1 else gains[:, None]


def fade_ends(
    blocks: Iterable[NDArray[np.float32]], total: int, count: int
) -> Iterator[NDArray[np.float32]]:
    """A sound of `total` samples in blocks `[n]` or `[n, C]`, which fades in over its first `count`
    samples and out over its last, or over half of them each if it is that short."""
    fade = rising_fade(min(count, total // 2))
    start = 0
    for block in blocks:
        rising = fade[start : start + len(block)]
        end = start + len(block)
        falling = fade[::-1][max(start - (total - len(fade)), 0) : max(end - total + len(fade), 0)]
        if len(rising) or len(falling):
            block = block.copy()
            block[: len(rising)] *= per_sample(rising, block)
            block[len(block) - len(falling) :] *= per_sample(falling, block)
        start = end
        yield block


def crossfade(
    old: NDArray[np.float32], new: NDArray[np.float32], done: int, length: int
) -> NDArray[np.float32]:
    """The part of a fade from `old` to `new`, all three [n] or [n, C], that follows after `done`
    samples of `length`: the weights, a raised cosine, add up to one."""
    weights = per_sample(fade_weights(done, len(old), length), old)
    faded: NDArray[np.float32] = old + weights * (new - old)
    return faded


def fade_weights(done: int, count: int, length: int) -> NDArray[np.float32]:
    """The new sound's weights [count], from sample `done` of a fade of `length` samples on."""
    steps = np.arange(done + 1, done + 1 + count, dtype=np.float32)
    weights: NDArray[np.float32] = 0.5 - 0.5 * np.cos(np.pi * steps / (length + 1.0))
    return weights


def equal_power(
    done: int, count: int, length: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The gains [count] of the sounds that come and go, from sample `done` of a fade between two
    sounds that have nothing in common: sine and cosine, so that their power adds up to one."""
    steps = np.arange(done + 1, done + 1 + count, dtype=np.float32)
    angles = steps * np.float32(np.pi / 2 / (length + 1))
    return np.sin(angles), np.cos(angles)
