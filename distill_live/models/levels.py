"""What the levels of a model are called when nobody has named them."""

from __future__ import annotations

_FIRST, _SECOND, _BETWEEN, _LAST = "Structure", "Timbre", "Texture", "Detail"


def level_labels(num_quantizers: int) -> tuple[str, ...]:
    """What each level is called, coarse to fine: a name of its own for every one of them.

    Ours have 2 to 4. Files may have more, which lie between the second and the last and are
    numbered: Texture, Texture 2, ...; a single one is Structure.
    """
    between = [_BETWEEN if n == 1 else f"{_BETWEEN} {n}" for n in range(1, num_quantizers - 2)]
    second = [_SECOND] if num_quantizers > 2 else []
    last = [_LAST] if num_quantizers > 1 else []
    return (_FIRST, *second, *between, *last)
