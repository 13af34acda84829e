"""A module for a Text DAT of TouchDesigner, which creates everything else itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template

from distill_live.clients.surface import RENEW_SECONDS, Button, Connection, Control, Surface
from distill_live.control.namespace.address import OFF

_TEMPLATE = Path(__file__).with_name("touchdesigner.py.tmpl")


def write_module(surface: Surface, connection: Connection) -> bytes:
    """The module, as the bytes of a `.py` file."""
    controls, buttons = [], []
    for section in surface.sections:
        page = _page("edits" if section.page == "edits" else section.title)
        buttons += [_button(button, page) for button in section.buttons]
        controls += [_control(control, page) for control in section.controls]
        buttons += [
            _button(Button(f"{_label(control)} {control.release}", control.name, (OFF,)), page)
            for control in section.controls
            if control.release
        ]
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        host=repr(connection.host),
        port=connection.port,
        reply_port=connection.reply_port,
        renew=RENEW_SECONDS,
        controls=_rows(controls),
        buttons=_rows(buttons),
    )
    return text.encode()


def _control(control: Control, page: str) -> tuple[object, ...]:
    parameter = control.parameter
    number = float if parameter.kind == "float" else int
    span = [number(one) for one in (parameter.minimum, parameter.maximum, control.start)]
    return control.name, _label(control), _par(control.name), page, parameter.kind, *span


def _button(button: Button, page: str) -> tuple[object, ...]:
    return button.label, _par(f"{button.key} do"), page, button.request, button.arguments


def _label(control: Control) -> str:
    """The label of a custom parameter; that of a level or an edit also says of what."""
    kind, _, rest = control.parameter.name.partition("/")
    edit = rest.partition("/")[0] if kind == "edit" else ""
    words = (edit, Control(control.parameter).label, control.level)
    return " ".join(word for word in words if word)


def _par(name: str) -> str:
    """The name of a custom parameter: letters and digits, only the first of them a capital."""
    return "".join(letter for letter in name if letter.isalnum()).capitalize()


def _page(title: str) -> str:
    return title.replace(",", "").capitalize()


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    return "\n".join(f"    {row!r}," for row in rows)
