"""An hour with the page open: whether the server or the browser grow.

    python -m tests.benchmarks.page_soak [MODEL] [--seconds 3600] [--every 60] [--rate 10]

The server plays on the software sound card. A Chromium has the Live tab open, plays the sound, and
watches all else that there is: meters, timeline, sound and incoming messages. Ten messages a second
move faders. `--every` seconds one line of JSON is printed, then one with the growth of each, its
last value per that after the first minute:

    control     resident memory of the control process, which serves the page
    renderer    the same of the process that draws it
    heap        bytes in use on the page after collecting garbage, buffers included
    nodes       elements and texts of the document, `listeners`: handlers of events
    frames_hz   frames that the page was sent per second, by kind
"""

from __future__ import annotations

import argparse
import json
import math
import time
from typing import Any

from tests.benchmarks.browser import AUTOPLAY, FRAMES, Browser, page_address
from tests.benchmarks.live_soak import SETTLED_S, resident
from tests.commands.server_process import OscClient, ServerProcess
from tests.sound_card import SoundCard

#: Watches what the tab in front does not, and counts what comes.
WATCH_ALL = """(async () => {
  const { onFrame, watch } = await import('/page/js/core/store.js')
  const { listen } = await import('/page/js/core/listening.js')
  const { BrowserAudio } = await import('/page/js/audio/browser_audio.js')
  window.counted = {}
  const count = (kind) => { window.counted[kind] = (window.counted[kind] ?? 0) + 1 }
  for (const kind of [1, 2, 3]) onFrame(kind, () => count(kind))
  watch('incoming')
  const sound = new BrowserAudio({ rate: 48000, latency: 0.5, volume: 1 })
  await listen(sound)
  // Sound goes past the page: what counts is that it plays, which is told four times a second.
  const tell = sound.onReport
  sound.onReport = (report) => { if (report.playing) count(4); tell(report) }
})()"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--every", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=10.0)
    options = parser.parse_args()
    with (
        SoundCard() as card,
        ServerProcess(
            options.model, "--web", "127.0.0.1:0", environment=card.environment
        ) as server,
        Browser(page_address(server), AUTOPLAY) as page,
    ):
        control = server.process.pid
        samples = soak(server.osc, page, control, options.seconds, options.every, options.rate)
        frames = page.run("window.counted")
    result = {
        "seconds": options.seconds,
        **growth(samples),
        "frames_hz": {
            name: round(frames.get(str(kind), 0) / options.seconds, 1)
            for kind, name in FRAMES.items()
        },
    }
    print(json.dumps(result))


def soak(
    osc: OscClient, page: Browser, control: int, seconds: float, every: float, rate: float
) -> list[dict[str, Any]]:
    """Watch everything for so many seconds, and move faders: what was in use every so often, and at
    the end. `control` is the id of the control process."""
    page.run(WATCH_ALL)
    renderer = page.renderer
    began = time.monotonic()
    samples, number = [], 0
    while (elapsed := time.monotonic() - began) < seconds:
        if elapsed >= every * (len(samples) + 1):
            samples.append(in_use(page, control, renderer, elapsed))
            print(json.dumps(samples[-1]), flush=True)
        move(osc, number)
        number += 1
        time.sleep(max(began + number / rate - time.monotonic(), 0.0))
    samples.append(in_use(page, control, renderer, seconds))
    return samples


def move(osc: OscClient, number: int) -> None:
    """The next of a performer's messages. None of them is an edit: history keeps those."""
    turn = 0.5 + 0.5 * math.sin(number / 40)
    name = ("temperature", "top_p", "temperature/structure")[number % 3]
    osc.send(f"/distill/{name}", 0.6 + 0.4 * turn)


def in_use(page: Browser, control: int, renderer: int, elapsed: float) -> dict[str, Any]:
    """What both sides use now: bytes, but for `nodes` and `listeners`."""
    page.ask("HeapProfiler.collectGarbage")
    heap, document = page.ask("Runtime.getHeapUsage"), page.ask("Memory.getDOMCounters")
    parts = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
    return {
        "at": round(elapsed, 1),
        "control": resident(control),
        "renderer": resident(renderer),
        "heap": round(sum(heap.get(part, 0) for part in parts)),
        "nodes": document["nodes"],
        "listeners": document["jsEventListeners"],
    }


def settled(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """The first of several samples that was taken after a minute, or after half of the time."""
    settled_at = min(SETTLED_S, samples[-1]["at"] / 2)
    return next(one for one in samples if one["at"] >= settled_at)


def growth(samples: list[dict[str, Any]]) -> dict[str, float]:
    """The last of several samples per the one that had settled."""
    last, before = samples[-1], settled(samples)
    return {name: round(last[name] / before[name], 4) for name in last if name != "at"}


if __name__ == "__main__":
    main()
