"""The engine in this process, with a tiny model and a reader that takes sound when told to."""

import numpy as np
import pytest
import torch

from distill_live.live.engine import Engine
from distill_live.live.engine_process import EngineSettings
from distill_live.live.ring import AudioRing, RingReader
from distill_live.live.status import LiveStatus
from distill_live.models.persistence import LoadedVQModel
from distill_live.parameters import ParameterStore

SETTINGS = EngineSettings()


@pytest.fixture
def loaded(tiny_model: LoadedVQModel) -> LoadedVQModel:
    return tiny_model


class Player:
    """An engine and the reader of its ring."""

    def __init__(self, loaded: LoadedVQModel, seed: int = 1) -> None:
        self.parameters, self.status, self.ring = ParameterStore(), LiveStatus(), AudioRing()
        self.parameters.set("seed", seed)
        self.engine = Engine(loaded, self.ring, self.parameters, self.status, SETTINGS)
        self.reader = RingReader(self.ring)

    @torch.inference_mode()
    def work(self) -> None:
        """Let the engine do all it wants to."""
        for _ in range(200):
            if not self.engine.turn():
                return
        raise AssertionError("the engine never rests")

    def hear(self, count: int, block: int = 480) -> np.ndarray:
        """Play `count` samples, the engine working between the blocks."""
        out = np.zeros(count, np.float32)
        for start in range(0, count, block):
            self.work()
            assert self.reader.available >= block
            self.reader.read(out[start : start + block])
        return out


def test_the_ring_is_kept_full_and_no_fuller(loaded: LoadedVQModel) -> None:
    player = Player(loaded)
    player.work()
    column = loaded.column_samples
    assert SETTINGS.ring_lead <= player.reader.available <= SETTINGS.ring_lead + column
    assert player.status["lookahead"] == SETTINGS.lookahead


def test_the_same_seed_gives_the_same_sound_however_it_is_taken(loaded: LoadedVQModel) -> None:
    first, second = Player(loaded).hear(48_000, 480), Player(loaded).hear(48_000, 12_000)
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, second)


def test_another_seed_gives_another_sound(loaded: LoadedVQModel) -> None:
    assert (Player(loaded, 1).hear(48_000) != Player(loaded, 2).hear(48_000)).any()


def test_a_changed_sampling_parameter_is_heard_long_before_the_ring_is_empty(
    loaded: LoadedVQModel,
) -> None:
    undisturbed = Player(loaded).hear(72_000)
    player = Player(loaded)
    before = player.hear(24_000)
    player.parameters.set("seed", 2)
    after = player.hear(48_000)
    np.testing.assert_array_equal(before, undisturbed[:24_000])
    changed = np.flatnonzero(after != undisturbed[24_000:])
    assert changed[0] < SETTINGS.guard + 2 * loaded.column_samples
    assert player.status["futures"] == 1


def test_a_change_that_is_taken_back_in_time_leaves_the_sound_as_it_was(
    loaded: LoadedVQModel,
) -> None:
    undisturbed = Player(loaded).hear(72_000)
    player = Player(loaded)
    before = player.hear(24_000)
    player.parameters.set("seed", 2)
    player.work()
    player.parameters.set("seed", 1)
    np.testing.assert_array_equal(np.r_[before, player.hear(48_000)], undisturbed)
    assert player.status["futures"] == 2


def test_a_fader_that_never_rests_does_not_starve_the_ring(loaded: LoadedVQModel) -> None:
    player = Player(loaded)
    player.hear(24_000)
    for step in range(10):
        player.parameters.set("temperature", 0.5 + step / 10)
        player.hear(480)
    assert player.status["futures"] == 10


def test_a_machine_without_time_for_a_new_future_still_obeys(loaded: LoadedVQModel) -> None:
    undisturbed = Player(loaded).hear(120_000)
    player = Player(loaded)
    before = player.hear(24_000)
    player.status["column_seconds"] = 1.0
    player.parameters.set("temperature", 0.1)
    after = player.hear(96_000)
    np.testing.assert_array_equal(before, undisturbed[:24_000])
    assert player.status["futures"] == 0
    assert (after != undisturbed[24_000:]).any()


def test_a_dropped_future_is_drawn_differently(loaded: LoadedVQModel) -> None:
    undisturbed = Player(loaded).hear(72_000)
    player = Player(loaded)
    before = player.hear(24_000)
    player.engine.drop_future()
    after = player.hear(48_000)
    np.testing.assert_array_equal(before, undisturbed[:24_000])
    assert (after != undisturbed[24_000:]).any()


def test_a_new_engine_goes_on_where_the_reader_stands(loaded: LoadedVQModel) -> None:
    player = Player(loaded)
    player.hear(24_000)
    position = player.ring.read_position
    player.engine = Engine(loaded, player.ring, player.parameters, player.status, SETTINGS)
    player.work()
    heard = player.hear(48_000)
    assert player.ring.read_position == position + 48_000
    assert np.abs(heard).max() > 0
