"""A model of whole chunks, as Distill v1.1 made them, in the engine."""

import json

import numpy as np
import pytest
import torch

from distill_live.codes.session_log import Entry
from distill_live.inference.codes import decode, encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from tests.live.player import SETTINGS, Player
from tests.old_model import old_model, save_old_model

SECOND = 48_000
#: Samples of a fade, and of the guard before a change.
FADE, GUARD = 480, SETTINGS.guard


@pytest.fixture(scope="module", params=[0.25, 1.0])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LoadedVQModel:
    """With chunks that last 0.206 s, or 0.953 s, which is longer than the ring's usual fill."""
    path = tmp_path_factory.mktemp("old") / "old.distill"
    return load_model_v2(save_old_model(path, old_model(request.param)))


@pytest.fixture(scope="module")
def undisturbed(model: LoadedVQModel) -> np.ndarray:
    torch.set_num_threads(1)
    return Player(model).hear(5 * SECOND)


def first_difference(one: np.ndarray, other: np.ndarray) -> int:
    changed = np.flatnonzero(one != other[: len(one)])
    assert len(changed), "both are the same"
    return int(changed[0])


def test_it_plays_what_generate_writes(model: LoadedVQModel, undisturbed: np.ndarray) -> None:
    audio, _ = generate_audio_from_prior(model, duration_s=5.0, seed=1)
    assert np.abs(undisturbed).max() > 0.001
    np.testing.assert_array_equal(undisturbed, audio)


def test_the_ring_and_the_lookahead_are_kept_full(model: LoadedVQModel) -> None:
    player = Player(model)
    player.work()
    filled = player.reader.available
    assert SETTINGS.ring_lead <= filled <= SETTINGS.ring_lead + model.column_samples
    assert player.status["lookahead"] == SETTINGS.lookahead


def test_a_sampling_parameter_is_heard_from_the_next_chunk_on(
    model: LoadedVQModel, undisturbed: np.ndarray
) -> None:
    player = Player(model)
    before = player.hear(SECOND)
    player.parameters.set("seed", 2)
    after = player.hear(2 * SECOND)
    np.testing.assert_array_equal(before, undisturbed[:SECOND])
    changed = SECOND + first_difference(after, undisturbed[SECOND:])
    assert changed % model.column_samples < FADE
    assert SECOND + GUARD <= changed < SECOND + GUARD + model.column_samples + FADE


def test_an_edit_is_heard_within_the_chunk_that_sounds(
    model: LoadedVQModel, undisturbed: np.ndarray
) -> None:
    player = Player(model)
    player.hear(SECOND)
    player.parameters.set("edit/mask/on", 1, 0)
    after = player.hear(SECOND)
    assert first_difference(after, undisturbed[SECOND:]) < GUARD + FADE


def test_a_rewind_plays_the_same_again_to_the_bit(
    model: LoadedVQModel, undisturbed: np.ndarray
) -> None:
    player = Player(model)
    player.hear(3 * SECOND)
    player.engine.motion.rewind(2.0, "same")
    after = player.hear(SECOND)[GUARD + FADE :]
    start = SECOND + GUARD + FADE
    np.testing.assert_array_equal(after, undisturbed[start : start + len(after)])


def test_another_take_continues_differently(model: LoadedVQModel, undisturbed: np.ndarray) -> None:
    player = Player(model)
    player.hear(3 * SECOND)
    player.engine.motion.rewind(2.0)
    again = player.hear(SECOND)
    assert player.status["take"] == 1
    start = SECOND + GUARD
    assert (again[GUARD:] != undisturbed[start : start + SECOND - GUARD]).mean() > 0.5


def test_a_hold_stays_in_the_chunk_until_its_release(model: LoadedVQModel) -> None:
    player = Player(model)
    step = model.column_samples
    player.hear(SECOND)
    player.engine.motion.hold()
    held = player.hear(5 * SECOND)[2 * SECOND :]
    np.testing.assert_array_equal(held[:-step], held[step:])
    player.engine.motion.release()
    free = player.hear(5 * SECOND)[2 * SECOND :]
    assert (free[:-step] != free[step:]).mean() > 0.5


def test_a_loop_repeats_what_was_played(model: LoadedVQModel) -> None:
    player = Player(model)
    player.hear(3 * SECOND)
    player.engine.motion.loop(0.3)
    looped = player.hear(3 * SECOND)[SECOND:]
    np.testing.assert_array_equal(looped[:-14_400], looped[14_400:])


def test_it_continues_from_a_recording(model: LoadedVQModel) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(3 * SECOND, np.float32)
    recording = encode(model, noise)
    player = Player(model)
    player.hear(SECOND)
    player.engine.motion.prime(recording.codes)
    player.hear(SECOND)
    timeline = player.engine._generator.timeline
    np.testing.assert_array_equal(timeline.raw(0, len(recording.codes)), recording.codes)
    assert timeline.end > len(recording.codes)
    assert player.said == []


def test_a_session_plays_again_to_the_sample(model: LoadedVQModel) -> None:
    player = Player(model)
    heard = [player.hear(SECOND)]
    player.parameters.set("temperature", 0.5)
    heard.append(player.hear(SECOND))
    player.parameters.set("edit/mask/on", 1, 0)
    heard.append(player.hear(SECOND))
    player.engine.motion.rewind(0.5)
    heard.append(player.hear(SECOND))
    player.engine.motion.loop(0.4)
    heard.append(player.hear(SECOND))
    noted: list[Entry] = [{"deck": 0, **json.loads(line)} for line in player.journal.read()]
    begin: Entry = {"op": "engine", "deck": 0, "position": 0, "level_labels": ["a", "b", "c"]}
    end: Entry = {"op": "end", "deck": 0, "heard": 5 * SECOND, "counts": {}}
    with torch.inference_mode():
        again = replay_log([begin, *noted, end], lambda entry: model)
    np.testing.assert_array_equal(again, np.concatenate(heard))


def test_a_sound_that_was_coded_has_its_length(model: LoadedVQModel) -> None:
    samples = 0.1 * np.random.default_rng(1).standard_normal(3 * SECOND, np.float32)
    grid = encode(model, samples)
    columns = -(-len(samples) // model.column_samples)
    assert grid.codes.shape == (columns, model.model.config.bands, 3)
    assert grid.column_samples == model.column_samples
    assert len(decode(model, grid)) == columns * model.column_samples
