"""What the processes tell each other: one class for each message, sent through a worker's channel.

The workers report to control; control asks the engine for something. All
messages can be pickled, and none needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.overlay import Overlay, SmallCodes
from distill_live.codes.rack.settings import Held
from distill_live.live.ipc.shared_codes import SharedCodes

#: What a performer has asked for: the request's name and its arguments.
Asked = tuple[str, tuple[Any, ...]]

#: What control asks of the engine for the history of edits: the names of its methods, which are
#: also the names in the session log.
EDIT_REQUESTS = ("cell", "region", "lay", "recall", "order", "tell_held")
#: The same, with all that a performer can ask of it directly.
ENGINE_REQUESTS = ("rewind", "loop", "loop_columns", "hold", "release", "panic", *EDIT_REQUESTS)

#: The name of the live input, where a clip's name is expected.
INPUT = "input"
#: The request by which an undo puts a clip, or "" for none, back into a slot. No message makes it.
CLIP_RESTORE = "clip/restore"


@dataclass(frozen=True)
class Request:
    """Asks the engine for something: one of ENGINE_REQUESTS, "prime", "play_clip", "partner" or
    "capture", with its arguments. Codes come as SharedCodes. `asked` is what
    the performer has asked for, if it is to be reported with RequestDone."""

    name: str
    arguments: tuple[Any, ...] = ()
    asked: Asked | None = None


@dataclass(frozen=True)
class PartnerCodes:
    """The clip `name` in a slot. Without codes, the slot is empty, or, if its name is INPUT, has
    the live input."""

    slot: str
    name: str = ""
    codes: SharedCodes | None = None

    def request(self) -> Request:
        """Tells an engine that plays already."""
        asked = (f"{self.slot}/clip", (self.name or None,))
        return Request("partner", (self.slot, self.name, self.codes), asked)


# From any process.


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
    """The model of this name is loaded and begins to play; `grid` is one of its codec, without
    columns."""

    model: str
    grid: CodeGrid


@dataclass(frozen=True)
class EditFailed:
    """The edit with this switch, a parameter's full name, failed and must be switched off; `text`
    says so to the user."""

    switch: str
    text: str


@dataclass(frozen=True)
class RequestDone:
    """What a performer has asked for was done, or could not be done as it was asked for, because of
    this reason."""

    asked: Asked
    reason: str = ""


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


@dataclass(frozen=True, eq=False)
class RegionToDraw:
    """A region of `count` columns from `first` on is to be drawn again by the edit `text`, for the
    overlay with this number. `codes` [n, F, Q] are those around it: `before` columns, the region,
    and what follows."""

    number: int
    first: int
    count: int
    text: str
    before: int
    codes: SmallCodes


@dataclass(frozen=True)
class EditsHold:
    """What the edits that are on hold now, by their names; codes are uint16."""

    held: Mapping[str, Held]


@dataclass(frozen=True)
class SegmentBegan:
    """The stream continues from other codes: all overlays up to this number are gone, whether they
    were made or not."""

    newest: int


@dataclass(frozen=True)
class Captured:
    """The codes [T, F, Q] of what was heard last, by request `number`; fewer columns than asked for
    if no more are known."""

    number: int
    codes: NDArray[np.uint16]


# From the audio process.


@dataclass(frozen=True)
class OutputOpened:
    """The output plays now, on what `description` says. One that only keeps time is not audible."""

    description: str
    is_audible: bool = True


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


# From the input's process.


@dataclass(frozen=True)
class InputOpened:
    """Sound comes in now, from what `description` says."""

    description: str


@dataclass(frozen=True)
class InputAway:
    """The input's device has gone away; it is asked for again until it is back."""

    reason: str


#: What the engine's process reports about itself.
EngineReport = DeviceChosen | DeviceFailed | EngineReady | Failed
#: What the engine's process reports for the history of edits.
EditReport = OverlayMade | OverlayRefused | RegionToDraw | EditsHold | SegmentBegan
#: What the audio process reports about its output.
OutputReport = OutputOpened | OutputAway | OutputFinished | OutputBroken
#: What the input's process reports about its device.
InputReport = InputOpened | InputAway
Message = (
    Notice | EditFailed | RequestDone | EditReport | Captured | EngineReport | OutputReport
    | InputReport
)  # fmt: skip
