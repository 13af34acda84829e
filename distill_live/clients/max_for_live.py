"""A Max for Live device: the same as the patch for Max, as narrow as a device can be.

The surface's parameters become Live's, which can be automated and mapped. Sound passes through.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from distill_live.clients.json_lines import dump_lines
from distill_live.clients.max_patch import MaxSurface
from distill_live.clients.surface import Connection, Control, Section, Surface

#: The height of devices in Live.
_HEIGHT, _TOP = 169, 6
_CELL_HEIGHT, _BUTTON_HEIGHT, _SMALL_HEIGHT, _LINE_HEIGHT = 54, 19, 18, 16
_DIAL_WIDTH, _BUTTON_WIDTH, _LEVELS_WIDTH = 50, 92, 96
#: The mark of an audio effect in a file, and the same as a number in the patch.
_AUDIO_EFFECT = b"aaaa"
_TYPE = int.from_bytes(_AUDIO_EFFECT, "big")


@dataclass
class _Cursor:
    """The next free place: columns from left to right, filled from the top."""

    x: int = 6
    y: int = _TOP
    width: int = 0

    def reserve(self, width: int, height: int) -> tuple[int, int]:
        """Reserve room for a box of that size; return its upper left corner."""
        if self.y + height > _HEIGHT:
            self.turn()
        place = (self.x, self.y)
        self.y += height
        self.width = max(self.width, width)
        return place

    def turn(self) -> None:
        """Begin a new column, unless this one is empty."""
        if self.y > _TOP:
            self.x, self.y, self.width = self.x + self.width + 6, _TOP, 0


def write_patch(surface: Surface, connection: Connection) -> bytes:
    """The device as JSON, the bytes of a `.maxpat` file."""
    return dump_lines(_document(surface, connection))


def write_device(surface: Surface, connection: Connection) -> bytes:
    """The device as Live loads it, the bytes of an `.amxd` file.

    It is made of chunks, each with a name, a size and content: the kind of device, an empty one,
    and the patch, which ends with a zero byte.
    """
    patch = write_patch(surface, connection) + b"\0"
    chunks = (b"ampf", _AUDIO_EFFECT), (b"meta", bytes(4)), (b"ptch", patch)
    return b"".join(name + struct.pack("<I", len(content)) + content for name, content in chunks)


def _document(surface: Surface, connection: Connection) -> dict[str, Any]:
    boxes, cursor = MaxSurface(connection, surface.controls, "live.thisdevice"), _Cursor()
    sound = [
        boxes.patch.object(x, text, 2, 2, outlettype=["signal", "signal"])
        for x, text in ((640, "plugin~"), (760, "plugout~"))
    ]
    for channel in range(2):
        boxes.patch.connect(sound[0], channel, sound[1], channel)
    for button in surface.buttons:
        x, y = cursor.reserve(_BUTTON_WIDTH, _BUTTON_HEIGHT)
        boxes.add_request(button, (x, y, _BUTTON_WIDTH, _BUTTON_HEIGHT - 2))
    for page, found in surface.pages.items():
        cursor.turn()
        for section in found.sections:
            put = _put_lines if page == "edits" else _put_section
            put(boxes, section, cursor)
    cursor.turn()
    return boxes.patch.document(cursor.x, _HEIGHT, devicewidth=float(cursor.x), project=_PROJECT)


def _put_section(boxes: MaxSurface, section: Section, cursor: _Cursor) -> None:
    """Add a section's controls; one with levels begins a column."""
    for control in section.controls:
        if not control.level and control.parameter.per_level:
            cursor.turn()
        _put(boxes, control, cursor)


def _put(boxes: MaxSurface, control: Control, cursor: _Cursor) -> None:
    """Add a control: a level as a line, a parameter as a dial or a labelled switch."""
    if control.level:
        _put_level(boxes, control, *cursor.reserve(_LEVELS_WIDTH, _SMALL_HEIGHT))
        return
    narrow = control.kind == "slider" and not control.parameter.per_level
    width = _DIAL_WIDTH + (30 if control.release else 0) if narrow else _LEVELS_WIDTH
    x, y = cursor.reserve(width, _CELL_HEIGHT)
    if control.kind == "slider":
        boxes.add_control(control, "live.dial", (x, y, _DIAL_WIDTH, 48))
    else:
        boxes.add_text(control.parameter.name, (x, y, _LEVELS_WIDTH, 18))
        number = control.kind == "number"
        size = (74, 15) if number else (18, 18)
        boxes.add_control(control, "live.numbox" if number else "live.toggle", (x, y + 20, *size))
    if control.release:
        boxes.add_release(control, (x + _DIAL_WIDTH + 2, y + 14, 26, 16))


def _put_lines(boxes: MaxSurface, section: Section, cursor: _Cursor) -> None:
    """Add a section with a line for each control, in one column: there are many edits."""
    released = [one for one in section.controls if one.release and not one.level]
    if cursor.y + _LINE_HEIGHT * (len(section.controls) + len(released)) > _HEIGHT:
        cursor.turn()
    for control in section.controls:
        x, y = cursor.reserve(_LEVELS_WIDTH, _LINE_HEIGHT)
        if control.level:
            _put_level(boxes, control, x, y, _LINE_HEIGHT)
            continue
        switch = control.kind == "switch"
        label = section.title.removeprefix("edit ") if switch else control.label
        boxes.add_text(label, (x, y, 54, _LINE_HEIGHT))
        kind, width = ("live.toggle", 15) if switch else ("live.numbox", 40)
        boxes.add_control(control, kind, (x + 56, y, width, 15))
        if control.release:
            x, y = cursor.reserve(_LEVELS_WIDTH, _LINE_HEIGHT)
            boxes.add_release(control, (x + 58, y, 36, 15))


def _put_level(
    boxes: MaxSurface, control: Control, x: int, y: int, height: int = _SMALL_HEIGHT
) -> None:
    boxes.add_text(control.label[:1].upper(), (x, y, 16, height))
    if control.kind == "switch":
        boxes.add_control(control, "live.toggle", (x + 16, y, 15, 15))
    else:
        boxes.add_control(control, "live.numbox", (x + 16, y, 40, 15))
    boxes.add_release(control, (x + 58, y, 36, 15))


#: What Max wants to know about a device: it needs no other files.
_PROJECT = {
    "version": 1, "creationdate": 0, "modificationdate": 0,
    "viewrect": [0.0, 0.0, 300.0, 500.0], "autoorganize": 1, "hideprojectwindow": 1,
    "showdependencies": 1, "autolocalize": 0, "contents": {"patchers": {}}, "layout": {},
    "searchpath": {}, "detailsvisible": 0, "amxdtype": _TYPE, "readonly": 0, "devpathtype": 0,
    "devpath": ".", "sortmode": 0, "viewmode": 0, "includepackages": 0,
}  # fmt: skip
