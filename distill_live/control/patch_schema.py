"""What a patch may hold: version 1 of the schema, as models that check what they are given.

The description of a field says what is legal there: error messages are made from it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    ValidationInfo,
    field_validator,
)

from distill_live.control.requests import REQUESTS
from distill_live.control.targets import find_target
from distill_live.errors import ParameterError, nearest_name
from distill_live.parameters import PARAMETERS, Curve, Parameter, Table

_ADDRESS = re.compile(r"(/[^\s#*,/?\[\]{}]+)+")
_BUILT_IN = re.compile(r"/distill(/.*)?")


class _PatchModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class OscSource(_PatchModel):
    """A control that sends OSC: 0..1 for a fader, 1 and 0 or nothing at all for a button."""

    osc: str = Field(max_length=255, description="an OSC address such as /1/fader1")

    @field_validator("osc")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if not address.isascii() or not _ADDRESS.fullmatch(address):
            raise ValueError(
                f"{address!r} is no OSC address; legal: /names/parted/by/slashes, "
                "without spaces and # * , ? [ ] { }"
            )
        if _BUILT_IN.fullmatch(address):
            raise ValueError(f"{address!r} is built in; map an address outside /distill")
        return address


class ControlChangeSource(_PatchModel):
    """A MIDI controller; without `channel`, on every channel."""

    cc: int = Field(ge=0, le=127, description="a controller number 0..127")
    channel: int | None = Field(default=None, ge=1, le=16, description="a MIDI channel 1..16")


def _present_key(value: object, keys: tuple[str, str]) -> str | None:
    """The tag of the one key of `keys` that the mapping `value` has; None for neither or both."""
    found = [f"<{key}>" for key in keys if isinstance(value, dict) and key in value]
    return found[0] if len(found) == 1 else None


Source = Annotated[
    Annotated[OscSource, Tag("<osc>")] | Annotated[ControlChangeSource, Tag("<cc>")],
    Discriminator(
        lambda value: _present_key(value, ("osc", "cc")),
        custom_error_type="source",
        custom_error_message="a source is either {osc: /address} or {cc: 0..127, channel: 1..16}",
    ),
]


class ParameterMapping(_PatchModel):
    """A control moves a parameter: its way 0..1 is bent by `curve` and spread over `range`."""

    source: Source = Field(alias="from", description="{osc: /address} or {cc: 0..127}")
    to: str = Field(description="the name of a parameter, or PARAMETER/LEVEL")
    range: list[FiniteFloat] | None = Field(
        default=None, min_length=2, max_length=2, description="two numbers, [at 0, at 1]"
    )
    curve: Curve | None = Field(default=None, description="linear, exp, log or s")

    @field_validator("to")
    @classmethod
    def _is_target(cls, name: str, info: ValidationInfo) -> str:
        table = _table(info)
        try:
            find_target(name, table)
        except ParameterError as error:
            raise ValueError(f"{error}; legal: {', '.join(table)}") from None
        return name

    @field_validator("range")
    @classmethod
    def _is_legal_range(cls, ends: list[float] | None, info: ValidationInfo) -> list[float] | None:
        if ends and "to" in info.data:
            parameter = find_target(info.data["to"], _table(info)).parameter
            for end in ends:
                if not parameter.minimum <= end <= parameter.maximum:
                    raise ValueError(
                        f"range holds {end:g}, outside {parameter.name}'s {parameter.legal()}"
                    )
        return ends

    def limits(self, parameter: Parameter) -> tuple[float, float]:
        """The values at the control's two ends, of the parameter that `to` means.

        The first may be the higher one.
        """
        if self.range is not None:
            return self.range[0], self.range[1]
        return parameter.minimum, parameter.maximum

    def shape(self, parameter: Parameter) -> Curve:
        """The curve of the control's way: the mapping's own, else the parameter's."""
        return self.curve or parameter.curve


class RequestMapping(_PatchModel):
    """A button makes a request when it is pressed: at 0.5 and above, CC 64 and above, or a bang."""

    source: Source = Field(alias="from", description="{osc: /address} or {cc: 0..127}")
    do: str = Field(description="the name of a request")
    arguments: list[object] = Field(
        default=[], validate_default=True, description="a list of what the request takes"
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
        lambda value: _present_key(value, ("to", "do")),
        custom_error_type="mapping",
        custom_error_message="a mapping has `from`, and either `to: PARAMETER` or `do: REQUEST`",
    ),
]


class Patch(_PatchModel):
    """A patch as a whole; `map` holds its mappings in the order of the file.

    The parameters that it may name are those of the table given as the context of the validation;
    without one, those that every instrument has.
    """

    version: Literal[1] = Field(description="1, the version of the patch format")
    name: str = Field(default="", max_length=100, description="a text of up to 100 letters")
    map: list[Mapping] = Field(default=[], description="a list of mappings")


#: The model that each tag in the place of an error stands for.
TAGGED_MODELS: dict[str, type[BaseModel]] = {
    "<osc>": OscSource,
    "<cc>": ControlChangeSource,
    "<to>": ParameterMapping,
    "<do>": RequestMapping,
}


def _table(info: ValidationInfo) -> Table:
    table: Table = PARAMETERS if info.context is None else info.context
    return table
