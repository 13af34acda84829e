from __future__ import annotations

import pytest

from distill_live.commands.serving.page.timeline import TimelineReader
from distill_live.live.server.deck import Deck
from distill_live.parameters import ParameterStore
from tests.commands.serving.page.columns import BANDS, LEVELS, TimelineFrame, details


class Stage:
    """Two decks, of which `playing` is heard, and a reader of the timeline."""

    def __init__(self) -> None:
        store = ParameterStore()
        self.decks = (Deck(0, store, journal=False), Deck(1, store, journal=False))
        self.playing = self.decks[0]
        for deck in self.decks:
            deck.shown.begin_segment((BANDS, LEVELS))
        self.reader = self.open()

    def open(self) -> TimelineReader:
        return TimelineReader(lambda: self.playing)

    def show(self, start: int, end: int, *columns: int, codes: int | None = None) -> None:
        self.playing.shown.show(start, end, details(*columns, codes=codes))

    def frames(self) -> list[TimelineFrame]:
        return [TimelineFrame.of(frame) for frame in self.reader.frames()]


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.show(3, 9, *range(3, 9))
    return stage


def test_a_new_reader_gets_the_whole_window_in_one_frame(stage: Stage) -> None:
    (frame,) = stage.frames()
    assert (frame.first, frame.start, frame.end) == (3, 3, 9)
    assert frame.codes == [3, 4, 5, 6, 7, 8]
    assert stage.frames() == []


def test_before_there_is_a_segment_there_are_no_frames() -> None:
    deck = Deck(0, ParameterStore(), journal=False)
    assert TimelineReader(lambda: deck).frames() == []


def test_changed_columns_that_are_apart_come_in_a_frame_for_each_run(stage: Stage) -> None:
    stage.frames()
    stage.show(3, 9, 4, 5, 8, codes=77)
    frames = stage.frames()
    assert [(frame.first, frame.codes) for frame in frames] == [(4, [77, 77]), (8, [77])]


def test_a_window_that_only_moves_comes_as_a_frame_without_columns(stage: Stage) -> None:
    stage.frames()
    stage.show(5, 8)
    (frame,) = stage.frames()
    assert (frame.start, frame.end, frame.codes) == (5, 8, [])


def test_a_new_segment_is_sent_as_a_whole_under_another_number(stage: Stage) -> None:
    (before,) = stage.frames()
    stage.playing.shown.begin_segment((BANDS, LEVELS))
    stage.show(0, 2, 0, 1)
    (frame,) = stage.frames()
    assert frame.segment != before.segment
    assert (frame.first, frame.codes) == (0, [0, 1])


def test_when_another_deck_plays_its_columns_are_sent_and_again_when_the_first_is_back(
    stage: Stage,
) -> None:
    (first,) = stage.frames()
    stage.playing = stage.decks[1]
    stage.show(0, 2, 0, 1)
    (second,) = stage.frames()
    assert second.segment != first.segment
    assert (second.start, second.end, second.codes) == (0, 2, [0, 1])
    stage.playing = stage.decks[0]
    (again,) = stage.frames()
    assert (again.segment, again.codes) == (first.segment, first.codes)


def test_while_columns_are_being_written_there_is_nothing_and_nothing_is_missed(
    stage: Stage,
) -> None:
    stage.frames()
    stage.playing.shown._open()
    assert stage.frames() == []
    stage.playing.shown._close()
    stage.show(3, 9, 4, codes=77)
    (frame,) = stage.frames()
    assert (frame.first, frame.codes) == (4, [77])


def test_each_reader_has_read_for_itself(stage: Stage) -> None:
    stage.frames()
    (frame,) = [TimelineFrame.of(one) for one in stage.open().frames()]
    assert frame.codes == [3, 4, 5, 6, 7, 8]
