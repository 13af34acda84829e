"""Takes requests for another motion, and carries each out when there is time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.live.editing.edit_requests import EditRequests
from distill_live.live.engine.answers import Answers
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.jumps import Jumps
from distill_live.live.ipc.messages import Asked

#: The methods of MotionRequests that can be asked of the engine; also their names in the log.
MOTION_REQUESTS = (
    "rewind", "loop", "loop_columns", "hold", "release", "prime", "play_clip", "panic",
)  # fmt: skip


@dataclass(frozen=True)
class _Move:
    """A request that waits until there is time: its name, what carries it out, how many requests
    for overlays came before it, and what the performer has asked for, if that is to be reported."""

    name: str
    carry_out: Callable[[], None]
    overlays_before: int
    asked: Asked | None


class MotionRequests:
    """Its methods are named in MOTION_REQUESTS; what they ask for waits until `carry_out_next`.

    `note` gets the name and the arguments of each, as the session log keeps them.
    """

    def __init__(
        self,
        generator: StreamGenerator,
        jumps: Jumps,
        edit_requests: EditRequests,
        note: Callable[..., None],
        answers: Answers,
    ) -> None:
        self._generator, self._jumps, self._edit_requests = generator, jumps, edit_requests
        self._overlays = edit_requests.painter.requests
        self._note, self._answers = note, answers
        self._moves: deque[_Move] = deque()

    def rewind(self, seconds: float, take: int | Literal["same"] | None = None) -> None:
        """Go back, and continue with a new take (None), a given one, or as before ("same")."""
        self._add("rewind", partial(self._rewind, seconds, take), seconds, take)

    def loop(self, seconds: float) -> None:
        """Repeat the last `seconds` seconds."""
        self._add("loop", partial(self._jumps.loop, seconds), seconds)

    def loop_columns(self, first: int, count: int) -> None:
        """Repeat `count` columns, from the one with the number `first` on."""
        self._add("loop_columns", partial(self._jumps.loop_columns, first, count), first, count)

    def hold(self, seconds: float | None = None) -> None:
        """Stay in the current column, until `release` or for `seconds` seconds."""
        arguments = () if seconds is None else (seconds,)
        self._add("hold", partial(self._generator.hold, seconds), *arguments)

    def release(self) -> None:
        """Go on from a hold or a loop."""
        self._add("release", self._generator.release)

    def prime(self, codes: Codes) -> None:
        """Continue from these codes [T, F, Q]."""
        self._begin_segment("prime", partial(self._jumps.prime, codes))

    def play_clip(self, codes: Codes, length: int) -> None:
        """Loop the first `length` samples of a clip's codes [T, F, Q], as they are."""
        self._begin_segment("play_clip", partial(self._jumps.play_clip, codes, length), length)

    def panic(self) -> None:
        """Drop all other requests, end a hold or a loop, and draw the future again."""
        for move in self._moves:
            self._answers.confirm(move.name, move.asked)
        self._moves.clear()
        self._add("panic", partial(self._rewind, 0.0, None))

    @property
    def are_waiting(self) -> bool:
        """Whether a request waits to be carried out."""
        return bool(self._moves)

    @property
    def overlays_before(self) -> int:
        """How many requests for overlays came before the next one, or before now."""
        return self._moves[0].overlays_before if self._moves else self._overlays.count

    def carry_out_next(self) -> bool:
        """Carry out the oldest request, and report what became of it; False if it changes
        nothing."""
        move = self._moves.popleft()
        self._answers.begin()
        try:
            move.carry_out()
        except CodesError as error:
            if self._generator.is_drafting:
                raise
            self._answers.refuse(str(error), move.asked)
            return False
        self._answers.end(move.name, move.asked)
        return True

    def _add(self, name: str, move: Callable[[], None], *arguments: float | str | None) -> None:
        """Carry out a request as soon as there is time."""
        self._note(name, *arguments)
        self._moves.append(_Move(name, move, self._overlays.count, self._answers.asked))

    def _begin_segment(self, name: str, begin: Callable[[], None], *arguments: float) -> None:
        """Begin another segment as soon as there is time."""
        newest = self._overlays.newest

        def move() -> None:
            begin()
            self._edit_requests.begin_segment(newest)

        self._add(name, move, *arguments)

    def _rewind(self, seconds: float, take: int | Literal["same"] | None) -> None:
        if take == "same":
            self._jumps.rewind(seconds, None)
            return
        if take is None:
            take = self._generator.takes + 1
        self._generator.takes = max(self._generator.takes, take)
        self._jumps.rewind(seconds, take)
