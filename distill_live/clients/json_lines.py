"""JSON that is easy to read and compare: short values on one line, longer ones with a line for each
part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: The longest line of a value that could be split.
_WIDTH = 600


def dump_lines(value: Any) -> bytes:
    """A value as JSON, with a newline at the end."""
    return f"{_dump(value, '')}\n".encode()


def _dump(value: Any, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= _WIDTH or not isinstance(value, Mapping | list):
        return flat
    deeper = indent + " "
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key)}: {_dump(part, deeper)}" for key, part in value.items()]
        begin, end = "{", "}"
    else:
        parts = [_dump(part, deeper) for part in value]
        begin, end = "[", "]"
    inner = f",\n{deeper}".join(parts)
    return f"{begin}\n{deeper}{inner}\n{indent}{end}"
