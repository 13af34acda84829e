"""Builds a patch for Max: boxes, cords, and what all surfaces in Max have in common.

Each control sends through `prepend ADDRESS`, and is moved through `prepend set`, which sends
nothing. A gate blocks what objects send while the patch loads, so that the instrument's values
stay.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from distill_live.clients.surface import RENEW_SECONDS, SUBSCRIBE, Button, Connection, Control
from distill_live.control.namespace.address import OFF, ROOT
from distill_live.parameters import Curve

#: A place in presentation mode: left, top, width, height.
Rect = tuple[int, int, int, int]

#: The exponents of Live's objects that come closest to the curves.
_EXPONENTS: dict[Curve, float] = {"linear": 1.0, "exp": 3.0, "log": 1.0 / 3.0, "s": 1.0}
#: The most values that one of Live's whole-number parameters can have.
_MOST_WHOLE = 256
#: Live's unit styles: a whole number, or one with decimals.
_SHOWN_WHOLE, _SHOWN_FLOAT = 0, 1
_LINE_HEIGHT = 30


class MaxPatch:
    """Boxes and cords. `line` is the height of the next line of boxes in the patching view."""

    def __init__(self) -> None:
        self.line = 40
        self._boxes: list[dict[str, Any]] = []
        self._cords: list[dict[str, Any]] = []

    def box(
        self, kind: str, x: int, inlets: int, outlets: int, front: Rect | None = None, **more: Any
    ) -> str:
        """Add a box of one of Max's classes on the present line; returns its id."""
        name = f"obj-{len(self._boxes) + 1}"
        width, height = front[2:] if front else (max(60, 7 * len(more.get("text", ""))), 22)
        box = {
            "id": name, "maxclass": kind, "numinlets": inlets, "numoutlets": outlets,
            **({"outlettype": [""] * outlets} if outlets else {}),
            "patching_rect": [float(one) for one in (x, self.line, width, height)],
        }  # fmt: skip
        if front:
            box |= {"presentation": 1, "presentation_rect": [float(one) for one in front]}
        self._boxes.append({"box": box | more})
        return name

    def object(self, x: int, text: str, inlets: int = 1, outlets: int = 1, **more: Any) -> str:
        """Add an object by its name and arguments; returns its id."""
        return self.box("newobj", x, inlets, outlets, text=text, **more)

    def message(self, x: int, text: str) -> str:
        """Add a message box; returns its id."""
        return self.box("message", x, 2, 1, text=text)

    def connect(self, source: str, outlet: int, target: str, inlet: int = 0) -> None:
        """Add a cord from an outlet to an inlet."""
        cord = {"destination": [target, inlet], "source": [source, outlet]}
        self._cords.append({"patchline": cord})

    def chain(self, *boxes: str) -> None:
        """Add cords from each box's first outlet to the next one's first inlet."""
        for source, target in pairwise(boxes):
            self.connect(source, 0, target)

    def document(self, width: int, height: int, **more: Any) -> dict[str, Any]:
        """The whole patch, as the JSON of a file."""
        return {
            "patcher": {
                "fileversion": 1,
                "appversion": {
                    "major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1,
                },
                "classnamespace": "box",
                "rect": [60.0, 80.0, float(width), float(height)],
                "openinpresentation": 1,
                "default_fontsize": 10.0,
                **more,
                "boxes": self._boxes,
                "lines": self._cords,
            }
        }  # fmt: skip


