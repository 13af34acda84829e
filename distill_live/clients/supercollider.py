"""A script for SuperCollider: functions by name for live coding, and a window if there is Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from string import Template

from distill_live.clients.columns import Place, arrange, column_count, row_count
from distill_live.clients.curves import plain_float
from distill_live.clients.surface import RENEW_SECONDS, Connection, Control, Surface

_TEMPLATE = Path(__file__).with_name("supercollider.scd.tmpl")
_COLUMNS, _SLOTS = 3, 3


def write_script(surface: Surface, connection: Connection) -> bytes:
    """The script, as the bytes of an `.scd` file."""
    places = arrange(surface, _COLUMNS, _SLOTS)
    names = dict.fromkeys(one.request for one in (*surface.buttons, *surface.typed))
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        host=_text(connection.host),
        port=connection.port,
        renew=RENEW_SECONDS,
        controls=_rows(map(_control, surface.controls)),
        requests=_rows(map(_symbol, names)),
        places=_rows(map(_place, places)),
        columns=column_count(places),
        rows=row_count(places),
    )
    return text.encode()


def _control(control: Control) -> str:
    parameter = control.parameter
    numbers = map(_number, (parameter.minimum, parameter.maximum, control.start))
    kinds = map(_symbol, (parameter.curve, parameter.kind))
    release = _symbol(control.release) if control.release else "nil"
    return f"[{', '.join([_symbol(control.name), *numbers, *kinds, release])}]"


def _place(place: Place) -> str:
    where, thing = f"{place.column}, {place.row}, {place.slot}", place.thing
    if isinstance(thing, str):
        return f"[{_symbol('title')}, {where}, {_text(thing)}]"
    if isinstance(thing, Control):
        return f"[{_symbol('control')}, {where}, {_text(thing.label)}, {_symbol(thing.name)}]"
    kind = _symbol("typed" if place.typed else "button")
    arguments = ", ".join(
        _symbol(one) if isinstance(one, str) else _number(one) for one in thing.arguments
    )
    return f"[{kind}, {where}, {_text(thing.label)}, {_symbol(thing.request)}, [{arguments}]]"


def _rows(rows: Iterable[str]) -> str:
    return ",\n".join(f"    {row}" for row in rows)


def _symbol(name: str) -> str:
    return f"'{name}'"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: float) -> str:
    """An integer stays one; a whole float keeps its point, so that it is sent as a float."""
    return str(value) if isinstance(value, int) else plain_float(value)
