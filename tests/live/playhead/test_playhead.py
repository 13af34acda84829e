"""Where the playhead goes, and what it plays there, to the sample."""

import numpy as np
import pytest
import torch

from distill_live.audio.fades import crossfade
from distill_live.live.past.recent import RECENT
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.motion import Hold, Loop
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.playhead.stage import Stage

FADE = 960


@pytest.fixture
def stage(tiny_model: LoadedVQModel) -> Stage:
    return Stage(tiny_model)


def test_forward_it_plays_column_after_column_as_the_decoder_does(stage: Stage) -> None:
    made = stage.push(10)
    np.testing.assert_array_equal(made, stage.decoded_from(0, 0, 10))
    assert (stage.head.column, stage.head.position) == (10, len(made))
    assert stage.head.motion is None


def test_what_is_played_is_noted_in_the_timeline(stage: Stage) -> None:
    edited = np.zeros_like(stage.codes[:1])
    with torch.inference_mode():
        stage.head.push(edited)
    np.testing.assert_array_equal(stage.head.timeline.edited(0, 1), edited)
    np.testing.assert_array_equal(stage.head.timeline.raw(0, 1), stage.codes[:1])


def test_a_hold_plays_its_column_on_and_on_without_a_seam(stage: Stage) -> None:
    before = stage.push(6)
    stage.head.hold()
    held = stage.push(7)
    assert stage.head.motion == Hold(6)
    assert (stage.head.column, stage.head.frontier) == (6, 7)
    stage.head.release()
    after = stage.push(3)
    assert (stage.head.column, stage.head.motion) == (9, None)
    decoder = ColumnDecoder(stage.loaded)
    order = [*range(6), *[6] * 7, 6, 7, 8]
    with torch.inference_mode():
        expected = [decoder.push(stage.codes[number : number + 1]) for number in order]
    np.testing.assert_array_equal(np.r_[before, held, after], np.concatenate(expected))


