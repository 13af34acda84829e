"""`distill-live learn`: maps the control that you move."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.output import tell
from distill_live.errors import DeviceError, DistillError

if TYPE_CHECKING:
    from distill_live.control.midi.event import ClockKind, MidiEvent
    from distill_live.control.midi_learn.learning import Learning
    from distill_live.control.namespace.address import Sender

_POLL_SECONDS = 0.02


def learn(
    patch: Annotated[str, typer.Argument(help="Patch to add to: a path, or a name in ./patches.")],
    param: Annotated[
        str,
        typer.Option(help="What to map the control to: a parameter, PARAMETER/LEVEL or a request."),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Option(
            "--argument",
            help="Argument of the request, such as 4 for rewind; for a parameter, what a press "
            "does: gate, toggle, trigger or velocity. Can be repeated.",
        ),
    ] = None,
    midi: Annotated[
        list[str] | None,
        typer.Option(help="MIDI input to listen to, by part of its name. Can be repeated."),
    ] = None,
) -> None:
    """Map the MIDI control that you move most within the next 30 seconds.

    The mapping is written to NAME.learned.yaml, which is loaded together with the patch NAME.yaml;
    the patch itself is not changed.
    """
    from distill_live.codes.edit import load_edits
    from distill_live.codes.edit_parameters import parameter_table
    from distill_live.control.midi_learn.learning import Learning
    from distill_live.control.patch.files import find_patch
    from distill_live.inputs.midi import MidiInput

    failures: list[str] = []
    learning = Learning(
        find_patch(patch),
        parameter_table(load_edits(tell)),
        done=lambda _sender, text: tell(text),
        failed=lambda _sender, text: failures.append(text),
    )
    wanted = [_number_or_text(text) for text in arguments or ()]
    text = learning.begin(param, time.monotonic(), arguments=wanted)
    source = MidiInput(_Listener(learning), midi)
    source.start()
    try:
        if not source.is_available:
            raise DeviceError(source.status)
        tell(text)
        while learning.name is not None:
            learning.tick(time.monotonic())
            time.sleep(_POLL_SECONDS)
    finally:
        source.stop()
    if failures:
        raise DistillError(failures[0])


def _number_or_text(text: str) -> float | str:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


class _Listener:
    """Hands what comes in to learning, instead of to an instrument."""

    def __init__(self, learning: Learning) -> None:
        self._learning = learning

    def receive_midi(self, event: MidiEvent, sender: Sender = None) -> None:
        self._learning.hear(event, time.monotonic())

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Clock is no control."""

    def count_malformed(self, sender: str, reason: str) -> None:
        """What is no message is no control either."""

    def tell(self, kind: str, line: str) -> None:
        tell(line)
