"""Memory as weakly ordered as a processor may make it, simulated in one thread from a seed.

Each processor's stores become visible to others late and in any order, its loads may give what was
there before, and only its own fence puts an end to both. A single place never goes back to an older
value, and a processor sees its own stores at once.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from distill_live.shared_memory import LatchedArray, SharedArray

#: How likely a look at the memory is to let the other side act first, or a store become visible.
_ACT, _COMMIT = 0.05, 0.3
#: Stores of many values become visible in so many pieces.
_PIECES = 3


@dataclass(eq=False)
class _Store:
    memory: np.ndarray
    places: np.ndarray
    values: np.ndarray
    time: int = 0

    def overlaps(self, other: _Store) -> bool:
        same = self.memory is other.memory
        return same and bool(np.intersect1d(self.places, other.places).size)


@dataclass
class Processor:
    """A processor that shares `world` with another; `act` is called when it gets its turn."""

    world: WeakMemory
    pending: list[_Store] = field(default_factory=list)
    horizon: int = 0
    seen: dict[int, np.ndarray] = field(default_factory=dict)
    act: Callable[[], Any] = lambda: None

    def fence(self) -> None:
        while self.pending:
            self.commit()
        self.horizon = self.world.now

    def commit(self) -> None:
        """Let any of the pending stores become visible, but none before an older one there."""
        chosen = self.world.chance.choice(self.pending)
        store = next(store for store in self.pending if store.overlaps(chosen))
        self.pending = [other for other in self.pending if other is not store]
        self.world.now += 1
        memory, places = store.memory, store.places
        self.world.log.append(_Store(memory, places, memory[places].copy(), self.world.now))
        memory[places] = store.values
        self._seen_in(memory)[places] = self.world.now

    def store(self, memory: np.ndarray, places: np.ndarray, values: np.ndarray) -> None:
        self.world.disturb(self)
        for part in np.array_split(np.arange(len(places)), min(_PIECES, len(places)) or 1):
            if len(part):
                self.pending.append(_Store(memory, places[part], values[part]))

    def load(self, memory: np.ndarray, places: np.ndarray) -> np.ndarray:
        self.world.disturb(self)
        seen = self._seen_in(memory)
        moment = self.world.chance.choice(
            [self.world.now, self.world.chance.randint(self.horizon, self.world.now)]
        )
        seen[places] = np.maximum(seen[places], moment)
        values = memory[places].copy()
        for change in reversed(self.world.log):
            if change.time <= self.horizon:
                break
            if change.memory is memory:
                _, here, there = np.intersect1d(places, change.places, return_indices=True)
                later = change.time > seen[places[here]]
                values[here[later]] = change.values[there[later]]
        for store in self.pending:
            if store.memory is memory:
                _, here, there = np.intersect1d(places, store.places, return_indices=True)
                values[here] = store.values[there]
        return values

    def _seen_in(self, memory: np.ndarray) -> np.ndarray:
        """The moment from which on this processor knows each place."""
        return self.seen.setdefault(id(memory), np.zeros(len(memory), np.int64))


class WeakMemory:
    """Two processors; `fence` is that of the one whose turn it is."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not for secrets
        self.now, self.log = 0, list[_Store]()
        self.writer, self.reader = Processor(self), Processor(self)
        self._acting = self.writer
        self._nested = False
        self._flat: dict[int, np.ndarray] = {}

    def fence(self) -> None:
        self._acting.fence()

    def share(self, thing: Any) -> tuple[Any, Any]:
        """The writer's and the reader's view of a structure in shared memory."""
        return _seen_by(self.writer, thing), _seen_by(self.reader, thing)

    def flat(self, shared: SharedArray) -> np.ndarray:
        """The same one-dimensional array for both sides."""
        return self._flat.setdefault(id(shared), shared.array.reshape(-1))

    def run(self, turns: int) -> None:
        """Let both act in turn, and in the midst of each other."""
        for _ in range(turns):
            for processor in (self.writer, self.reader):
                self._acting = processor
                processor.act()
            oldest = min(self.writer.horizon, self.reader.horizon)
            self.log = [change for change in self.log if change.time > oldest]

    def disturb(self, processor: Processor) -> None:
        other = self.reader if processor is self.writer else self.writer
        if not self._nested and self.chance.random() < _ACT:
            self._nested, self._acting = True, other
            other.act()
            self._nested, self._acting = False, processor
        for one in (processor, other):
            while one.pending and self.chance.random() < _COMMIT:
                one.commit()


class WeakArray:
    """An array as a processor sees it: what of numpy's the shared structures use."""

    def __init__(self, processor: Processor, memory: np.ndarray, places: np.ndarray) -> None:
        self._processor, self._memory, self._places = processor, memory, places

    def __getitem__(self, key: Any) -> Any:
        part = WeakArray(self._processor, self._memory, self._places[key])
        fancy = any(isinstance(k, np.ndarray) for k in (key if isinstance(key, tuple) else (key,)))
        # As in numpy: numbers, and what an array of places picks out, are copies.
        return part.copy() if fancy else part if np.ndim(part._places) else part.copy()[()]

    def __setitem__(self, key: Any, value: Any) -> None:
        places = np.asarray(self._places[key])
        values = np.broadcast_to(np.asarray(value, self._memory.dtype), places.shape)
        self._processor.store(self._memory, places.reshape(-1), values.reshape(-1))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.copy().astype(dtype or self._memory.dtype)

    def __bytes__(self) -> bytes:
        return self.copy().tobytes()

    def copy(self) -> np.ndarray:
        places = np.asarray(self._places)
        loaded = self._processor.load(self._memory, places.reshape(-1))
        return loaded.reshape(places.shape)

    def tolist(self) -> Any:
        return self.copy().tolist()


def _seen_by(processor: Processor, thing: Any) -> Any:
    mine = copy.copy(thing)
    for name, value in vars(thing).items():
        if isinstance(value, SharedArray):
            places = np.arange(value.array.size).reshape(value.array.shape)
            weak = WeakArray(processor, processor.world.flat(value), places)
            setattr(mine, name, SimpleNamespace(array=weak))
        elif isinstance(value, LatchedArray):
            setattr(mine, name, _seen_by(processor, value))
    return mine
