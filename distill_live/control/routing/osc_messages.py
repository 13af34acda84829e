"""OSC messages: each is looked up once in the address book, and applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from distill_live.control.namespace.address import NORM, ROOT, Reply, Sender
from distill_live.control.namespace.nodes import SERVICES
from distill_live.control.patch.sources import OscSource
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.address_book import AddressBook, Handler
from distill_live.control.routing.gestures import osc_gesture
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.mappings import Binding
from distill_live.control.routing.reception import Reception
from distill_live.control.routing.waiting import Message, Waiting, read_at
from distill_live.errors import ParameterError
from distill_live.parameters import Table

#: A service of another part of the instrument: takes a message's arguments and its sender, and may
#: answer.
Service = Callable[[Sequence[object], Sender], list[Reply]]

#: The most addresses that one packet reaches by patterns; the largest packet holds fewer messages.
MAX_REACHED = 8192


class PacketResult(NamedTuple):
    """The result of a packet: the answers for its sender, and its addresses that lead nowhere."""

    replies: list[Reply]
    nowhere: list[str]


class OscMessages:
    """Applies messages to parameters, requests, services and mapped controls.

    Everything is done within a change of `actions`. `table` has the parameters, and `hooks` say why
    there is no such address.
    """

    def __init__(
        self,
        table: Table,
        actions: Actions,
        reception: Reception,
        waiting: Waiting,
        hooks: Hooks,
    ) -> None:
        self._table, self._actions = table, actions
        self._reception, self._waiting, self._hooks = reception, waiting, hooks
        self._services: dict[str, Handler] = {
            "at": self._put_off,
            "at/list": self._list_put_off,
            "at/cancel": self._cancel_put_off,
        }
        self._mapped: dict[str, list[Handler]] = {}
        self._moved: dict[str, Binding] = {}
        #: Changes whenever an address may have come to lead elsewhere.
        self.generation = 0
        self.renew()

    @property
    def addresses(self) -> Sequence[str]:
        """Every address that leads somewhere; levels by their names."""
        return self._book.addresses

    def add_service(self, name: str, service: Service) -> None:
        """Let `/distill/NAME` call `service`."""
        self._services[name] = lambda arguments: service(arguments, self._actions.sender)
        self.renew()

    def use(self, mapped: Mapping[str, Sequence[tuple[OscSource, Binding]]]) -> None:
        """Replace the mapped addresses, those of a patch."""
        self._mapped = {
            address: [partial(self._move, source, binding) for source, binding in found]
            for address, found in mapped.items()
        }
        self._moved = {address: found[0][1] for address, found in mapped.items()}
        self.renew()

    def renew(self) -> None:
        """Make the address book again: a service, the patch or the levels have changed."""
        self._book = AddressBook(
            self._table, self._actions, self._services, self._mapped, self._hooks.explain
        )
        self.generation += 1

    def apply(self, messages: Sequence[Message]) -> PacketResult:
        """Apply the messages of a packet in order; those that cannot be used are answered."""
        result = PacketResult([], [])
        reached = 0
        for address, arguments in messages:
            self._reception.note(address, arguments)
            before = len(result.replies)
            found = self._find(address, result)
            for meant, handler in found:
                reached += 1
                if reached > MAX_REACHED:
                    result.replies.extend(self._reception.refuse(meant, _reaches_too_many()))
                else:
                    result.replies.extend(self._reception.attempt(meant, handler, arguments))
            replies = result.replies[before:]
            self._describe(address, arguments, found, replies)
        return result

    def _describe(
        self,
        address: str,
        arguments: Sequence[object],
        found: Sequence[tuple[str, Handler]],
        replies: Sequence[Reply],
    ) -> None:
        """Describe a message by the first parameter, request or verb that it leads to."""
        meant = found[0][0] if found else ""
        moved = self._moved.get(meant)
        name = moved.name if moved else meant.removeprefix(f"{ROOT}/").removesuffix(NORM)
        sender = self._actions.sender
        self._reception.describe(sender, address, arguments, name or None, replies, moved)

    def _find(self, address: str, result: PacketResult) -> Sequence[tuple[str, Handler]]:
        """The handlers of an address or a pattern; if there are none, notes that in `result`."""
        try:
            found = self._book.find(address)
        except ParameterError as error:
            result.replies.extend(self._reception.refuse(address, error))
            result.nowhere.append(address)
            return ()
        if not found:
            reason = self._book.explain_unknown(address)
            result.replies.append(self._reception.note_unknown(address, reason))
            result.nowhere.append(address)
        return found

    def _move(
        self, source: OscSource, binding: Binding, arguments: Sequence[object]
    ) -> list[Reply]:
        """Perform what a message to a mapped address means."""
        gesture = osc_gesture(source, arguments, binding.name)
        if gesture is not None:
            self._waiting.perform(binding, gesture)
        return []

    def _put_off(self, arguments: Sequence[object]) -> list[Reply]:
        """Put a message off to the next beat, bar or bars."""
        quantum, message = read_at(arguments)
        # Refuse it now, not at its beat; it is looked up again then, as levels may have changed.
        if not self._book.find(message[0]):
            raise ParameterError(self._book.explain_unknown(message[0]))
        self._waiting.put_off(quantum, message)
        return []

    def _list_put_off(self, arguments: Sequence[object]) -> list[Reply]:
        SERVICES["at/list"].check(arguments)
        return self._waiting.listed(self._actions.panics)

    def _cancel_put_off(self, arguments: Sequence[object]) -> list[Reply]:
        SERVICES["at/cancel"].check(arguments)
        return self._waiting.cancel(self._actions.panics)


def _reaches_too_many() -> ParameterError:
    return ParameterError(
        f"one packet can reach at most {MAX_REACHED} addresses: split it into several"
    )
