"""A sound file as mono, or as middle and side, in blocks or as a whole: the one reader of
recordings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import SoundFileReader, unreadable
from distill_live.audio.reading.byte_view import ByteView
from distill_live.audio.reading.parts import split_parts
from distill_live.audio.reading.tally import Tally
from distill_live.audio.resample import StreamResampler
from distill_live.audio.stereo.channels import by_channel
from distill_live.errors import AudioFileError

Samples = NDArray[np.float32]

# Longer than any decoder's own delay.
_MISSED_SECONDS = 0.1


@dataclass(frozen=True)
class _Mix:
    """How one stream of a file becomes mono: `samples` are counted per channel, `weights` `[C]` are
    None for the channels' mean. `side` says whether left and right differ."""

    samples: int
    sample_rate: int
    weights: NDArray[np.float32] | None
    gain: float
    side: bool = False

    def mono(self, block: Samples) -> Samples:
        """A block `[n, C]` to `[n, 1]`."""
        mixed = _mean(block) if self.weights is None else block @ self.weights
        return (mixed if self.gain == 1 else mixed * np.float32(self.gain))[:, None]

    def middle_and_side(self, block: Samples) -> Samples:
        """A block `[n, C]` to `[n, 2]`: what `mono` gives, and half of left minus right."""
        both = np.zeros((len(block), 2), np.float32)
        both[:, :1] = self.mono(block)
        if self.side:
            both[:, 1] = (block[:, 0] - block[:, 1]) * np.float32(self.gain / 2)
        return both


def _mean(block: Samples) -> Samples:
    """What `block.mean(axis=1)` gives for a few channels, thirty times as fast."""
    total = block[:, 0].copy()
    for channel in range(1, block.shape[1]):
        total += block[:, channel]
    total /= block.shape[1]
    return total


_NOTHING = _Mix(0, 1, None, 1.0)


class Sound:
    """A sound file that has been read once from end to end: `notes` say what is wrong with it.
    Raises AudioFileError when it cannot be read or holds no usable sound.

    It is read beforehand because the mix of the channels and the gain depend on all samples.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._notes: list[str] = []
        self._mixes: list[_Mix] = []
        try:
            self._look()
        except (OSError, AudioFileError) as error:
            raise unreadable(self.path, error) from error

    @property
    def notes(self) -> list[str]:
        """What is wrong with the file and what was done about it, each a part of a sentence."""
        return list(dict.fromkeys(self._notes))

    @property
    def is_stereo(self) -> bool:
        """Whether left and right differ, in any part of it, and can be told apart."""
        return any(mix.side for mix in self._mixes)

    def most_samples(self, sample_rate: int) -> int:
        """How many samples of each channel it can have at a rate in Hz; it may have a few less."""
        return sum(
            math.ceil(one.samples * sample_rate / one.sample_rate) + 1 for one in self._mixes
        )

    def blocks(self, sample_rate: int, channels: int = 1) -> Iterator[Samples]:
        """Blocks at a rate in Hz, together the whole sound: mono `[n]`, or with 2 `channels` the
        middle and the side `[n, 2]`, of which the middle is what mono would be.

        The side of a sound that is not stereo is silent. Raises AudioFileError.
        """
        try:
            with self.path.open("rb") as file:
                for view, mix in zip(split_parts(file).streams, self._mixes, strict=False):
                    if mix.samples:
                        yield from _blocks(view, mix, sample_rate, channels)
        except (OSError, AudioFileError) as error:
            raise unreadable(self.path, error) from error

    def whole(self, sample_rate: int) -> Samples:
        """All of it `[N]` at a rate in Hz, mono. Raises AudioFileError, also when it is too long
        for the memory."""
        [mono] = self._read(sample_rate, 1)
        return mono

    def middle_and_side(self, sample_rate: int) -> tuple[Samples, Samples]:
        """As `whole`, with the side `[N]`."""
        middle, side = self._read(sample_rate, 2)
        return middle, side

    def _read(self, sample_rate: int, channels: int) -> list[Samples]:
        try:
            most = self.most_samples(sample_rate)
            found = [np.empty(most, np.float32) for _ in range(channels)]
        except MemoryError as error:
            raise unreadable(
                self.path, AudioFileError("it is too long to fit in memory: split it")
            ) from error
        end = 0
        for block in self.blocks(sample_rate, channels):
            for samples, part in zip(found, by_channel(block).T, strict=True):
                samples[end : end + len(block)] = part
            end += len(block)
        return [samples[:end] for samples in found]

    def _look(self) -> None:
        refused: list[str] = []
        with self.path.open("rb") as file:
            parts = split_parts(file)
            for view in parts.streams:
                try:
                    self._mixes.append(self._look_at(view))
                except AudioFileError as error:
                    refused.append(str(error))
                    self._mixes.append(_NOTHING)
        if not any(mix.samples for mix in self._mixes):
            raise AudioFileError(refused[0] if refused else "it has no samples")
        count = len(parts.streams)
        self._notes += [f"one of its {count} parts was left out: {reason}" for reason in refused]
        self._notes += [parts.missing] if parts.missing else []

    def _look_at(self, view: ByteView) -> _Mix:
        with SoundFileReader(view) as reader:
            tally = Tally(reader.channels)
            for block in reader.blocks():
                tally.add(block)
            _require_read(view)
            rate, promised = reader.sample_rate, reader.promised
        gain, loud = tally.gain()
        weights, cancelled = tally.weights()
        short = ""
        if promised is not None and promised - tally.samples > _MISSED_SECONDS * rate:
            short = (
                f"only {tally.samples / rate:.1f} s of {promised / rate:.1f} s can be read: the "
                "rest is missing or damaged"
            )
        self._notes += [note for note in (loud, cancelled, short) if note]
        return _Mix(tally.samples, rate, weights, gain, tally.has_side)


def read_mono(path: str | Path, sample_rate: int = 48_000) -> Samples:
    """A file as mono samples `[N]` at `sample_rate` Hz. Raises AudioFileError as `Sound` does."""
    return Sound(path).whole(sample_rate)


def _blocks(view: ByteView, mix: _Mix, sample_rate: int, channels: int) -> Iterator[Samples]:
    resampler = StreamResampler(mix.sample_rate, sample_rate, channels)
    mixed = mix.mono if channels == 1 else mix.middle_and_side
    shape = (-1,) if channels == 1 else (-1, 2)
    with SoundFileReader(view) as reader:
        for block in reader.blocks():
            yield resampler.process(mixed(block)).reshape(shape)
        _require_read(view)
    rest = np.zeros((0, channels), np.float32)
    yield resampler.process(rest, last=True).reshape(shape)


def _require_read(view: ByteView) -> None:
    """Raise the OSError that ended the reading, which libsndfile does not pass on."""
    if view.error is not None:
        raise view.error
