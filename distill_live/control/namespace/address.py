"""How addresses begin and end, who sent a message, and what may be answered."""

from __future__ import annotations

from collections.abc import Hashable

#: Such as ("osc", "127.0.0.1", 9001), ("midi", "nanoKONTROL") or ("web", 3): the first item tells
#: who can answer the sender. None: there is nobody to answer.
Sender = Hashable | None

#: An OSC message to send back to whoever asked: address and arguments.
Reply = tuple[str, tuple[object, ...]]

#: How every address begins.
ROOT = "/distill"

#: Behind a parameter's address: its value as the travel 0..1 of a controller.
NORM = "/norm"

#: After a level's address: 1 while it has a value of its own, 0 while it follows the global one.
OWN = "/own"

#: The value of a parameter that is off, as messages say it.
OFF = "off"
