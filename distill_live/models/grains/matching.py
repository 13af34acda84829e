"""Finds the stretch of the recordings whose decoded mels are closest to those of a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.models.grains.features import STEPS_PER_DB, Db, Levels

#: Levels below this, 10 dB above silence, are alike.
FLOOR_DB = 10.0
# A level counts from 0.2 at the floor to 1 at 50 dB above it.
_LEAST_WEIGHT, _FULL_DB = 0.2, 50.0
# So much of a difference in loudness does not count: the equaliser makes up for it.
_FORGIVEN = 0.91


class Match(NamedTuple):
    """A place in the recordings: the frame, counted over all of them, at which it begins, and its
    `cost`, the mean square of the difference in dB."""

    frame: int
    cost: float


@dataclass(frozen=True)
class MatchingConfig:
    """How a match is sought.

    Stretches of `frames` mel frames are compared. The coarse comparison is of `dimensions` numbers
    for every `step`-th stretch. Of the blocks of `block_frames` stretches with the closest ones,
    `shortlist` are compared in full.
    """

    frames: int = 8
    dimensions: int = 12
    step: int = 2
    block_frames: int = 8
    shortlist: int = 24


class Matcher:
    """Compares stretches of levels `[T, D]`; `starts` are the frames at which recordings begin, and
    `sizes` `[D]` how many mel bins each level is for.

    The coarse comparison goes through all stretches, which takes 0.4 ms for an hour.
    """

    def __init__(
        self, levels: Levels, starts: list[int], sizes: Db, config: MatchingConfig
    ) -> None:
        self.config = config
        self._levels, self._sizes = levels, sizes / sizes.sum()
        self._starts = np.array(starts)
        self._ends = np.array([*starts[1:], len(levels)])
        self._loud = _loudness(np.arange(256, dtype=np.float32) / STEPS_PER_DB)
        self._projection = self._find_projection()
        self._coarse = torch.from_numpy(self._project_all())

    def recording_of(self, frame: int) -> tuple[int, int]:
        """(number of the recording, frame in it) of a frame."""
        number = int(np.searchsorted(self._starts, frame, side="right")) - 1
        return number, frame - int(self._starts[number])

    def frame_of(self, recording: int, frame: int) -> int | None:
        """The frame, counted over all recordings, of a frame in one of them; None where no stretch
        begins."""
        found = int(self._starts[recording]) + frame
        if frame < 0 or found + self.config.frames > self._ends[recording]:
            return None
        return found

    def best(self, query: Db) -> Match | None:
        """The closest stretch to levels `[frames, D]` in dB; None if no recording is long
        enough."""
        frames = self._shortlist(query)
        if not len(frames):
            return None
        costs = self._costs(query, frames)
        best = int(costs.argmin())
        return Match(int(frames[best]), float(costs[best]))

    def cost(self, query: Db, frame: int) -> float:
        """How far the stretch from a frame on is from levels `[frames, D]`."""
        return float(self._costs(query, np.array([frame]))[0])

    def levels_at(self, frame: int) -> Db:
        """The mean levels `[D]` in dB of the stretch from a frame on."""
        stretch = self._levels[frame : frame + self.config.frames]
        return np.asarray(stretch.mean(axis=0) / STEPS_PER_DB, np.float32)

    def _costs(self, query: Db, frames: NDArray[np.int64]) -> Db:
        own = np.maximum(query, np.float32(FLOOR_DB))
        weights = _weight(query) * self._sizes
        weights /= weights.sum()
        stretches = self._levels[frames[:, None] + np.arange(self.config.frames)]
        differences = np.maximum(stretches * np.float32(1 / STEPS_PER_DB), FLOOR_DB) - own
        flat = differences.reshape(len(frames), -1)
        offsets = _times(flat, weights.reshape(-1, 1))[:, 0]
        squares = _times(np.square(flat, out=flat), weights.reshape(-1, 1))[:, 0]
        costs: Db = np.maximum(squares - _FORGIVEN * offsets * offsets, 0)
        return costs

    def _shortlist(self, query: Db) -> NDArray[np.int64]:
        """The frames of the stretches that the coarse comparison finds close."""
        block, length = self.config.block_frames, self.config.frames
        wanted = np.append(self._project(_loudness(query)), np.float32(-0.5))
        # |x - q|^2 is |q|^2 - 2 (x q - |x|^2 / 2): the highest is the closest.
        closeness = torch.mv(self._coarse, torch.from_numpy(wanted.astype(np.float32)))
        best = closeness.view(-1, block // self.config.step).amax(dim=1)
        blocks = torch.topk(best, min(self.config.shortlist, len(best))).indices.numpy()
        frames = (np.sort(blocks)[:, None] * block + np.arange(block)).reshape(-1)
        ends = self._ends[np.searchsorted(self._starts, frames, side="right") - 1]
        return frames[frames + length <= ends]

    def _find_projection(self) -> Db:
        """The directions `[frames, D, dimensions]` in which stretches differ most."""
        length = self.config.frames
        step = max(1, len(self._levels) // 16_384)
        firsts = np.arange(0, max(len(self._levels) - length + 1, 1), step)
        taken = np.minimum(firsts[:, None] + np.arange(length), len(self._levels) - 1)
        pooled = self._pool(self._loud[self._levels[taken]])
        centred = (pooled - pooled.mean(axis=0)).astype(np.float64)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        basis = vectors[:, ::-1][:, : self.config.dimensions]
        unit = np.eye(length * len(self._sizes)).reshape(-1, length, len(self._sizes))
        return np.ascontiguousarray(
            (self._pool(unit) @ basis).reshape(length, len(self._sizes), -1), dtype=np.float32
        )

    def _pool(self, loud: NDArray[np.floating]) -> NDArray[np.floating]:
        """Stretches `[n, frames, D]` to fewer numbers `[n, P]` whose distance is about the cost:
        means over two frames and a few groups, without most of the loudness."""
        n, length, groups = loud.shape
        share = self._sizes.astype(loud.dtype)
        mean = (loud.mean(axis=1) @ share)[:, None, None]
        even = loud - (1 - np.sqrt(1 - _FORGIVEN)) * mean
        pairs = even.reshape(n, length // 2, 2, groups).mean(axis=2)
        edges = np.searchsorted(np.cumsum(share) - share / 2, np.linspace(0, 1, 25)[:-1])
        edges = np.unique(np.minimum(edges, groups - 1))
        sums = np.add.reduceat(pairs * share, edges, axis=2)
        shares = np.add.reduceat(share, edges)
        pooled = sums / np.sqrt(shares) / np.sqrt(length // 2)
        return np.asarray(pooled).reshape(n, -1)

    def _project(self, loud: Db) -> Db:
        """A stretch `[frames, D]` to its coarse numbers `[dimensions]`."""
        flat = self._projection.reshape(-1, self._projection.shape[-1])
        projected: Db = _times(loud.reshape(1, -1), flat)[0]
        return projected

    def _project_all(self) -> Db:
        """The coarse numbers of every `step`-th stretch and their squared length
        `[n, dimensions + 1]`; stretches that reach beyond a recording are far from everything."""
        length, block, step = self.config.frames, self.config.block_frames, self.config.step
        total = len(self._levels)
        rows = -(-total // block) * (block // step)
        found = np.zeros((rows, self._projection.shape[-1] + 1), np.float32)
        part = 1 << 14
        for first in range(0, total, part):
            own = self._levels[first : first + part + length]
            loud = self._loud[np.pad(own, ((0, length), (0, 0)))]
            count = min(part, total - first)
            sums = np.zeros((count, self._projection.shape[-1]), np.float32)
            for number, matrix in enumerate(self._projection):
                sums += _times(loud[number : number + count], matrix)
            sums = sums[::step]
            found[first // step : first // step + len(sums), :-1] = sums
        found[:, -1] = np.square(found[:, :-1]).sum(axis=1)
        frames = np.minimum(np.arange(rows) * step, total - 1)
        ends = self._ends[np.searchsorted(self._starts, frames, side="right") - 1]
        # The last stretch of a block may fit where the one that was compared does not.
        found[frames + length > ends, -1] = np.float32(3e38)
        return found


def _times(left: Db, right: Db) -> Db:
    """The product of two matrices, by torch, which uses one thread while it plays: numpy would use
    all."""
    product: Db = torch.mm(torch.from_numpy(left), torch.from_numpy(right)).numpy()
    return product


def _weight(db: Db) -> Db:
    """How much a level counts."""
    share = np.clip((db - np.float32(FLOOR_DB)) / np.float32(_FULL_DB), 0, 1)
    weight: Db = np.float32(_LEAST_WEIGHT) + np.float32(1 - _LEAST_WEIGHT) * share
    return weight


def _loudness(db: Db) -> Db:
    """Levels on a scale on which differences count as much as they do in the cost: the integral of
    the root of the weight."""
    over = np.maximum((db - np.float32(FLOOR_DB)) / np.float32(_FULL_DB), 0)
    slope = 1 - _LEAST_WEIGHT
    rising = ((_LEAST_WEIGHT + slope * np.minimum(over, 1)) ** 1.5 - _LEAST_WEIGHT**1.5) / 1.5
    loud: Db = (_FULL_DB * (rising / slope + np.maximum(over - 1, 0))).astype(np.float32)
    return loud
