"""The registry of edits, inputs and outputs; built-in ones are registered in the same way.

A plugin is an entry point that names a class with a `name`, a `doc` and `parameters`. Those then
exist wherever parameters do, as kind/name/parameter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar, get_args

from distill_live.errors import PluginError
from distill_live.parameters import Curve, Parameter, ParameterStore
from distill_live.parameters import Kind as ParameterKind
from distill_live.spelling import nearest_name

Kind = Literal["edits", "inputs", "outputs"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_T = TypeVar("_T")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


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
            f"there is no {kind} plugin named {name!r}{nearest_name(name, found)}; installed: "
            f"{known}"
        )
    return _load(found[name])


def _load(entry: EntryPoint) -> Any:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        # Somebody else's module may do anything, even end the program.
        told = str(error) if isinstance(error, Exception) else "it exits the program"
        where = f"{entry.value} of {origin(entry)}"
        raise PluginError(f"{where} cannot be imported: {told}") from error


def origin(entry: EntryPoint) -> str:
    """The package that a plugin comes from, and its version."""
    package = entry.dist
    return f"{package.name} {package.version}" if package else "an unknown package"


def load_plugins(
    kind: Kind, check: Callable[[str, Any], _T], log: Callable[[str], None]
) -> dict[str, _T]:
    """What `check` makes of the name and the class of each installed plugin, sorted by name.

    One that fails to load, or for which `check` raises, is left out, and `log` gets a line that
    says why. Raises PluginError when two packages claim the same name.
    """
    loaded: dict[str, _T] = {}
    # Looked for once: it takes a look at every package that is installed.
    for name, entry in sorted(find_plugins(kind).items()):
        try:
            loaded[name] = check(name, _load(entry))
        except Exception as error:
            log(f"the {singular(kind)} {name!r} was left out: {error}")
    return loaded


def singular(kind: Kind) -> str:
    """What one plugin of a kind is called, and what its parameters' names begin with."""
    return kind.removesuffix("s")


def check_declaration(name: str, plugin: Any, taken: Iterable[str] = ()) -> None:
    """Raise PluginError unless name, doc and parameters are legal; `taken` are names of parameters
    that every plugin of the kind has already."""
    if plugin.name != name or not _WORD.fullmatch(name):
        raise PluginError(
            f"its name is {plugin.name!r}; legal: the same as its entry point, a word of a-z, 0-9 "
            "and _"
        )
    if not (isinstance(plugin.doc, str) and plugin.doc):
        raise PluginError("its doc must be a sentence")
    names = set(taken)
    for parameter in plugin.parameters:
        _check_parameter(parameter, names, ", ".join(map(repr, taken)))
        names.add(parameter.name)


def declared_parameters(kind: Kind, plugins: Iterable[Any]) -> dict[str, Parameter]:
    """The parameters of plugins by their full names, such as "input/tide/depth"."""
    table: dict[str, Parameter] = {}
    for plugin in plugins:
        for parameter in plugin.parameters:
            name = f"{singular(kind)}/{plugin.name}/{parameter.name}"
            table[name] = replace(parameter, name=name)
    return table


@dataclass(frozen=True)
class PluginValues(Mapping[str, float]):
    """The values of one plugin's parameters as they are now, by their short names.

    One that the store does not know is at its default.
    """

    store: ParameterStore
    kind: Kind
    plugin: Any

    def __getitem__(self, name: str) -> float:
        full = f"{singular(self.kind)}/{self.plugin.name}/{name}"
        for parameter in self.plugin.parameters:
            if parameter.name == name:
                return self.store[full] if full in self.store.table else float(parameter.default)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (parameter.name for parameter in self.plugin.parameters)

    def __len__(self) -> int:
        return len(self.plugin.parameters)


def _check_parameter(parameter: Any, names: set[str], taken: str) -> None:
    if not isinstance(parameter, Parameter):
        raise PluginError(f"its parameters include {parameter!r}, which is not a Parameter")
    if parameter.name in names or not _WORD.fullmatch(parameter.name):
        already = f", and {taken} is already taken by every such plugin" if taken else ""
        raise PluginError(
            f"its parameter {parameter.name!r} is not legal: each needs a unique name, a word of "
            f"a-z, 0-9 and _{already}"
        )
    wrong = _fault(parameter)
    if wrong:
        raise PluginError(f"its parameter {parameter.name!r} is {wrong}")


def _fault(parameter: Parameter) -> str:
    """What is wrong with what a parameter declares; "" for nothing."""
    if parameter.per_level:
        return "per level; only an edit's 'on' can be"
    if parameter.kind not in get_args(ParameterKind) or parameter.curve not in get_args(Curve):
        kinds, curves = ", ".join(get_args(ParameterKind)), ", ".join(get_args(Curve))
        return f"of kind {parameter.kind!r} and curve {parameter.curve!r}; legal: {kinds}; {curves}"
    if not (isinstance(parameter.doc, str) and parameter.doc and isinstance(parameter.unit, str)):
        return "not described: its doc must be a sentence and its unit a text"
    ends = (parameter.minimum, parameter.maximum)
    if not (all(map(math.isfinite, ends)) and ends[0] < ends[1]):
        return f"from {ends[0]} to {ends[1]}; legal: two finite numbers, the lower one first"
    off = parameter.optional and math.isnan(parameter.default)
    if not off and not ends[0] <= parameter.default <= ends[1]:
        return f"{parameter.default} by default, outside {ends[0]:g}..{ends[1]:g}"
    return ""
