"""The registry of edits, inputs and outputs; what ships in the box enters by the same door."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from distill_live.errors import PluginError, nearest_name

Kind = Literal["edits", "inputs", "outputs"]


def find_plugins(kind: Kind) -> dict[str, EntryPoint]:
    """The installed plugins of one kind by name, not loaded yet.

    Raises PluginError when two packages claim the same name.
    """
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"distill_live.{kind}"):
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise PluginError(
                f"two {kind} plugins are named {entry.name!r}: {other.value} and {entry.value}; "
                "uninstall one of them"
            )
    return found


def load_plugin(kind: Kind, name: str) -> Any:
    """The object that the plugin's entry point names.

    Raises PluginError when it is unknown or fails to import.
    """
    found = find_plugins(kind)
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise PluginError(
            f"no {kind} plugin is named {name!r}{nearest_name(name, found)}; installed: {known}"
        )
    try:
        return found[name].load()
    except Exception as error:
        raise PluginError(f"the {kind} plugin {name!r} failed to load: {error}") from error
