"""The sources of a patch's mappings: OSC, MIDI and modulators.

A field's description says what is legal there; error messages are made from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from distill_live.control.midi.event import MAX_7_BIT, MidiEvent, port_matches
from distill_live.control.modulation.modulators import BEATS, SECONDS, Followed, Shape

_ADDRESS = re.compile(r"(/[^\s#*,/?\[\]{}]+)+")
_BUILT_IN = re.compile(r"/distill(/.*)?")

#: What a button does: on while it is held, on when it is pressed, or on and off by turns.
ButtonMode = Literal["gate", "trigger", "toggle"]
_MODES = "gate (on while held), trigger (when pressed) or toggle (on, then off)"


class PatchModel(BaseModel):
    """Any part of a patch."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


#: The most arguments of a message that can be mapped apart.
MAX_ARGUMENTS = 64


class OscSource(PatchModel):
    """A control that sends OSC: 0..1 for a fader, 1 and 0 or nothing at all for a button.

    Of one that sends several numbers at once, such as an XY pad, `argument` says which counts.
    """

    osc: str = Field(max_length=255, description="an OSC address such as /1/fader1")
    argument: int | None = Field(
        default=None, ge=1, le=MAX_ARGUMENTS,
        description=f"which number of a message to use, 1..{MAX_ARGUMENTS}",
    )  # fmt: skip
    mode: ButtonMode | None = Field(default=None, description=_MODES)

    @field_validator("osc")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if not address.isascii() or not _ADDRESS.fullmatch(address):
            raise ValueError(
                f"{address!r} is not an OSC address; legal: /names/separated/by/slashes, without "
                "spaces and # * , ? [ ] { }"
            )
        if _BUILT_IN.fullmatch(address):
            raise ValueError(f"{address!r} is built in; use an address outside /distill")
        return address


_Channel = Annotated[int, Field(ge=1, le=16)]


def _as_list(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


class MidiSource(PatchModel):
    """A control of a MIDI device; by default of any device, on any channel."""

    device: str | None = Field(
        default=None, min_length=1, max_length=200,
        description="a name from `devices`, or a port's name: part of it, or with * and ?",
    )  # fmt: skip
    channel: Annotated[
        list[_Channel] | None,
        BeforeValidator(_as_list, json_schema_input_type=_Channel | list[_Channel] | None),
    ] = Field(default=None, min_length=1, description="a MIDI channel 1..16, or a list of channels")

    def hears(self, event: MidiEvent, devices: Mapping[str, str]) -> bool:
        """Whether an event comes from this device and channel; `devices` are the patch's names."""
        if self.channel is not None and event.channel not in self.channel:
            return False
        return self.device is None or port_matches(
            devices.get(self.device, self.device), event.device
        )


class ControlChangeSource(MidiSource):
    """A controller: a knob, a fader, a button, or an endless encoder."""

    cc: int = Field(ge=0, le=127, description="a controller number 0..127")
    bits: Literal[7, 14] = Field(
        default=7, description="7, or 14 for a pair of controllers, cc (0..31) and cc + 32"
    )
    encoding: Literal["absolute", "twos", "offset", "signed", "ends"] = Field(
        default="absolute",
        description="absolute, or, for an encoder, what it sends up and down: twos (1, 127), "
        "offset (65, 63), signed (1, 65) or ends (127, 0)",
    )
    step: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="the fraction of the range that one step of an encoder moves, up to 1",
    )
    mode: ButtonMode | None = Field(default=None, description=_MODES)

    @model_validator(mode="after")
    def _fits(self) -> ControlChangeSource:
        if self.bits == 14 and self.cc > 31:
            raise ValueError(
                f"cc {self.cc} cannot be the coarse half of a 14-bit pair; legal: 0..31"
            )
        is_encoder = self.encoding != "absolute"
        if is_encoder and (self.bits == 14 or self.mode):
            raise ValueError("an encoder has 7 bits and no mode")
        if self.step is not None and not is_encoder:
            raise ValueError("step is only for encoders: give their `encoding`")
        return self


class NrpnSource(MidiSource):
    """A non-registered parameter: 14 bits of number, 14 bits of value."""

    nrpn: int = Field(ge=0, le=16_383, description="an NRPN number 0..16383")


_NoteNumber = Annotated[int, Field(ge=0, le=127)]
_Note = _NoteNumber | Literal["any"]


class NoteSource(MidiSource):
    """A key or a pad, or all keys between two."""

    note: _Note = Field(description="a note number 0..127 (60 is middle C), or any")
    mode: ButtonMode | Literal["velocity", "number"] = Field(
        default="gate",
        description="velocity (how hard), number (which key: 0 the lowest, 1 the highest), "
        f"{_MODES}",
    )
    keys: list[_NoteNumber] | None = Field(
        default=None, min_length=2, max_length=2,
        description="with `note: any`, the lowest and the highest key, such as [36, 96]",
    )  # fmt: skip

    @model_validator(mode="after")
    def _fits(self) -> NoteSource:
        if self.note != "any" and (self.keys is not None or self.mode == "number"):
            raise ValueError("keys, and the mode number, are only for many keys: `note: any`")
        if self.keys is not None and not self.keys[0] < self.keys[1]:
            raise ValueError("keys needs the lowest key, then the highest, such as [36, 96]")
        return self

    @property
    def span(self) -> tuple[int, int]:
        """The lowest and the highest note that count."""
        low, high = self.keys or (0, MAX_7_BIT)
        return low, high

    def hears(self, event: MidiEvent, devices: Mapping[str, str]) -> bool:
        """Whether an event comes from this device and channel, and from one of the keys."""
        low, high = self.span
        return low <= event.number <= high and super().hears(event, devices)


