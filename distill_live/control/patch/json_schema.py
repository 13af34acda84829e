"""The patch format as JSON Schema, so that editors can complete and check what you type."""

from __future__ import annotations

from typing import Any

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.patch.schema import Patch
from distill_live.parameters import Table


def patch_json_schema(table: Table) -> dict[str, Any]:
    """The schema of a patch that may name the parameters of `table`."""
    schema = Patch.model_json_schema(by_alias=True)
    models = schema["$defs"]
    target: dict[str, Any] = {"anyOf": [{"enum": list(table)}]}
    levels = [name for name, parameter in table.items() if parameter.per_level]
    if levels:
        target["anyOf"].append({"type": "string", "pattern": f"^({'|'.join(levels)})/[^/]+$"})
    models["Target"] = target
    reference = {"$ref": "#/$defs/Target"}
    to = models["ParameterMapping"]["properties"]["to"]
    to["anyOf"] = [reference, {"type": "array", "items": reference, "minItems": 1}]
    models["RequestMapping"]["properties"]["do"] |= {"enum": list(REQUESTS)}
    presets = schema["properties"]["presets"]["additionalProperties"]
    presets["propertyNames"] = reference
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "distill-live patch",
    }
