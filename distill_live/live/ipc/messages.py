"""What the processes tell each other: one class for each message, sent through a worker's channel.

The engine's and the audio process report to control; control asks the engine for something. All
messages can be pickled, and none needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distill_live.codes.edit_rack import Held
from distill_live.codes.overlay import Overlay

#: What control asks of the engine for the history of edits: the names of its methods, which are
#: also the names in the session log.
EDIT_REQUESTS = ("cell", "region", "lay", "recall", "order", "tell_held")
#: The same, with all that a performer can ask of it directly.
ENGINE_REQUESTS = ("rewind", "loop", "hold", "release", "panic", *EDIT_REQUESTS)


@dataclass(frozen=True)
class Request:
    """Asks the engine for one of ENGINE_REQUESTS, or to "prime", with the method's arguments."""

    name: str
    arguments: tuple[Any, ...] = ()


# From either process.


@dataclass(frozen=True)
class Notice:
    """A line of text for the user."""

    line: str


@dataclass(frozen=True)
class Failed:
    """The process cannot continue, for this reason, and ends; it may be started again."""

    reason: str


# From the engine's process.


@dataclass(frozen=True)
class DeviceChosen:
    """The engine computes on this kind of device, such as "cpu"."""

    device: str


@dataclass(frozen=True)
class DeviceFailed:
    """The device is to blame for the failure that `Failed` reports next."""


@dataclass(frozen=True)
class EngineReady:
    """The model of this name is loaded and begins to play."""

    model: str


@dataclass(frozen=True)
class EditFailed:
    """The edit with this switch, a parameter's full name, failed and must be switched off."""

    switch: str


@dataclass(frozen=True)
class OverlayMade:
    """An overlay that was asked for lies over the stream; `text` is the edit that made it, with its
    columns."""

    overlay: Overlay
    text: str


@dataclass(frozen=True)
class OverlayRefused:
    """The overlay with this number cannot be made, for this reason."""

    number: int
    reason: str


@dataclass(frozen=True)
class EditsHold:
    """What the edits that are on hold now, by their names; codes are uint16."""

    held: Mapping[str, Held]


@dataclass(frozen=True)
class SegmentBegan:
    """The stream continues from other codes: all overlays up to this number are gone."""

    newest: int


# From the audio process.


@dataclass(frozen=True)
class OutputOpened:
    """The output plays now, on what `description` says."""

    description: str


@dataclass(frozen=True)
class OutputAway:
    """The output's device has gone away; the sound continues unheard until it is back."""

    reason: str


@dataclass(frozen=True)
class OutputFinished:
    """The output has played all that it was asked to play."""


@dataclass(frozen=True)
class OutputBroken:
    """The output itself is at fault and will not be tried again."""

    reason: str


#: What the engine's process reports about itself.
EngineReport = DeviceChosen | DeviceFailed | EngineReady | Failed
#: What the engine's process reports for the history of edits.
EditReport = OverlayMade | OverlayRefused | EditsHold | SegmentBegan
#: What the audio process reports about its output.
OutputReport = OutputOpened | OutputAway | OutputFinished | OutputBroken
Message = Notice | EditFailed | EditReport | EngineReport | OutputReport
