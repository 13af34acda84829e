from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from distill_live.web.socket import outbox as outboxes
from distill_live.web.socket.encoding import encode
from distill_live.web.socket.outbox import Outbox


def taken(outbox: Outbox) -> list[Any]:
    return [json.loads(text) for text in outbox.take()]


def test_of_a_value_only_the_newest_is_kept() -> None:
    outbox = Outbox()
    outbox.note([("/distill/gain", (0.5,)), ("/distill/width", (1.0,))])
    outbox.note([("/distill/gain", (0.75,))])
    assert outbox.ready.is_set()
    assert taken(outbox) == [{"type": "values", "values": {"gain": 0.75, "width": 1.0}}]
    assert not outbox.ready.is_set() and taken(outbox) == []


def test_a_stream_is_a_list_even_of_one() -> None:
    outbox = Outbox()
    outbox.note([("/distill/stream/column", (7,)), ("/distill/stream/level", (0.5, 0.25))])
    assert taken(outbox)[0]["values"] == {"stream/column": [7], "stream/level": [0.5, 0.25]}


def test_of_a_document_only_the_newest_is_kept() -> None:
    outbox = Outbox()
    for value in (1, 2):
        outbox.note_document("clips", encode({"value": value}))
    assert taken(outbox) == [{"value": 2}]


def test_messages_keep_their_order_and_come_after_the_values_that_they_are_about() -> None:
    outbox = Outbox()
    outbox.note([("/distill/said", ("one",)), ("/distill/gain", (1.0,))])
    outbox.add({"type": "answer", "id": 1, "replies": []})
    outbox.say("/distill/done", ("two", ""))
    assert taken(outbox) == [
        {"type": "values", "values": {"gain": 1.0}},
        {"type": "message", "address": "/distill/said", "arguments": ["one"]},
        {"type": "answer", "id": 1, "replies": []},
        {"type": "message", "address": "/distill/done", "arguments": ["two", ""]},
    ]


def test_what_a_page_does_not_read_is_bounded_and_it_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outboxes, "MAX_LETTERS", 1000)
    outbox = Outbox()
    for number in range(1000):
        outbox.say("/distill/said", (number,))
    told, *kept = taken(outbox)
    assert sum(len(encode(one)) for one in kept) <= 1000
    assert kept[-1]["arguments"] == [999]
    assert told["type"] == "error" and told["text"].startswith(f"{1000 - len(kept)} messages")
    outbox.say("/distill/said", ("again",))
    assert len(taken(outbox)) == 1


def test_numbers_that_json_lacks_become_null_and_texts_are_ascii() -> None:
    told = encode({"a": math.nan, "b": [math.inf, 1.5], "c": np.float32(0.5), "d": "ü\udcff"})
    assert json.loads(told) == {"a": None, "b": [None, 1.5], "c": 0.5, "d": "ü\udcff"}
    assert told.isascii()
