from __future__ import annotations

import contextlib
import struct
import time

import pytest

from distill_live.control.feedback.feedback import ECHO_SECONDS, MAX_SUBSCRIBERS
from distill_live.web.socket.feed import AUDIO, METERS, SOUND, TIMELINE
from tests.tools import wait_until
from tests.web.conftest import Page, Reel, Studio


def test_all_values_come_first_and_changes_after_them_whoever_makes_them(
    studio: Studio, page: Page
) -> None:
    values = page.await_type("values")["values"]
    assert (values["temperature"], values["temperature/timbre"]) == (1.0, 1.0)
    assert (values["temperature/timbre/own"], values["steer/loudness"]) == (0, "off")
    assert values["fade/norm"] == pytest.approx(1 / 3)
    studio.router.receive_osc([("/distill/temperature/timbre", (0.5,))], ("osc", "127.0.0.1", 1))
    page.await_value("temperature/timbre", 0.5)
    studio.feedback.publish("/distill/stream/level", 0.25, 0.5)
    page.await_value("stream/level", [0.25, 0.5])


def test_messages_of_one_send_are_one_change(studio: Studio, page: Page) -> None:
    page.play(["/distill/gain", 0.5], ["/distill/steer/loudness", 0.25], ["/distill/rewind", 2])
    page.await_value("gain", 0.5)
    assert studio.store["steer/loudness"] == 0.25
    assert studio.requests == [("rewind", (2.0, None))] or studio.requests[0][0] == "rewind"


def test_a_page_hears_its_own_moves_while_it_makes_them(page: Page) -> None:
    page.await_type("values")
    # Other clients are told of their own moves only once they have rested.
    for step in range(1000):
        page.play(["/distill/gain", step / 1000])
        with contextlib.suppress(TimeoutError):
            if "gain" in page.receive(timeout=ECHO_SECONDS / 20).get("values", {}):
                return
    raise AssertionError("it was told nothing while it moved")


def test_another_page_hears_it_too(studio: Studio, page: Page) -> None:
    with Page(studio.server.address) as other:
        page.play(["/distill/gain", 0.5])
        other.await_value("gain", 0.5)


def test_replies_come_back_under_the_id_also_if_there_are_none(page: Page) -> None:
    assert page.ask(["/distill/get", "gain"], ["/distill/ping", 3]) == [
        ["/distill/gain", [1.0]], ["/distill/pong", [3]],
    ]  # fmt: skip
    assert page.ask(["/distill/gain", 0.5]) == []
    [[address, [about, reason]]] = page.ask(["/distill/temprature", 0.5])
    assert (address, about) == ("/distill/error", "/distill/temprature")
    assert "did you mean /distill/temperature?" in reason


def test_replies_to_a_send_without_an_id_come_as_messages(page: Page) -> None:
    page.play(["/distill/pling"])
    told = page.await_type("message")
    assert (told["address"], told["arguments"][0]) == ("/distill/error", "/distill/pling")


def test_announcements_come_in_order(studio: Studio, page: Page) -> None:
    for number in range(40):
        studio.feedback.announce("/distill/said", f"line {number}")
    told = [page.await_type("message") for _ in range(40)]
    assert [one["arguments"] for one in told] == [[f"line {number}"] for number in range(40)]
    assert {one["address"] for one in told} == {"/distill/said"}


def test_nonsense_is_answered_and_the_connection_stays_open(studio: Studio, page: Page) -> None:
    for nonsense in ("{", '{"type":"dance"}', "[]", b"\1\2"):
        page.socket.send(nonsense)
        assert "type" in page.await_type("error")["text"]
    assert page.ask(["/distill/ping"]) == [["/distill/pong", []]]
    assert studio.lines == []


def test_what_is_watched_is_read_from_the_feed_at_once_and_meters_from_the_start(
    studio: Studio, page: Page
) -> None:
    wait_until(lambda: studio.feed.readers, "the reader of the meters")
    [first] = studio.feed.readers
    assert first.kinds == {"meters"}
    first.due.append(bytes([METERS]) + b"abc")
    while not isinstance(frame := page.receive(), bytes):
        pass
    assert frame == bytes([METERS]) + b"abc"
    page.send(type="watch", what=["timeline", "meters", "audio"], audioRate=48_000)
    wait_until(lambda: len(studio.feed.readers) == 3, "two more readers")
    assert studio.feed.opened[1:] == [
        (frozenset({"timeline", "meters"}), 48_000), (frozenset({"audio"}), 48_000),
    ]  # fmt: skip
    assert first.closed
    page.send(type="watch", what=[])
    wait_until(lambda: all(reader.closed for reader in studio.feed.readers), "all to be closed")


def test_to_watch_the_same_again_opens_nothing_again(studio: Studio, page: Page) -> None:
    page.send(type="watch", what=["meters"])
    page.ask(["/distill/ping"])
    assert len(studio.feed.readers) == 1


def test_sound_is_asked_for_more_often_than_values(studio: Studio, page: Page) -> None:
    page.send(type="watch", what=["meters", "audio"])
    wait_until(lambda: len(studio.feed.readers) == 3, "its reader")
    audio = studio.feed.readers[-1]
    wait_until(lambda: audio.calls > 50, "the calls")
    page.await_type("values")
    received = 0
    until = audio.calls + 100
    while audio.calls < until:
        studio.feedback.publish("/distill/stream/level", audio.calls, 0.0)
        try:
            received += page.receive(timeout=0.005)["type"] == "values"
        except TimeoutError:
            continue
    assert received <= 50


