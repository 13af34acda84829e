"""What an edit is: a plugin that changes codes, in a file or live in the same way."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes
from distill_live.errors import PluginError
from distill_live.parameters import EDIT_SWITCHES, Parameter
from distill_live.plugins import check_declaration, load_plugins

#: The parameter that every edit of the stream has: whether it is on, for all levels or for one.
SWITCH = "on"

#: Where an edit can be used: on the whole stream and on regions of it, on regions only, or only on
#: files because it changes the number of columns. The last two have no switch.
Scope = Literal["stream", "region", "file"]

#: The most columns that a window, `past` or `holds` may have.
MAX_COLUMNS = 64

_SEED_BITS = (1 << 64) - 1


def _no_codes() -> Codes:
    return np.zeros((0, 0, 0), np.int64)


@dataclass(frozen=True, eq=False)
class EditContext:
    """What an edit can look at besides the codes; its arrays are read-only.

    `name` is the edit's own; `random` uses it. `column` is the absolute position of the first
    column, `levels` [Q] and `bands` [F] say where codes may change: everything else stays as it is,
    whatever the edit returns. `values` holds its own parameters by their short names. `held` [F, Q]
    are the codes that entered the edit in the column that was heard when each level was switched
    on. `seed` is the stream's, and `codebooks` [Q, V, D] float32 are the vectors behind the codes.

    The rest is for edits that ask for it (see `Edit`): `past` [k, F, Q], the columns before the
    first one, as they entered the edit, fewer at the beginning; `held_columns` [holds, F, Q], which
    end with `held`, and `since` [Q], the position after them; `partner` [P, F, Q], a second grid,
    whose column `partner_column` belongs to the first column. `amounts` [Q] or [1] are 0..1, how
    strongly the edit is on; `columns_per_beat` is a beat's length at the present tempo.
    """

    column: int
    levels: NDArray[np.bool_]
    values: Mapping[str, float]
    held: Codes
    seed: int
    codebooks: NDArray[np.float32]
    bands: NDArray[np.bool_] = field(default_factory=lambda: np.ones(1, bool))
    past: Codes = field(default_factory=_no_codes)
    held_columns: Codes = field(default_factory=_no_codes)
    since: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    partner: Codes = field(default_factory=_no_codes)
    partner_column: int = 0
    amounts: NDArray[np.float32] = field(default_factory=lambda: np.ones(1, np.float32))
    columns_per_beat: float = 6.0
    name: str = ""

    def random(self, column: int, salt: int = 0) -> np.random.Generator:
        """Random numbers of an absolute column: the same ones for the same seed and the same edit,
        in whatever window the column is edited. `salt` (0 or more) gives others."""
        key = np.array([self.seed & _SEED_BITS, zlib.crc32(self.name.encode())], np.uint64)
        counter = np.array([0, salt, column & _SEED_BITS, 0], np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))

    def partner_codes(self, count: int) -> Codes:
        """The partner's columns [count, F, Q] that belong to the first `count` columns; the partner
        repeats without end."""
        columns = np.arange(self.partner_column, self.partner_column + count)
        return self.partner[columns % len(self.partner)]


class Edit(Protocol):
    """Changes a window of columns; the result may depend only on the arguments.

    A window is `window` columns (1 or more), aligned to absolute position: it begins at a multiple
    of `window`. On a region it is aligned to the region's first column, and the last window of a
    region or a grid may be shorter. `parameters` are the edit's own, global ones; one in the unit
    CODE_UNIT is a code. Every edit of the stream also gets the parameter `on`, which can be set for
    each level. `name` is that of its entry point, `doc` a sentence.

    An edit may also have these attributes (see `Traits` for what holds without them):

    - `window` can be the name of one of its parameters, an int, whose value is the length; on a
      region, the window is then the whole region unless that parameter is given;
    - `past`: how many columns before the window it looks at, or the name of such a parameter;
    - `holds`: how many columns it holds from the moment when it was switched on;
    - `partner`: True if it needs a second grid. Without one, codes pass unchanged;
    - `mutual`: True if the partner's place takes the region's codes at the same time; only with a
      partner and scope "region", and both places must have the same length;
    - `timed`: True if it looks at `columns_per_beat`, which may be 0 otherwise;
    - `scope`: "stream", "region" or "file" (see `Scope` and `GridEdit`);
    - `switch`: one of EDIT_SWITCHES, a parameter of the instrument that takes the place of `on`.
    """

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def window(self) -> int | str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The edited codes [window, F, Q] int64, in the same shape; `codes` is read-only."""
        ...


@runtime_checkable
class GridEdit(Protocol):
    """An edit of scope "region" or "file" that sees the whole grid around its region.

    It has the attributes of an `Edit`, but needs no `window`.
    """

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """All codes [T, F, Q], with the region from column `start` to `end` changed.

        `codes` is read-only. Columns outside the region may change, too, where that is what the
        edit is for. With scope "region", bands and levels that are not selected stay as they are,
        whatever the edit returns; only scope "file" may return another number of columns. Raises
        CodesError for arguments that do not fit.
        """
        ...


