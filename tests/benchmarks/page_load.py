"""How soon the page is painted on loopback, and how many bytes it is.

    python -m tests.benchmarks.page_load [MODEL] [--trials 10]

Each trial has a new Chromium, which has nothing in its cache. Prints a line of JSON: milliseconds
from the beginning of the navigation to the `first_paint`, to the first text or picture, `content`,
and until the Live tab is drawn and follows the instrument, `live`; the bytes that came until then
with the heads of HTTP, `bytes`, in so many `files`; and the bytes once each tab was opened,
`bytes_all_tabs`, with what they show of the library. What the WebSocket brings is not counted.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np

from tests.benchmarks.browser import Browser, page_address
from tests.commands.server_process import ServerProcess

TABS = ("live", "codes", "generate", "train", "library", "patch")
#: When things were painted, in ms, and the bytes and files so far.
_LOADED = """(() => {
  const paints = Object.fromEntries(
    performance.getEntriesByType('paint').map(({ name, startTime }) => [name, startTime]))
  const files = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  return { first_paint: paints['first-paint'], content: paints['first-contentful-paint'],
    bytes: files.reduce((sum, one) => sum + one.transferSize, 0), files: files.length }
})()"""
#: The time of the first frame in which the Live tab is drawn and connected; looked for in each.
_LIVE = """(async () => {
  const { connection } = await import('/page/js/core/store.js')
  const drawn = () => connection() === 'open' && document.querySelector('[data-name="gain"]')
    && document.querySelector('[role=application]')
  while (!drawn()) await new Promise(requestAnimationFrame)
  return performance.now()
})()"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--trials", type=int, default=10)
    options = parser.parse_args()
    arguments = (options.model, "--output", "clock", "--web", "127.0.0.1:0")
    with ServerProcess(*arguments) as server:
        address = page_address(server)
        trials = [load(address, every_tab=not number) for number in range(options.trials)]
    print(json.dumps(summary(trials)))


def load(address: str, every_tab: bool) -> dict[str, Any]:
    """Load the page into a new browser, and then perhaps every tab of it."""
    with Browser() as page:
        page.ask("Page.navigate", url=address)
        page.until("location.protocol === 'http:' && document.readyState === 'complete'")
        live = page.run(_LIVE)
        page.until("performance.getEntriesByType('paint').length === 2")
        found = {"live": live, **page.run(_LOADED)}
        if every_tab:
            found["bytes_all_tabs"] = open_tabs(page)
    return found


def open_tabs(page: Browser) -> int:
    """Open one tab after the other; the bytes that had come at the end."""
    for tab in TABS:
        page.run(f"void (location.hash = '{tab}')")
        page.until(
            f"performance.getEntriesByType('resource').some("
            f"(one) => one.name.endsWith('/js/{tab}/tab.js'))"
        )
        # The files that the tab's module asks for come after it.
        page.run("new Promise((resolve) => setTimeout(resolve, 1000))")
    return int(page.run(_LOADED)["bytes"])


def summary(trials: list[dict[str, Any]]) -> dict[str, Any]:
    """The median and the longest of each time, and the bytes."""
    times = {
        f"{name}_{word}": round(float(np.percentile([one[name] for one in trials], percent)))
        for name in ("first_paint", "content", "live")
        for word, percent in (("p50", 50), ("p100", 100))
    }
    counts = {name: trials[0][name] for name in ("bytes", "files", "bytes_all_tabs")}
    return {"trials": len(trials), **times, **counts}


if __name__ == "__main__":
    main()
