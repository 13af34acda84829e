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
               "The codes of the current column, after edits: band by band, low to high, and "
               "within each band coarse to fine."),
        Stream("grid", "iii", "The number of bands, of levels, and of codes per codebook."),
        Stream("column", "i", "The number of the current column."),
        Stream("entropy", "f",
               "How undecided the prior was about the current column, in bits per code."),
        Stream("level", "ff",
               "Output level: RMS over the last 50 ms, and a falling peak; 1 is full scale."),
        Stream("underruns", "i", "The number of dropouts since the start."),
        Stream("origin", "sff",
               "Which recording the sound comes from: its name, or nothing if there is none; the "
               "position in it in seconds; how well the two match, 0..1."),
        Stream("section", "s",
               "The recording that has most of the section to which the stream keeps; empty if it "
               "keeps to none."),
        Stream("history", "iis",
               "The number of the current state of the history of edits, that of the last one, and "
               "the current one's name."),
        Stream("edit_order", "s*", "The edits by name, in the order in which they run."),
        Stream("clips", "is*", "How many clips the current model can use, and their names."),
        Stream("beat", "f", "Position in beats, with its fraction; beat 0 starts a bar."),
        Stream("phase", "f", "Position within the bar, 0..1."),
    )
}  # fmt: skip

#: Where each line that is said to people is sent.
SAID = f"{ROOT}/said"
