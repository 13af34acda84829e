from __future__ import annotations

import socket

import pytest

from distill_live.web.trust import is_own_host, is_own_page


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:9000", True),
        ("localhost", True),
        ("LOCALHOST:9000", True),
        ("[::1]:9000", True),
        ("192.168.1.5:9000", True),
        ("studio.local:9000", True),
        ("studio.local.:9000", True),
        (socket.gethostname(), True),
        ("", True),
        ("evil.example", False),
        ("localhost.evil.example:9000", False),
        ("127.0.0.1.evil.example", False),
        ("local", False),
        ("[::1", False),
    ],
)
def test_only_addresses_and_local_names_are_this_machine(host: str, own: bool) -> None:
    assert is_own_host(host) is own


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        (None, True),
        ("http://127.0.0.1:9000", True),
        ("https://127.0.0.1:9000", True),
        ("http://127.0.0.1:9001", False),
        ("http://localhost:9000", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("file://127.0.0.1:9000", False),
    ],
)
def test_only_this_servers_own_pages_may_open_a_websocket(origin: str | None, own: bool) -> None:
    assert is_own_page(origin, "127.0.0.1:9000") is own
