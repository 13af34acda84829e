"""How messages name two models whose codecs differ, even if both models have one name."""

from __future__ import annotations

#: How many digits of a codec's checksum tell it apart; `models info` shows the whole of it.
_DIGITS = 8


def tell_apart(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """Two models, each given by its name and the checksum of its codec, as a message names them:
    in quotes, and with the beginnings of the checksums if both have the same name."""
    (name, sha256), (other_name, other_sha256) = one, other
    if name != other_name:
        return repr(name), repr(other_name)
    return _with_codec(name, sha256), _with_codec(name, other_sha256)


def _with_codec(name: str, sha256: str) -> str:
    return f"{name!r} (codec {sha256[:_DIGITS] or 'unknown'})"
