"""What the levels of a model are called when nobody has named them."""

from __future__ import annotations


def level_labels(num_quantizers: int) -> tuple[str, ...]:
    """What each level is called, coarse to fine."""
    names = {2: ("Structure", "Detail"), 4: ("Structure", "Timbre", "Texture", "Detail")}
    return names.get(num_quantizers, ("Structure", "Timbre", "Detail"))
