"""What all surfaces for other programs have: sliders, switches and buttons, section by section.

It is made from the tables of parameters and requests, so a surface always agrees with the
instrument. How it looks, and the program's own language, are in that program's module.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from distill_live.codes.labels import level_name
from distill_live.control.namespace.address import OFF, ROOT
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import DEFAULT_LABELS
from distill_live.parameters import (
    EDIT_SWITCHES,
    LEVELS_LIMIT,
    SAMPLING_PARAMETERS,
    STEER,
    Parameter,
    Table,
)

#: How often a client subscribes again, in seconds; a subscription lasts a minute.
RENEW_SECONDS = 30
#: The address to subscribe at. Its argument is the port to send to; 0 is the one it comes from.
SUBSCRIBE = f"{ROOT}/subscribe"
#: Whole numbers with more values than this are typed: a slider cannot show them.
_MOST_STEPS = 1_000
#: There are so many edits that they have a page to themselves.
Page = Literal["play", "edits"]


@dataclass(frozen=True)
class Connection:
    """Where the instrument listens, and the port where the client listens."""

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
        """Its address without the root, such as "temperature/structure"."""
        return f"{self.parameter.name}/{self.level}" if self.level else self.parameter.name

    @property
    def address(self) -> str:
        """Its OSC address."""
        return f"{ROOT}/{self.name}"

    @property
    def label(self) -> str:
        """Its label within its section."""
        return self.level or self.parameter.name.rpartition("/")[2].replace("_", " ")

    @property
    def kind(self) -> Literal["slider", "switch", "number"]:
        """The widget that moves it."""
        if self.parameter.kind == "bool":
            return "switch"
        whole = self.parameter.kind == "int"
        steps = self.parameter.maximum - self.parameter.minimum
        return "number" if whole and steps > _MOST_STEPS else "slider"

    @property
    def release(self) -> str:
        """The label of the button that sends the word off: it switches an optional parameter off,
        and lets a level follow the global value again. "" if there is none."""
        return "follow" if self.level else OFF if self.parameter.optional else ""

    @property
    def start(self) -> float:
        """Its value until the instrument sends one: the default, or the middle if that is off."""
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
        """A unique name, such as "rewind-4-same"."""
        texts = [one if isinstance(one, str) else f"{one:g}" for one in self.arguments]
        return "-".join([self.request, *texts])


@dataclass(frozen=True)
class Section:
    """Controls and buttons that belong together, under a title; `typed` are requests whose argument
    is a name to type, if a program has text fields."""

    title: str
    controls: tuple[Control, ...] = ()
    buttons: tuple[Button, ...] = ()
    typed: tuple[Button, ...] = ()

    @property
    def page(self) -> Page:
        """The page on which it stands, in programs that have pages."""
        return "edits" if self.title.startswith("edit ") else "play"


@dataclass(frozen=True)
class Surface:
    """The whole surface, section by section."""

    sections: tuple[Section, ...]

    @property
    def pages(self) -> dict[Page, Surface]:
        """The sections of each page, in their order; a page without sections is left out."""
        pages: dict[Page, list[Section]] = {page: [] for page in get_args(Page)}
        for section in self.sections:
            pages[section.page].append(section)
        return {page: Surface(tuple(sections)) for page, sections in pages.items() if sections}

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


#: Requests that a performer wants at hand.
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
    Section("edits", buttons=(
        Button("undo", "undo"),
        Button("redo", "redo"),
        Button("reverse the loop", "region/loop", ("reverse",)),
        Button("shuffle the loop", "region/loop", ("shuffle",)),
    )),
    Section("clips", buttons=(
        Button("capture 4 s", "capture", (4.0, "captured")),
        Button("play it", "clip/play", ("captured",)),
        Button("no blend", "blend/clip", ("off",)),
    )),
    Section("input", buttons=(
        Button("listen", "listen", (1,)),
        Button("stop listening", "listen", (0,)),
        Button("continue from input", "listen/prime"),
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

#: Requests that need only a name.
_TYPED = Section("by name", typed=tuple(
    Button(name.replace("/", " "), name)
    for name, spec in REQUESTS.items()
    if [(argument.kind, argument.words) for argument in spec.arguments
        if not argument.optional or argument.can_be_empty] == [("text", ())]
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
    if parameter.name in EDIT_SWITCHES:
        return f"edit {parameter.name}"
    return parameter.name.rpartition("/")[0].replace("/", " ") or "output and tempo"
