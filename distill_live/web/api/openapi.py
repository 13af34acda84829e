"""The HTTP API as an OpenAPI document, and as a table for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from distill_live import __version__
from distill_live.web.api.operations import BYTES, JSON, Operation
from distill_live.web.fields import Field
from distill_live.web.work.kinds import JobKind

# A table with more fields in a row cannot be read.
_MOST_LISTED = 8

_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
}


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of operations."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        methods = paths.setdefault(f"/api{operation.plain_path}", {})
        methods[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "distill-live", "version": __version__},
        "paths": paths,
    }


def markdown_table(operations: Iterable[Operation]) -> str:
    """A table of operations in Markdown: request, fields, what it does."""
    lines = ["| request | fields | what it does |", "| --- | --- | --- |"]
    for one in operations:
        fields = _listed((*one.query, *one.body))
        body = "the file's bytes" if one.upload else ""
        given = "; ".join(filter(None, (fields, body)))
        lines.append(f"| `{one.method} /api{one.plain_path}` | {given} | {one.doc} |")
    return "\n".join(lines)


def kinds_table(kinds: Iterable[JobKind]) -> str:
    """A table of the kinds of jobs in Markdown: kind, fields, what it does."""
    lines = ["| kind | fields | what it does |", "| --- | --- | --- |"]
    for kind in kinds:
        fields = ", ".join(map(_shown, kind.fields))
        lines.append(f"| `{kind.command}` | {fields} | {kind.doc} |")
    return "\n".join(lines)


def _listed(fields: Sequence[Field]) -> str:
    """The fields of a request; of very many, only those that must be there."""
    if len(fields) <= _MOST_LISTED:
        return ", ".join(map(_shown, fields))
    return ", ".join([*(_shown(field) for field in fields if field.required), "and more"])


def _shown(field: Field) -> str:
    return f"`{field.name}`" if field.required else f"[`{field.name}`]"


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.doc,
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in re.findall(r"{(\w+)}", operation.plain_path)
            ),
            *(
                {"name": one.name, "in": "query", "required": one.required, "schema": one.schema()}
                for one in operation.query
            ),
        ],
        "responses": {
            str(operation.status): {
                "description": "done",
                "content": {operation.answers: {"schema": {}}},
            },
            "4XX": {"description": "refused", "content": {JSON: {"schema": _ERROR}}},
        },
    }
    body = _body(operation)
    return described | ({"requestBody": body} if body else {})


def _body(operation: Operation) -> dict[str, Any] | None:
    if operation.upload:
        schema = {"type": "string", "format": "binary"}
        return {"required": True, "content": {BYTES: {"schema": schema}}}
    if not operation.body:
        return None
    required = [one.name for one in operation.body if one.required]
    schema_of_all: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: one.schema() for one in operation.body},
        "additionalProperties": False,
    }
    if required:
        schema_of_all["required"] = required
    return {"required": bool(required), "content": {JSON: {"schema": schema_of_all}}}
