"""Echo: codes return some columns later."""

from __future__ import annotations

from distill_live.codes.edit import MAX_COLUMNS, EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Echo:
    """Plays the codes of some columns ago in the levels for which it is on."""

    name = "echo"
    doc = "Play the codes of some columns ago: in one level, an echo within the sound."
    window = 1
    past = "columns"
    parameters = (
        Parameter("columns", "int", 1, MAX_COLUMNS, 6, "columns",
                  "How long ago the codes were played."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The column that entered so many columns before; at the very beginning, the same one."""
        whole = len(context.past) == int(context.values["columns"])
        return context.past[:1] if whole else codes