@pytest.mark.parametrize("length", [100, 4_000, 4_096, 4_097, 8_192, 30_011])
def test_a_hold_with_an_end_continues_with_the_next_column_at_that_sample(
    stage: Stage, length: int
) -> None:
    before = stage.push(6)
    end = len(before) + length
    stage.head.hold(end, FADE)
    while stage.head.motion is not None:
        stage.push()
    assert (stage.head.position, stage.head.column) == (end, 7)
    stage.push(3)
    times = -(-length // 4_096)
    decoder = ColumnDecoder(stage.loaded)
    with torch.inference_mode():
        for number in range(6):
            decoder.push(stage.codes[number : number + 1])
        held = np.concatenate([decoder.push(stage.codes[6:7]) for _ in range(times)])
        after = np.concatenate([decoder.push(stage.codes[n : n + 1]) for n in (7, 8, 9)])
    np.testing.assert_array_equal(stage.sound[len(before) : end], held[:length])
    rest = held[length:][:FADE]
    seam = crossfade(rest, after[: len(rest)], 0, len(rest))
    np.testing.assert_array_equal(stage.sound[end : end + len(rest)], seam)
    np.testing.assert_array_equal(stage.sound[end + len(rest) :], after[len(rest) :])


def test_a_hold_is_known_where_it_sounds_though_its_end_is_made(stage: Stage) -> None:
    begin = len(stage.push(6))
    stage.head.hold(begin + 10_000, FADE)
    stage.push(8)
    assert stage.head.motion is None
    assert stage.head.motion_at(begin - 1) is None
    for position in (begin, begin + 9_999):
        assert stage.head.motion_at(position) == Hold(6, begin + 10_000, FADE)
        assert stage.head.unheard_column(position) == 7
    assert stage.head.motion_at(begin + 10_000) is None
    before = stage.sound
    assert stage.head.back_before(begin + 9_000)
    stage.push(6)
    np.testing.assert_array_equal(stage.sound[: len(before)], before[: len(stage.sound)])


# Shorter than a column (4096), as long, and longer; some leave less than a fade of a column over.
LENGTHS = (2_400, 2_401, 3_000, 4_095, 4_096, 4_097, 8_191, 30_011)
BEGIN, AT = 21_000, 50_000


def begin_loop(stage: Stage, length: int) -> np.ndarray:
    """Start a loop at ring position AT; what its passes are made of, from BEGIN to the end."""
    stage.push(20)
    stage.head.loop(BEGIN, BEGIN + length, FADE, AT)
    decoder = ColumnDecoder(stage.loaded)
    column = decoder.column_of(BEGIN)
    first = max(column - decoder.past_columns, 0)
    return stage.decoded_from(column, first, 40)[BEGIN - decoder.start_of(column) :]


@pytest.mark.parametrize("length", LENGTHS)
def test_every_pass_of_a_loop_but_the_first_begins_with_a_fade_from_what_would_follow(
    stage: Stage, length: int
) -> None:
    expected = begin_loop(stage, length)
    seam = crossfade(expected[length : length + FADE], expected[:FADE], 0, FADE)
    made = stage.make(5 * length)
    np.testing.assert_array_equal(made[:length], expected[:length])
    for begin in range(length, 5 * length, length):
        np.testing.assert_array_equal(made[begin : begin + FADE], seam)
        np.testing.assert_array_equal(made[begin + FADE : begin + length], expected[FADE:length])


@pytest.mark.parametrize("length", LENGTHS)
def test_a_released_loop_plays_to_its_end_and_on_without_a_seam(stage: Stage, length: int) -> None:
    expected = begin_loop(stage, length)
    stage.make(length + 1_200)
    stage.head.release()
    position = stage.head.position
    sample, _ = stage.head.sound_at(position)
    stage.make(20_000)
    made = stage.sound[position + FADE : position + 20_000]
    np.testing.assert_array_equal(made, expected[sample + FADE - BEGIN :][: len(made)])
    assert stage.head.motion is None


def test_a_loop_needs_no_column_beyond_its_last_seam(stage: Stage) -> None:
    begin_loop(stage, 30_011)
    frontier = stage.head.frontier
    pushed = set()
    for _ in range(40):
        pushed.add(stage.head.column)
        stage.push()
    assert max(pushed) == frontier - 1
    assert isinstance(stage.head.motion, Loop)


def test_a_loop_tells_which_sample_of_the_segment_sounds(stage: Stage) -> None:
    begin_loop(stage, 5_000)
    stage.make(30_000)
    for offset in (0, 4_999, 5_000, 12_345, 29_999):
        sample, column = stage.head.sound_at(AT + offset)
        assert sample == BEGIN + offset % 5_000
        assert column <= stage.head.frontier


def test_forward_it_tells_which_sample_and_column_sound(stage: Stage) -> None:
    stage.push(10)
    decoder = ColumnDecoder(stage.loaded)
    for position in (0, 2_559, 2_560, 20_000, stage.head.position - 1):
        assert stage.head.sound_at(position) == (position, decoder.column_of(position))
    assert stage.head.sound_at(stage.head.position) == (stage.head.position, 9)


def test_a_place_is_a_column_and_how_much_of_it_is_over(stage: Stage) -> None:
    decoder = ColumnDecoder(stage.loaded)
    for sample in (2_560, 2_561, 20_000, 26_000):
        column = decoder.column_of(sample)
        over = (sample - decoder.start_of(column)) / decoder.column_samples
        assert stage.head.place_of(sample) == pytest.approx(column + over)


@pytest.mark.parametrize("position", [2_560, 2_561, 20_000, 26_000])
def test_it_goes_back_before_what_sounds_and_plays_the_same_again(
    stage: Stage, position: int
) -> None:
    before = stage.push(10)
    column = ColumnDecoder(stage.loaded).column_of(position)
    assert stage.head.back_before(position)
    assert stage.head.column == column
    assert stage.head.position == ColumnDecoder(stage.loaded).start_of(column) <= position
    stage.push(10 - column)
    np.testing.assert_array_equal(stage.sound, before)


def test_it_goes_back_within_a_loop_and_plays_the_same_again(stage: Stage) -> None:
    begin_loop(stage, 3_000)
    before = stage.make(30_000)
    for position in (AT + 20_000, AT + 3_100, AT + 10):
        assert stage.head.back_before(position)
        assert stage.head.position <= position
        stage.make(AT + 30_000 - stage.head.position)
        np.testing.assert_array_equal(stage.sound[AT : AT + 30_000], before)


def test_it_goes_back_to_the_first_column_after_what_sounds(stage: Stage) -> None:
    before = stage.push(10)
    start = ColumnDecoder(stage.loaded).start_of
    for position, column in ((start(8), 8), (start(6) + 1, 7), (start(6), 6), (1, 1)):
        assert stage.head.back_after(position)
        assert (stage.head.column, stage.head.position) == (column, start(column))
    stage.push(9)
    np.testing.assert_array_equal(stage.sound, before)


def test_there_is_no_way_back_to_what_is_not_made_yet(stage: Stage) -> None:
    stage.push(10)
    end, last = stage.head.position, ColumnDecoder(stage.loaded).start_of(9)
    assert not stage.head.back_before(end)
    assert not stage.head.back_after(last + 1)
    assert (stage.head.column, stage.head.position) == (10, end)
    assert stage.head.back_after(last)


def test_what_is_over_is_forgotten_but_not_the_column_that_sounds(stage: Stage) -> None:
    stage.push(10)
    start = ColumnDecoder(stage.loaded).start_of
    stage.head.trail.forget_before(start(6) + 100)
    assert not stage.head.back_before(start(6) - 1)
    assert stage.head.back_before(start(6) + 100)
    assert stage.head.column == 6


def test_a_jump_sounds_like_the_column_after_those_before_it(stage: Stage) -> None:
    before = stage.push(12)
    stage.head.jump(8, 30_000)
    assert (stage.head.column, stage.head.position) == (8, 30_000)
    stage.push(3)
    decoder = ColumnDecoder(stage.loaded)
    np.testing.assert_array_equal(stage.sound[:30_000], before[:30_000])
    np.testing.assert_array_equal(
        stage.sound[30_000:], stage.decoded_from(8, 8 - decoder.past_columns, 11)
    )
    assert stage.head.sound_at(30_000) == (decoder.start_of(8), 8)


def test_a_jump_may_begin_at_a_sample_within_its_column(stage: Stage) -> None:
    stage.push(12)
    decoder = ColumnDecoder(stage.loaded)
    sample = decoder.start_of(8) + 1_234
    stage.head.jump(8, 30_000, sample)
    stage.push(3)
    assert stage.head.sound_at(30_000) == (sample, 8)
    expected = stage.decoded_from(8, 8 - decoder.past_columns, 11)
    np.testing.assert_array_equal(stage.sound[30_000:], expected[1_234:])
    assert stage.head.sound_at(30_000 + 5_000)[0] == sample + 5_000


def test_a_jump_hears_the_columns_before_it_as_they_were_played(stage: Stage) -> None:
    edited = (stage.codes + 1) % 16
    with torch.inference_mode():
        for column in range(8):
            stage.put(stage.head.push(edited[column : column + 1]))
        stage.head.jump(8, 20_000)
        made = stage.head.push(stage.codes[8:9])
    stage.codes[:8] = edited[:8]
    np.testing.assert_array_equal(made, stage.decoded_from(8, 3, 9))


def test_what_can_still_be_drawn_differently_begins_after_what_sounds(stage: Stage) -> None:
    stage.push(10)
    start = ColumnDecoder(stage.loaded).start_of
    assert stage.head.unheard_column(start(4)) == 4
    assert stage.head.unheard_column(start(4) + 1) == 5
    assert stage.head.unheard_column(stage.head.position) == 10


def test_a_hold_and_a_loop_leave_what_they_need_as_it_is_drawn(stage: Stage) -> None:
    stage.push(10)
    stage.head.hold()
    stage.push(4)
    assert stage.head.unheard_column(0) == 11
    begin_loop(stage, 5_000)
    assert (
        stage.head.unheard_column(AT)
        == ColumnDecoder(stage.loaded).column_of(BEGIN + 5_000 + FADE) + 1
    )


def rest_after(stage: Stage, end: int) -> np.ndarray:
    """How the sound would end after column `end`, if the columns from 0 on were played."""
    decoder = ColumnDecoder(stage.loaded)
    with torch.inference_mode():
        for number in range(end):
            decoder.push(stage.codes[number : number + 1])
        return decoder.rest()[:FADE]


def test_a_repetition_plays_the_last_samples_again_between_two_fades(stage: Stage) -> None:
    plain = Stage(stage.loaded).push(14)
    before, rest = stage.push(10), rest_after(stage, 10)
    with torch.inference_mode():
        again = stage.put(stage.head.repeat(20_000, FADE))
    recent = before[-20_000:]
    np.testing.assert_array_equal(again[:FADE], crossfade(rest, recent[:FADE], 0, FADE))
    np.testing.assert_array_equal(again[FADE:], recent[FADE:])
    assert stage.head.column == 10
    after, expected = stage.push(4), plain[len(before) :]
    np.testing.assert_array_equal(after[:FADE], crossfade(rest, expected[:FADE], 0, FADE))
    np.testing.assert_array_equal(after[FADE:], expected[FADE:])


def test_no_more_is_repeated_than_is_remembered(stage: Stage) -> None:
    before = stage.push(2)
    assert stage.head.trail.remembered == len(before)
    with torch.inference_mode():
        assert len(stage.put(stage.head.repeat(72_000, FADE))) == len(before)
    stage.push(38)
    assert RECENT <= stage.head.trail.remembered < RECENT + 2 * 4096


def test_what_was_dropped_is_not_repeated(stage: Stage) -> None:
    before = stage.push(10)
    stage.head.jump(3, 20_000)
    assert stage.head.trail.remembered == 20_000
    with torch.inference_mode():
        again = stage.head.repeat(10_000, FADE)
    np.testing.assert_array_equal(again[FADE:], before[10_000 + FADE : 20_000])


@pytest.mark.parametrize("back", ["back_before", "back_after"])
def test_a_repetition_is_broken_off_where_the_change_is_heard(stage: Stage, back: str) -> None:
    plain = Stage(stage.loaded)
    plain.push(14)
    before = stage.push(10)
    with torch.inference_mode():
        stage.put(stage.head.repeat(20_000, FADE))
    position = len(before) + 5_000
    assert stage.head.sound_at(position) == (len(before), 10)
    assert getattr(stage.head, back)(position)
    assert (stage.head.column, stage.head.position) == (10, position)
    np.testing.assert_array_equal(stage.push(4), plain.sound[len(before) :])


def test_a_repetition_right_after_a_loop_continues_where_the_loop_has_come_to(stage: Stage) -> None:
    # 500 samples of the column that the loop ends in are made and not played: less than a fade.
    decoder = ColumnDecoder(stage.loaded)
    length = decoder.start_of(decoder.column_of(BEGIN) + 2) - BEGIN - 500
    expected = begin_loop(stage, length)
    stage.push(2)
    stage.head.release()
    assert stage.head.position == AT + length
    with torch.inference_mode():
        again = stage.put(stage.head.repeat(4_000, FADE))
    coming, recent = expected[length : length + 500], expected[length - 4_000 : length]
    seam = crossfade(coming, recent[:500], 0, FADE)
    np.testing.assert_array_equal(again[:500], seam)
    # What goes on is what faded out before: the fade between both cannot be heard.
    np.testing.assert_allclose(stage.push()[:500], coming, atol=1e-5)


def test_a_new_segment_forgets_the_old_and_continues_after_its_codes(stage: Stage) -> None:
    stage.push(10)
    given = (stage.codes[:20] + 3) % 16
    stage.head.begin_segment(given, 25_000)
    assert (stage.head.column, stage.head.position) == (20, 25_000)
    np.testing.assert_array_equal(stage.head.timeline.raw(0, 20), given)
    assert stage.head.timeline.end == 20
    stage.head.timeline.append(stage.codes[20:24])
    made = stage.push(4)
    stage.codes[:20] = given
    np.testing.assert_array_equal(made, stage.decoded_from(20, 15, 24))
