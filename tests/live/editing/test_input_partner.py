"""The live input, blended into what an engine plays."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.timeline import Codes
from distill_live.edits.blend import Blend
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.messages import INPUT
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import EDITS, Clock, Player

SECOND, COLUMN = 48_000, 4_096
LOUD = np.zeros(1, np.float32)


class Duo(Player):
    """A player with the edit `blend`, and somebody who plays in column after column."""

    def __init__(self, loaded: LoadedVQModel) -> None:
        self.time = Clock()
        super().__init__(loaded, clock=self.time, edits=(*EDITS, Blend()))
        self.heard.begin(loaded.metadata["codec_sha256"], (8, 3), COLUMN)
        self._random, self._count = np.random.default_rng(3), 0

    def play_in(self) -> Codes:
        """Play in a column of codes [1, 8, 3]."""
        codes = self._random.integers(0, 16, (1, 8, 3))
        self.heard.write(self._count, codes, LOUD)
        self._count += 1
        return codes

    @property
    def sounding(self) -> Codes:
        """The codes [1, 8, 3] of the column that is heard, as it is played."""
        column = int(self.status["column"])
        return self.engine._generator.timeline.edited(column, column + 1)


@pytest.fixture
def duo(tiny_model: LoadedVQModel) -> Duo:
    duo = Duo(tiny_model)
    duo.parameters.set("blend", 1.0)
    duo.hear(SECOND)
    duo.engine.partners.put("blend", INPUT, None)
    return duo


def test_the_newest_column_sounds_as_soon_as_an_edit_and_stays_until_the_next(duo: Duo) -> None:
    for _ in range(4):
        futures = duo.status["futures"]
        codes = duo.play_in()
        duo.work()
        # The future is made anew once for each column of the input.
        assert duo.status["futures"] == futures + 1
        duo.hear(EngineSettings().guard + 480)
        np.testing.assert_array_equal(duo.sounding, codes)
        duo.hear(3 * COLUMN)
        np.testing.assert_array_equal(duo.sounding, codes)
        assert duo.status["futures"] == futures + 1


@pytest.mark.parametrize("why", ["listening ends", "nothing comes in any more"])
def test_while_nothing_is_played_in_the_stream_plays_as_it_is(duo: Duo, why: str) -> None:
    def is_plain() -> bool:
        timeline, column = duo.engine._generator.timeline, int(duo.status["column"])
        return np.array_equal(duo.sounding, timeline.raw(column, column + 1))

    duo.hear(2 * COLUMN)
    assert is_plain()
    duo.play_in()
    duo.hear(2 * COLUMN)
    assert not is_plain()
    if why == "listening ends":
        duo.heard.forget()
    else:
        duo.time.now += 2.0
    duo.hear(2 * COLUMN)
    assert is_plain()
    duo.play_in()
    duo.hear(2 * COLUMN)
    assert not is_plain()


def test_that_nothing_comes_in_any_more_is_noticed_once(duo: Duo) -> None:
    duo.play_in()
    duo.work()
    duo.time.now += 2.0
    assert [duo.engine._input.poll() for _ in range(3)] == [True, False, False]


def test_columns_of_another_codec_are_not_played(duo: Duo) -> None:
    duo.heard.begin("0" * 64, (8, 3), COLUMN)
    futures = duo.status["futures"]
    duo.play_in()
    duo.hear(2 * COLUMN)
    assert duo.status["futures"] == futures


@pytest.mark.parametrize("chosen", ["a clip", ""])
def test_a_clip_or_nothing_takes_the_place_of_the_input(duo: Duo, chosen: str) -> None:
    duo.play_in()
    duo.hear(2 * COLUMN)
    clip = np.full((1, 8, 3), 5) if chosen else None
    duo.engine.partners.put("blend", chosen, clip)
    duo.hear(2 * COLUMN)
    played = duo.play_in()
    duo.hear(2 * COLUMN)
    assert np.array_equal(duo.sounding, np.full((1, 8, 3), 5)) == bool(chosen)
    assert not np.array_equal(duo.sounding, played)


def test_without_a_listener_nothing_is_blended(tiny_model: LoadedVQModel) -> None:
    duo = Duo(tiny_model)
    duo.engine._input._columns = None
    duo.parameters.set("blend", 1.0)
    duo.engine.partners.put("blend", INPUT, None)
    duo.play_in()
    duo.hear(SECOND)
    assert duo.status["futures"] == 0
