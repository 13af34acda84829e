"""The edit `resample`, as it is written; `inference/model_edits.py` does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from distill_live.codes.edit import Edit, EditContext
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.parameters import PARAMETERS, Parameter

_TEMPERATURE = PARAMETERS["temperature"]


class ResampleEdit:
    """Draws a region again. This one has all that is needed to read and check a step, but no model
    to draw with."""

    name = "resample"
    doc = "Draw a region again with the prior, so that it joins what comes before and after it."
    scope = "region"
    window = 1
    parameters = (
        Parameter("takes", "int", 1, 64, 8, "",
                  "How many times it is drawn; the take that joins best is kept."),
        Parameter("temperature", "float", _TEMPERATURE.minimum, _TEMPERATURE.maximum,
                  _TEMPERATURE.default, "", _TEMPERATURE.doc),
    )  # fmt: skip

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes `[T, F, Q]` with the selected cells drawn again. Raises CodesError without a
        model."""
        raise CodesError(f"{self.name} needs a model")


def with_resample(edits: Mapping[str, Edit]) -> dict[str, Edit]:
    """The installed edits by their names, and `resample`, in alphabetical order."""
    # An edit that sees the whole grid is not called with a window.
    every = {**edits, ResampleEdit.name: cast(Edit, ResampleEdit())}
    return dict(sorted(every.items()))
