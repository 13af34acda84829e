"""The schema of patches, version 1, as models that check what they are given.

A field's description says what is legal there; error messages are made from it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import find_order, find_target
from distill_live.control.patch.sources import (
    MODULATORS,
    SOURCES,
    BendSource,
    ControlChangeSource,
    NoteSource,
    NrpnSource,
    PatchModel,
    Source,
    present_key,
)
from distill_live.control.timing.quantise import LEGAL_QUANTUM, MAX_BARS, Quantum, parse_quantum
from distill_live.errors import ParameterError
from distill_live.parameters import (
    PARAMETERS,
    Curve,
    Parameter,
    Table,
    find_travel,
    scale_travel,
)
from distill_live.spelling import nearest_name

_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:.%\w]+\]|[^\s:\[\]/]+):([1-9]\d{0,4})")
_SOURCE_TEXT = f"a control with one of the keys {', '.join(SOURCES)}"

#: Sources that can show a parameter's value: `feedback` sends it back to them.
_WITH_LIGHTS = (ControlChangeSource, NrpnSource, NoteSource, BendSource)

Quantise = Annotated[
    Quantum | None,
    BeforeValidator(
        lambda value: _read_quantum(value),
        json_schema_input_type=Literal["beat", "bar"]
        | dict[Literal["bars"], Annotated[int, Field(ge=1, le=MAX_BARS)]]
        | None,
    ),
]


def _read_quantum(value: object) -> Quantum | None:
    try:
        return None if value is None else parse_quantum(value)
    except ParameterError as error:
        raise ValueError(f"quantise: {error}") from None


class _Mapping(PatchModel):
    """The fields of every mapping."""

    source: Source = Field(alias="from", description=_SOURCE_TEXT)
    quantise: Quantise = Field(default=None, description=LEGAL_QUANTUM)

    @model_validator(mode="after")
    def _does_not_wait(self) -> _Mapping:
        if isinstance(self.source, MODULATORS) and self.quantise is not None:
            raise ValueError("quantise is only for controls; modulators use beats")
        return self


class ParameterMapping(_Mapping):
    """A control moves parameters: its travel 0..1 is shaped by `curve` and scaled to `range`.

    With `invert` the control's way is turned round before that. Values are reached within `smooth`
    milliseconds. `takeover` says what a control does that stands elsewhere than the parameter;
    `feedback` sends the parameter's value back to the control's lights or motor.
    """

    to: Annotated[
        list[str],
        BeforeValidator(
            lambda value: [value] if isinstance(value, str) else value,
            json_schema_input_type=str | list[str],
        ),
    ] = Field(min_length=1, description="a parameter, PARAMETER/LEVEL, or a list of them")
    range: list[FiniteFloat] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="two numbers, [value at 0, value at 1]",
    )
    curve: Curve | None = Field(default=None, description="linear, exp, log or s")
    invert: bool = Field(default=False, description="true or false")
    smooth: float = Field(default=0.0, ge=0, le=60_000, description="0..60000 ms")
    takeover: Literal["jump", "pickup", "scale"] = Field(
        default="jump", description="jump, pickup or scale"
    )
    feedback: bool = Field(default=False, description="true or false")

    @field_validator("to")
    @classmethod
    def _are_targets(cls, names: list[str], info: ValidationInfo) -> list[str]:
        table = _table(info)
        for name in names:
            try:
                find_target(name, table)
            except ParameterError as error:
                raise ValueError(f"{error}; legal: {', '.join(table)}") from None
        return names

    @field_validator("range")
    @classmethod
    def _is_legal_range(cls, ends: list[float] | None, info: ValidationInfo) -> list[float] | None:
        for name in info.data.get("to", ()):
            parameter = find_target(name, _table(info)).parameter
            for end in ends or ():
                if not parameter.minimum <= end <= parameter.maximum:
                    raise ValueError(
                        f"range contains {end:g}, outside {parameter.name}'s {parameter.legal()}"
                    )
        return ends

    @model_validator(mode="after")
    def _fits_its_source(self, info: ValidationInfo) -> ParameterMapping:
        encoding = getattr(self.source, "encoding", "absolute")
        moved = isinstance(self.source, MODULATORS)
        if self.takeover != "jump" and (
            moved or encoding != "absolute" or getattr(self.source, "mode", None) is not None
        ):
            raise ValueError(
                "takeover is only for knobs and faders, which have a position of their own"
            )
        if self.feedback and not isinstance(self.source, _WITH_LIGHTS):
            raise ValueError(
                "feedback is only for cc, nrpn, note and bend: other controls have no lights or "
                "motors"
            )
        if self.feedback and getattr(self.source, "note", None) == "any":
            raise ValueError("feedback goes to one key: give the number of the note")
        if self.smooth and moved:
            raise ValueError(
                "smooth is only for controls; to slow a modulator down, make its cycle longer"
            )
        for name in self.to:
            if self.smooth and find_target(name, _table(info)).parameter.kind == "bool":
                raise ValueError(f"smooth: {name} is on or off, so there is nothing to smooth")
        return self

    def limits(self, parameter: Parameter) -> tuple[float, float]:
        """A parameter's values at the two ends of the control; the first may be the higher one.

        The parameter is one of `to`.
        """
        if self.range is not None:
            return self.range[0], self.range[1]
        return parameter.minimum, parameter.maximum

    def shape(self, parameter: Parameter) -> Curve:
        """The curve of the control's travel: the mapping's own, else the parameter's."""
        return self.curve or parameter.curve

    def value_at(self, parameter: Parameter, travel: float) -> float:
        """The value of one of the parameters `to` when the control stands at `travel`, 0..1."""
        way = 1.0 - travel if self.invert else travel
        return scale_travel(way, *self.limits(parameter), self.shape(parameter))

    def travel_at(self, parameter: Parameter, value: float) -> float:
        """Where the control would have to stand, 0..1, for the parameter's value."""
        travel = find_travel(value, *self.limits(parameter), self.shape(parameter))
        return 1.0 - travel if self.invert else travel


