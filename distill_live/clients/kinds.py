"""The programs for which there are surfaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distill_live.clients import (
    max_for_live,
    max_window,
    open_stage_control,
    pure_data,
    supercollider,
    touchdesigner,
    touchosc,
)
from distill_live.clients.surface import Connection, Surface


@dataclass(frozen=True)
class ClientKind:
    """A kind of file: its name, the usual name of the file, and what it is.

    `reply_port` is the port where the program listens; 0: the port that it sends from.
    """

    name: str
    file_name: str
    doc: str
    write: Callable[[Surface, Connection], bytes]
    reply_port: int = 0


KINDS: dict[str, ClientKind] = {
    kind.name: kind
    for kind in (
        ClientKind("max", "distill.maxpat", "a patch for Max 8 and later",
                   max_window.write_patch, 7400),
        ClientKind("max-for-live", "distill-for-live.maxpat", "a patch for a Max for Live device",
                   max_for_live.write_patch, 7401),
        ClientKind("max-for-live-device", "distill-for-live.amxd",
                   "a Max for Live device, ready to load in Live",
                   max_for_live.write_device, 7401),
        ClientKind("pd", "distill.pd", "a patch for Pure Data", pure_data.write_patch),
        ClientKind("supercollider", "distill.scd", "a script for SuperCollider",
                   supercollider.write_script),
        ClientKind("touchdesigner", "distill_touchdesigner.py",
                   "a module for a Text DAT in TouchDesigner",
                   touchdesigner.write_module, 7000),
        ClientKind("open-stage-control", "distill-open-stage-control.json",
                   "a session for Open Stage Control", open_stage_control.write_session),
        ClientKind("touchosc", "distill.tosc", "a layout for TouchOSC",
                   touchosc.write_layout, 9001),
    )
}  # fmt: skip