class MaxSurface:
    """The boxes between the surface and the instrument; `loaded` is the object that starts them."""

    def __init__(self, connection: Connection, controls: tuple[Control, ...], loaded: str) -> None:
        self.patch = patch = MaxPatch()
        self._gate = patch.object(20, "gate", 2, 1)
        self._send = patch.object(120, f"udpsend {connection.host} {connection.port}", 1, 0)
        patch.chain(self._gate, self._send)
        patch.line += _LINE_HEIGHT
        begin = patch.object(20, loaded, 1, 3 if loaded == "live.thisdevice" else 1)
        start = patch.message(160, "1")
        patch.chain(begin, start, self._gate)
        metro = patch.object(240, f"metro {RENEW_SECONDS * 1000}", 2, 1)
        patch.chain(start, metro)
        subscribe = patch.message(360, f"{SUBSCRIBE} {connection.reply_port}")
        patch.chain(metro, subscribe, self._send)
        patch.line += _LINE_HEIGHT
        heard = patch.object(20, f"udpreceive {connection.reply_port}")
        self._outlets = {control.address: at for at, control in enumerate(controls)}
        self._route = patch.object(
            180, " ".join(["route", *self._outlets]), 1 + len(controls), 1 + len(controls)
        )
        patch.chain(heard, self._route)
        patch.line += _LINE_HEIGHT
        said = patch.object(180, f"route {ROOT}/error {ROOT}/done {ROOT}/said", 4, 4)
        patch.connect(self._route, len(controls), said)
        shown = patch.object(460, "print distill-live", 1, 0)
        for outlet in range(3):
            patch.connect(said, outlet, shown)

    def add_control(self, control: Control, kind: str, front: Rect, **more: Any) -> None:
        """Add a control as one of Live's objects, which sends and is moved."""
        patch = self.patch
        patch.line += _LINE_HEIGHT
        outlets = 1 if kind == "live.toggle" else 2
        shown = patch.box(
            kind, 20, 1, outlets, front,
            parameter_enable=1, varname=control.name.replace("/", "_"),
            saved_attribute_attributes={"valueof": _parameter(control)}, **more,
        )  # fmt: skip
        meant = patch.object(220, f"prepend {control.address}")
        patch.chain(shown, meant)
        patch.connect(meant, 0, self._gate, 1)
        outlet = self._outlets[control.address]
        told = patch.object(480, f"route {OFF}", 2, 2)
        patch.connect(self._route, outlet, told)
        silent = patch.object(580, "prepend set")
        patch.connect(told, 1, silent)
        patch.chain(silent, shown)

    def add_button(self, label: str, message: str, front: Rect) -> None:
        """Add a button that sends a message."""
        patch = self.patch
        patch.line += _LINE_HEIGHT
        button = patch.box("textbutton", 20, 1, 3, front, text=label, fontsize=10.0, mode=0)
        sent = patch.message(220, message)
        patch.chain(button, sent)
        patch.connect(sent, 0, self._gate, 1)

    def add_request(self, button: Button, front: Rect) -> None:
        """Add a button that makes a request."""
        arguments = (_atom(one) for one in button.arguments)
        self.add_button(button.label, " ".join([button.address, *arguments]), front)

    def add_release(self, control: Control, front: Rect) -> None:
        """Add a button that releases a control."""
        self.add_button(control.release, f"{control.address} {OFF}", front)

    def add_text(self, text: str, front: Rect) -> None:
        """Add a text."""
        self.patch.line += _LINE_HEIGHT
        self.patch.box("comment", 20, 1, 0, front, text=text, fontsize=10.0)


def _parameter(control: Control) -> dict[str, Any]:
    """The attributes of a control's parameter in Live."""
    parameter = control.parameter
    named = {"parameter_longname": control.name, "parameter_shortname": control.label}
    if control.kind == "switch":
        return {"parameter_enum": ["off", "on"], **named, "parameter_mmax": 1, "parameter_type": 2}
    whole = parameter.kind == "int"
    few = parameter.maximum - parameter.minimum < _MOST_WHOLE
    return {
        "parameter_exponent": _EXPONENTS[parameter.curve],
        **named,
        "parameter_mmax": float(parameter.maximum),
        "parameter_mmin": float(parameter.minimum),
        "parameter_type": int(whole and few),
        "parameter_unitstyle": _SHOWN_WHOLE if whole else _SHOWN_FLOAT,
    }


def _atom(value: float | int | str) -> str:
    """An argument as Max reads it: a float keeps its point."""
    if isinstance(value, str | int):
        return str(value)
    return f"{value:.10g}" + "." * value.is_integer()
