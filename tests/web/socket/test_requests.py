from __future__ import annotations

import json
import re

import pytest

from distill_live.errors import ParameterError
from distill_live.web.socket.requests import (
    MAX_MESSAGES,
    SendRequest,
    WatchRequest,
    read_request,
)


def test_messages_are_lists_of_an_address_and_its_arguments() -> None:
    text = '{"type":"send","id":7,"messages":[["/distill/gain",0.5],["/a","b",null,true],["/c"]]}'
    assert read_request(text) == SendRequest(
        [("/distill/gain", (0.5,)), ("/a", ("b", None, True)), ("/c", ())], 7
    )


def test_what_is_watched_replaces_the_set() -> None:
    text = '{"type":"watch","what":["audio","incoming"],"audioRate":48000}'
    assert read_request(text) == WatchRequest(frozenset({"audio", "incoming"}), 48_000)
    assert read_request('{"type":"watch","what":[]}') == WatchRequest(frozenset(), 24_000)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "JSON objects with a `type`"),
        ("", "JSON objects with a `type`"),
        ("[" * 100_000, "JSON objects with a `type`"),
        ("7", "JSON objects with a `type`"),
        ("{}", "the type must be send or watch, not null"),
        ('{"type":["send"]}', 'the type must be send or watch, not ["send"]'),
        ('{"type":"send"}', "messages must be a list"),
        ('{"type":"send","messages":{}}', "messages must be a list"),
        ('{"type":"send","messages":["/a"]}', "a message is a list"),
        ('{"type":"send","messages":[[]]}', "a message is a list"),
        ('{"type":"send","messages":[["gain",1]]}', "a message is a list"),
        ('{"type":"send","messages":[["/a",[1]]]}', "an argument is a number or a text, not [1]"),
        ('{"type":"send","id":[],"messages":[]}', "an id is an integer or a text"),
        ('{"type":"watch"}', "what must be a list of texts"),
        ('{"type":"watch","what":[1]}', "what must be a list of texts"),
        ('{"type":"watch","what":["codes"]}', 'cannot watch "codes"; legal: audio, incoming'),
        ('{"type":"watch","what":[],"audioRate":1}', "audioRate must be 24000 or 48000, not 1"),
        ('{"type":"watch","what":[],"audioRate":[]}', "audioRate must be 24000 or 48000"),
    ],
)
def test_anything_else_is_refused_with_what_is_legal(text: str | None, told: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(told)):
        read_request(text)


def test_a_packet_holds_so_many_messages_and_no_more() -> None:
    def packet(count: int) -> str:
        return json.dumps({"type": "send", "messages": [["/a"]] * count})

    request = read_request(packet(MAX_MESSAGES))
    assert isinstance(request, SendRequest) and len(request.messages) == MAX_MESSAGES
    with pytest.raises(ParameterError, match=f"a list of up to {MAX_MESSAGES}"):
        read_request(packet(MAX_MESSAGES + 1))


def test_what_was_sent_is_quoted_in_part() -> None:
    with pytest.raises(ParameterError) as told:
        read_request(json.dumps({"type": "a" * 10_000}))
    assert len(str(told.value)) < 200
