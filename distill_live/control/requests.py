"""The one-shot requests of the instrument, declared once: what a verb or a button may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestSpec:
    """A named request that control hands on, in order, to whoever carries it out."""

    name: str
    doc: str


REQUESTS: dict[str, RequestSpec] = {
    request.name: request
    for request in (
        RequestSpec("play", "Go on playing."),
        RequestSpec("stop", "Fade out in 50 ms and hold the timeline where it is."),
        RequestSpec(
            "panic",
            "Fade out in 10 ms, switch all edits and modulation off, drop what is not yet heard.",
        ),
    )
}
