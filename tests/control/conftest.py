"""A router whose effects can be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from distill_live.control.patch_schema import Patch
from distill_live.control.router import Router
from distill_live.parameters import ParameterStore


@dataclass
class Desk:
    """A router, the store it writes, the requests it makes and the lines it logs."""

    store: ParameterStore = field(default_factory=ParameterStore)
    requests: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.router = Router(
            self.store, lambda *request: self.requests.append(request), None, self.lines.append
        )

    def use(self, *mappings: dict[str, object]) -> None:
        self.router.use_patch(Patch.model_validate({"version": 1, "map": list(mappings)}))


@pytest.fixture
def desk() -> Desk:
    return Desk()
