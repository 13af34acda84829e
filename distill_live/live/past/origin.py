"""Finds the origin of the current column, in the engine's process."""

from __future__ import annotations

from distill_live.codes.origins import OriginFinder
from distill_live.codes.timeline import Timeline
from distill_live.codes.training_codes import WINDOW_COLUMNS
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import NEW_SOUND, EngineStatus
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin


class OriginTeller:
    """Follows what is heard, through rewinds and loops, and writes its origin into the status.

    Where grains are heard, their origin is known. Elsewhere codes are compared: a column takes
    0.1 ms with ten minutes of recordings, 0.4 ms with 83 minutes. A model without training codes
    has no origins to tell.
    """

    def __init__(self, loaded: LoadedVQModel, status: EngineStatus) -> None:
        self._status = status
        self._finder: OriginFinder | None = None
        if loaded.training_codes:
            size, seconds = loaded.model.config.codebook_size, loaded.column_samples / SAMPLE_RATE
            self._finder = OriginFinder(loaded.training_codes, size, seconds)
        self._timeline: Timeline | None = None
        self._next = 0
        # The numbers that the status gives to the recordings of the grains.
        known = {one.name: number for number, one in enumerate(loaded.training_codes, start=1)}
        stored = loaded.grains.file.header.recordings if loaded.grains else ()
        self._numbers = [known.get(one.name) for one in stored]

    def follow(self, timeline: Timeline, heard: int, grain: GrainOrigin | None) -> None:
        """Take one more column towards the one that is heard, and is heard with this grain; call it
        when there is time."""
        if self._finder is None or not timeline.start <= heard < timeline.end:
            return
        if grain is not None and self._numbers[grain[0]] is not None:
            self._tell(self._numbers[grain[0]], grain[1], 1.0)
            return
        if heard == self._next - 1 and timeline is self._timeline:
            return
        first = max(heard - WINDOW_COLUMNS + 1, timeline.start)
        if timeline is not self._timeline or not first <= self._next <= heard:
            self._finder.restart()
            self._timeline, self._next = timeline, first
        origin = self._finder.push(timeline.edited(self._next, self._next + 1)[0])
        self._next += 1
        if self._next <= heard:
            return
        number = None if origin.recording is None else origin.recording + 1
        self._tell(number, origin.second, origin.share)

    def _tell(self, number: int | None, second: float | None, share: float) -> None:
        status = self._status
        status["origin"] = NEW_SOUND if number is None else number
        status["origin_second"] = second or 0.0
        status["origin_share"] = share
