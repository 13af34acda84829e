"""Who sent something."""

from __future__ import annotations

from collections.abc import Hashable

#: Such as ("osc", "127.0.0.1", 9001), ("midi", "nanoKONTROL") or ("web", 3): by its first item one
#: knows who can answer it. None: nobody who could be answered.
Sender = Hashable | None
