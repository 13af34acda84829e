"""The first message of the page's WebSocket: every parameter, request and edit there is."""

from __future__ import annotations

import math
from typing import Any

from distill_live import __version__
from distill_live.codes.edit import Edit, Traits, parameter_name
from distill_live.control.namespace.requests import Argument, RequestSpec
from distill_live.parameters import Parameter
from distill_live.web.instrument import NAME, Instrument

#: The version of the protocol; a page of another version must be loaded again.
VERSION = 1


def hello(instrument: Instrument) -> dict[str, Any]:
    """The message, made from the tables of parameters, requests and edits."""
    table = instrument.store.table
    return {
        "type": "hello",
        "version": VERSION,
        "server": f"{NAME} {__version__}",
        "live": instrument.plays_live,
        "parameters": [describe_parameter(one) for one in table.values()],
        "requests": [describe_request(one) for one in instrument.requests.values()],
        "edits": [describe_edit(one, list(table)) for one in instrument.edits],
    }


def describe_parameter(parameter: Parameter) -> dict[str, Any]:
    """A parameter; its default is null if it is off by default."""
    return {
        "name": parameter.name,
        "doc": parameter.doc,
        "kind": parameter.kind,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "default": None if math.isnan(parameter.default) else parameter.default,
        "unit": parameter.unit,
        "curve": parameter.curve,
        "perLevel": parameter.per_level,
        "optional": parameter.optional,
        "group": parameter.name.rpartition("/")[0].partition("/")[0],
    }


def describe_request(request: RequestSpec) -> dict[str, Any]:
    """A request with its arguments, in their order."""
    return {
        "name": request.name,
        "doc": request.doc,
        "arguments": [_describe_argument(one) for one in request.arguments],
    }


def describe_edit(edit: Edit, table: list[str]) -> dict[str, Any]:
    """An edit: its parameters in the table, and, for a region or a grid, its own by short names."""
    traits = Traits.of(edit)
    belongs = parameter_name(edit.name, "")
    return {
        "name": edit.name,
        "doc": edit.doc,
        "scope": "both" if traits.scope == "stream" else "grid",
        "region": traits.scope != "file",
        "switch": traits.switch if traits.switch in table else None,
        "partner": traits.partner,
        "mutual": traits.mutual,
        "timed": traits.timed,
        "parameters": [name for name in table if name.startswith(belongs)],
        "arguments": [describe_parameter(one) for one in edit.parameters],
    }


def _describe_argument(argument: Argument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "kind": argument.kind,
        "min": argument.minimum,
        "max": argument.maximum,
        "unit": argument.unit,
        "optional": argument.optional,
        "default": argument.default,
        "words": list(argument.words),
        "canBeEmpty": argument.can_be_empty,
        "alternative": argument.alternative,
        "rest": argument.rest,
    }
