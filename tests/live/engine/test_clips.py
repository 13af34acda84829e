"""Clips in an engine: played as they are, blended in, aligned, and captured from what was heard."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from distill_live.codes.timeline import Codes
from distill_live.edits.blend import Blend
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import EDITS, Player

SECOND = 48_000
COLUMN = 4_096


class Band(Player):
    """A player with the edit `blend`, and what it noted and captured."""

    def __init__(self, loaded: LoadedVQModel, **settings: Any) -> None:
        super().__init__(loaded, edits=(*EDITS, Blend()), **settings)
        self.notes: list[dict[str, Any]] = []

    def pushed(self) -> list[dict[str, Any]]:
        """The columns that were played, with their codes."""
        self.notes += map(json.loads, self.journal.read())
        return [note for note in self.notes if note["op"] == "push"]


@pytest.fixture
def clip(tiny_model: LoadedVQModel) -> Codes:
    """Six random columns."""
    return np.random.default_rng(7).integers(0, 16, (6, 8, 3))


def played(band: Band, count: int) -> np.ndarray:
    """The last `count` columns as they were played, of the timeline."""
    timeline = band.engine._generator.timeline
    return timeline.edited(timeline.start, timeline.start + count)


def test_a_clip_is_played_as_it_is_and_looped_until_the_prior_continues_from_it(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.hear(SECOND)
    band.engine.motion.play_clip(clip, 6 * COLUMN)
    band.hear(3 * 6 * COLUMN)
    loop = band.hear(6 * COLUMN)
    again = band.hear(6 * COLUMN)
    np.testing.assert_array_equal(loop, again)
    generator = band.engine._generator
    np.testing.assert_array_equal(generator.timeline.raw(0, 6), clip)
    assert all(note["codes"] is None for note in band.pushed())
    band.engine.motion.release()
    band.hear(SECOND)
    assert generator.playhead.motion is None
    assert generator.playhead.column > 7
    np.testing.assert_array_equal(generator.timeline.edited(0, 6), clip)


def test_a_part_of_a_clip_loops_to_the_sample(tiny_model: LoadedVQModel, clip: Codes) -> None:
    band = Band(tiny_model)
    band.hear(SECOND)
    band.engine.motion.play_clip(clip, 10_001)
    band.hear(2 * SECOND)
    loop = band.hear(10_001, block=137)
    np.testing.assert_array_equal(loop, band.hear(10_001, block=137))
    np.testing.assert_array_equal(band.engine._generator.timeline.raw(0, 3), clip[:3])


def test_a_rewind_in_a_clip_takes_another_path_or_plays_the_clip_again(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.engine.motion.play_clip(clip, 6 * COLUMN)
    band.hear(4 * COLUMN)
    band.engine.motion.rewind(2 * COLUMN / SECOND, "same")
    band.hear(SECOND)
    timeline = band.engine._generator.timeline
    np.testing.assert_array_equal(timeline.edited(0, 6), clip)
    band.engine.motion.rewind(1.0)
    band.hear(SECOND)
    assert timeline.start == 0
    assert band.said == []


def test_a_clip_that_does_not_fit_is_told_and_the_music_continues(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.hear(SECOND)
    band.engine.motion.play_clip(clip[:, :4], COLUMN)
    band.engine.partners.put("blend", "half", clip[:, :4])
    band.hear(SECOND)
    assert len(band.said) == 2
    assert all("the model's columns are [8, 3] codes" in line for line in band.said)


def test_blend_passes_codes_at_0_and_plays_the_clip_at_1_in_step_with_a_clip_that_is_played(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    plain, band = Band(tiny_model), Band(tiny_model)
    band.engine.partners.put("blend", "other", clip)
    np.testing.assert_array_equal(band.hear(SECOND), plain.hear(SECOND))
    band.parameters.set("blend", 1.0)
    own = np.roll(clip, 2, axis=0)
    band.engine.motion.play_clip(own, 6 * COLUMN)
    band.hear(2 * 6 * COLUMN)
    np.testing.assert_array_equal(played(band, 6), clip)
    # One that is chosen meanwhile keeps step, too.
    other = clip[::-1].copy()
    band.engine.partners.put("blend", "third", other)
    band.hear(2 * 6 * COLUMN)
    np.testing.assert_array_equal(played(band, 6), other)
    band.engine.partners.put("blend", "", None)
    band.hear(2 * 6 * COLUMN)
    np.testing.assert_array_equal(played(band, 6), own)


def test_a_partner_begins_with_the_column_that_is_heard(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.parameters.set("blend", 1.0)
    band.hear(SECOND)
    heard = band.engine._generator.partner_column
    band.engine.partners.put("blend", "other", clip)
    band.hear(SECOND)
    timeline = band.engine._generator.timeline
    np.testing.assert_array_equal(timeline.edited(heard + 1, heard + 6), clip[1:])


def test_a_new_engine_goes_on_with_the_partner_where_the_last_one_was(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.parameters.set("blend", 1.0)
    band.hear(SECOND)
    heard = band.engine._generator.partner_column
    band.engine.partners.put("blend", "other", clip)
    band.hear(SECOND)
    band.partners = [("blend", "other", clip)]
    band.replace(tiny_model)
    band.hear(SECOND)
    timeline = band.engine._generator.timeline
    columns = np.arange(heard + 1, heard + 20)
    np.testing.assert_array_equal(
        timeline.edited(heard + 1, heard + 20), clip[(columns - heard) % 6]
    )


def test_a_capture_is_what_was_heard_with_its_edits(tiny_model: LoadedVQModel) -> None:
    band = Band(tiny_model)
    band.parameters.set("edit/mask/on", 1, 2)
    band.hear(2 * SECOND)
    band.engine.capture(7, 10 * COLUMN / SECOND)
    [(number, codes)] = band.captured
    last = int(band.status["column"])
    assert number == 7
    timeline = band.engine._generator.timeline
    known = [timeline.edited(end - 9, end + 1) for end in (last - 1, last)]
    assert any(np.array_equal(codes, one) for one in known)
    band.engine.capture(8, 60.0)
    assert len(band.captured[1][1]) <= 24


def test_a_capture_can_end_some_time_ago(tiny_model: LoadedVQModel) -> None:
    band = Band(tiny_model)
    band.hear(2 * SECOND)
    band.engine.capture(1, 12 * COLUMN / SECOND)
    band.engine.capture(2, 4 * COLUMN / SECOND, 8 * COLUMN / SECOND)
    band.engine.capture(3, 4 * COLUMN / SECOND, 60.0)
    (_, whole), (_, begun), (_, nothing) = band.captured
    np.testing.assert_array_equal(begun, whole[:4])
    assert len(nothing) == 0


def test_a_capture_of_a_loop_repeats_it_as_it_was_heard(
    tiny_model: LoadedVQModel, clip: Codes
) -> None:
    band = Band(tiny_model)
    band.hear(SECOND)
    band.engine.motion.play_clip(clip, 6 * COLUMN)
    band.hear(20 * COLUMN)
    band.engine.capture(1, 12 * COLUMN / SECOND)
    [(_, codes)] = band.captured
    assert len(codes) == 12
    np.testing.assert_array_equal(codes[:6], codes[6:])
    assert sorted(map(bytes, codes[:6])) == sorted(map(bytes, clip.astype(np.uint16)))


def test_nothing_is_captured_before_anything_was_heard(tiny_model: LoadedVQModel) -> None:
    band = Band(tiny_model)
    band.engine.capture(1, 1.0)
    assert [(number, codes.shape) for number, codes in band.captured] == [(1, (0, 8, 3))]
