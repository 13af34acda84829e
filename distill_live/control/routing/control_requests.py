"""The requests that control carries out itself; all others are passed on to the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.presets.presets import Presets
from distill_live.control.timing.tempo_parameters import TempoParameters


class ControlRequests:
    """Call it with a name of `REQUESTS` and its checked arguments, from any thread.

    `server` takes the requests that control does not carry out, with beats converted to seconds:
    the name, the arguments, and what was asked for.
    `edits` are the functions that carry out requests for the history of edits. `done` takes the
    name of a request and a line about its outcome, `acted` the name and the arguments of each
    request that was carried out here or is about to be handed on. A call raises ParameterError when
    the request cannot be carried out.
    """

    def __init__(
        self,
        server: Callable[[str, tuple[object, ...], tuple[str, tuple[object, ...]]], None],
        tempo: TempoParameters,
        presets: Presets,
        edits: Mapping[str, Callable[..., str | None]] | None = None,
        done: Callable[[str, str], None] = lambda name, text: None,
        acted: Callable[[str, tuple[object, ...]], None] = lambda name, arguments: None,
    ) -> None:
        self._acted = acted
        self._server, self._tempo, self._presets, self._done = server, tempo, presets, done
        self._handlers: dict[str, Callable[..., str | None]] = {
            # For these two, Actions has already changed the parameters.
            "steer/off": lambda: None,
            "reset": self._reset,
            "loop/beats": self._loop,
            "loop/columns": self._loop_columns,
            "rewind/beats": self._rewind,
            "hold/beats": self._hold,
            "clip/play": self._play_clip,
            "preset": presets.recall,
            "preset/beats": self._recall,
            "preset/next": presets.next,
            "preset/previous": presets.previous,
            "preset/store": presets.store,
            "preset/delete": presets.delete,
            "tempo_source": tempo.tempo.lead,
            "tap": tempo.tempo.tap,
            "bar": tempo.tempo.begin_bar,
            **(edits or {}),
        }

    @property
    def names(self) -> set[str]:
        """The requests that control carries out."""
        return set(self._handlers)

    def __call__(self, name: str, arguments: tuple[object, ...] = ()) -> None:
        if name in self._handlers:
            text = self._handlers[name](*arguments)
            self._acted(name, arguments)
            if text:
                self._done(name, text)
            return
        if name == "panic":
            self._presets.stop()
        self._acted(name, arguments)
        self._server(name, arguments, (name, arguments))

    def _reset(self, name: str | None) -> None:
        if name is None:
            self._presets.stop()

    def _loop(self, beats: float) -> None:
        self._hand_on(("loop/beats", (beats,)), "loop", self._tempo.seconds(beats))

    def _loop_columns(self, first: int, count: int) -> None:
        self._server("loop_columns", (first, count), ("loop/columns", (first, count)))

    def _rewind(self, beats: float, take: object) -> None:
        asked = ("rewind/beats", (beats, take))
        self._hand_on(asked, "rewind", self._tempo.seconds(beats), take)

    def _hold(self, beats: float) -> None:
        # Unchecked: in a message `hold` takes no argument, because a button sends 1.
        self._server("hold", (self._tempo.seconds(beats),), ("hold/beats", (beats,)))

    def _play_clip(self, name: str, beats: float | None) -> None:
        # Unchecked: the server takes seconds.
        arguments = (name, None if beats is None else self._tempo.seconds(beats))
        self._server("clip/play", arguments, ("clip/play", arguments))

    def _recall(self, name: str, beats: float) -> str:
        return self._presets.recall(name, self._tempo.seconds(beats))

    def _hand_on(
        self, asked: tuple[str, tuple[object, ...]], name: str, *arguments: object
    ) -> None:
        """Ask the server for a request with these arguments, which may not be legal for it."""
        self._server(name, REQUESTS[name].check(arguments), asked)
