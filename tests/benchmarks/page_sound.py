"""How late is the sound in the browser, and is it whole? Chromium listens to a real server.

    python -m tests.benchmarks.page_sound [MODEL] [SECONDS] [LATENCY_MS] [BUSY_LOOPS]

Listens with the given jitter buffer, with the Live tab open, and counts gaps. Meanwhile it silences
the output and lets it sound again, over and over: the time from there until the browser's output is
silent is the way of a control to the ear, through the server, the socket and the buffer. The sound
device comes on top of that; what it adds is printed as the browser states it.

A gap says nothing about the page if the machine itself stood still. So a process that does nothing
but sleep says how late it woke up at worst. BUSY_LOOPS are other programs that use a core each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.benchmarks.browser import AUTOPLAY, Browser, page_address
from tests.commands.server_process import ServerProcess

#: Listens outside of the page's own panel, in the same way, and remembers when it became silent.
LISTEN = """(async () => {
  const { BrowserAudio } = await import('/page/js/audio/browser_audio.js')
  const sound = window.sound = new BrowserAudio({ rate: 48000, latency: %g, volume: 1 })
  sound.onReport = (report) => { window.report = report }
  await sound.start()
  const analyser = new AnalyserNode(sound.context, { fftSize: 256 })
  sound.output.connect(analyser)
  const samples = new Float32Array(256)
  window.loud = () => {
    analyser.getFloatTimeDomainData(samples)
    return samples.some((one) => Math.abs(one) > 1e-4)
  }
})()"""

#: Sets the gain, and returns after how many milliseconds the output has followed.
SWITCH = """(async (gain) => {
  const { send } = await import('/page/js/core/store.js')
  const begun = performance.now()
  send('/distill/gain', gain)
  while (window.loud() !== gain > 0) {
    if (performance.now() - begun > 5000) return NaN
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return performance.now() - begun
})(%d)"""

#: Wakes up every 5 ms until its input ends; then prints by how many ms it was late at worst.
SLEEPER = """
import select, sys, time
worst = 0.0
while True:
    due = time.monotonic() + 0.005
    ended = select.select([sys.stdin], [], [], 0.005)[0]
    if ended:
        break
    worst = max(worst, time.monotonic() - due)
print(round(1000 * worst))
"""


def main(
    model: str = "demo", seconds: float = 60.0, latency_ms: float = 200.0, loops: float = 0
) -> None:
    length = str(seconds + 120)
    arguments = (model, "--output", "clock", "--web", "127.0.0.1:0", "--duration", length)
    with ServerProcess(*arguments) as server, busy(round(loops)), ExitStack() as stack:
        page = stack.enter_context(Browser(page_address(server), AUTOPLAY))
        page.run(LISTEN % (latency_ms / 1000))
        page.until("window.report?.playing")
        command = (sys.executable, "-c", SLEEPER)
        sleeper = subprocess.Popen(command, text=True, stdin=-1, stdout=-1)
        delays = _measure(page, seconds)
        report = page.run("window.report")
        worst = sleeper.communicate()[0].strip()
        _tell(page, delays, report)
        print(f"a process that only sleeps woke up {worst} ms late at worst")


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many programs that use a core each."""
    running = [subprocess.Popen((sys.executable, "-c", "while True: pass")) for _ in range(loops)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def _measure(page: Browser, seconds: float) -> list[float]:
    """The delays in ms."""
    delays: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        # Music has pauses: only what was loud can become silent.
        page.until("window.loud()")
        delays.append(page.run(SWITCH % 0))
        page.run(SWITCH % 1)
        time.sleep(0.5 + 0.037 * (len(delays) % 13))
    return delays


def _tell(page: Browser, delays: list[float], report: dict[str, Any]) -> None:
    device = page.run("window.sound.deviceLatency")
    delays = sorted(delays)
    print(f"control to silence: median {statistics.median(delays):.0f} ms, "
          f"p95 {delays[int(len(delays) * 0.95)]:.0f} ms, {len(delays)} times")  # fmt: skip
    print(f"gaps: {report['gaps']}; buffer at the end {1000 * report['fill']:.0f} ms, "
          f"pace {1e6 * report['bend']:+.0f} ppm")  # fmt: skip
    print(f"the sound device, as the browser states it: {1000 * device:.0f} ms more")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(float, sys.argv[2:]))
