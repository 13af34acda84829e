"""The engine in this process, with a tiny model and a reader that takes sound when told to."""

import numpy as np
import pytest
import torch

from distill_live.codes.rack.settings import EditSettings
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.live.ipc.messages import ENGINE_REQUESTS
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND
from tests.live.player import Player


def test_it_takes_every_request_that_control_can_make(tiny_model: LoadedVQModel) -> None:
    known = Player(tiny_model).engine._requests
    assert {*ENGINE_REQUESTS, "prime", "play_clip", "partner", "capture"} == set(known)


def test_the_same_seed_gives_the_same_sound_however_it_is_taken(tiny_model: LoadedVQModel) -> None:
    first, second = Player(tiny_model).hear(SECOND, 480), Player(tiny_model).hear(SECOND, 12_000)
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, second)


def test_a_neural_vocoder_plays_live_what_it_plays_offline(tiny_neural: LoadedVQModel) -> None:
    live = Player(tiny_neural).hear(SECOND)
    offline, _ = generate_audio_from_prior(tiny_neural, duration_s=1.0, seed=1)
    np.testing.assert_array_equal(live, offline)


def test_another_seed_gives_another_sound(tiny_model: LoadedVQModel) -> None:
    one, other = Player(tiny_model, 1), Player(tiny_model, 2)
    assert (one.hear(SECOND) != other.hear(SECOND)).any()


def test_an_engine_that_has_nothing_to_do_looks_at_nothing_again(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.work()
    looks = 0
    read = player.engine._rack.read

    def count(seed: int, columns_per_beat: float) -> EditSettings:
        nonlocal looks
        looks += 1
        return read(seed, columns_per_beat)

    monkeypatch.setattr(player.engine._rack, "read", count)
    shown = player.status.current_column._numbers.array.copy()
    with torch.inference_mode():
        for _ in range(10):
            assert not player.engine.turn()
        assert looks <= 1
        np.testing.assert_array_equal(player.status.current_column._numbers.array, shown)
    player.parameters.set("edit/mask/on", 1)
    player.work()
    assert looks > 1
    assert player.status["futures"] > 0


def test_a_new_engine_continues_where_the_reader_stands(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND // 2)
    position = player.ring.read_position
    player.revive(tiny_model, position)
    player.work()
    heard = player.hear(SECOND)
    assert player.ring.read_position == position + SECOND
    assert np.abs(heard).max() > 0
