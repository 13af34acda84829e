"""A patch for Max: a window with all sliders, switches and buttons."""

from __future__ import annotations

from distill_live.clients.columns import Place, Spacing, arrange, column_count, row_count
from distill_live.clients.json_lines import dump_lines
from distill_live.clients.max_patch import MaxSurface, Rect
from distill_live.clients.surface import Connection, Control, Surface

_COLUMNS, _SLOTS = 3, 3
_COLUMN_WIDTH, _ROW_HEIGHT, _TOP = 370, 24, 12
_LABEL_WIDTH, _SLIDER_WIDTH, _BUTTON_WIDTH = 110, 170, 114
_SPACING = Spacing(12, _TOP, _COLUMN_WIDTH, _ROW_HEIGHT, _BUTTON_WIDTH + 4)


def write_patch(surface: Surface, connection: Connection) -> bytes:
    """The patch, as the bytes of a `.maxpat` file."""
    places = arrange(surface, _COLUMNS, _SLOTS, typed=False)
    boxes = MaxSurface(connection, surface.controls, "loadbang")
    for place in places:
        _put(boxes, place)
    width = column_count(places) * _COLUMN_WIDTH + 20
    height = 2 * _TOP + row_count(places) * _ROW_HEIGHT
    return dump_lines(boxes.patch.document(width, height))


def _put(boxes: MaxSurface, place: Place) -> None:
    """Add one thing to the window, at its place."""
    (x, y), thing = _SPACING.corner(place), place.thing
    if isinstance(thing, str):
        boxes.add_text(thing.upper(), (x, y, _COLUMN_WIDTH - 20, 20))
    elif isinstance(thing, Control):
        indent = 14 if thing.level else 4
        boxes.add_text(thing.label, (x + indent, y, _LABEL_WIDTH - indent, 20))
        _put_control(boxes, thing, x + _LABEL_WIDTH, y)
    else:
        boxes.add_request(thing, (x, y, _BUTTON_WIDTH, 20))


def _put_control(boxes: MaxSurface, control: Control, x: int, y: int) -> None:
    front: Rect = (x, y, _SLIDER_WIDTH, 22)
    if control.kind == "switch":
        boxes.add_control(control, "live.toggle", (x, y, 18, 18))
    elif control.kind == "number":
        boxes.add_control(control, "live.numbox", (x, y, 90, 15))
    else:
        boxes.add_control(control, "live.slider", front, orientation=1, showname=0)
    if control.release:
        boxes.add_release(control, (x + _SLIDER_WIDTH + 8, y, 54, 20))
