"""Where what sounds comes from, as the engine tells it while it plays."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording
from distill_live.codes.timeline import Timeline
from distill_live.codes.training_codes import WINDOW_COLUMNS, TrainingCodes
from distill_live.live.ipc.status import NEW_SOUND, EngineStatus
from distill_live.live.past.origin import OriginTeller
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin
from tests.live.player import Clock, Player

SECOND = 48_000
#: The columns of the stream of seed 1 that stand in the second recording.
FIRST, END = 15, 45


@pytest.fixture(scope="module")
def remembering(tiny_model: LoadedVQModel) -> LoadedVQModel:
    """The tiny model, as if it had learned what it plays from column FIRST to END."""
    player = Player(tiny_model)
    player.hear(4 * SECOND)
    entries = [json.loads(line) for line in player.journal.read()]
    drawn = np.array([entry["codes"] for entry in entries if entry["op"] == "draw"])
    noise = np.random.default_rng(0).integers(0, 16, (40, *drawn.shape[1:]))
    recordings = [("noise.wav", noise), ("own.wav", drawn[FIRST:END])]
    codes = tuple(TrainingCodes(name, grid.astype(np.int16)) for name, grid in recordings)
    return replace(tiny_model, training_codes=codes)


def hear_up_to(player: Player, column: int) -> None:
    """Play until a column sounds."""
    while player.status["column"] != column:
        player.hear(480)
    for _ in range(WINDOW_COLUMNS):
        player.work()


def expect_own(player: Player, remembering: LoadedVQModel) -> None:
    heard = player.status["column"] - FIRST
    assert player.status["origin"] == 2
    assert player.status["origin_second"] == pytest.approx(heard * 4096 / 48_000)
    assert player.status["origin_share"] > 0.9


def test_the_recording_and_the_second_that_sound_are_reported(remembering: LoadedVQModel) -> None:
    player = Player(remembering)
    hear_up_to(player, FIRST - 1)
    assert player.status["origin"] == NEW_SOUND
    hear_up_to(player, FIRST + 20)
    expect_own(player, remembering)
    hear_up_to(player, END + WINDOW_COLUMNS)
    assert player.status["origin"] == NEW_SOUND


def test_a_rewind_is_followed(remembering: LoadedVQModel) -> None:
    player = Player(remembering)
    hear_up_to(player, FIRST + 25)
    player.engine.motion.rewind(1.0, "same")
    player.hear(SECOND // 4)
    assert FIRST + 10 < player.status["column"] < FIRST + 22
    player.work()
    for _ in range(WINDOW_COLUMNS):
        player.work()
    expect_own(player, remembering)


def test_another_take_is_new_again(remembering: LoadedVQModel) -> None:
    player = Player(remembering)
    hear_up_to(player, FIRST + 12)
    player.engine.motion.rewind(0.2)
    hear_up_to(player, FIRST + 12 + 2 * WINDOW_COLUMNS)
    assert player.status["origin"] == NEW_SOUND


def test_an_lfo_that_keeps_the_engine_busy_does_not_hide_the_origin(
    remembering: LoadedVQModel,
) -> None:
    clock = Clock()
    player = Player(remembering, clock=clock)
    hear_up_to(player, FIRST + 5)
    followed: list[float] = []
    follow = player.engine._teller._origin.follow

    def note(timeline: Timeline, heard: int, grain: GrainOrigin | None) -> None:
        followed.append(clock.now)
        follow(timeline, heard, grain)

    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        # As it is while an LFO moves a parameter: each turn has something to do.
        patch.setattr(
            player.engine._changes, "make_next", lambda: player.engine._filler.fill(0) or True
        )
        patch.setattr(player.engine._teller._origin, "follow", note)
        for _ in range(15 * 4096 // 480):
            clock.now += 480 / SECOND
            for _ in range(20):
                player.engine.turn()
            player.hear_rest(480)
    assert player.status["column"] > FIRST + 15
    assert player.status["origin"] == 2
    assert player.status["origin_second"] > 10 * 4096 / SECOND
    assert 15 <= len(followed) <= 5 * 15


def test_a_model_that_keeps_no_codes_tells_nothing(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    hear_up_to(player, 12)
    assert player.status["origin"] == 0


def test_the_sound_is_the_same_whether_it_is_told_or_not(
    tiny_model: LoadedVQModel, remembering: LoadedVQModel
) -> None:
    told, untold = Player(remembering).hear(SECOND), Player(tiny_model).hear(SECOND)
    np.testing.assert_array_equal(told, untold)


def test_a_segment_knows_nothing_of_the_one_before(remembering: LoadedVQModel) -> None:
    own = remembering.training_codes[1].codes
    segments = []
    for codes in (own, own[5:7]):
        segment = Timeline(*codes.shape[1:], 64)
        segment.append(codes.astype(np.int64))
        segments.append(segment)
    told = []
    for heard_before in ([], [segments[0]]):
        status = EngineStatus()
        teller = OriginTeller(remembering, status)
        for segment in [*heard_before, segments[1]]:
            for column in range(segment.end):
                teller.follow(segment, column, None)
        told.append([status[name] for name in ("origin", "origin_second", "origin_share")])
    assert told[0] == told[1]


def test_where_grains_are_heard_their_recording_and_second_are_told(
    tiny_grainy: LoadedVQModel, grain_recordings: list[Recording]
) -> None:
    noise = np.random.default_rng(0).integers(0, 16, (40, 8, 3)).astype(np.int16)
    names = ["other.wav", *(one.name for one in grain_recordings)]
    loaded = replace(tiny_grainy, training_codes=tuple(TrainingCodes(n, noise) for n in names))
    player = Player(loaded)
    player.parameters.set("grain_reach", 40.0)
    player.hear(SECOND)
    playhead = player.engine._generator.playhead
    told = set()
    for column in range(20, 40):
        hear_up_to(player, column)
        origin = playhead.grain_origins.of(column)
        assert origin is not None
        told.add(names[int(player.status["origin"]) - 1])
        assert player.status["origin"] == origin[0] + 2
        assert player.status["origin_second"] == pytest.approx(origin[1])
    assert told <= {"a.wav", "b.wav"}
    player.parameters.set("grain", 0.0)
    player.hear(SECOND)
    hear_up_to(player, int(player.status["column"]) + 1)
    assert player.status["origin"] == NEW_SOUND
