"""What a page may send: checked, before anything is done with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from distill_live.control.routing.waiting import Message
from distill_live.errors import ParameterError
from distill_live.web.socket.feed import AUDIO_RATES, FRAME_KINDS

#: What comes in, as text, where a page watches it.
INCOMING = "incoming"
_WATCHED = FRAME_KINDS | {INCOMING}
#: The most messages that can be sent at one moment.
MAX_MESSAGES = 1024
_LONGEST_ID = 64


@dataclass(frozen=True)
class SendRequest:
    """Messages to apply as one change; with an `id`, what they answer comes back under it."""

    messages: list[Message]
    id: int | str | None = None


@dataclass(frozen=True)
class WatchRequest:
    """What a page watches from now on, and the sample rate in Hz of sound."""

    what: frozenset[str]
    audio_rate: int


def read_request(text: str | None) -> SendRequest | WatchRequest:
    """Read a text frame. Raises ParameterError, which says what is legal."""
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ParameterError("a page sends JSON objects with a `type`, as text")
    if value.get("type") == "send":
        return _read_send(value)
    if value.get("type") == "watch":
        return _read_watch(value)
    raise ParameterError(f"the type must be send or watch, not {_shown(value.get('type'))}")


def _read_send(value: dict[str, Any]) -> SendRequest:
    name, messages = value.get("id"), value.get("messages")
    if not (name is None or isinstance(name, int) or _is_short(name)):
        raise ParameterError(f"an id is an integer or a text of up to {_LONGEST_ID} letters")
    if not isinstance(messages, list) or len(messages) > MAX_MESSAGES:
        raise ParameterError(f"messages must be a list of up to {MAX_MESSAGES}")
    return SendRequest([_read_message(one) for one in messages], name)


def _read_message(value: object) -> Message:
    match value:
        case [str(address), *arguments] if address.startswith("/"):
            for one in arguments:
                if not (one is None or isinstance(one, int | float | str)):
                    raise ParameterError(f"an argument is a number or a text, not {_shown(one)}")
            return address, tuple(arguments)
    raise ParameterError(
        f'a message is a list, an address and its arguments, such as ["/distill/gain", 0.5], not '
        f"{_shown(value)}"
    )


def _read_watch(value: dict[str, Any]) -> WatchRequest:
    what, rate = value.get("what"), value.get("audioRate", AUDIO_RATES[0])
    if not isinstance(what, list) or not all(isinstance(one, str) for one in what):
        raise ParameterError("what must be a list of texts")
    if unknown := set(what) - _WATCHED:
        raise ParameterError(
            f"cannot watch {_shown(min(unknown))}; legal: {', '.join(sorted(_WATCHED))}"
        )
    if rate not in AUDIO_RATES:
        raise ParameterError(
            f"audioRate must be {' or '.join(map(str, AUDIO_RATES))}, not {_shown(rate)}"
        )
    return WatchRequest(frozenset(what), rate)


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_ID


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:100]}..."
