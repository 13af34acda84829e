"""OSCQuery: the namespace as a tree of JSON objects, as its clients read it.

The protocol: https://github.com/Vidvox/OSCQueryProposal. Where it leaves a choice, this does what
existing clients can read:

- A container has no value of its own. So the variants of an address, such as `norm`, a single
  level, the `clip` of `blend`, or the `beats` of a request, answer at their own paths but are not
  listed in the tree: some clients would show a folder instead of the parameter, others refuse the
  whole tree.
- A request with other requests below it, such as `/a` and `/a/b`, is listed as a container with a
  TYPE.
- A parameter that is off, and the arguments of a request, have the VALUE null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from distill_live.control.namespace.nodes import Node, Slot
from distill_live.parameters import ParameterStore

_ACCESS = {"read": 1, "write": 2, "both": 3}
_OWN = (
    "FULL_PATH", "CONTENTS", "DESCRIPTION", "TYPE", "ACCESS", "VALUE", "DEFAULT_VALUE", "RANGE",
    "UNIT", "CLIPMODE", "OVERLOADS",
)  # fmt: skip
#: The attributes that a client may ask for; the last four never have a value here.
ATTRIBUTES = (*_OWN, "TAGS", "CRITICAL", "EXTENDED_TYPE", "HTML")
#: The optional parts of the protocol that this server supports.
EXTENSIONS = {name: True for name in (*_OWN[3:], "LISTEN", "IGNORE", "PATH_CHANGED")}


class Tree:
    """The nodes of a namespace, by path, with the containers between them."""

    def __init__(self, nodes: Mapping[str, Node], store: ParameterStore, about: str) -> None:
        self.nodes, self._store, self._about = nodes, store, about
        self._children: dict[str, list[str]] = {"/": []}
        self._facets: dict[str, list[str]] = {}
        for node in nodes.values():
            owner = self._owner(node.address)
            if owner:
                self._facets.setdefault(owner, []).append(node.address)
            else:
                self._enter(node.address)

    def __contains__(self, path: str) -> bool:
        return path in self._children or path in self.nodes

    def describe(self, path: str) -> dict[str, Any]:
        """The object of a path in the tree, with everything below it."""
        described = self._attributes(path)
        if path in self._children:
            described["CONTENTS"] = self._contents(self._children[path])
        return described

    def attribute(self, path: str, name: str) -> Any:
        """One attribute of a path in the tree; None if it has no value.

        CONTENTS also has the addresses that the tree does not list.
        """
        if name == "CONTENTS":
            below = self._children.get(path, []) + self._facets.get(path, [])
            return self._contents(below) if below else None
        node = self.nodes.get(path)
        if name == "VALUE" and (node is None or node.access == "write"):
            return None
        return self._attributes(path).get(name)

    def _owner(self, address: str) -> str:
        """The path of the node that an address is a variant of; "" if it is none."""
        above = _parent(address)
        while above != "/":
            node = self.nodes.get(above)
            if node and (node.parameter or address == f"{above}/beats"):
                return above
            above = _parent(above)
        return ""

    def _enter(self, address: str) -> None:
        """Add the address to its container, and the container to its own, up to the root."""
        while address != "/":
            siblings = self._children.setdefault(_parent(address), [])
            if address not in siblings:
                siblings.append(address)
            address = _parent(address)

    def _contents(self, paths: Iterable[str]) -> dict[str, Any]:
        return {path.rpartition("/")[2]: self.describe(path) for path in paths}

    def _attributes(self, path: str) -> dict[str, Any]:
        node = self.nodes.get(path)
        described: dict[str, Any] = {"FULL_PATH": path, "ACCESS": 0}
        if node is None:
            return described | ({"DESCRIPTION": self._about} if path == "/" else {})
        described |= {"DESCRIPTION": node.doc, "TYPE": node.tags or "N"}
        if path not in self._children:
            described |= {"ACCESS": _ACCESS[node.access], "VALUE": self._value(node)}
        return described | _ranges(node.slots) | _particulars(node)

    def _value(self, node: Node) -> list[Any]:
        return [node.value(self._store)] if node.parameter else [None] * (len(node.slots) or 1)


def _particulars(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if node.parameter is not None:
        found |= {"DEFAULT_VALUE": [node.default], "CLIPMODE": ["both"]}
    overloads = _overloads(node)
    return found | ({"OVERLOADS": overloads} if overloads else {})


def _overloads(node: Node) -> list[dict[str, Any]]:
    """Other legal arguments of a message: more of them, or words in place of numbers."""
    ways: list[tuple[Slot, ...]] = []
    for count in range(len(node.more) + 1):
        slots = (*node.slots, *node.more[:count])
        ways += [slots] if count else []
        if slots and slots[-1].words:
            ways.append((*slots[:-1], Slot("s", words=slots[-1].words)))
        if any(slot.text for slot in slots):
            ways.append(tuple(Slot("s") if slot.text else slot for slot in slots))
    return [{"TYPE": "".join(slot.tag for slot in way)} | _ranges(way) for way in ways]


def _ranges(slots: Iterable[Slot]) -> dict[str, Any]:
    ranges = [_range(slot) for slot in slots]
    units = [slot.unit or None for slot in slots]
    found = {"RANGE": ranges} if any(ranges) else {}
    return found | ({"UNIT": units} if any(units) else {})


def _range(slot: Slot) -> dict[str, Any] | None:
    if slot.tag == "s":
        return {"VALS": list(slot.words)} if slot.words else None
    if slot.minimum is None or slot.maximum is None:
        return None
    number = int if slot.tag == "i" else float
    return {"MIN": number(slot.minimum), "MAX": number(slot.maximum)}


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"
