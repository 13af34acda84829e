"""A page that stays open needs no more memory, and neither does the server behind it."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.browser import AUTOPLAY, FRAMES, Browser, page_address
from tests.benchmarks.page_soak import growth, settled, soak
from tests.commands.server_process import ServerProcess

#: What is compared is the end with after half of it. Buffers still fill then.
SECONDS = 20.0
#: What may be in use at the end per that after half of it. Chromium frees some of its memory late,
#: so the renderer is allowed more. Of what is kept on the page, 120 kilobytes a second are found;
#: less takes the hour of `make soak-page`.
BOUNDS = {"renderer": 1.2, "heap": 1.15, "nodes": 1.015, "listeners": 1.015}
#: How much the control process may need more, in bytes: it fills the sound that it keeps, 4 million
#: bytes in that time, in pages of 2 million. Most of its memory is that of the warm process.
CONTROL_BYTES = 9e6
#: A narrow page soon has all the sound that it shows; with little motion, drawing takes less time.
NARROW = {"width": 800, "height": 900, "deviceScaleFactor": 1, "mobile": False}
CALM = "--force-prefers-reduced-motion"


def test_neither_the_server_nor_the_browser_grows(calm_model_path: Path) -> None:
    arguments = (str(calm_model_path), "--output", "clock", "--web", "127.0.0.1:0")
    with (
        ServerProcess(*arguments) as server,
        Browser(page_address(server), AUTOPLAY, CALM) as page,
    ):
        page.ask("Emulation.setDeviceMetricsOverride", **NARROW)
        samples = soak(server.osc, page, server.pid, SECONDS, every=2.5, rate=10.0)
        frames = page.run("window.counted")
        server.end()
    # All kinds of frames have come, so all were looked at.
    assert set(frames) == {str(kind) for kind in FRAMES}
    grown = growth(samples)
    assert {name: grown[name] for name in BOUNDS if grown[name] > BOUNDS[name]} == {}
    assert samples[-1]["control"] - settled(samples)["control"] < CONTROL_BYTES
