"""Endless encoders: how far one of their messages turns."""

from __future__ import annotations

from typing import Literal, get_args

from distill_live.control.midi.event import MAX_7_BIT
from distill_live.errors import ParameterError

#: How encoders send one step forth and one step back: twos 1 / 127, offset 65 / 63, signed 1 / 65,
#: ends 127 / 0. Turned faster, they send several steps at once; with ends, more messages.
Encoding = Literal["twos", "offset", "signed", "ends"]


def steps(encoding: Encoding, raw: int) -> int:
    """How many steps an encoder's message means, -64..63; below 0 is anticlockwise.

    `raw` is the controller's value 0..127. Raises ParameterError for any other value, and for an
    unknown encoding.
    """
    if not 0 <= raw <= MAX_7_BIT:
        raise ParameterError(f"an encoder must send 0..{MAX_7_BIT}, not {raw}")
    if encoding == "twos":
        return raw if raw < 64 else raw - 128
    if encoding == "offset":
        return raw - 64
    if encoding == "signed":
        return raw if raw < 64 else 64 - raw
    if encoding == "ends":
        return 1 if raw >= 64 else -1
    legal = ", ".join(get_args(Encoding))
    raise ParameterError(f"unknown encoder encoding {encoding!r}; legal: {legal}")
