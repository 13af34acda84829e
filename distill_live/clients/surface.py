"""What every surface for another program has: sliders, switches and buttons, section by section.

It is made from the table of parameters and the requests, so that a surface never disagrees with
the instrument; how it looks and what it sends in a program's own language is that program's file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from distill_live.control.namespace.address import OFF, ROOT
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import DEFAULT_LABELS, level_name
from distill_live.parameters import LEVELS_LIMIT, SAMPLING_PARAMETERS, STEER, Parameter, Table

#: A client subscribes for a minute, and again this often, in seconds.
RENEW_SECONDS = 30
#: What subscribes a client. Its argument is the port to tell; 0 is the one that it sends from.
SUBSCRIBE = f"{ROOT}/subscribe"
#: Whole numbers with more values than a slider can show are typed.
_MOST_STEPS = 1_000


@dataclass(frozen=True)
class Connection:
    """Where the instrument listens, and the port on which the client does."""

    host: str
    port: int
    reply_port: int


@dataclass(frozen=True)
class Control:
    """A parameter, or one level of it, that a surface shows and moves; `level` is its name."""

    parameter: Parameter
    level: str = ""

    @property
    def name(self) -> str:
        """What stands behind the root in its address, such as "temperature/structure"."""
        return f"{self.parameter.name}/{self.level}" if self.level else self.parameter.name

    @property
    def address(self) -> str:
        """Its OSC address."""
        return f"{ROOT}/{self.name}"

    @property
    def label(self) -> str:
        """What is written beside it, within its section."""
        return self.level or self.parameter.name.rpartition("/")[2].replace("_", " ")

    @property
    def kind(self) -> Literal["slider", "switch", "number"]:
        """What it is moved by."""
        if self.parameter.kind == "bool":
            return "switch"
        whole = self.parameter.kind == "int"
        steps = self.parameter.maximum - self.parameter.minimum
        return "number" if whole and steps > _MOST_STEPS else "slider"

    @property
    def release(self) -> str:
        """The label of what sends the word off: what can be off is, and a level follows the global
        value again. "" where nothing can be."""
        return "follow" if self.level else OFF if self.parameter.optional else ""

    @property
    def start(self) -> float:
        """Where it stands before the instrument has told: the default, else the middle."""
        default = self.parameter.default
        middle = 0.5 * (self.parameter.minimum + self.parameter.maximum)
        return middle if math.isnan(default) else default


@dataclass(frozen=True)
class Button:
    """A request with its arguments."""

    label: str
    request: str
    arguments: tuple[float | int | str, ...] = ()

    @property
    def address(self) -> str:
        """Its OSC address."""
        return f"{ROOT}/{self.request}"

    @property
    def key(self) -> str:
        """A name of its own, such as "rewind-4-same"."""
        texts = [one if isinstance(one, str) else f"{one:g}" for one in self.arguments]
        return "-".join([self.request, *texts])


@dataclass(frozen=True)
class Section:
    """What belongs together, under a title; `typed` are requests whose one argument is a name that
    is typed, where a program has fields for that."""

    title: str
    controls: tuple[Control, ...] = ()
    buttons: tuple[Button, ...] = ()
    typed: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Surface:
    """All of it, section by section."""

    sections: tuple[Section, ...]

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls of all sections."""
        return tuple(one for section in self.sections for one in section.controls)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons of all sections."""
        return tuple(one for section in self.sections for one in section.buttons)

    @property
    def typed(self) -> tuple[Button, ...]:
        """The requests of all sections whose argument is typed."""
        return tuple(one for section in self.sections for one in section.typed)


#: Requests as a performer wants them at hand.
_BUTTONS = (
    Section("transport", buttons=(
        Button("play", "play"),
        Button("stop", "stop"),
        Button("panic", "panic"),
        Button("hold", "hold"),
        Button("release", "release"),
        Button("hold 1 beat", "hold/beats", (1.0,)),
        Button("steering off", "steer/off"),
        Button("reset all", "reset"),
    )),
    Section("rewind and loop", buttons=(
        Button("rewind 1 s", "rewind", (1.0,)),
        Button("rewind 4 s", "rewind", (4.0,)),
        Button("replay 4 s", "rewind", (4.0, "same")),
        Button("rewind 4 beats", "rewind/beats", (4.0,)),
        Button("loop 1 s", "loop", (1.0,)),
        Button("loop 1 beat", "loop/beats", (1.0,)),
        Button("loop 4 beats", "loop/beats", (4.0,)),
    )),
    Section("presets and recording", buttons=(
        Button("previous preset", "preset/previous"),
        Button("next preset", "preset/next"),
        Button("record", "record", (1,)),
        Button("stop recording", "record", (0,)),
    )),
    Section("tempo", buttons=(
        Button("tap", "tap"),
        Button("start bar", "bar"),
        Button("auto", "tempo_source", ("auto",)),
        Button("internal", "tempo_source", ("internal",)),
        Button("MIDI", "tempo_source", ("midi",)),
        Button("Link", "tempo_source", ("link",)),
    )),
)  # fmt: skip

#: Requests that need nothing but a name.
_TYPED = Section("by name", typed=tuple(
    Button(name.replace("/", " "), name)
    for name, spec in REQUESTS.items()
    if [(argument.kind, argument.words) for argument in spec.arguments if not argument.optional]
    == [("text", ())]
))  # fmt: skip


def build_surface(table: Table, labels: Sequence[str] = DEFAULT_LABELS) -> Surface:
    """The surface for the parameters of `table`, with a row for each level by these labels."""
    levels = [level_name(label) for label in labels[:LEVELS_LIMIT]]
    controls: dict[str, list[Control]] = {}
    for parameter in table.values():
        rows = controls.setdefault(_title(parameter), [])
        rows.append(Control(parameter))
        if parameter.per_level:
            rows += [Control(parameter, level) for level in levels]
    sections = (Section(title, tuple(found)) for title, found in controls.items())
    return Surface((*_BUTTONS, _TYPED, *sections))


def _title(parameter: Parameter) -> str:
    if parameter.name in SAMPLING_PARAMETERS and not parameter.name.startswith(STEER):
        return "sampling"
    return parameter.name.rpartition("/")[0].replace("/", " ") or "output and tempo"
