"""Makes names and messages safe to show anywhere: on a terminal, in JSON, on a page."""

from __future__ import annotations

import unicodedata

# Bytes of a file name that are no UTF-8 stand in Python's text as U+DC80 and on (PEP 383).
_BYTES = range(0xDC80, 0xDD00)
# Control characters, lone surrogates, line and paragraph separators; and marks that turn the
# direction of writing.
_HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape(text: str, keep: str = "") -> str:
    """`text` with everything unprintable, such as the escape codes of a terminal, written out as in
    a Python string, except for the characters of `keep`."""
    if text.isprintable():
        return text
    return "".join(one if one in keep else _shown(one) for one in text)


def _shown(letter: str) -> str:
    code = ord(letter)
    if code in _BYTES:
        return f"\\x{code - 0xDC00:02x}"
    if letter in _TURNING or unicodedata.category(letter) in _HIDDEN:
        return letter.encode("unicode_escape").decode()
    return letter
