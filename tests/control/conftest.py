"""A router whose effects can be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from distill_live.codes.edit import parameter_table
from distill_live.control.patch_schema import Patch
from distill_live.control.router import Router
from distill_live.edits.freeze import Freeze
from distill_live.edits.mask import Mask
from distill_live.parameters import ParameterStore

TABLE = parameter_table([Freeze(), Mask()])


@dataclass
class Desk:
    """A router, the store it writes, the requests it makes and the lines it logs at time `now`."""

    store: ParameterStore = field(default_factory=lambda: ParameterStore(TABLE))
    requests: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    now: float = 0.0
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.router = Router(
            self.store,
            lambda *request: self.requests.append(request),
            None,
            self.lines.append,
            lambda: self.now,
        )

    def use(self, *mappings: dict[str, object]) -> None:
        document = {"version": 1, "map": list(mappings)}
        self.router.use_patch(Patch.model_validate(document, context=TABLE))


@pytest.fixture
def desk() -> Desk:
    return Desk()
