"""How far ahead an engine works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineSettings:
    """How far ahead the engine works; lengths in samples at 48 kHz unless they say otherwise."""

    #: Sound kept in the ring ahead of what is heard, so that a stall of the engine is not heard.
    ring_lead: int = 36_000
    #: Columns that are drawn ahead of those that are decoded.
    lookahead: int = 6
    #: How soon a new future may begin: about as much as is heard while it is made.
    guard: int = 1_440
    #: Sound that a new future must hold before it is published, or more on a slow machine.
    future_lead: int = 5_760
    #: Sound that must be left in the ring, in addition to what is heard while the next column is
    #: made; otherwise the last sound is repeated. The audio process repeats it by itself once less
    #: than `bridge.FADE` is left, so this is more.
    reserve: int = 3_840
    #: Longest wait between two looks at requests and parameters, in seconds.
    idle_seconds: float = 0.004
    #: CPU threads of torch.
    threads: int = 1
    #: Fill the ring further if the engine is held up for long.
    adaptive: bool = False
    #: The output waits for the sound: nothing is given up, however long it takes.
    patient: bool = False
