"""Where samples go: on at the end of what is known, or into a future of their own."""

import json
from typing import Any

import numpy as np

from distill_live.audio.fades import crossfade
from distill_live.live.engine.ring_writer import RingWriter
from distill_live.live.ipc.journal import Journal, JournalRing
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.playback.ring_reader import RingReader


class Stream:
    """A writer, its ring and its journal, and a reader that says what is heard."""

    def __init__(self, start: int = 0, channels: int = 1) -> None:
        self.ring, self.notes = AudioRing(channels), JournalRing()
        self.ring.advance(start)
        self.writer = RingWriter(self.ring, 0, Journal(self.notes))
        self.reader = RingReader(self.ring)

    def hear(self, count: int) -> np.ndarray:
        out = self.ring.silence(count)
        self.reader.read(out)
        return out

    def publish(self, draft: np.ndarray, start: int, at: int, fade: int = 0) -> None:
        self.writer.begin(start)
        self.writer.write(draft)
        self.writer.publish(at, fade)

    def noted(self) -> list[dict[str, Any]]:
        self.writer.note_switches()
        return [json.loads(line) for line in self.notes.read()]


def steady(value: float, count: int) -> np.ndarray:
    return np.full(count, value, np.float32)


def ramp(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)


def test_what_is_written_is_heard_in_order() -> None:
    stream = Stream()
    for start in range(0, 9_000, 3_000):
        stream.writer.write(ramp(start, 3_000))
    np.testing.assert_array_equal(stream.hear(9_000), ramp(0, 9_000))


def test_a_draft_is_not_heard_before_it_is_published() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 10_000))
    stream.writer.begin(2_000)
    stream.writer.write(steady(2, 10_000))
    assert (stream.hear(4_000) == 1).all()
    assert stream.ring.published == 1


def test_a_future_is_heard_from_its_moment_on_with_a_fade() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 10_000))
    stream.hear(1_000)
    stream.publish(steady(2, 10_000), start=3_000, at=4_000, fade=480)
    heard = stream.hear(5_000)
    assert (heard[:3_000] == 1).all()
    np.testing.assert_allclose(
        heard[3_000:3_480], crossfade(steady(1, 480), steady(2, 480), 0, 480)
    )
    assert (heard[3_480:] == 2).all()


def test_after_a_future_is_published_writing_continues_at_its_end() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 10_000))
    stream.hear(1_000)
    stream.publish(ramp(2_000, 4_000), start=2_000, at=2_000)
    stream.writer.write(ramp(6_000, 4_000))
    np.testing.assert_array_equal(stream.hear(9_000)[1_000:], ramp(2_000, 8_000))


def test_a_future_before_one_that_waits_replaces_it() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 20_000))
    stream.hear(500)
    stream.publish(steady(2, 10_000), start=6_000, at=6_000)
    stream.publish(steady(3, 10_000), start=2_000, at=3_000)
    heard = stream.hear(8_000)
    assert (heard[:2_500] == 1).all()
    assert (heard[2_500:] == 3).all()
    assert [note["copied"] for note in stream.noted() if note["op"] == "future"] == [False] * 3


def test_a_future_after_one_that_waits_takes_over_what_that_holds_before_it() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 20_000))
    stream.hear(500)
    stream.publish(steady(2, 10_000), start=1_000, at=2_000, fade=480)
    stream.publish(steady(3, 10_000), start=6_000, at=6_000, fade=100)
    heard = stream.hear(9_000)
    assert (heard[:1_500] == 1).all()
    np.testing.assert_allclose(
        heard[1_500:1_980], crossfade(steady(1, 480), steady(2, 480), 0, 480)
    )
    assert (heard[1_980:5_500] == 2).all()
    assert (heard[5_500:] == 3).all()
    _, second, third = [note for note in stream.noted() if note["op"] == "future"]
    assert second == {"op": "future", "number": 2, "start": 1_000, "fade": 480, "copied": False}
    assert third == {"op": "future", "number": 3, "start": 2_000, "fade": 480, "copied": True}


def test_a_future_that_reaches_back_before_one_that_waits_comes_when_that_would_have() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 20_000))
    stream.hear(500)
    stream.publish(steady(2, 10_000), start=2_000, at=2_000, fade=480)
    stream.publish(steady(3, 10_000), start=1_000, at=4_000, fade=100)
    heard = stream.hear(5_000)
    assert (heard[:1_500] == 1).all()
    assert (heard[1_980:] == 3).all()
    assert stream.noted()[-1] == {"op": "switched", "future": 3, "at": 2_000}


def test_the_journal_says_which_futures_were_heard_and_from_where_on() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 20_000))
    stream.hear(500)
    stream.publish(steady(2, 10_000), start=1_000, at=1_000)
    stream.publish(steady(3, 10_000), start=900, at=900)
    stream.hear(600)
    stream.publish(steady(4, 10_000), start=1_000, at=1_000)
    stream.hear(600)
    # The second was replaced before its time; the last came too late for its own.
    switched = [note for note in stream.noted() if note["op"] == "switched"]
    assert [(note["future"], note["at"]) for note in switched] == [(1, 0), (3, 900), (4, 1_100)]
    assert stream.noted() == []


def test_what_a_dead_writer_has_left_fades_into_what_the_new_one_writes() -> None:
    stream = Stream()
    stream.writer.write(steady(1, 10_000))
    stream.hear(4_000)
    RingWriter(stream.ring, stream.ring.read_position, Journal()).write(steady(2, 10_000))
    heard = stream.hear(5_000)
    np.testing.assert_allclose(heard[:480], crossfade(steady(1, 480), steady(2, 480), 0, 480))
    assert (heard[480:] == 2).all()


def changes_of_mind(left: Stream, seed: int, channels: int = 1) -> np.ndarray:
    """What is heard of noise while two futures replace it, the second of them partly."""
    chance = np.random.default_rng(seed)

    def noise(count: int) -> np.ndarray:
        samples = chance.standard_normal((2, count)).astype(np.float32)
        return samples[0] if channels == 1 else samples.T

    left.writer.write(noise(20_000))
    heard = [left.hear(500)]
    left.publish(noise(10_000), start=1_000, at=2_000, fade=480)
    left.publish(noise(10_000), start=6_000, at=6_000, fade=100)
    left.writer.write(noise(3_000))
    return np.concatenate([*heard, left.hear(15_000)])


def test_mono_sound_goes_to_both_channels_of_a_ring_through_every_change() -> None:
    mono, both = changes_of_mind(Stream(), 1), changes_of_mind(Stream(channels=2), 1)
    np.testing.assert_array_equal(both[:, 0], mono)
    np.testing.assert_array_equal(both[:, 1], mono)


def test_two_channels_are_written_as_each_would_be() -> None:
    mono = changes_of_mind(Stream(), 1)
    stereo = changes_of_mind(Stream(channels=2), 1, channels=2)
    np.testing.assert_array_equal(stereo[:, 0], mono)
    assert (stereo[:, 1] != mono).all()
