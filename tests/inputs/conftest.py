"""A router behind the real inputs, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.patch.files import find_patch, load_patch
from distill_live.control.routing.router import Router
from distill_live.parameters import ParameterStore
from tests.edits.shipped import EDITS

TABLE = parameter_table(EDITS.values())


@dataclass
class Instrument:
    """A router with the default patch, the store it writes, its requests and its log lines."""

    store: ParameterStore = field(default_factory=lambda: ParameterStore(TABLE))
    requests: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.router = Router(
            self.store,
            lambda name, _arguments: self.take_request(name),
            load_patch(find_patch("default"), TABLE),
            self.lines.append,
        )

    def take_request(self, name: str) -> None:
        self.requests.append(name)


@pytest.fixture
def instrument() -> Instrument:
    return Instrument()
