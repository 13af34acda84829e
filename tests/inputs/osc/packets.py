"""Packets to be refused: malformed ones, and well formed ones that set nothing."""

from __future__ import annotations

import struct

from distill_live.inputs.osc.packets import MAX_DEPTH, build_message
from tests.inputs.osc.client import GAIN, bundle, nested, tagged

HEADER = b"#bundle\0" + bytes(7) + b"\1"

MALFORMED = {
    "a bundle element of size -4, which hangs python-osc": HEADER + struct.pack(">i", -4),
    "a bundle element of size -8": HEADER + struct.pack(">i", -8) + bytes(8),
    "the smallest size of all": HEADER + struct.pack(">i", -(2**31)),
    "an element larger than the packet": HEADER + struct.pack(">i", 400) + GAIN,
    "an element of no multiple of 4": HEADER + struct.pack(">i", 26) + GAIN + b"\0\0",
    "an element of size 0": HEADER + bytes(4),
    "a bundle without a time tag": b"#bundle\0",
    "a bundle that ends in a size": HEADER + b"\0\0",
    "bundles nested too deeply": nested(MAX_DEPTH + 1),
    "bundles nested very deeply": nested(1500),
    "nothing": b"",
    "no address": b"distill/gain\0\0\0\0,f\0\0\0\0\0\0",
    "an address without an end": b"/distill/gain",
    "a message without its argument": tagged(b"/distill/gain", b",f"),
    "a truncated message": GAIN[:-2],
    "type tags without a comma": tagged(b"/distill/gain", b"f", bytes(4)),
    "a comma among the type tags": tagged(b"/distill/gain", b",,f", bytes(4)),
    "an unknown type tag": tagged(b"/distill/gain", b",zf", bytes(4)),
    "an array without an end": tagged(b"/distill/gain", b",[f", bytes(4)),
    "an address that is no UTF-8": tagged(b"/distill/\xff\xfe", b",f", bytes(4)),
    "a text that is no UTF-8": tagged(b"/distill/gain", b",s", b"\xff\xfe\0\0"),
    "a blob of negative size": tagged(b"/distill/gain", b",b", struct.pack(">i", -8)),
    "a blob larger than the packet": tagged(b"/distill/gain", b",b", struct.pack(">i", 2**30)),
    "a bad message beside a good one": bundle(GAIN, tagged(b"/distill/gain", b",f")),
}

# Well formed, but unable to set a parameter: every one must be refused or unknown.
HARMLESS = {
    "NaN": build_message("/distill/gain", [float("nan")]),
    "infinity": build_message("/distill/gain", [float("inf")]),
    "minus infinity": build_message("/distill/gain", [float("-inf")]),
    "a text": build_message("/distill/gain", ["loud"]),
    "a blob": build_message("/distill/gain", [b"0.5"]),
    "nil": build_message("/distill/gain", [None]),
    "an array": build_message("/distill/gain", [[0.5]]),
    "a very deep array": tagged(b"/distill/gain", b"," + b"[" * 9000 + b"]" * 9000),
    "a time tag": tagged(b"/distill/gain", b",t", bytes(8)),
    "no argument": build_message("/distill/gain", []),
    "too many arguments": tagged(b"/distill/gain", b"," + b"T" * 20_000),
    "a pattern to hang a regular expression": tagged(b"/" + b"*a" * 30 + b"*b", b",f", bytes(4)),
    "a very long address": tagged(b"/" + b"x" * 30_000, b",f", bytes(4)),
    "what would steer a terminal": tagged(b"/\x1b[2J\x07", b",s", b"\x1b[2J\0\0\0\0"),
}  # fmt: skip
