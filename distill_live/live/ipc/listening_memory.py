"""The memory shared by the processes that deal with the live input."""

from __future__ import annotations

from dataclasses import dataclass, field

from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing


@dataclass(frozen=True)
class ListeningMemory:
    """What comes in, written into `tap` by the input's process; what the listener makes of it,
    `columns`; and the `status` of both."""

    tap: TapRing = field(default_factory=lambda: TapRing(1))
    columns: HeardColumns = field(default_factory=HeardColumns)
    status: ListeningStatus = field(default_factory=ListeningStatus)
