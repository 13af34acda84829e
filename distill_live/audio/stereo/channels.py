"""Sounds of one or two channels: samples `[N]`, or left and right `[N, 2]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def channel_count(sound: Samples) -> int:
    """How many channels a sound has."""
    return 1 if sound.ndim == 1 else sound.shape[1]


def by_channel(block: Samples) -> Samples:
    """A block `[n]` or `[n, C]` as `[n, C]`."""
    return block[:, None] if block.ndim == 1 else block


def middle_of(sound: Samples) -> Samples:
    """The middle `[N]` of a sound of one or two channels."""
    return sound if sound.ndim == 1 else (sound[:, 0] + sound[:, 1]) * np.float32(0.5)


def with_channels_of(other: Samples, sound: Samples) -> Samples:
    """A sound in as many channels as another one has: a single channel goes to both, and of both
    the mean is taken."""
    if other.ndim == 1:
        return middle_of(sound)
    return sound if sound.ndim == 2 else np.stack([sound, sound], axis=1)


def left_and_right(both: Samples) -> Samples:
    """Left and right `[n, 2]` of the middle and the side `[n, 2]`."""
    return np.stack([both[:, 0] + both[:, 1], both[:, 0] - both[:, 1]], axis=1)


def middle_and_side(heard: Samples) -> tuple[Samples, Samples]:
    """The middle and the side `[N]` of left and right `[N, 2]`."""
    return middle_of(heard), (heard[:, 0] - heard[:, 1]) * np.float32(0.5)


def channels_of(blocks: Iterable[Samples]) -> tuple[int, Iterator[Samples]]:
    """How many channels the blocks of a sound have, by the first of them; and all of them."""
    every = iter(blocks)
    first = next(every, np.zeros(0, np.float32))
    return channel_count(first), chain([first], every)


def in_same_channels(*sounds: Samples) -> tuple[Samples, ...]:
    """Sounds `[N]` and `[N, C]`, of any lengths, with as many channels each: if one has several, a
    single channel goes to all of them. The samples must not be written to."""
    channels = [sound.shape[1] for sound in sounds if sound.ndim == 2]
    if not channels:
        return sounds
    return tuple(np.broadcast_to(by_channel(sound), (len(sound), channels[0])) for sound in sounds)


def joined(*sounds: Samples) -> Samples:
    """Sounds `[N]` and `[N, C]`, at least one, one after the other, with as many channels each."""
    return np.concatenate(in_same_channels(*sounds))
