"""A page that stays open needs no more memory, and neither does the server behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.browser import AUTOPLAY, FRAMES, Browser, page_address
from tests.benchmarks.page_soak import growth, soak
from tests.commands.server_process import ServerProcess

#: What is compared is the end with after the first minute, in which buffers fill.
SECONDS = 100.0
#: What may be in use at the end per that after a minute. Frames of sound that are kept exceed it;
#: for the small ones of meters it takes the hour of `make soak-page`.
BOUNDS = {"control": 1.1, "renderer": 1.2, "heap": 1.15, "nodes": 1.05, "listeners": 1.05}


@pytest.mark.soak
def test_neither_the_server_nor_the_browser_grows(calm_model_path: Path) -> None:
    arguments = (str(calm_model_path), "--output", "clock", "--web", "127.0.0.1:0")
    with (
        ServerProcess(*arguments) as server,
        Browser(page_address(server), AUTOPLAY) as page,
    ):
        samples = soak(server.osc, page, server.pid, SECONDS, every=20.0, rate=10.0)
        frames = page.run("window.counted")
        server.end()
    # All kinds of frames have come, so all were looked at.
    assert set(frames) == {str(kind) for kind in FRAMES}
    grown = growth(samples)
    assert {name: grown[name] for name in BOUNDS if grown[name] > BOUNDS[name]} == {}
