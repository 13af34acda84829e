"""Tempo and bar as parameters, beat and phase as streams."""

from __future__ import annotations

import threading
from collections.abc import Callable

from distill_live.control.namespace.streams import STREAMS
from distill_live.control.timing.tempo import Tempo
from distill_live.parameters import ParameterStore

#: The tempo of a MIDI clock or of Link is never quite still: smaller changes are not shown.
_SHOWN_BPM = 0.05


class TempoParameters:
    """Keeps the parameters `tempo` and `beats_per_bar` of a store and a `Tempo` in step.

    Setting the parameter sets the tempo. While a MIDI clock or Link leads, the parameter shows its
    tempo. `publish` takes the address and the value of a stream.
    """

    def __init__(
        self,
        tempo: Tempo,
        store: ParameterStore,
        publish: Callable[[str, float], None] = lambda address, value: None,
    ) -> None:
        self.tempo = tempo
        self._store, self._publish = store, publish
        self._lock = threading.Lock()
        self._seen = store["tempo"]
        tempo.set_bpm(self._seen)

    def read(self) -> None:
        """Take over what was set since the last call, before counting anything in beats."""
        with self._lock:
            self.tempo.beats_per_bar = int(self._store["beats_per_bar"])
            wanted = self._store["tempo"]
            if wanted != self._seen:
                self._seen = wanted
                self.tempo.set_bpm(wanted)

    def seconds(self, beats: float) -> float:
        """How many seconds so many beats last, at the tempo that was set last."""
        self.read()
        return self.tempo.seconds(beats)

    def tick(self, now: float) -> None:
        """Call `read`, show the tempo that is played, publish the beat and the bar's phase."""
        self.read()
        self.tempo.tick(now)
        with self._lock:
            played = self.tempo.bpm
            untouched = self._store["tempo"] == self._seen
            if untouched and abs(played - self._seen) >= _SHOWN_BPM:
                self._seen = self._store.set("tempo", round(played, 2))
        self._publish(STREAMS["beat"].address, self.tempo.beat(now))
        self._publish(STREAMS["phase"].address, self.tempo.phase(now))
