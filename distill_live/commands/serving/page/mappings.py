"""The mappings of the patch in use, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from distill_live.control.patch.schema import ParameterMapping, Patch, RequestMapping
from distill_live.control.patch.sources import MODULATORS, PatchModel, source_key

if TYPE_CHECKING:
    from distill_live.control.routing.knob import ControlState

_States = Sequence["ControlState | None"]
#: The fields of sources that are worth a word, besides the one that names the control.
_WORDS = ("device", "channel", "mode", "argument", "keys", "encoding", "seconds", "beats")


def describe_mappings(patch: Patch, states: Iterable[_States]) -> list[dict[str, Any]]:
    """Each mapping, once for each parameter that it moves; `states` says where their controls
    stand."""
    found: list[dict[str, Any]] = []
    for mapping, stands in zip(patch.map, states, strict=True):
        if isinstance(mapping, RequestMapping):
            found.append(_describe_request(mapping))
        else:
            pairs = zip(mapping.to, stands, strict=True)
            found += [_describe_target(mapping, target, state) for target, state in pairs]
    return found


def describe_source(source: PatchModel) -> str:
    """A source in a few words, such as "cc 21, channel 1"."""
    key, value, _ = source_key(source)
    said = source.model_fields_set
    details = [
        f"{name} {_listed(getattr(source, name))}"
        for name in _WORDS
        if name in said and name != key and getattr(source, name) is not None
    ]
    first = key.replace("_", " ") if value is True else f"{key.replace('_', ' ')} {value}"
    return ", ".join([first, *details])


def _describe_target(
    mapping: ParameterMapping, target: str, state: ControlState | None
) -> dict[str, Any]:
    # What moves by itself would make a new document at every look.
    stands = None if isinstance(mapping.source, MODULATORS) else state
    return {
        "source": describe_source(mapping.source),
        "target": target,
        "request": False,
        "range": mapping.range,
        "curve": mapping.curve,
        "invert": mapping.invert,
        "smooth": mapping.smooth,
        "takeover": mapping.takeover,
        "value": None if stands is None else round(stands.travel, 4),
        "waiting": stands is not None and stands.waits,
    }


def _describe_request(mapping: RequestMapping) -> dict[str, Any]:
    return {
        "source": describe_source(mapping.source),
        "target": mapping.do,
        "request": True,
        "arguments": mapping.arguments,
        "range": None,
        "curve": None,
        "value": None,
        "waiting": False,
    }


def _listed(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
