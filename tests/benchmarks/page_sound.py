"""How late is the sound in the browser, and is it whole? Chromium listens to a real server.

    python -m tests.benchmarks.page_sound [MODEL] [SECONDS] [LATENCY_MS]

Listens with the given jitter buffer and counts gaps. Meanwhile it silences the output and lets it
sound again, over and over: the time from there until the browser's output is silent is the way of a
control to the ear, through the server, the socket and the buffer. The sound device comes on top of
that; what it adds is printed as the browser states it.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.commands.server_process import ServerProcess
from tests.tools import read_line, require_browser
from tests.web.page.conftest import FLAGS, until

#: Listens outside of the page's own panel, in the same way, and remembers when it became silent.
LISTEN = """async (latency) => {
  const { BrowserAudio } = await import('/page/js/audio/browser_audio.js')
  const sound = window.sound = new BrowserAudio({
    rate: 48000, latency, volume: 1,
  })
  sound.onReport = (report) => { window.report = report }
  await sound.start()
  const analyser = new AnalyserNode(sound.context, { fftSize: 256 })
  sound.output.connect(analyser)
  const samples = new Float32Array(256)
  window.loud = () => {
    analyser.getFloatTimeDomainData(samples)
    return samples.some((one) => Math.abs(one) > 1e-4)
  }
}"""

#: Sets the gain, and returns after how many milliseconds the output has followed.
SWITCH = """async (gain) => {
  const { send } = await import('/page/js/core/store.js')
  const begun = performance.now()
  send('/distill/gain', gain)
  while (window.loud() !== gain > 0) {
    if (performance.now() - begun > 5000) return NaN
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return performance.now() - begun
}"""


def main(model: str = "demo", seconds: float = 60.0, latency_ms: float = 200.0) -> None:
    arguments = (
        model,
        "--output",
        "clock",
        "--web",
        "127.0.0.1:0",
        "--duration",
        str(seconds + 60),
    )
    with ServerProcess(*arguments) as server, sync_playwright() as playwright:
        assert server.process.stdout is not None
        found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
        assert found is not None
        browser = playwright.chromium.launch(
            executable_path=require_browser(), headless=True,
            args=[*FLAGS, "--autoplay-policy=no-user-gesture-required"],
        )  # fmt: skip
        page = browser.new_page()
        page.goto(found[0])
        _report(page, *_measure(page, seconds, latency_ms))
        browser.close()


def _measure(page: Page, seconds: float, latency_ms: float) -> tuple[list[float], dict[str, Any]]:
    """The delays in ms, and what the buffer reported last."""
    page.evaluate(LISTEN, latency_ms / 1000)
    until(page, "window.report?.playing")
    delays: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        # Music has pauses: only what was loud can become silent.
        until(page, "window.loud()")
        delays.append(page.evaluate(SWITCH, 0))
        page.evaluate(SWITCH, 1)
        page.wait_for_timeout(500 + 37 * (len(delays) % 13))
    return delays, page.evaluate("window.report")


def _report(page: Page, delays: list[float], report: dict[str, Any]) -> None:
    device = page.evaluate("window.sound.deviceLatency")
    delays = sorted(delays)
    print(f"control to silence: median {statistics.median(delays):.0f} ms, "
          f"p95 {delays[int(len(delays) * 0.95)]:.0f} ms, {len(delays)} times")  # fmt: skip
    print(f"gaps: {report['gaps']}; buffer at the end {1000 * report['fill']:.0f} ms, "
          f"pace {1e6 * report['bend']:+.0f} ppm")  # fmt: skip
    print(f"the sound device, as the browser states it: {1000 * device:.0f} ms more")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(float, sys.argv[2:]))