@dataclass(frozen=True)
class Traits:
    """What an edit says of itself, with what holds for everything that it leaves out."""

    window: int | str
    past: int | str
    holds: int
    partner: bool
    mutual: bool
    timed: bool
    scope: Scope
    switch: str

    @classmethod
    def of(cls, edit: Edit) -> Traits:
        """The traits of an edit."""
        return cls(
            window=1 if isinstance(edit, GridEdit) else edit.window,
            past=getattr(edit, "past", 0),
            holds=getattr(edit, "holds", 1),
            partner=getattr(edit, "partner", False),
            mutual=getattr(edit, "mutual", False),
            timed=getattr(edit, "timed", False),
            scope=getattr(edit, "scope", "stream"),
            switch=getattr(edit, "switch", None) or parameter_name(edit.name, SWITCH),
        )

    @staticmethod
    def columns(of: int | str, values: Mapping[str, float]) -> int:
        """A length in columns: the number itself, or the value of the parameter that it names."""
        return of if isinstance(of, int) else int(values[of])


def load_edits(log: Callable[[str], None]) -> list[Edit]:
    """The installed edits, sorted by name; each entry point is a class that takes no arguments.

    An edit that fails to load or breaks the contract is left out; `log` gets a line that says why.
    Raises PluginError when two packages claim the same name.
    """
    return list(load_plugins("edits", check_edit, log).values())


def load_edits_again(table: Iterable[str], log: Callable[[str], None]) -> list[Edit]:
    """The installed edits, in another process than the one that made a parameter table of them.

    If one that is in the table is left out, `log` gets a line about each that is left out; those
    that are not in the table have been reported by the other process. Raises as `load_edits` does.
    """
    lines: list[str] = []
    edits = load_edits(lines.append)
    loaded = {parameter_name(edit.name, SWITCH) for edit in edits}
    if any(_is_own_switch(name) and name not in loaded for name in table):
        for line in lines:
            log(line)
    return edits


def parameter_name(edit: str, parameter: str) -> str:
    """The full name of an edit's parameter, such as "edit/freeze/on"."""
    return f"edit/{edit}/{parameter}"


def is_switch(parameter: str) -> bool:
    """Whether a parameter, by its full name, switches an edit on."""
    return _is_own_switch(parameter) or parameter in EDIT_SWITCHES


def check_edit(name: str, plugin: Callable[[], Edit]) -> Edit:
    """An edit. Raises PluginError if it breaks the contract of `Edit`."""
    edit = plugin()
    check_declaration(name, edit, (SWITCH,))
    if not (callable(edit) or isinstance(edit, GridEdit)):
        raise PluginError("it must be callable with codes and a context, or have a method `change`")
    _check_traits(edit, Traits.of(edit))
    return edit


def _is_own_switch(parameter: str) -> bool:
    return parameter.startswith("edit/") and parameter.endswith(f"/{SWITCH}")


def _check_traits(edit: Edit, traits: Traits) -> None:
    lengths = {parameter.name: parameter for parameter in edit.parameters}
    _check_length("window", traits.window, 1, lengths)
    _check_length("past", traits.past, 0, lengths)
    if type(traits.holds) is not int or not 1 <= traits.holds <= MAX_COLUMNS:
        raise PluginError(f"it holds {traits.holds!r}; legal: 1..{MAX_COLUMNS} columns")
    if traits.scope not in get_args(Scope):
        raise PluginError(f"its scope is {traits.scope!r}; legal: {', '.join(get_args(Scope))}")
    if isinstance(edit, GridEdit) and traits.scope == "stream":
        raise PluginError("it changes whole grids, so its scope must be 'region' or 'file'")
    if traits.mutual and not (traits.partner and traits.scope == "region"):
        raise PluginError("it is mutual, so it must have a partner and the scope 'region'")
    if traits.switch not in (parameter_name(edit.name, SWITCH), *EDIT_SWITCHES):
        raise PluginError(
            f"its switch is {traits.switch!r}; legal: {', '.join(EDIT_SWITCHES)}, or none for a "
            "switch of its own"
        )


def _check_length(
    what: str, length: object, least: int, parameters: Mapping[str, Parameter]
) -> None:
    """Raise PluginError unless a length is legal, or names a parameter whose values all are."""
    if isinstance(length, str):
        named = parameters.get(length)
        legal = (
            named is not None
            and named.kind == "int"
            and least <= named.minimum <= named.maximum <= MAX_COLUMNS
        )
        if not legal:
            raise PluginError(
                f"its {what} is {length!r}; legal: the name of one of its int parameters with "
                f"values {least}..{MAX_COLUMNS}"
            )
    elif type(length) is not int or not least <= length <= MAX_COLUMNS:
        raise PluginError(f"its {what} is {length!r}; legal: {least}..{MAX_COLUMNS} columns")
