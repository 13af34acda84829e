"""An Open Stage Control session. Its widgets send to the same address that moves them."""

from __future__ import annotations

from typing import Any

from distill_live.clients.columns import Place, Spacing, arrange
from distill_live.clients.json_lines import dump_lines
from distill_live.clients.surface import (
    RENEW_SECONDS,
    SUBSCRIBE,
    Button,
    Connection,
    Control,
    Surface,
)
from distill_live.control.namespace.address import OFF
from distill_live.parameters import Parameter, scale_travel

_COLUMNS, _SLOTS = 3, 3
_COLUMN_WIDTH, _ROW_HEIGHT, _GAP = 400, 30, 4
_LABEL_WIDTH, _FADER_WIDTH, _RELEASE_WIDTH = 110, 160, 50
_BUTTON_WIDTH = (_COLUMN_WIDTH - _GAP) // _SLOTS - _GAP
_SPACING = Spacing(_GAP, _GAP, _COLUMN_WIDTH, _ROW_HEIGHT + _GAP, _BUTTON_WIDTH + _GAP)
#: How many decimals of a float are sent; by default the program sends two.
_DECIMALS = 5

Widget = dict[str, Any]


def write_session(surface: Surface, connection: Connection) -> bytes:
    """The Open Stage Control session, as the bytes of a `.json` file."""
    target = f"{connection.host}:{connection.port}"
    tabs = [_tab(name, page, target) for name, page in surface.pages.items()]
    content = {
        "type": "root", "id": "root", "layout": "default",
        "bypass": True, "onCreate": _subscribe(target), "widgets": [], "tabs": tabs,
    }  # fmt: skip
    session = {
        "createdWith": "Open Stage Control", "version": "1.27.0", "type": "session",
        "content": content,
    }  # fmt: skip
    return dump_lines(session)


def _tab(name: str, page: Surface, target: str) -> Widget:
    """A page of the session."""
    widgets = [
        widget | {"target": target}
        for place in arrange(page, _COLUMNS, _SLOTS)
        for widget in _widgets(place)
    ]
    return {
        "type": "tab", "id": f"tab_{name}", "label": name, "layout": "default", "scroll": True,
        "bypass": True, "widgets": widgets, "tabs": [],
    }  # fmt: skip


def _subscribe(target: str) -> str:
    """The script that subscribes when the session is opened; port 0: where it sends from."""
    ask = f"send('{target}', '{SUBSCRIBE}', {{type: 'i', value: 0}})"
    return f"{ask}\nsetInterval('renew', function() {{ {ask} }}, {RENEW_SECONDS * 1000})\n"


def _widgets(place: Place) -> list[Widget]:
    """The widgets of one thing."""
    (x, y), thing = _SPACING.corner(place), place.thing
    if isinstance(thing, str):
        return [_text(f"title {thing}", thing.upper(), x, y, _COLUMN_WIDTH - 2 * _GAP)]
    if isinstance(thing, Control):
        return _control(thing, x, y)
    if place.typed:
        return [
            _text(f"label {thing.key}", thing.label, x, y, _LABEL_WIDTH),
            _widget("input", thing.key, x + _LABEL_WIDTH, y, _FADER_WIDTH)
            | {"address": thing.address, "typeTags": "s"},
        ]
    return [_request(thing, x, y, _BUTTON_WIDTH)]


def _control(control: Control, x: int, y: int) -> list[Widget]:
    """A control: its label, the widget that moves it, its number, and its release button."""
    name, parameter = control.name, control.parameter
    indent = 12 if control.level else 0
    label = _text(f"label {name}", control.label, x + indent, y, _LABEL_WIDTH - indent)
    x += _LABEL_WIDTH
    whole = parameter.kind != "float"
    sent = {"address": control.address, "typeTags": "i" if whole else "f",
            "decimals": 0 if whole else _DECIMALS, "comments": parameter.doc}  # fmt: skip
    widgets = [label]
    if control.kind == "switch":
        switch = {"mode": "toggle", "on": 1, "off": 0, "label": "on"}
        widgets.append(_widget("button", name, x, y, _RELEASE_WIDTH) | switch | sent)
    elif control.kind == "number":
        typed = {"numeric": True}
        widgets.append(_widget("input", name, x, y, _FADER_WIDTH) | typed | sent)
    else:
        fader = {"horizontal": True, "design": "compact", "range": _range(parameter)}
        widgets.append(_widget("fader", name, x, y, _FADER_WIDTH) | fader | sent)
        number = _text(f"value {name}", "", x + _FADER_WIDTH + _GAP, y, 60)
        widgets.append(number | {"value": f"@{{{_id(name)}}}"})
    if control.release:
        button = Button(control.release, name, (OFF,))
        widgets.append(_request(button, x + _FADER_WIDTH + 70, y, _RELEASE_WIDTH))
    return widgets


def _range(parameter: Parameter) -> dict[str, float]:
    """The lowest and highest value, and those at a quarter, a half and three quarters."""
    low, high = parameter.minimum, parameter.maximum
    span: dict[str, float] = {"min": low}
    if parameter.curve != "linear":
        for percent in (25, 50, 75):
            value = scale_travel(percent / 100, low, high, parameter.curve)
            span[f"{percent}%"] = round(value, 4)
    return span | {"max": high}


def _request(button: Button, x: int, y: int, width: int) -> Widget:
    """A button that sends once when it is pressed; the last argument is its own value."""
    *first, last = button.arguments or (None,)
    tags = "".join({str: "s", int: "i", float: "f"}[type(one)] for one in button.arguments)
    return _widget("button", button.key, x, y, width) | {
        "label": button.label, "mode": "tap", "address": button.address, "preArgs": first,
        "on": last, "off": 0 if last is None else None, "typeTags": tags,
    }  # fmt: skip


def _text(name: str, text: str, x: int, y: int, width: int) -> Widget:
    """A text."""
    return _widget("text", name, x, y, width) | {"default": text, "align": "left", "bypass": True}


def _widget(kind: str, name: str, x: int, y: int, width: int) -> Widget:
    return {
        "type": kind, "id": _id(name), "left": x, "top": y, "width": width, "height": _ROW_HEIGHT,
    }  # fmt: skip


def _id(name: str) -> str:
    """A name without characters that mean something in the program's formulas."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)
