"""Streams for visuals: what clients can follow while the instrument plays."""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.control.namespace.address import ROOT


@dataclass(frozen=True)
class Stream:
    """A stream, at `/distill/stream/NAME`; `types` are the OSC type tags of its arguments.

    A "*" at the end repeats the last type as often as there are values.
    """

    name: str
    types: str
    doc: str

    @property
    def address(self) -> str:
        """The stream's OSC address."""
        return f"{ROOT}/stream/{self.name}"


STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        Stream("codes", "i*",
               "The codes of the column that sounds, as edited: band by band, low to high, in each "
               "band coarse to fine."),
        Stream("grid", "iii", "The bands and levels of a column, and how many codes there are."),
        Stream("column", "i", "The number of the column that sounds."),
        Stream("entropy", "f",
               "How undecided the prior was about the column that sounds, in bits per code."),
        Stream("level", "ff",
               "How loud it is: RMS of the last 50 ms and falling peak, 1 is full scale."),
        Stream("underruns", "i", "How often the sound broke off since the start."),
        Stream("origin", "sff",
               "Where the sound comes from: the recording, or nothing when it is in none; the "
               "second in it; how much agrees there, 0..1."),
        Stream("beat", "f", "Which beat it is, with its fraction; 0 is the first of a bar."),
        Stream("phase", "f", "How far the bar has come, 0..1."),
    )
}  # fmt: skip

#: Where each line that is said to people is sent.
SAID = f"{ROOT}/said"
