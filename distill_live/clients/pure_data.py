"""A patch for Pure Data, which needs only Pd 0.51 or later, without externals.

Sliders, switches and buttons are in the main window. Each parameter has a small subpatch in
`pd wiring`. They are connected by names that begin with the patch's own number, `$0`.
"""

from __future__ import annotations

from distill_live.clients.columns import Place, Spacing, arrange, column_count, row_count
from distill_live.clients.pd_canvas import Canvas
from distill_live.clients.pure_data_rows import is_bent, wiring
from distill_live.clients.surface import RENEW_SECONDS, SUBSCRIBE, Connection, Control, Surface

_COLUMNS, _SLOTS = 3, 2
_COLUMN_WIDTH, _ROW_HEIGHT, _TOP = 390, 22, 70
_CONTROL_X, _SLIDER_WIDTH, _BUTTON_WIDTH = 130, 150, 180
_SPACING = Spacing(20, _TOP, _COLUMN_WIDTH, _ROW_HEIGHT, _BUTTON_WIDTH)

#: Messages of the instrument that are printed.
_SAID = "error done said"
#: The last arguments of Pd's sliders, switches and buttons: no label, colours.
_PLAIN = "empty 0 -10 0 12 #fcfcfc #000000 #000000"


def write_patch(surface: Surface, connection: Connection) -> bytes:
    """The patch, as the bytes of a `.pd` file."""
    places = arrange(surface, _COLUMNS, _SLOTS)
    height = _TOP + row_count(places) * _ROW_HEIGHT + 20
    front = Canvas(column_count(places) * _COLUMN_WIDTH + 20, height)
    front.comment(20, 10, "distill-live: this patch connects automatically; click to reconnect")
    connect = front.message(20, 36, f"connect {connection.host} {connection.port}")
    front.chain(connect, front.box(200, 36, "s $0-connect"))
    for place in places:
        _put(front, place)
    front.patch(480, 36, "wiring", wiring(surface))
    front.patch(560, 36, "connection", _connection(connection))
    return front.file().encode()


def _put(front: Canvas, place: Place) -> None:
    (x, y), thing = _SPACING.corner(place), place.thing
    if isinstance(thing, str):
        front.comment(x, y + 4, thing.upper())
    elif isinstance(thing, Control):
        _put_control(front, thing, x, y)
    elif place.typed:
        front.comment(x + 10, y, thing.label)
        front.field("symbolatom", x + _CONTROL_X, y, f"24 0 0 0 - - $0-{thing.key} 0")
    else:
        x += 10
        front.box(x, y, f"bng 17 250 50 0 $0-{thing.key} empty {_PLAIN}")
        front.comment(x + 22, y, thing.label)


def _put_control(front: Canvas, control: Control, x: int, y: int) -> None:
    parameter, name = control.parameter, f"$0-{control.name}"
    front.comment(x + (24 if control.level else 10), y, control.label)
    x += _CONTROL_X
    ways = f"{name}-moved {name}-set"
    if control.kind == "switch":
        front.box(x, y, f"tgl 17 0 {ways} {_PLAIN} 0 1")
    if control.kind == "slider":
        low, high = (0.0, 1.0) if is_bent(control) else (parameter.minimum, parameter.maximum)
        span = f"{low:.10g} {high:.10g}"
        front.box(x, y, f"hsl {_SLIDER_WIDTH} 17 {span} 0 0 {ways} {_PLAIN} 0 1")
    x += _SLIDER_WIDTH + 8
    if control.kind != "switch":
        front.field("floatatom", x, y, f"8 0 0 0 - {name}-shown {name}-typed 0")
    if control.release:
        _put_release(front, control, x + 62, y)


def _put_release(front: Canvas, control: Control, x: int, y: int) -> None:
    """Add what releases a control: a switch for on and off, a button for a level."""
    name = f"$0-{control.name}"
    if control.level:
        front.box(x, y, f"bng 17 250 50 0 {name}-off empty {_PLAIN}")
    else:
        front.box(x, y, f"tgl 17 0 {name}-on {name}-lit {_PLAIN} 0 1")
    front.comment(x + 18, y, "=" if control.level else "on")


def _connection(connection: Connection) -> Canvas:
    """The connection to the instrument, which answers at the port that sends."""
    canvas = Canvas(560, 420)
    net = canvas.box(20, 210, "netsend -u -b")
    connect = canvas.message(20, 50, f"connect {connection.host} {connection.port}")
    canvas.chain(canvas.box(20, 20, "loadbang"), connect, net)
    canvas.chain(canvas.box(200, 50, "r $0-connect"), net)
    send = canvas.chain(
        canvas.box(300, 120, "r $0-out"),
        canvas.box(300, 150, "list prepend send"),
        canvas.box(300, 180, "list trim"),
        net,
    )
    # The first outlet sends 1 when it is connected, which starts the metro.
    canvas.chain(
        send,
        canvas.box(20, 250, f"metro {RENEW_SECONDS * 1000}"),
        canvas.message(20, 280, "0"),
        canvas.box(20, 310, f"oscformat {SUBSCRIBE.strip('/').replace('/', ' ')}"),
        canvas.box(20, 340, "s $0-out"),
    )
    parse, trim = canvas.box(300, 250, "oscparse"), canvas.box(300, 280, "list trim")
    canvas.connect(net, 1, parse)
    heard = canvas.box(300, 310, "route distill")
    canvas.chain(parse, trim, heard, canvas.box(300, 340, "s $0-heard"))
    said = canvas.box(420, 340, f"route {_SAID}")
    canvas.chain(heard, said)
    shown = canvas.box(420, 380, "print distill-live")
    for outlet, _ in enumerate(_SAID.split()):
        canvas.connect(said, outlet, shown)
    return canvas
