"""What an engine in this process plays if nothing is done, and how to compare with that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from distill_live.codes.timeline import Timeline
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import Player

SECOND = 48_000


class Undisturbed(NamedTuple):
    """What a player of the tiny model with seed 1 plays if nothing is done: sound and codes."""

    sound: np.ndarray
    codes: np.ndarray


@pytest.fixture(scope="session")
def undisturbed(tiny_model: LoadedVQModel) -> Undisturbed:
    """The first 7 seconds. Do not write to them."""
    player = Player(tiny_model)
    sound = player.hear(7 * SECOND)
    return Undisturbed(sound, timeline(player).raw(0, 90))


def first_difference(one: np.ndarray, other: np.ndarray) -> int:
    changed = np.flatnonzero(one != other)
    assert len(changed), "both are the same"
    return int(changed[0])


def timeline(player: Player) -> Timeline:
    return player.engine._generator.timeline
