"""What the page knows of the model that plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distill_live.live.server.deck import Deck


def model_facts(deck: Deck) -> dict[str, Any]:
    """The name, the path, the labels of the levels and the kind of vocoder of the model on a deck;
    once an engine has been ready to play it, also how many bands it has, how many codes in a
    codebook, how long a column lasts in seconds, and the sample rate in Hz.

    All can be written as JSON. No file is read.
    """
    facts: dict[str, Any] = {
        "name": deck.name,
        "path": str(deck.path),
        "levels": list(deck.level_labels),
        "vocoder": deck.vocoder,
    }
    blank = deck.blank
    if blank is None:
        return facts
    return facts | {
        "bands": blank.codes.shape[1],
        "codebookSize": blank.codebook_size,
        "columnSeconds": blank.column_seconds,
        "sampleRate": blank.sample_rate,
    }
