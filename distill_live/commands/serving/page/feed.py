"""What pages follow while the instrument plays: its meters, its timeline, its sound."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from distill_live.commands.serving.page.meters import MetersReader
from distill_live.commands.serving.page.sound import AudioReader, SoundReader
from distill_live.commands.serving.page.timeline import TimelineReader

if TYPE_CHECKING:
    from distill_live.control.timing.tempo import Tempo
    from distill_live.live.server.server import Server

#: The shortest time between two looks at what is shown, in seconds; audio has a pace of its own.
_EVERY = 0.025


class _Source(Protocol):
    def frames(self) -> list[bytes]:
        """What is new since the last call."""


class LiveFeed:
    """The feed of a server that plays; `tempo` says which beat it is. A `PageFeed`."""

    def __init__(self, server: Server, tempo: Tempo) -> None:
        self._server, self._tempo = server, tempo

    def open(self, kinds: frozenset[str], audio_rate: int) -> LiveReader:
        """A reader for one page of some of FRAME_KINDS; `audio_rate` is in Hz."""
        server = self._server
        shown: dict[str, Callable[[], _Source]] = {
            "meters": lambda: MetersReader(server, self._tempo),
            "timeline": lambda: TimelineReader(lambda: server.deck),
            "sound": lambda: SoundReader(server.tap),
        }
        audio = [AudioReader(server.tap, audio_rate)] if "audio" in kinds else []
        return LiveReader([make() for kind, make in shown.items() if kind in kinds], audio)


class LiveReader:
    """Reads frames for one page: those of `shown` at most about 30 times a second, those of `audio`
    whenever it is asked."""

    def __init__(self, shown: Sequence[_Source], audio: Sequence[_Source]) -> None:
        self._shown, self._audio = shown, audio
        self._next = 0.0

    def frames(self) -> list[bytes]:
        """The frames that are new since the last call, each beginning with its kind."""
        sources, now = self._audio, time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY
            sources = [*self._audio, *self._shown]
        return [frame for source in sources for frame in source.frames()]

    def close(self) -> None:
        """Read no more."""
        self._shown = self._audio = ()
