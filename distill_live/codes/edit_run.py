"""Runs one edit on the columns of a grid or a stream, and sees to it that it keeps its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import Edit, EditContext, GridEdit, Traits
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, ParameterError, PluginError
from distill_live.parameters import CODE_UNIT, Parameter
from distill_live.spelling import nearest_name

_Array = TypeVar("_Array", bound=NDArray[np.generic])


def read_only(array: _Array) -> _Array:
    """A read-only view of an array; the array itself if it is read-only already."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def run_window(edit: Edit, entering: Codes, context: EditContext) -> Codes:
    """One window [w, F, Q], edited in the bands and levels of the context and elsewhere as before.

    Raises PluginError when the edit breaks its contract, and whatever the edit raises.
    """
    edited = edit(read_only(entering), context)
    check_result(edited, entering, context)
    return np.where(_mask(context), edited, entering)


def run_region(
    edit: Edit, codes: Codes, start: int, end: int, context: EditContext, window: int | None = None
) -> Codes:
    """All codes [T, F, Q], edited once in the columns from `start` to `end`.

    `context` is that of the region: its `column` belongs to column 0 of `codes`, its partner's to
    `start`; what it holds is found here, as if the edit had been switched on in column `start`.
    `window` is a length in columns; None takes what the edit says, which is the whole region where
    it leaves the length to a parameter. Raises as `run_window` does, and CodesError for a region
    that is empty or outside, a code that the codebooks do not have, and a missing partner.
    """
    if not 0 <= start < end <= len(codes):
        raise CodesError(
            f"columns {start}:{end} are outside: there are {len(codes)} columns, 0:{len(codes)}"
        )
    traits = Traits.of(edit)
    _check_arguments(edit, traits, context)
    if isinstance(edit, GridEdit):
        return _run_on_grid(edit, traits, codes, start, end, context)
    if window is None:
        window = traits.window if isinstance(traits.window, int) else end - start
    past = traits.columns(traits.past, context.values)
    held = hold(codes[max(start + 1 - traits.holds, 0) : start + 1], traits.holds)
    context = replace(
        context, held=held[-1], held_columns=held,
        since=np.full(codes.shape[2], context.column + start + 1),
    )  # fmt: skip
    whole = codes.copy()
    for first in range(start, end, window):
        place = slice(first, min(first + window, end))
        here = _moved(context, first, first - start, codes[max(first - past, 0) : first])
        whole[place] = run_window(edit, codes[place], here)
    return whole


def hold(columns: Codes, count: int) -> Codes:
    """The last `count` of the columns [k, F, Q], read-only; if there are fewer, the first one is
    repeated before them."""
    missing = max(count - len(columns), 0)
    filled = np.concatenate([np.repeat(columns[:1], missing, axis=0), columns])
    return read_only(filled[-count:])


def check_result(edited: object, entered: Codes, context: EditContext) -> None:
    """Raise PluginError unless an edit's result has the shape and type of `entered` and holds codes
    of the codebooks."""
    if not isinstance(edited, np.ndarray):
        raise _not_an_array(edited)
    if edited.shape != entered.shape or edited.dtype != entered.dtype:
        raise PluginError(
            f"it returned {edited.dtype} {edited.shape}; legal: {entered.dtype} {entered.shape}, "
            "as passed in"
        )
    check_range(edited, context)


def check_range(edited: Codes, context: EditContext) -> None:
    """Raise PluginError unless all codes are in the codebooks."""
    highest = context.codebooks.shape[1] - 1
    if edited.size and not 0 <= edited.min() <= edited.max() <= highest:
        raise PluginError(f"it returned codes {edited.min()}..{edited.max()}; legal: 0..{highest}")


def windows(start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """The windows (start, end) of a stream that columns `start` to `end` lie in."""
    for first in range(start - start % length, end, length):
        yield first, first + length


def context_values(edit: Edit, given: Mapping[str, float]) -> dict[str, float]:
    """The values of all parameters of an edit, with defaults for those that are not given.

    Raises ParameterError for a value that is not legal and CodesError for an unknown name.
    """
    known = {parameter.name: parameter for parameter in edit.parameters}
    for name in given:
        if name not in known:
            legal = ", ".join(known) or "none"
            raise CodesError(
                f"{edit.name} has no parameter {name!r}{nearest_name(name, known)}; it has: {legal}"
            )
    return {
        name: _legal(parameter, given[name]) if name in given else float(parameter.default)
        for name, parameter in known.items()
    }


def _legal(parameter: Parameter, value: float) -> float:
    """The value itself. Raises ParameterError if it is not legal: unlike a control that moves, a
    number that was written down is not changed."""
    if parameter.clip(value) != value:
        whole = "a whole number, " if parameter.kind == "int" else ""
        raise ParameterError(f"{parameter.name} takes {whole}{parameter.legal()}, not {value:.10g}")
    return float(value)


def _check_arguments(edit: Edit, traits: Traits, context: EditContext) -> None:
    """Raise CodesError when a region cannot be edited with these arguments."""
    highest = context.codebooks.shape[1] - 1
    for parameter in edit.parameters:
        value = context.values[parameter.name]
        if parameter.unit == CODE_UNIT and value > highest:
            raise CodesError(
                f"{parameter.name} {value:.10g} is above the codebook: legal are codes 0..{highest}"
            )
    if traits.partner and not len(context.partner):
        raise CodesError(f"{edit.name} needs a second grid")


def _run_on_grid(
    edit: GridEdit, traits: Traits, codes: Codes, start: int, end: int, context: EditContext
) -> Codes:
    changed = edit.change(read_only(codes), start, end, context)
    if traits.scope == "region":
        check_result(changed, codes, context)
        return np.where(_mask(context), changed, codes)
    if not isinstance(changed, np.ndarray):
        raise _not_an_array(changed)
    if (changed.dtype, changed.ndim, changed.shape[1:]) != (codes.dtype, 3, codes.shape[1:]):
        _, bands, levels = codes.shape
        raise PluginError(
            f"it returned {changed.dtype} {changed.shape}; legal: {codes.dtype} "
            f"[columns, {bands}, {levels}]"
        )
    check_range(changed, context)
    return changed


def _not_an_array(changed: object) -> PluginError:
    return PluginError(f"it returned {type(changed).__name__}; legal: an array of codes")


def _moved(context: EditContext, first: int, offset: int, past: Codes) -> EditContext:
    """The context of the window at column `first` of the codes, `offset` into the region."""
    # Not `replace`, which takes ten times as long.
    fields = dict(vars(context))
    fields["column"] = context.column + first
    fields["partner_column"] = context.partner_column + offset
    fields["past"] = read_only(past)
    return EditContext(**fields)


def _mask(context: EditContext) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = context.bands[:, None] & context.levels[None, :]
    return mask
