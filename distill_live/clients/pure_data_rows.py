"""The wiring of the Pd patch: what each control sends, and what moves it."""

from __future__ import annotations

from collections.abc import Mapping

from distill_live.clients.curves import travel_formula, value_formula
from distill_live.clients.pd_canvas import Canvas
from distill_live.clients.surface import Control, Surface
from distill_live.control.namespace.address import OFF


def is_bent(control: Control) -> bool:
    """Whether its slider goes from 0 to 1, and a formula gives the value."""
    return control.kind == "slider" and control.parameter.curve != "linear"


def wiring(surface: Surface) -> Canvas:
    """The subpatch that moves the controls by what is received, and sends what buttons mean."""
    canvas = Canvas(980, 700)
    controls = {control.name: control for control in surface.controls}
    _lead(canvas, (canvas.box(20, 20, "r $0-heard"), 0), "", controls, 60)
    for number, button in enumerate((*surface.buttons, *surface.typed)):
        y = 60 + 26 * number
        sent = [canvas.box(560, y, f"r $0-{button.key}")]
        if button.arguments:
            sent.append(canvas.message(690, y, _list(button.arguments)))
        sent.append(canvas.box(790, y, f"oscformat distill {button.request.replace('/', ' ')}"))
        canvas.chain(*sent, canvas.box(960, y, "s $0-out"))
    return canvas


def _lead(
    canvas: Canvas, source: tuple[int, int], name: str, controls: Mapping[str, Control], y: int
) -> int:
    """Route what a box's outlet sends for `name`, or for names below it, to their controls; returns
    where the boxes end."""
    control, sources = controls.get(name), [source]
    below = f"{name}/" if name else ""
    words = [one.removeprefix(below).split("/")[0] for one in controls if one.startswith(below)]
    words = list(dict.fromkeys(words))
    if words:
        # A number is the parameter's own value; so is anything that does not continue the name.
        own = ["float"] if control else []
        route = canvas.box(20, y, " ".join(["route", *own, *words]))
        canvas.connect(*source, route)
        y += 26
        for outlet, word in enumerate(words, start=len(own)):
            y = _lead(canvas, (route, outlet), below + word, controls, y)
        sources = [(route, 0), (route, len(own) + len(words))]
    if control:
        row = canvas.patch(300, y, control.label, _row(control))
        for one in sources:
            canvas.connect(*one, row)
        y += 26
    return y


def _row(control: Control) -> Canvas:
    """The subpatch between a control and the instrument.

    A value that is received moves the control without sending; a move by hand is sent.
    """
    canvas, name = Canvas(640, 420), f"$0-{control.name}"
    told = canvas.box(20, 50, "route float")
    canvas.chain(canvas.box(20, 20, "inlet"), told)
    sent = canvas.box(240, 350, f"oscformat distill {control.name.replace('/', ' ')}")
    canvas.chain(sent, canvas.box(240, 380, "s $0-out"))
    if control.kind == "switch":
        canvas.chain(canvas.box(240, 50, f"r {name}-moved"), sent)
        canvas.chain(told, _setting(canvas, 20, 150, f"{name}-set"))
        meant = [told]
    else:
        meant = _numbers(canvas, control, told, sent)
    if control.release:
        word = canvas.message(480, 200, f"symbol {OFF}")
        canvas.chain(word, sent)
        if control.level:
            canvas.chain(canvas.box(480, 50, f"r {name}-off"), word)
        else:
            _light(canvas, control, meant, word, sent)
    return canvas


def _numbers(canvas: Canvas, control: Control, told: int, sent: int) -> list[int]:
    """A slider, if there is one, and a number to read and to type; returns the boxes that its value
    comes from, however it was set."""
    name = f"$0-{control.name}"
    typed = canvas.box(240, 50, f"r {name}-typed")
    shown = _setting(canvas, 130, 250, f"{name}-shown")
    both = canvas.box(20, 150, "t f f")
    canvas.chain(told, both)
    canvas.connect(both, 1, shown)
    send_typed = canvas.box(240, 100, "t f f")
    canvas.chain(typed, send_typed, sent)
    canvas.connect(send_typed, 1, both)
    if control.kind == "number":
        return [told, typed]
    unbend = [canvas.box(20, 200, f"expr {_travel(control)}")] if is_bent(control) else []
    canvas.chain(both, *unbend, _setting(canvas, 20, 250, f"{name}-set"))
    moved = canvas.box(340, 50, f"r {name}-moved")
    if _value(control):
        moved = canvas.chain(moved, canvas.box(340, 75, f"expr {_value(control)}"))
    send_moved = canvas.box(340, 100, "t f f")
    canvas.chain(moved, send_moved, sent)
    canvas.connect(send_moved, 1, shown)
    return [told, typed, moved]


def _light(canvas: Canvas, control: Control, meant: list[int], word: int, sent: int) -> None:
    """The switch of an optional parameter: on sends the value again, any value lights it."""
    name = f"$0-{control.name}"
    hold = canvas.box(560, 200, f"f {control.start:.10g}")
    canvas.chain(hold, sent)
    switch, go = canvas.box(480, 80, "sel 0"), canvas.box(560, 150, "t b")
    canvas.chain(canvas.box(480, 50, f"r {name}-on"), switch, word)
    canvas.connect(switch, 1, go)
    canvas.chain(go, hold)
    lit, dark = canvas.message(480, 250, "set 1"), canvas.message(560, 250, "set 0")
    light = canvas.box(480, 280, f"s {name}-lit")
    canvas.chain(lit, light)
    canvas.chain(dark, light)
    for box in meant:
        canvas.connect(box, 0, hold, 1)
        canvas.connect(box, 0, lit)
    off = canvas.box(130, 80, "t b")
    canvas.connect(meant[0], 1, off)
    canvas.chain(off, dark)


def _setting(canvas: Canvas, x: int, y: int, name: str) -> int:
    """Boxes that show a number somewhere without sending; returns the box that takes it."""
    message = canvas.message(x, y, "set $1")
    canvas.chain(message, canvas.box(x, y + 30, f"s {name}"))
    return message


def _value(control: Control) -> str:
    """The formula of a slider's value; "" if that is the slider's own number."""
    value = value_formula(control.parameter, "$f1") if is_bent(control) else ""
    if control.parameter.kind == "int":
        return f"floor({value or '$f1'} + 0.5)"
    return value


def _travel(control: Control) -> str:
    return travel_formula(control.parameter, "$f1")


def _list(arguments: tuple[float | int | str, ...]) -> str:
    """Arguments as a Pd message."""
    texts = [one if isinstance(one, str) else f"{one:.10g}" for one in arguments]
    kind = "list " if len(texts) > 1 else "symbol " if isinstance(arguments[0], str) else ""
    return kind + " ".join(texts)
