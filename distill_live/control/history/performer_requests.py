"""What a performer can ask of the history of edits, by the names of the requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from distill_live.codes.edit import SWITCH, Edit, GridEdit, Traits, parameter_name
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep, shown_step
from distill_live.codes.edit_lists.resample_edit import ResampleEdit, with_resample
from distill_live.codes.labels import level_name
from distill_live.control.history.live_history import LiveHistory
from distill_live.control.namespace.address import ROOT
from distill_live.control.namespace.targets import Levels
from distill_live.errors import CodesError, ParameterError
from distill_live.parameters import COLUMN_UNIT

#: Carries out a request; may return a line about that.
Handler = Callable[..., str | None]


class PerformerRequests:
    """Carries out requests on a history; `edits` are those that are installed, by their names, and
    `labels` the levels' of the model in play."""

    def __init__(
        self,
        history: LiveHistory,
        edits: Mapping[str, Edit],
        labels: Callable[[], Sequence[str]],
    ) -> None:
        self._history, self._labels = history, labels
        #: The edits that regions can have, by their names.
        self.edits = with_resample(edits)
        #: By the requests' names.
        self.handlers: dict[str, Handler] = {
            "cell": self._cell,
            "cell/ahead": self._cell_ahead,
            "region": self._region,
            "region/ahead": self._region_ahead,
            "region/loop": self._region_in_loop,
            "undo": history.undo,
            "redo": history.redo,
            "history/go": history.go_to,
            "history/name": history.rename,
            "edit/order": self._order,
        }

    def explain(self, name: str) -> str:
        """Why there is no address of that name below /distill, if it is that of an edit without a
        switch; else nothing."""
        group, _, rest = name.partition("/")
        edit = self.edits.get(rest.partition("/")[0])
        if group != "edit" or edit is None:
            return ""
        traits = Traits.of(edit)
        if traits.scope == "file":
            return (
                f"{edit.name} changes the number of columns, so it works only on files: "
                "distill-live edit"
            )
        if traits.scope == "region":
            words = f'"{edit.name}{" CLIP" if traits.partner else ""}"'
            return (
                f"{edit.name} has no switch; it changes a region once: {ROOT}/region COLUMN COUNT "
                f"{words}, or {ROOT}/region/loop {words}"
            )
        if name == parameter_name(edit.name, SWITCH):
            return f"{edit.name} is switched on by {ROOT}/{traits.switch}"
        return ""

    def _cell(
        self, column: int, band: int, level: int | str, code: int, stroke: int | None
    ) -> None:
        self._paint("cell", ("at", column), band, level, code, stroke)

    def _cell_ahead(
        self, ahead: int, band: int, level: int | str, code: int, stroke: int | None
    ) -> None:
        self._paint("cell/ahead", ("ahead", ahead), band, level, code, stroke)

    def _paint(
        self,
        asked: str,
        place: tuple[str, int],
        band: int,
        level: int | str,
        code: int,
        stroke: int | None,
    ) -> None:
        labels = self._labels()
        found = Levels(labels).find_name(level_name(str(level)))
        title = f"{asked} {place[1]} {band} {level_name(labels[found])} {code}"
        self._history.paint(asked, "cell", (*place, band - 1, found, code), title, stroke)

    def _region(self, first: int, count: int, edit: str) -> None:
        self._edit("region", ("at", first, count), edit)

    def _region_ahead(self, ahead: int, count: int, edit: str) -> None:
        self._edit("region/ahead", ("ahead", ahead, count), edit)

    def _region_in_loop(self, edit: str) -> None:
        self._edit("region/loop", ("loop", 0, 0), edit)

    def _edit(self, asked: str, place: tuple[str, int, int], edit: str) -> None:
        try:
            step = EditStep.parse(edit, self.edits)
        except CodesError as error:
            raise ParameterError(str(error)) from None
        _require_places(step, self.edits[step.edit])
        title = f"{asked}: {shown_step(step, self._labels())}"
        if step.edit == ResampleEdit.name:
            self._history.paint(asked, step.edit, (*place, edit), title)
            return
        clip = None if step.partner in ("", ITSELF) else step.partner
        self._history.paint(asked, "region", (*place, edit, clip), title)

    def _order(self, names: str | None) -> str:
        return self._history.set_order((names or "").split())


def _require_places(step: EditStep, edit: Edit) -> None:
    """Raise ParameterError if an edit of the whole grid is not told where: its default, the first
    column, is long past in a stream."""
    for one in edit.parameters if isinstance(edit, GridEdit) else ():
        name = one.name
        if one.unit == COLUMN_UNIT and not (name in step.values or name in step.distances):
            raise ParameterError(
                f"{step.edit} needs {name}=COLUMN: {name}=+8 is 8 columns after the region's first "
                f"one, {name}=240 is column 240 of the stream"
            )
