from __future__ import annotations

import multiprocessing
import threading

import numpy as np
import pytest

from distill_live.live.ipc.current_column import MAX_CODES, CurrentColumn, SharedColumn
from distill_live.live.ipc.status import EngineStatus
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from tests.live.player import Player


def column(number: int, bands: int = 8, levels: int = 3) -> CurrentColumn:
    return CurrentColumn(number, np.full((bands, levels), number % 16), 16, number / 2)


def test_nothing_sounds_before_a_column_is_shown() -> None:
    shown = SharedColumn()
    assert shown.read() is None
    shown.write(column(3))
    shown.clear()
    assert shown.read() is None


def test_the_column_shown_last_is_read() -> None:
    shown = SharedColumn()
    for number, shape in [(3, (8, 3)), (4, (2, 2)), (5, (1, 4))]:
        shown.write(column(number, *shape))
        read = shown.read()
        assert read is not None
        assert (read.column, read.codebook_size, read.entropy) == (number, 16, number / 2)
        np.testing.assert_array_equal(read.codes, np.full(shape, number))


def test_a_column_of_too_many_codes_is_shown_without_them() -> None:
    shown = SharedColumn()
    shown.write(column(3, MAX_CODES, 2))
    read = shown.read()
    assert read is not None
    assert (read.column, read.codes.shape) == (3, (MAX_CODES, 0))


def test_what_an_engine_that_was_killed_left_half_written_does_no_harm() -> None:
    shown = SharedColumn()
    shown.write(column(3))
    shown._numbers.array[0] += 1
    assert shown.read() is None
    shown.write(column(4))
    read = shown.read()
    assert read is not None and read.column == 4


def test_a_column_is_never_read_half_written() -> None:
    shown = SharedColumn()
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            shown.write(column(number))

    writer = threading.Thread(target=write)
    writer.start()
    found = 0
    while found < 2000:
        read = shown.read()
        if read is not None:
            found += 1
            assert read.entropy == read.column / 2
            assert (read.codes == read.column % 16).all()
    ended.set()
    writer.join()


def _write_there(status: EngineStatus) -> None:
    status.current_column.write(column(7))


def test_another_process_reads_it_with_the_status() -> None:
    status = EngineStatus()
    process = multiprocessing.get_context("spawn").Process(target=_write_there, args=(status,))
    process.start()
    process.join()
    read = status.current_column.read()
    assert read is not None and read.column == 7
    status.reset()
    assert status.current_column.read() is None


def current_column(player: Player) -> CurrentColumn:
    shown = player.status.current_column.read()
    assert shown is not None
    assert shown.column == player.status["column"]
    return shown


def test_the_engine_shows_each_column_as_it_sounds(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    timeline = player.engine._generator.timeline
    seen = set()
    for _ in range(100):
        player.hear(960)
        shown = current_column(player)
        seen.add(shown.column)
        played = timeline.edited(shown.column, shown.column + 1)[0]
        np.testing.assert_array_equal(shown.codes, played)
        assert shown.codebook_size == 16
        assert 0.0 < shown.entropy <= 4.0
    assert seen == set(range(max(seen) + 1))


def test_entropy_is_that_with_which_the_column_was_drawn(tiny_model: LoadedVQModel) -> None:
    free, fixed = Player(tiny_model), Player(tiny_model)
    fixed.parameters.set("top_k", 1)
    for player in (free, fixed):
        player.hear(48_000)
    assert current_column(fixed).entropy == 0.0
    session = open_session(tiny_model.require_prior(), 1)
    entropies = []
    for _ in range(int(current_column(free).column) + 1):
        session.step(free.engine._generator.draw.sampling)
        entropies.append(session.entropy)
    assert current_column(free).entropy == pytest.approx(entropies[-1])


def test_edited_codes_are_shown_and_in_a_loop_those_that_sound(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(48_000)
    player.parameters.set("edit/mask/on", 1)
    player.hear(48_000)
    shown = current_column(player)
    raw = player.engine._generator.timeline.raw(shown.column, shown.column + 1)[0]
    assert (shown.codes != raw).any()
    player.parameters.set("edit/mask/on", 0)
    player.hear(9_600)
    player.engine.motion.loop(0.2)
    player.hear(4_800)
    columns = set()
    for _ in range(50):
        player.hear(960)
        columns.add(current_column(player).column)
    assert len(columns) <= 4


def test_a_column_that_was_given_has_no_entropy(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(24_000)
    sampler = player.engine._generator.sampler
    codes = np.zeros((12, 8, 3), np.int64)
    player.engine.motion.prime(codes)
    player.hear(4_800)
    assert np.isnan(sampler.entropy(3))
    assert not np.isnan(sampler.entropy(12))
    assert np.isnan(sampler.entropy(10_000))
