"""How soon the page is painted on loopback, and how many bytes it is.

    python -m tests.benchmarks.page_load [MODEL] [--trials 10]

Each trial has a new Chromium, which has nothing in its cache. Prints a line of JSON: milliseconds
from the beginning of the navigation to the `first_paint`, to the first text or picture, `content`,
and until the Live tab is drawn and follows the instrument, `live`; the bytes that came until then
with the heads of HTTP, `bytes`, in so many `files`; and the bytes once each tab was opened,
`bytes_all_tabs`, with what they show of the library. One more browser counts the bytes, as its
network brings them: what a page can ask for itself, `transferSize`, counts 300 for each head. What
the WebSocket brings is not counted.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np

from tests.benchmarks.browser import Browser, page_address
from tests.commands.server_process import ServerProcess

TABS = ("live", "codes", "generate", "train", "library", "patch")
#: When things were painted, in ms.
_PAINTED = """(() => {
  const paints = Object.fromEntries(
    performance.getEntriesByType('paint').map(({ name, startTime }) => [name, startTime]))
  return { first_paint: paints['first-paint'], content: paints['first-contentful-paint'] }
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
        weights = weigh(address)
        trials = [load(address) for _ in range(options.trials)]
    print(json.dumps({"trials": len(trials), **summary(trials), **weights}))


def load(address: str) -> dict[str, Any]:
    """Load the page into a new browser; when what was shown."""
    with Browser() as page:
        live = open_page(page, address)
        page.until("performance.getEntriesByType('paint').length === 2")
        return {"live": live, **page.run(_PAINTED)}


def weigh(address: str) -> dict[str, int]:
    """Load the page into a new browser, and then every tab of it; how many bytes came."""
    with Browser() as page:
        page.ask("Network.enable")
        open_page(page, address)
        came = received(page)
        open_tabs(page)
        return {
            "bytes": sum(came),
            "files": len(came),
            "bytes_all_tabs": sum(received(page)),
            "files_all_tabs": len(received(page)),
        }


def open_page(page: Browser, address: str) -> float:
    """Open the page; when its Live tab was drawn, in ms."""
    page.ask("Page.navigate", url=address)
    page.until("location.protocol === 'http:' && document.readyState === 'complete'")
    return float(page.run(_LIVE))


def received(page: Browser) -> list[int]:
    """The bytes of each answer of HTTP so far, with its head."""
    page.run("null")
    done = [one["params"] for one in page.events if one["method"] == "Network.loadingFinished"]
    return [int(one["encodedDataLength"]) for one in done]


def open_tabs(page: Browser) -> None:
    """Open one tab after the other, and wait for all that it asks for."""
    for tab in TABS:
        page.run(f"void (location.hash = '{tab}')")
        page.until(
            f"performance.getEntriesByType('resource').some("
            f"(one) => one.name.endsWith('/js/{tab}/tab.js'))"
        )
        # The files that the tab's module asks for come after it.
        page.run("new Promise((resolve) => setTimeout(resolve, 1000))")
        while named(page, "requestWillBeSent") - named(page, "loadingFinished", "loadingFailed"):
            page.run("new Promise((resolve) => setTimeout(resolve, 1000))")


def named(page: Browser, *events: str) -> set[str]:
    """The requests of which the network has told one of these events."""
    names = {f"Network.{event}" for event in events}
    return {one["params"]["requestId"] for one in page.events if one["method"] in names}


def summary(trials: list[dict[str, Any]]) -> dict[str, Any]:
    """The median and the longest of each time."""
    return {
        f"{name}_{word}": round(float(np.percentile([one[name] for one in trials], percent)))
        for name in ("first_paint", "content", "live")
        for word, percent in (("p50", 50), ("p100", 100))
    }


if __name__ == "__main__":
    main()
