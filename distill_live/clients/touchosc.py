"""A layout for TouchOSC: an XML tree of controls, compressed.

Properties are typed: b boolean, i integer, f float, s text, c colour, r frame. A control's number
is 0..1 in TouchOSC; its message scales that to the parameter's range, in both directions.
"""

from __future__ import annotations

import uuid
import zlib

from distill_live.clients.columns import Place, Spacing, arrange, row_count
from distill_live.clients.surface import (
    RENEW_SECONDS,
    SUBSCRIBE,
    Button,
    Connection,
    Control,
    Surface,
)
from distill_live.control.namespace.address import OFF

_COLUMNS, _SLOTS = 3, 3
_COLUMN_WIDTH, _ROW_HEIGHT, _GAP, _TABS_HEIGHT = 440, 40, 6, 40
_LABEL_WIDTH, _FADER_WIDTH, _RELEASE_WIDTH = 120, 230, 68
_BUTTON_WIDTH = (_COLUMN_WIDTH - _GAP) // _SLOTS - _GAP
_SPACING = Spacing(_GAP, _GAP, _COLUMN_WIDTH, _ROW_HEIGHT + _GAP, _BUTTON_WIDTH + _GAP)
#: The version of the tree that TouchOSC 1.5 writes.
_VERSION = 6
#: Messages use the first of ten connections: the rightmost digit.
_CONNECTIONS = "0000000001"
#: TouchOSC's numbers for kinds of buttons, and for a fader's orientation.
_MOMENTARY, _TOGGLE = 0, 2
_EAST = 1
_BLACK = "0 0 0 1"
_GREY, _BLUE, _GREEN, _RED = "0.3 0.3 0.3 1", "0.3 0.5 0.9 1", "0.2 0.7 0.4 1", "0.8 0.3 0.3 1"
#: Each control has the same ID whenever the layout is made, derived from its name.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "distill-live/touchosc")


def write_layout(surface: Surface, connection: Connection) -> bytes:
    """The layout, as the bytes of a `.tosc` file."""
    pages = {
        name: arrange(page, _COLUMNS, _SLOTS, typed=False) for name, page in surface.pages.items()
    }
    width = _COLUMNS * _COLUMN_WIDTH + _GAP
    height = max(map(row_count, pages.values())) * _SPACING.row + _GAP
    children = "".join(_page(name, places, width, height) for name, places in pages.items())
    tabs = _property("b", "tabbar", "1") + _property("b", "tabLabels", "1")
    tabs += _property("i", "tabbarSize", str(_TABS_HEIGHT))
    size = (0, 0, width, _TABS_HEIGHT + height)
    pager = _node("PAGER", "pages", size, _BLACK, tabs, children=children)
    script = _property("s", "script", _data(_subscribe(connection)))
    root = _node("GROUP", "root", size, _BLACK, script, children=pager, includes="<includes/>")
    tree = f"<?xml version='1.0' encoding='UTF-8'?><lexml version='{_VERSION}'>{root}</lexml>"
    return zlib.compress(tree.encode(), 9)


def _page(name: str, places: list[Place], width: int, height: int) -> str:
    """A page of the pager, below its tabs."""
    label = _property("s", "tabLabel", _data(name))
    children = "".join(node for place in places for node in _nodes(place))
    frame = (0, _TABS_HEIGHT, width, height)
    return _node("GROUP", f"page {name}", frame, _BLACK, label, children=children)


def _subscribe(connection: Connection) -> str:
    """The layout's script, in Lua: it subscribes, and does so again in time."""
    port = f"{{ tag = 'i', value = {connection.reply_port} }}"
    return (
        f"local asked = {-RENEW_SECONDS * 1000}\n"
        "function update()\n"
        "  local now = getMillis()\n"
        f"  if now - asked >= {RENEW_SECONDS * 1000} then\n"
        "    asked = now\n"
        f"    sendOSC({{ '{SUBSCRIBE}', {{ {port} }} }})\n"
        "  end\n"
        "end\n"
    )


def _nodes(place: Place) -> list[str]:
    """The nodes of one thing."""
    (x, y), thing = _SPACING.corner(place), place.thing
    if isinstance(thing, str):
        return [_label(f"title {thing}", thing.upper(), x, y, _COLUMN_WIDTH - 2 * _GAP)]
    if isinstance(thing, Control):
        return _control(thing, x, y)
    return _request(thing, x, y, _BUTTON_WIDTH, _BLUE)


