"""The parameters of the instrument, declared once, and the store that all processes share."""

from distill_live.parameters.curves import (
    Curve,
    find_travel,
    scale_travel,
    shape_travel,
    unshape_travel,
)
from distill_live.parameters.store import ParameterStore, ParameterValues, ParameterView
from distill_live.parameters.table import (
    CODE_UNIT,
    COLUMN_UNIT,
    EDIT_SWITCHES,
    LEVEL_SAMPLING,
    LEVELS_LIMIT,
    PARAMETERS,
    SAMPLING_PARAMETERS,
    SECTION,
    STEER,
    STEERING,
    Kind,
    Parameter,
    Table,
    find_parameter,
)

__all__ = [
    "CODE_UNIT",
    "COLUMN_UNIT",
    "EDIT_SWITCHES",
    "LEVELS_LIMIT",
    "LEVEL_SAMPLING",
    "PARAMETERS",
    "SAMPLING_PARAMETERS",
    "SECTION",
    "STEER",
    "STEERING",
    "Curve",
    "Kind",
    "Parameter",
    "ParameterStore",
    "ParameterValues",
    "ParameterView",
    "Table",
    "find_parameter",
    "find_travel",
    "scale_travel",
    "shape_travel",
    "unshape_travel",
]