class RequestMapping(_Mapping):
    """A button makes a request when it is pressed: at 0.5 and above, CC 64 and above, or a bang.

    An encoder presses by each step forth, and what moves by itself by passing its middle.
    """

    do: str = Field(description="the name of a request")
    arguments: list[object] = Field(
        default=[], validate_default=True, description="a list of the request's arguments"
    )

    @field_validator("do")
    @classmethod
    def _is_request(cls, name: str) -> str:
        if name not in REQUESTS:
            hint = nearest_name(name, REQUESTS)
            raise ValueError(f"unknown request {name!r}{hint}; legal: {', '.join(REQUESTS)}")
        return name

    @field_validator("arguments")
    @classmethod
    def _are_legal(cls, arguments: list[object], info: ValidationInfo) -> list[object]:
        if "do" in info.data:
            try:
                REQUESTS[info.data["do"]].check(arguments)
            except ParameterError as error:
                raise ValueError(f"arguments: {error}") from None
        return arguments


Mapping = Annotated[
    Annotated[ParameterMapping, Tag("<to>")] | Annotated[RequestMapping, Tag("<do>")],
    Discriminator(
        lambda value: present_key(value, ("to", "do")),
        custom_error_type="mapping",
        custom_error_message="a mapping needs `from`, and either `to: PARAMETER` or `do: REQUEST`",
    ),
]


class OscSettings(PatchModel):
    """Settings for OSC."""

    targets: list[Annotated[str, Field(max_length=255)]] = Field(
        default=[], max_length=32, description="a list of HOST:PORT to which every change is sent"
    )
    timetags: Literal["schedule", "ignore"] = Field(
        default="schedule", description="schedule or ignore"
    )

    @field_validator("targets")
    @classmethod
    def _are_endpoints(cls, targets: list[str]) -> list[str]:
        for target in targets:
            found = _ENDPOINT.fullmatch(target)
            if not found or int(found[2]) > 65_535:
                raise ValueError(
                    f"{target!r} is not a target; legal: HOST:PORT, such as 127.0.0.1:9001"
                )
        return targets


_Name = Annotated[str, Field(min_length=1, max_length=100)]
#: A preset: the value of each parameter or level, a number or off; under EDIT_ORDER, names of edits
#: with spaces between them.
PresetValues = dict[str, float | bool | str]
#: The key of a preset for the order of edits.
EDIT_ORDER = "edit/order"


class Patch(PatchModel):
    """A patch as a whole; `map` holds its mappings in the order of the file.

    The parameters that it may name are those of the table given as the context of the validation;
    without one, those that every instrument has.
    """

    version: Literal[1] = Field(description="1, the version of the patch format")
    name: str = Field(default="", max_length=100, description="a text of up to 100 characters")
    devices: dict[_Name, _Name] = Field(
        default={}, description="short names for MIDI devices, {alias: port's name}"
    )
    osc: OscSettings = Field(default=OscSettings(), description="{targets: [...], timetags: ...}")
    order: list[str] = Field(
        default=[], description="a list of edits, in the order in which they run"
    )
    map: list[Mapping] = Field(default=[], description="a list of mappings")
    presets: dict[_Name, PresetValues] = Field(
        default={}, description="{name: {parameter: value or off}}"
    )
    programs: dict[Annotated[int, Field(ge=0, le=2_097_151)], str] = Field(
        default={}, description="{program number from 0, plus 128 times the bank: preset}"
    )

    @field_validator("order")
    @classmethod
    def _are_edits(cls, names: list[str], info: ValidationInfo) -> list[str]:
        try:
            return list(find_order(names, _table(info)))
        except ParameterError as error:
            raise ValueError(f"order: {error}") from None

    @field_validator("presets")
    @classmethod
    def _have_words(cls, presets: dict[str, PresetValues], info: ValidationInfo) -> Any:
        """YAML reads a plain off as false; make it off again, unless the parameter is a switch."""
        table = _table(info)
        return {
            name: {key: _preset_value(key, value, table) for key, value in values.items()}
            for name, values in presets.items()
        }


#: The model that each tag stands for in the place of an error.
TAGGED_MODELS: dict[str, type[BaseModel]] = {
    **{f"<{key}>": model for key, model in SOURCES.items()},
    "<to>": ParameterMapping,
    "<do>": RequestMapping,
}


def _preset_value(name: str, value: float | str, table: Table) -> float | str:
    if not isinstance(value, bool):
        return value
    try:
        kind = find_target(name, table).parameter.kind
    except ParameterError:
        return value
    return "off" if kind != "bool" and not value else float(value)


def _table(info: ValidationInfo) -> Table:
    table: Table = PARAMETERS if info.context is None else info.context
    return table