def _control(control: Control, x: int, y: int) -> list[str]:
    parameter, name = control.parameter, control.name
    indent = 16 if control.level else 0
    nodes = [_label(f"label {name}", control.label, x + indent, y, _LABEL_WIDTH - indent)]
    frame = (x + _LABEL_WIDTH, y, _FADER_WIDTH, _ROW_HEIGHT)
    span = parameter.maximum - parameter.minimum
    start = (control.start - parameter.minimum) / span
    value = _partial("VALUE", "FLOAT", "x", parameter.minimum, parameter.maximum)
    message = _message(control.address, "ANY", value, receive=True)
    state = _value("x", f"{start:.6g}") + _value("touch", "false")
    if control.kind == "switch":
        kind = _property("i", "buttonType", str(_TOGGLE))
        frame = (*frame[:2], _RELEASE_WIDTH, _ROW_HEIGHT)
        nodes.append(_node("BUTTON", name, frame, _GREEN, kind, state, message))
    else:
        lie = _property("i", "orientation", str(_EAST))
        nodes.append(_node("FADER", name, frame, _GREY, lie, state, message))
    if control.release:
        button = Button(control.release, name, (OFF,))
        x += _LABEL_WIDTH + _FADER_WIDTH + _GAP
        nodes += _request(button, x, y, _RELEASE_WIDTH, _RED)
    return nodes


def _request(button: Button, x: int, y: int, width: int, colour: str) -> list[str]:
    """A button that sends when it is pressed, and its label on top."""
    arguments = "".join(
        _partial("CONSTANT", "STRING" if isinstance(one, str) else "FLOAT", _constant(one))
        for one in button.arguments
    )
    kind = _property("i", "buttonType", str(_MOMENTARY))
    state = _value("x", "0") + _value("touch", "false")
    message = _message(button.address, "RISE", arguments, receive=False)
    frame = (x, y, width, _ROW_HEIGHT)
    return [
        _node("BUTTON", f"button {button.key}", frame, colour, kind, state, message),
        _label(f"name {button.key}", button.label, x, y, width),
    ]


def _label(name: str, text: str, x: int, y: int, width: int) -> str:
    """A text; touches reach what is under it."""
    more = _property("b", "interactive", "0") + _property("b", "background", "0")
    more += _property("i", "textSize", "14")
    state = _value("text", text) + _value("touch", "false")
    return _node("LABEL", name, (x, y, width, _ROW_HEIGHT), "0 0 0 0", more, state)


def _node(
    kind: str,
    name: str,
    frame: tuple[int, int, int, int],
    colour: str,
    properties: str,
    values: str = "",
    messages: str = "",
    children: str = "",
    includes: str = "",
) -> str:
    """A control, without its empty parts. Only the root has <includes>, which is empty."""
    place = "".join(f"<{side}>{at}</{side}>" for side, at in zip("xywh", frame, strict=True))
    shade = "".join(f"<{c}>{at}</{c}>" for c, at in zip("rgba", colour.split(), strict=True))
    common = _property("s", "name", _data(name)) + _property("r", "frame", place)
    common += _property("c", "color", shade)
    parts = (("properties", common + properties), ("values", values), ("messages", messages),
             ("children", children))  # fmt: skip
    content = "".join(f"<{part}>{text}</{part}>" for part, text in parts if text)
    number = uuid.uuid5(_NAMESPACE, f"{kind} {name}")
    return f"<node ID='{number}' type='{kind}'>{includes}{content}</node>"


def _property(kind: str, key: str, value: str) -> str:
    return f"<property type='{kind}'><key>{_data(key)}</key><value>{value}</value></property>"


def _value(key: str, start: str) -> str:
    """A part of a control's state, with its initial value."""
    return (
        f"<value><key>{_data(key)}</key><locked>0</locked>"
        f"<lockedDefaultCurrent>0</lockedDefaultCurrent><default>{_data(start)}</default>"
        "<defaultPull>0</defaultPull></value>"
    )


def _message(address: str, condition: str, arguments: str, receive: bool) -> str:
    """An OSC message that is sent when x changes, but not when a received message moves x."""
    return (
        f"<osc><enabled>1</enabled><send>1</send><receive>{int(receive)}</receive>"
        "<feedback>0</feedback><noDuplicates>0</noDuplicates>"
        f"<connections>{_CONNECTIONS}</connections>"
        f"<triggers><trigger><var>{_data('x')}</var><condition>{condition}</condition></trigger>"
        f"</triggers><path>{_partial('CONSTANT', 'STRING', address)}</path>"
        + (f"<arguments>{arguments}</arguments>" if arguments else "")
        + "</osc>"
    )


def _partial(kind: str, conversion: str, value: str, low: float = 0, high: float = 1) -> str:
    """A part of an address, or an argument."""
    return (
        f"<partial><type>{kind}</type><conversion>{conversion}</conversion>"
        f"<value>{_data(value)}</value>"
        f"<scaleMin>{low:.10g}</scaleMin><scaleMax>{high:.10g}</scaleMax></partial>"
    )


def _constant(value: float | int | str) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def _data(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
