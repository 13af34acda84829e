"""An engine whose stream keeps to a section of the recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import Player
from tests.models.prior.manners import low_and_high

SECOND = 48_000


@pytest.fixture(scope="module")
def learned(tiny_model: LoadedVQModel) -> LoadedVQModel:
    """A model with the codes of two recordings, see `low_and_high`."""
    return replace(tiny_model, training_codes=low_and_high(8, 3, 16))


def place_of(model: LoadedVQModel, name: str) -> float:
    sections = model.require_sections()
    return float([model.training_codes[one].name for one in sections.recordings].index(name))


def test_what_is_not_heard_yet_keeps_to_the_section_and_its_recording_is_told(
    learned: LoadedVQModel,
) -> None:
    player = Player(learned)
    player.parameters.set("steer/section_hold", 1.0)
    player.hear(SECOND)
    assert (player.status["section"], player.status["futures"]) == (0, 0)
    player.parameters.set("steer/section", place_of(learned, "low.wav"))
    player.hear(SECOND)
    assert player.newest.max() < 8
    assert player.status["section"] == 1
    player.parameters.set("steer/section", place_of(learned, "high.wav"))
    player.hear(SECOND)
    assert player.newest.min() >= 8
    assert player.status["section"] == 2
    player.parameters.turn_off("steer/section")
    player.hear(SECOND)
    assert player.newest.min() < 8 <= player.newest.max()
    assert (player.status["section"], player.status["futures"]) == (0, 3)


@pytest.mark.parametrize(
    "moved",
    [
        [("steer/section_hold", 1.0)],
        [("steer/section_hold", 0.0), ("steer/section", 1.0)],
    ],
)
def test_what_has_no_effect_draws_nothing_again(
    learned: LoadedVQModel, moved: Sequence[tuple[str, float]]
) -> None:
    player = Player(learned)
    player.hear(SECOND // 2)
    for name, value in moved:
        player.parameters.set(name, value)
    player.hear(SECOND // 2)
    assert player.status["futures"] == 0


def test_a_model_without_the_codes_of_its_recordings_has_no_sections(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.parameters.set("steer/section", 0.5)
    player.hear(SECOND // 2)
    player.parameters.set("steer/section", 1.0)
    player.hear(SECOND // 2)
    assert (player.status["section"], player.status["futures"]) == (0, 0)


def test_the_next_engine_keeps_to_the_section(learned: LoadedVQModel) -> None:
    player = Player(learned)
    player.parameters.set("steer/section_hold", 1.0)
    player.parameters.set("steer/section", place_of(learned, "high.wav"))
    player.hear(SECOND)
    player.replace(learned)
    player.hear(2 * SECOND)
    assert player.newest.min() >= 8


def test_files_have_the_same_sound_as_the_stream(learned: LoadedVQModel) -> None:
    player = Player(learned)
    player.parameters.set("steer/section", 0.3)
    player.parameters.set("steer/section_hold", 0.7)
    heard = player.hear(SECOND)
    audio, _ = generate_audio_from_prior(
        learned, duration_s=1.0, seed=1, section=0.3, section_hold=0.7
    )
    shared = min(len(audio), len(heard)) - SECOND // 10
    np.testing.assert_allclose(heard.reshape(-1)[:shared], audio[:shared], atol=1e-5)