class ProgramSource(MidiSource):
    """A program change, with the bank: bank * 128 + program, both counted from 0."""

    program: Annotated[int, Field(ge=0, le=2_097_151)] | Literal["any"] = Field(
        description="a program number 0..127, plus 128 times the bank, or any"
    )
    mode: Literal["trigger", "toggle"] = Field(
        default="trigger", description="trigger (when pressed) or toggle (on, then off)"
    )


class BendSource(MidiSource):
    """The pitch wheel, which rests in the middle of its travel."""

    bend: Literal[True] = Field(description="true")


class PressureSource(MidiSource):
    """Aftertouch of a whole channel."""

    pressure: Literal[True] = Field(description="true")


class PolyPressureSource(MidiSource):
    """Aftertouch of one key."""

    poly_pressure: _Note = Field(description="a note number 0..127, or any")


class LfoSource(PatchModel):
    """An LFO with a cycle of so many seconds, or of so many beats in step with the tempo."""

    lfo: Shape = Field(description="sine, triangle, saw, square or random")
    seconds: float | None = Field(
        default=None, ge=SECONDS[0], le=SECONDS[1],
        description=f"seconds, {SECONDS[0]:g}..{SECONDS[1]:g}",
    )  # fmt: skip
    beats: float | None = Field(
        default=None, ge=BEATS[0], le=BEATS[1], description=f"beats, {BEATS[0]:g}..{BEATS[1]:g}"
    )
    phase: float = Field(default=0.0, ge=0, le=1, description="where the cycle begins, 0..1")

    @model_validator(mode="after")
    def _has_one_pace(self) -> LfoSource:
        if (self.seconds is None) == (self.beats is None):
            raise ValueError("an lfo needs a cycle length, either `seconds: S` or `beats: N`")
        return self


class FollowSource(PatchModel):
    """How loud the output is, or how loud or bright the live input is: `gain` makes small values
    count for more."""

    follow: Followed = Field(description="output, listen.loudness or listen.brightness")
    attack: float = Field(default=10.0, ge=0, le=60_000, description="0..60000 ms")
    release: float = Field(default=300.0, ge=0, le=60_000, description="0..60000 ms")
    gain: float = Field(default=1.0, ge=0, le=1_000, description="0..1000")


class WalkSource(PatchModel):
    """A random walk, which usually takes so many seconds from the middle to an end."""

    walk: float = Field(
        ge=SECONDS[0], le=SECONDS[1], description=f"seconds, {SECONDS[0]:g}..{SECONDS[1]:g}"
    )


#: The sources, by the key that only each of them has.
SOURCES: dict[str, type[PatchModel]] = {
    "osc": OscSource,
    "cc": ControlChangeSource,
    "nrpn": NrpnSource,
    "note": NoteSource,
    "program": ProgramSource,
    "bend": BendSource,
    "pressure": PressureSource,
    "poly_pressure": PolyPressureSource,
    "lfo": LfoSource,
    "follow": FollowSource,
    "walk": WalkSource,
}
#: The sources that move by themselves.
MODULATORS = (LfoSource, FollowSource, WalkSource)


def present_key(value: object, keys: tuple[str, ...]) -> str | None:
    """The tag of the one key of `keys` in the mapping `value`; None for none or several."""
    found = [f"<{key}>" for key in keys if isinstance(value, dict) and key in value]
    return found[0] if len(found) == 1 else None


Source = Annotated[
    Annotated[OscSource, Tag("<osc>")]
    | Annotated[ControlChangeSource, Tag("<cc>")]
    | Annotated[NrpnSource, Tag("<nrpn>")]
    | Annotated[NoteSource, Tag("<note>")]
    | Annotated[ProgramSource, Tag("<program>")]
    | Annotated[BendSource, Tag("<bend>")]
    | Annotated[PressureSource, Tag("<pressure>")]
    | Annotated[PolyPressureSource, Tag("<poly_pressure>")]
    | Annotated[LfoSource, Tag("<lfo>")]
    | Annotated[FollowSource, Tag("<follow>")]
    | Annotated[WalkSource, Tag("<walk>")],
    Discriminator(
        lambda value: present_key(value, tuple(SOURCES)),
        custom_error_type="source",
        custom_error_message=f"a source needs exactly one of the keys {', '.join(SOURCES)}",
    ),
]


def source_key(source: PatchModel) -> tuple[str, object, object]:
    """Which control a source is, whatever it does: its key, the value of that key, and the part of
    the control: one of a message's arguments, or some of the keys."""
    key = next(key for key, model in SOURCES.items() if type(source) is model)
    part: object = None
    if isinstance(source, OscSource):
        part = source.argument
    elif isinstance(source, NoteSource) and source.keys is not None:
        part = tuple(source.keys)
    return key, getattr(source, key), part


def same_control(one: PatchModel, other: PatchModel) -> bool:
    """Whether two sources are, or can be, the same knob, fader, button or address."""
    if source_key(one) != source_key(other):
        return False
    if not (isinstance(one, MidiSource) and isinstance(other, MidiSource)):
        return True
    apart = one.channel and other.channel and not {*one.channel} & {*other.channel}
    return not apart and (one.device == other.device or None in (one.device, other.device))
