"""Where OSC addresses lead: those built in below /distill, those of a patch, and patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from distill_live.control.namespace.address import NORM, OFF, OWN, ROOT, Reply
from distill_live.control.namespace.pattern import is_pattern, match
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import find_target
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.reception import printable
from distill_live.errors import ParameterError
from distill_live.parameters import Table
from distill_live.spelling import closest

Handler = Callable[[Sequence[object]], list[Reply]]

#: Addresses with these endings are matched only by patterns with the same ending.
_APART = (NORM, f"/{OFF}")
#: The most patterns, and the most addresses that lead nowhere, that are remembered.
MAX_REMEMBERED = 256
#: The most members of a group that are listed.
_MAX_MEMBERS = 8


class AddressBook:
    """Finds the handlers of each address.

    `services` are the built-in addresses that are neither parameters nor requests, by their names
    below /distill; `mapped` are those of a patch. `explain` says why there is no such name below
    /distill, if it knows. The levels are those that `actions` has when the book is made.
    """

    def __init__(
        self,
        table: Table,
        actions: Actions,
        services: Mapping[str, Handler],
        mapped: Mapping[str, list[Handler]],
        explain: Callable[[str], str] = lambda name: "",
    ) -> None:
        self._table, self._actions, self._explain = table, actions, explain
        built_in: dict[str, Handler] = {
            "get": actions.get, "ping": actions.ping, "sync": actions.sync, **services,
        }  # fmt: skip
        built_in |= {name: partial(actions.request, name) for name in REQUESTS}
        for name in table:
            built_in[name] = partial(actions.set, name)
            built_in[name + NORM] = partial(actions.set_travel, name)
        handlers = {f"{ROOT}/{name}": [handler] for name, handler in built_in.items()}
        handlers |= mapped
        self._found = {
            address: [(address, handler) for handler in found]
            for address, found in handlers.items()
        }
        #: Every address that leads somewhere; levels by their names.
        self.addresses: tuple[str, ...] = (*self._found, *self._of_levels())
        self._matches: dict[str, list[str]] = {}
        self._hints: dict[str, str] = {}

    def find(self, address: str) -> list[tuple[str, Handler]]:
        """The handlers that an address or a pattern leads to, each with its plain address.

        Raises ParameterError for a pattern that is not legal.
        """
        found = self._found.get(address)
        if found:
            return found
        meant = self._meant(address) if is_pattern(address) else [address]
        return [found for one in meant for found in self._found.get(one) or self._of_level(one)]

    def explain_unknown(self, address: str) -> str:
        """What to say of an unknown address, with the nearest known one."""
        if self._is_read_only(address):
            name = address.removeprefix(f"{ROOT}/")
            return f"{address} can only be read: send {ROOT}/get {name}"
        if address not in self._hints:
            if len(self._hints) >= MAX_REMEMBERED:
                # Looking for the nearest one takes long, which a flood must not cause.
                return "unknown OSC address"
            self._hints[address] = self._hint(address)
        return f"unknown OSC address {printable(address)}{self._hints[address]}"

    def _is_read_only(self, address: str) -> bool:
        """Whether an address says if a level has a value of its own."""
        name = address.removeprefix(f"{ROOT}/").removesuffix(OWN)
        if address != f"{ROOT}/{name}{OWN}":
            return False
        try:
            return self._actions.find(find_target(name, self._table))[1] is not None
        except ParameterError:
            return False

    def _meant(self, pattern: str) -> list[str]:
        """The addresses that a pattern matches. Those with a special ending count only if the
        pattern has it: a star matches a parameter and each level once, but not `steer/off`."""
        if pattern not in self._matches:
            if len(self._matches) >= MAX_REMEMBERED:
                self._matches.clear()
            ending = _ending(pattern)
            among = (one for one in self.addresses if _ending(one) == ending)
            self._matches[pattern] = match(pattern, among)
        return self._matches[pattern]

    def _of_level(self, address: str) -> list[tuple[str, Handler]]:
        """What sets one level, if the address is a parameter's followed by a level's name."""
        name = address.removeprefix(f"{ROOT}/")
        level = name.removesuffix(NORM)
        if name == address or level.rpartition("/")[0] not in self._table:
            return []
        set_level = self._actions.set if level == name else self._actions.set_travel
        return [(address, partial(set_level, level))]

    def _of_levels(self) -> list[str]:
        per_level = [name for name, parameter in self._table.items() if parameter.per_level]
        return [
            f"{ROOT}/{name}/{level}{ending}"
            for name in per_level
            for level in self._actions.levels.names
            for ending in ("", NORM)
        ]

    def _hint(self, address: str) -> str:
        reason = self._explain(address[:200].removeprefix(f"{ROOT}/"))
        if reason:
            return f": {reason}"
        # Compared without the root, which all addresses share and some senders leave out.
        names = {known.removeprefix(ROOT): known for known in self._found}
        wanted = address[:200].removeprefix(ROOT)
        members = [known for known in self._found if known.startswith(f"{ROOT}{wanted}/")]
        members = [member for member in members if not _ending(member)]
        if members and wanted:
            return f" (a group: {_some(members)})"
        close = closest(wanted, names) or _only_group(wanted, names)
        if close:
            return f" (did you mean {names[close]}?)"
        below = address.startswith(f"{ROOT}/")
        return "; `distill-live params` lists all addresses" if below else ""


def _only_group(wanted: str, names: Iterable[str]) -> str | None:
    """The first name with the word `wanted`, such as `/freeze`, in it, if all such names are in one
    group, such as `/edit/freeze`."""
    found = [name for name in names if f"{wanted}/" in f"{name}/"]
    groups = {f"{name}/".partition(f"{wanted}/")[0] for name in found}
    return found[0] if len(groups) == 1 and wanted.rfind("/") == 0 else None


def _ending(address: str) -> str:
    return next(filter(address.endswith, _APART), "")


def _some(addresses: list[str]) -> str:
    """The first few addresses, and how many more there are."""
    more = len(addresses) - _MAX_MEMBERS
    shown = ", ".join(addresses[:_MAX_MEMBERS])
    return f"{shown} and {more} more" if more > 0 else shown
