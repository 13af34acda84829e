"""Counts incoming messages, and reports those that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.targets import UnknownLevelError
from distill_live.control.routing.incoming import IncomingLog
from distill_live.control.routing.limited_log import LimitedLog
from distill_live.errors import ParameterError
from distill_live.parameters.rounding import shown

#: The most refused messages of one packet that are answered.
MAX_ERRORS = 16

#: How many seconds pass between two lines about malformed packets of one sender with one fault.
MALFORMED_S = 60.0

_ERROR = f"{ROOT}/error"
#: What is said of a control with takeover "pickup" that has not taken over.
_WAITS = "waits until it has come to where the parameter stands (takeover: pickup)"
#: The most names that have lines of their own in the log when they are refused.
_MAX_NAMES = 256
#: The most reasons for one name that have lines of their own.
_MAX_REASONS = 4
#: The parts of a reason that change from message to message: numbers and quoted texts.
_VALUES = re.compile(r"b?'[^']*'|b?\"[^\"]*\"|[-+.\w]*\d[-+.\w]*")
#: The longest reason in an answer, in letters.
_LONGEST_REASON = 300


@dataclass
class Counters:
    """Counts of what came in since the start.

    `received` messages were well formed. Of these, `unknown` led nowhere, `refused` had a value
    that cannot be used, and `clipped` a value out of range. `malformed` packets held no message.
    """

    received: int = 0
    malformed: int = 0
    unknown: int = 0
    refused: int = 0
    clipped: int = 0


class Moved(Protocol):
    """A mapping that a message moves."""

    @property
    def waits(self) -> bool: ...


class Reception:
    """Counts messages, and reports those that lead nowhere or cannot be used.

    `log` takes one line of text, and is called seldom enough to be readable. `clock` gives
    seconds.
    """

    def __init__(self, log: Callable[[str], None], clock: Callable[[], float]) -> None:
        self.counters = Counters()
        #: Describes every message to whoever looks.
        self.incoming = IncomingLog()
        self._log = LimitedLog(log, clock)
        self._last: tuple[str, Sequence[object]] | None = None
        self._reasons: dict[str, set[str]] = {}
        #: What was corrected of the message that is being applied, if one is.
        self._corrected: list[str] | None = None

    @property
    def last_message(self) -> str:
        """The newest message as a short text, such as "/distill/gain 0.5"; "" before any."""
        last = self._last
        if last is None:
            return ""
        return " ".join([printable(last[0]), *map(shown, last[1][:4])])

    def note(self, name: str, arguments: Sequence[object]) -> None:
        """Note the message that is being applied."""
        self._last = (name, arguments)

    def describe(
        self,
        sender: Sender,
        name: str,
        arguments: Sequence[object],
        target: str | None,
        replies: Sequence[Reply],
        moved: Moved | None = None,
    ) -> None:
        """Describe a message that was applied, and what it led to, to whoever looks; `moved` is the
        mapping that it moved."""
        if not self.incoming.is_read:
            return
        errors = [str(reply[1][-1]) for reply in replies if reply[0] == _ERROR]
        if moved is not None and moved.waits:
            errors.append(_WAITS)
        self.incoming.note(sender, name, arguments, target, errors[0] if errors else "")

    def attempt(
        self, name: str, action: Callable[..., list[Reply] | None], *arguments: object
    ) -> list[Reply]:
        """Call `action(*arguments)` for a message to `name`; returns what to answer.

        An action that raises is answered by an error, and does not stop the messages after it. A
        number that was out of range is answered by one, too.
        """
        corrected = self._corrected = []
        try:
            replies = action(*arguments) or []
            return [*replies, *(_error(name, reason) for reason in corrected)]
        except ParameterError as error:
            return self.refuse(name, error)
        except Exception as error:
            return self.refuse(name, ParameterError(f"failed: {error!r}"))
        finally:
            self._corrected = None

    def refuse(self, name: str, error: ParameterError) -> list[Reply]:
        """Tell of a message that cannot be used; returns the answer."""
        self.counters.refused += 1
        line = f"refused {printable(name)}: {error}"
        if isinstance(error, UnknownLevelError):
            # A fader for a level that this model lacks is no mistake: one line is enough.
            self._log.write_once(line, lambda: line)
        else:
            self._log.write(self._kind(name, str(error)), line)
        return [_error(name, str(error))]

    def _kind(self, name: str, reason: str) -> str:
        """The kind of log line for a mistake: one for each of the first reasons of each of the
        first names, then one for all others, because an address and a value can be anything."""
        if len(self._reasons) < _MAX_NAMES:
            self._reasons.setdefault(name, set())
        if name not in self._reasons:
            return "refused"
        reasons, reason = self._reasons[name], _VALUES.sub("", reason)
        if len(reasons) < _MAX_REASONS:
            reasons.add(reason)
        return f"refused {name}: {reason}" if reason in reasons else f"refused {name}"

    def note_unknown(self, address: str, reason: str) -> Reply:
        """Tell of an address that leads nowhere; returns the answer."""
        self.counters.unknown += 1
        self._log.write_counted(address, lambda: reason)
        return _ERROR, (printable(address), reason)

    def count_unknown(self, address: str, count: int) -> None:
        """Count more messages to an address that is known to lead nowhere."""
        self.counters.unknown += count
        self._log.count(address, count)
        self.incoming.note("osc", address, error="leads nowhere", count=count)

    def note_unmapped(self, name: str) -> None:
        """Tell of a control that the patch does not map."""
        self.counters.unknown += 1
        self._log.write_once(name, lambda: f"{name} is not mapped by the patch")

    def note_clipped(self, line: str) -> None:
        """Tell of a number that was out of range, in the message that is being applied."""
        self.counters.clipped += 1
        if self._corrected is not None:
            self._corrected.append(line)
        self._log.write("clipped", line)

    def note_malformed(self, sender: str, reason: str) -> None:
        """Tell of a packet that holds no message."""
        self.counters.malformed += 1
        line = f"malformed packet from {sender}: {reason}"
        # By the host alone: a program that sends from a new port each time is one source.
        host = sender.rpartition(":")[0] or sender
        self._log.write(self._kind(f"malformed from {host}", reason), line, MALFORMED_S)
        self.incoming.note(sender, "malformed packet", error=reason)

    def tell(self, kind: str, line: str) -> None:
        """Log a line; at most one a second of each kind."""
        self._log.write(kind, line)


def _error(name: str, reason: str) -> Reply:
    return _ERROR, (printable(name), reason[:_LONGEST_REASON])


def printable(text: str) -> str:
    """`text` cut short, and without characters that could control a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])


def fewer_errors(replies: list[Reply]) -> list[Reply]:
    """The replies, with only the first few of the errors: a bad packet must not cause a flood."""
    errors = [reply for reply in replies if reply[0] == _ERROR]
    if len(errors) <= MAX_ERRORS:
        return replies
    rest = f"{len(errors) - MAX_ERRORS} more messages of the packet were refused"
    others = [reply for reply in replies if reply[0] != _ERROR]
    return [*others, *errors[:MAX_ERRORS], (_ERROR, (f"{ROOT}/", rest))]
