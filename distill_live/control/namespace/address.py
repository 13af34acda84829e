"""How addresses begin and end, who sends messages, and how they are answered."""

from __future__ import annotations

from collections.abc import Hashable

#: Such as ("osc", "127.0.0.1", 9001), ("midi", "nanoKONTROL") or ("web", 3): the first item says
#: which input can answer the sender. None: there is nobody to answer.
Sender = Hashable | None

#: An OSC message to send back to the sender: address and arguments.
Reply = tuple[str, tuple[object, ...]]

#: How every address begins.
ROOT = "/distill"

#: After a parameter's address: its value as the travel 0..1 of a controller.
NORM = "/norm"

#: After a level's address: 1 while it has a value of its own, 0 while it follows the global one.
OWN = "/own"

#: The word for a parameter that is off, in messages.
OFF = "off"