def test_a_page_that_is_closed_leaves_nothing_behind(studio: Studio) -> None:
    with Page(studio.server.address) as page:
        page.send(type="watch", what=["timeline", "audio", "incoming"])
        wait_until(lambda: len(studio.feed.readers) == 3, "its readers")
        assert (studio.feedback.listeners, studio.documents.is_read) == (1, True)
        wait_until(lambda: studio.router.incoming.is_read, "the log")
    wait_until(lambda: studio.feedback.listeners == 0, "it to leave")
    wait_until(lambda: all(reader.closed for reader in studio.feed.readers), "its readers to end")
    assert not (studio.documents.is_read or studio.router.incoming.is_read)
    assert studio.app._pages._pages == {}


def test_one_page_too_many_is_told_to_come_later(studio: Studio) -> None:
    for number in range(MAX_SUBSCRIBERS):
        studio.feedback.subscribe(number, lambda replies: None)
    page = Page(studio.server.address)
    with pytest.raises(Exception, match="clients are already subscribed"), page:
        page.receive()
    wait_until(lambda: studio.app._pages._pages == {}, "it to be forgotten")


def test_a_feed_that_fails_ends_the_page_and_not_the_server(studio: Studio) -> None:
    def fail() -> list[bytes]:
        raise ValueError("a fault of ours")

    with pytest.raises(Exception, match="close"), Page(studio.server.address) as page:
        studio.feed.readers[0].frames = fail  # type: ignore[method-assign]
        while True:
            page.receive()
    wait_until(lambda: studio.lines, "the line")
    assert "a fault of ours" in studio.lines[0]
    with Page(studio.server.address) as again:
        assert again.ask(["/distill/ping"]) == [["/distill/pong", []]]


def test_what_comes_in_is_told_while_it_is_watched(studio: Studio, page: Page) -> None:
    page.send(type="watch", what=["incoming"])
    wait_until(lambda: studio.router.incoming.is_read, "the log")
    for value in (0.25, 0.5, 0.75):
        studio.router.receive_osc([("/distill/gain", (value,))], ("osc", "127.0.0.1", 5000))
    entries = page.await_type("incoming")["entries"]
    while sum(one["count"] for one in entries) < 3:
        entries += page.await_type("incoming")["entries"]
    assert {one["source"] for one in entries} == {"osc 127.0.0.1:5000"}
    assert (entries[-1]["text"], entries[-1]["target"]) == ("/distill/gain 0.75", "gain")
    assert abs(entries[-1]["time"] - time.time()) < 60


def test_a_page_that_does_not_read_costs_a_bounded_amount_and_others_nothing(
    studio: Studio, page: Page
) -> None:
    """Frames are asked for only as fast as they are read, and values are merged."""
    with Page(studio.server.address, max_queue=1) as slow:
        slow.send(type="watch", what=["timeline", "sound", "audio"])
        wait_until(lambda: len(studio.feed.readers) == 4, "its readers")
        views, audio = studio.feed.readers[2:]
        stopped = _fill_until_it_stops(views, audio)
        # It is not asked again, however much there is to send, and the other page is.
        calls = page_calls(studio)
        for step in range(3000):
            studio.feedback.publish("/distill/stream/level", float(step), 0.0)
            studio.feedback.announce("/distill/said", "x" * 1000)
            if step % 500 == 0:
                time.sleep(0.05)
        wait_until(lambda: page_calls(studio) > calls + 20, "the other page to be served")
        page.play(["/distill/gain", 0.5])
        page.await_value("gain", 0.5)
        assert (views.calls, audio.calls) == stopped
        [waiting] = [one for one in studio.app._pages._pages.values() if one._audio is not None]
        assert waiting._outbox._letters <= 1_000_000 and len(waiting._outbox._values) < 1000
        # When it reads again, it gets the newest of all.
        slow.await_value("stream/level", [2999.0, 0.0])


def page_calls(studio: Studio) -> int:
    return studio.feed.readers[0].calls


def _fill_until_it_stops(views: Reel, audio: Reel) -> tuple[int, int]:
    """Give frames until they are no longer taken; returns how often they were asked for."""
    calls, rests = -1, 0
    while rests < 20:
        views.due = [bytes([TIMELINE]) + bytes(60_000)]
        audio.due = [bytes([AUDIO]) + bytes(60_000)] * 4
        time.sleep(0.02)
        rests = rests + 1 if audio.calls == calls else 0
        calls = audio.calls
    return views.calls, audio.calls


def test_of_sound_that_waits_the_oldest_is_dropped_and_of_columns_nothing(
    studio: Studio, page: Page
) -> None:
    page.send(type="watch", what=["timeline", "sound"])
    wait_until(lambda: len(studio.feed.readers) == 2, "its reader")
    [_, reader] = studio.feed.readers
    numbered = [struct.pack("<BI", kind, n) for n in range(300) for kind in (TIMELINE, SOUND)]
    reader.due = numbered
    found: list[tuple[int, int]] = []
    while not found or found[-1] != (SOUND, 299):
        if isinstance(frame := page.receive(), bytes):
            found.append(struct.unpack("<BI", frame))
    assert [n for kind, n in found if kind == TIMELINE] == list(range(300))
    assert [n for kind, n in found if kind == SOUND] == list(range(100, 300))
