"""Problems of a patch in words: the line, what is legal there, and the nearest name."""

from __future__ import annotations

import reprlib
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from distill_live.control.namespace.targets import find_order, find_target
from distill_live.control.patch.schema import EDIT_ORDER, TAGGED_MODELS, OscSettings, Patch
from distill_live.errors import ParameterError
from distill_live.parameters import Table
from distill_live.spelling import nearest_name
from distill_live.yaml_file import Document, Place, Problem


def preset_problems(document: Document, table: Table) -> list[Problem]:
    """What is wrong with the values of presets."""
    return [
        (_line(document, ("presets", preset, name)), text)
        for preset, values in entries(document, "presets").items()
        if isinstance(values, dict)
        for name, value in values.items()
        if (text := _wrong_value(str(name), value, table))
    ]


def _wrong_value(name: str, value: object, table: Table) -> str:
    """Why a parameter cannot have a value in a preset; "" if it can."""
    if name == EDIT_ORDER:
        return _wrong_order(value, table)
    try:
        target = find_target(name, table)
    except ParameterError as error:
        return f"{error}; legal: {', '.join(table)}"
    parameter, switch = target.parameter, target.parameter.kind == "bool"
    if value == "off" or (value is False and not switch):
        off = parameter.optional or target.level is not None
        return "" if off else f"{name} cannot be off: it takes a number, {parameter.legal()}"
    if isinstance(value, int | float) and (switch or not isinstance(value, bool)):
        if parameter.minimum <= value <= parameter.maximum:
            return ""
    return f"{name} cannot be {reprlib.repr(value)}; legal: {parameter.legal()}"


def _wrong_order(value: object, table: Table) -> str:
    """Why a preset cannot have this order of edits; "" if it can."""
    if not isinstance(value, str):
        return f"{EDIT_ORDER} cannot be {reprlib.repr(value)}; legal: names of edits, such as mask"
    try:
        find_order(value.split(), table)
    except ParameterError as error:
        return f"{EDIT_ORDER}: {error}"
    return ""


def program_problems(document: Document, presets: Collection[str]) -> list[Problem]:
    """Programs that name none of the document's presets, nor of `presets`."""
    known = [*entries(document, "presets"), *presets]
    return [
        (
            _line(document, ("programs", number)),
            f"no preset {preset!r}{nearest_name(preset, map(str, known))}; known presets: "
            f"{', '.join(map(str, known)) or 'none'}",
        )
        for number, preset in entries(document, "programs").items()
        if isinstance(preset, str) and preset not in known
    ]


def _line(document: Document, place: Place) -> int:
    """The line of a place, or of the innermost place around it that exists."""
    return document.lines[_known(document, place)]


def _known(document: Document, place: Place) -> Place:
    """The longest start of a place that exists in the document."""
    return next(place[:n] for n in range(len(place), -1, -1) if place[:n] in document.lines)


def entries(document: Document, key: str) -> dict[str | int, Any]:
    """The mapping that a document has under a key; empty if there is none."""
    found = document.value.get(key) if isinstance(document.value, dict) else None
    return found if isinstance(found, dict) else {}


def schema_problems(document: Document, error: ValidationError) -> list[Problem]:
    """What pydantic found, except in the values of presets."""
    return [
        _explain(detail, document)
        for detail in error.errors(include_url=False)
        if not (len(detail["loc"]) > 2 and detail["loc"][0] == "presets")
    ]


def _explain(detail: ErrorDetails, document: Document) -> Problem:
    """The line and the text of one of pydantic's findings."""
    place = tuple(part for part in detail["loc"] if part not in TAGGED_MODELS)
    if detail["type"] != "missing":
        # Pydantic adds its own words for the type that it has tried; leave them out.
        place = _known(document, place)
    return _line(document, place), _explanation(detail, place)


def _explanation(detail: ErrorDetails, place: Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    fields = _fields(detail["loc"])
    if detail["type"] == "extra_forbidden":
        hint = nearest_name(names[-1], fields)
        return f"unknown key {names[-1]!r}{hint}; legal here: {', '.join(fields)}"
    if detail["type"] == "missing":
        return f"{names[-1]!r} is missing: {fields[names[-1]]}"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] in ("source", "mapping"):
        return f"{detail['msg']}, not {reprlib.repr(detail['input'])}"
    if not names:
        return f"a patch consists of: {', '.join(fields)}"
    legal = next(fields[name] for name in reversed(names) if name in fields)
    return f"{names[-1]} cannot be {reprlib.repr(detail['input'])}; legal: {legal}"


def _fields(place: Place) -> dict[str, str]:
    """The legal keys in the innermost model of `place`, each with its legal values."""
    models: list[type[BaseModel]] = [TAGGED_MODELS[p] for p in place if p in TAGGED_MODELS]
    within_osc = place[0] == "osc" and len(place) > 1 if place else False
    owner = models[-1] if models else OscSettings if within_osc else Patch
    return {
        field.alias or name: field.description or "" for name, field in owner.model_fields.items()
    }
