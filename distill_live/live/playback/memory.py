"""The memory that the audio process shares with the other processes."""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.status import LiveStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.parameters import ParameterStore


@dataclass(frozen=True)
class AudioMemory:
    """What the audio process reads: the decks' `rings`, which one control wants to hear, and the
    `parameters`; and what it writes: `status`, and into `tap` what is played."""

    rings: tuple[AudioRing, AudioRing]
    control: DeckControl
    parameters: ParameterStore
    status: LiveStatus
    tap: TapRing
