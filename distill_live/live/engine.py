"""The engine: keeps the ring filled, and makes the unheard future anew when the sampling changes.

It runs in a process of its own (see engine_process), in one Python thread, and waits for nobody.
"""

from __future__ import annotations

import time

import numpy as np

from distill_live.errors import LiveError
from distill_live.live.engine_process import EngineSettings
from distill_live.live.generator import Generator
from distill_live.live.ring import SAMPLE_RATE, AudioRing, Samples
from distill_live.live.status import LiveStatus
from distill_live.models.persistence import LoadedVQModel
from distill_live.models.sampling import Sampling
from distill_live.parameters import SAMPLING_PARAMETERS, ParameterStore


class Engine:
    """Fills a ring from one model. `turn` does the most urgent piece of work."""

    def __init__(
        self,
        loaded: LoadedVQModel,
        ring: AudioRing,
        parameters: ParameterStore,
        status: LiveStatus,
        settings: EngineSettings,
    ) -> None:
        rate = loaded.spectrogram.config.sample_rate
        if rate != SAMPLE_RATE:
            raise LiveError(f"the model's sample rate is {rate} Hz; only {SAMPLE_RATE} Hz can play")
        self._ring, self._parameters, self._status = ring, parameters, status
        self._settings = settings
        self._drawn_with = self._read_sampling()
        start = ring.read_position
        self._generator = Generator(loaded, int(self._drawn_with["seed"]), start)
        self._lane = ring.begin_future(start)
        ring.switch(self._lane, start, 0)
        self._timer = _Timer(status, loaded.column_samples / SAMPLE_RATE)
        self._take = self._drawn_take = 0

    def turn(self) -> bool:
        """Do one piece of work; False if there is nothing to do now."""
        self._status.beat("engine_beat")
        heard = self._ring.read_position
        lead = self._generator.position - heard
        sampling = self._read_sampling()
        changed = sampling != self._drawn_with or self._take != self._drawn_take
        if changed and lead >= self._lead_for_a_new_future():
            self._drawn_with, self._drawn_take = sampling, self._take
            self._make_new_future()
            return True
        self._generator.forget_before(heard)
        if lead < self._settings.ring_lead:
            self._ring.write(self._lane, self._next_column())
        elif self._generator.lookahead < self._settings.lookahead:
            self._sample_column()
        else:
            return False
        self._status["lookahead"] = self._generator.lookahead
        return True

    def drop_future(self) -> None:
        """Let the unheard future be drawn differently, from the next turn on."""
        self._take += 1

    def _lead_for_a_new_future(self) -> float:
        """Samples that must be ready, so that the old future lasts until the new one is made."""
        column = max(self._status["column_seconds"], 0.01) * SAMPLE_RATE
        made_at_once = self._settings.future_lead // self._generator.column_samples + 2
        return self._settings.guard + column * made_at_once

    def _make_new_future(self) -> None:
        """Draw, decode and publish again all that is not heard yet."""
        earliest = self._ring.read_position + self._settings.guard
        at = self._generator.rewind_to(earliest, int(self._drawn_with["seed"]), self._drawn_take)
        samples = [self._next_column()]
        enough = max(at, earliest) + self._settings.future_lead
        while self._generator.position < enough:
            samples.append(self._next_column())
        self._lane = self._ring.begin_future(at)
        self._ring.write(self._lane, np.concatenate(samples))
        self._ring.switch(self._lane, at, self._settings.fade)
        self._status.add("futures")

    def _next_column(self) -> Samples:
        with self._timer:
            if not self._generator.lookahead:
                self._sample_column()
            return self._generator.decode_column()

    def _sample_column(self) -> None:
        # Not `_drawn_with`: where there is no time for a new future, what is new still counts.
        values = self._read_sampling()
        with self._timer:
            self._generator.sample_column(
                Sampling(values["temperature"], int(values["top_k"]), values["top_p"])
            )
        self._status.add("columns")

    def _read_sampling(self) -> dict[str, float]:
        return {name: self._parameters[name] for name in SAMPLING_PARAMETERS}


class _Timer:
    """Mean computing time of a column, over about the last fifty; nested uses count once."""

    def __init__(self, status: LiveStatus, column_seconds: float) -> None:
        self._status = status
        self._column_seconds = column_seconds
        self._depth = 0
        self._spent = 0.0
        self._columns = status["columns"]

    def __enter__(self) -> None:
        if self._depth == 0:
            self._began = time.perf_counter()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._spent += time.perf_counter() - self._began
        new = self._status["columns"] - self._columns
        if new < 8:
            return
        mean, self._spent = self._spent / new, 0.0
        self._columns += new
        old = self._status["column_seconds"] or mean
        self._status["column_seconds"] = old + 0.15 * (mean - old)
        self._status["load"] = self._status["column_seconds"] / self._column_seconds
