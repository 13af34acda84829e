"""Changes that come while the engine is at rest: the ring is full, nobody listens, and nothing is
due, so no other work lets the engine look for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from distill_live.edits.blend import Blend
from distill_live.edits.mask import Mask
from distill_live.live.ipc.messages import OverlayMade
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import EDITS, Clock, Player


class Far(Mask):
    """A mask that looks far ahead."""

    name, window = "far", 64


class Resting(Player):
    """A player whose engine is at rest."""

    def __init__(self, loaded: LoadedVQModel, **values: float) -> None:
        self.time = Clock()
        super().__init__(loaded, clock=self.time, edits=(*EDITS, Blend(), Far()))
        for name, value in values.items():
            self.parameters.set(name, value)
        self.work()
        assert not self.engine._look_for_changes

    def futures_of(self, change: Callable[[], None]) -> int:
        """How many futures a change makes, without any sound being heard."""
        before = self.status["futures"]
        change()
        self.work()
        return int(self.status["futures"] - before)


@pytest.fixture
def resting(tiny_model: LoadedVQModel) -> Resting:
    return Resting(tiny_model)


def test_a_parameter_that_moves_wakes_a_resting_engine(resting: Resting) -> None:
    assert resting.futures_of(lambda: resting.parameters.set("edit/mask/on", 1)) == 1


def test_a_motion_that_is_asked_for_wakes_a_resting_engine(resting: Resting) -> None:
    assert resting.futures_of(resting.engine.motion.hold) == 1


def test_a_clip_for_an_edit_that_is_on_wakes_a_resting_engine(tiny_model: LoadedVQModel) -> None:
    resting = Resting(tiny_model, blend=1.0)
    clip = ("blend", "clip", np.zeros((4, 8, 3), np.int64))
    assert resting.futures_of(lambda: resting.engine.carry_out("partner", clip)) == 1


def test_another_order_of_the_edits_that_are_on_wakes_a_resting_engine(
    tiny_model: LoadedVQModel,
) -> None:
    resting = Resting(tiny_model, **{"edit/freeze/on": 1, "edit/mask/on": 1})
    order = (["mask", "freeze"],)
    assert resting.futures_of(lambda: resting.engine.carry_out("order", order)) == 1


def test_an_edit_that_looks_far_ahead_is_used_once_that_is_drawn(resting: Resting) -> None:
    assert resting.engine._generator.timeline.end < 64
    assert resting.futures_of(lambda: resting.parameters.set("edit/far/on", 1)) == 1


def test_a_region_ahead_is_made_once_its_columns_are_drawn(resting: Resting) -> None:
    end = resting.engine._generator.timeline.end
    resting.engine.carry_out("region", (1, "at", end + 8, 4, "mask"))
    resting.work()
    assert [type(report) for report in resting.reports] == [OverlayMade]


def test_a_change_that_must_wait_for_its_turn_comes_later(resting: Resting) -> None:
    # A change that took this long makes the next one wait.
    resting.engine._changes._rest_until = 0.1
    assert resting.futures_of(lambda: resting.parameters.set("edit/mask/on", 1)) == 0
    resting.time.now = 0.2
    assert resting.futures_of(lambda: None) == 1
