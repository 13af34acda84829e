"""The fields of requests over HTTP: checks and the API's schema derive from one declaration."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from distill_live.errors import RequestError
from distill_live.spelling import nearest_name

#: `numbers` is one number, or a list with one for each level.
Kind = Literal["text", "texts", "integer", "number", "numbers", "flag"]

#: The most entries of a list, and the most levels.
_MOST_TEXTS, _MOST_LEVELS = 100, 4
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Field:
    """A named value in a request's JSON body or query.

    Numbers are from `minimum` to `maximum`; a text is one of `choices`, if there are any, and at
    most `longest` characters long. If a field is not `required` and missing, or null, its value is
    `default`.
    """

    name: str
    kind: Kind
    doc: str
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    longest: int = 200

    def check(self, value: object) -> Any:
        """The value as it is used. Raises RequestError unless it is legal."""
        if self.kind == "texts":
            if isinstance(value, list) and len(value) <= _MOST_TEXTS:
                return [self._text(one) for one in value]
        elif self.kind == "numbers" and isinstance(value, list):
            if 1 <= len(value) <= _MOST_LEVELS:
                return [self._number(one) for one in value]
        elif self.kind == "text":
            return self._text(value)
        elif self.kind != "flag":
            return self._number(value)
        elif isinstance(value, bool):
            return value
        raise self._refusal(value)

    def parse(self, text: str) -> Any:
        """The value of a text in a query. Raises RequestError unless it is legal."""
        if self.kind == "text":
            return self.check(text)
        if self.kind == "flag":
            return self.check(_FLAGS.get(text.lower(), text))
        try:
            return self.check(int(text) if self.kind == "integer" else float(text))
        except ValueError:
            raise self._refusal(text) from None

    def legal(self) -> str:
        """What is legal, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = {
            "text": f"a text of up to {self.longest} characters", "texts": "a list of texts",
            "integer": "a whole number", "number": "a number",
            "numbers": "a number, or a list with one for each level", "flag": "true or false",
        }[self.kind]  # fmt: skip
        low, high = self.minimum, self.maximum
        if low is None and high is None:
            return words
        if high is None:
            return f"{words}, {low:g} or more"
        return f"{words}, {high:g} or less" if low is None else f"{words}, {low:g}..{high:g}"

    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        number: dict[str, Any] = {"type": "integer" if self.kind == "integer" else "number"}
        number |= {} if self.minimum is None else {"minimum": self.minimum}
        number |= {} if self.maximum is None else {"maximum": self.maximum}
        text: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        text |= {"enum": list(self.choices)} if self.choices else {}
        shape = {
            "text": text, "texts": {"type": "array", "items": text, "maxItems": _MOST_TEXTS},
            "integer": number, "number": number, "flag": {"type": "boolean"},
            "numbers": {"oneOf": [number, {
                "type": "array", "items": number, "minItems": 1, "maxItems": _MOST_LEVELS}]},
        }[self.kind]  # fmt: skip
        described = shape | {"description": self.doc}
        return described | ({} if self.default is None else {"default": self.default})

    def _text(self, value: object) -> str:
        legal = isinstance(value, str) and len(value) <= self.longest
        if not (isinstance(value, str) and legal and (not self.choices or value in self.choices)):
            raise self._refusal(value)
        return value

    def _number(self, value: object) -> float:
        kinds = (int,) if self.kind == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
            raise self._refusal(value)
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        if not low <= value <= high:
            raise self._refusal(value)
        return value

    def _refusal(self, value: object) -> RequestError:
        return RequestError(400, f"{self.name} takes {self.legal()}, not {reprlib.repr(value)}")


def check_fields(given: Mapping[str, object], fields: Iterable[Field]) -> dict[str, Any]:
    """The value of each field, by name. Raises RequestError for a value that is not legal, for a
    field that is missing and for one that is not known."""
    known = {field.name: field for field in fields}
    _refuse_unknown(given, known)
    return {name: _or_default(field, given.get(name), field.check) for name, field in known.items()}


def parse_fields(given: Mapping[str, str], fields: Iterable[Field]) -> dict[str, Any]:
    """As `check_fields`, for the texts of a query."""
    known = {field.name: field for field in fields}
    _refuse_unknown(given, known)
    return {name: _or_default(field, given.get(name), field.parse) for name, field in known.items()}


def _or_default(field: Field, value: Any, read: Any) -> Any:
    if value is not None:
        return read(value)
    if field.required:
        raise RequestError(400, f"{field.name} is missing: it takes {field.legal()}")
    return field.default


def _refuse_unknown(given: Mapping[str, object], known: Mapping[str, Field]) -> None:
    for name in given:
        if name not in known:
            legal = f"; legal: {', '.join(known)}" if known else "; none is known here"
            hint = nearest_name(name, known)
            raise RequestError(400, f"there is no field {reprlib.repr(name)}{hint}{legal}")
