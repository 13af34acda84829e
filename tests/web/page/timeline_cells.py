"""The cells of the timeline on the page: where they are, and what the server says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page

from tests.web.page.conftest import Served
from tests.web.page.opened import until

#: A column, the ruler and the line above each level, in CSS pixels; the columns after the now line.
COLUMN, RULER, HEADER, AHEAD = 12, 28, 18, 24
EDITED, PAINTED = 1, 4

#: Collects what the server says of the columns, beside the page's own view of it: at first, when
#: something else is watched too, of all that it shows.
FOLLOW = """async () => {
  const { onFrame, watch } = await import('/page/js/core/store.js')
  const { KINDS, readMeters, readTimeline } = await import('/page/js/core/frames.js')
  const columns = window.columns = {}
  onFrame(KINDS.meters, (data) => { window.meters = readMeters(data) })
  onFrame(KINDS.timeline, (data) => {
    const { first, count, bands, levels, codes, flags } = readTimeline(data)
    const size = bands * levels
    window.shape = { bands, levels }
    for (let n = 0; n < count; n++) {
      columns[first + n] = { flags: flags[n], codes: [...codes.slice(n * size, (n + 1) * size)] }
    }
  })
  watch('incoming')
}"""


#: Whether the cells have stood in one place for a moment.
STANDS = """() => {
  const box = JSON.stringify(document.querySelector('.timeline-cells').getBoundingClientRect())
  if (box !== window.box) window.since = performance.now()
  window.box = box
  return performance.now() > window.since + 300
}"""


def play_anew(page: Page, served: Served) -> Iterator[Page]:
    """The page when its timeline scrolls; afterwards the stream begins anew without paint."""
    follow(page)
    until(page, "window.meters.position - Math.min(...Object.keys(window.columns)) > 16")
    yield page
    served.osc.send("/distill/release")
    served.osc.send("/distill/panic")
    served.osc.send("/distill/play")


def follow(page: Page) -> None:
    """Collect what comes from now on, and wait until the cells are in their place."""
    cells(page).wait_for()
    page.evaluate(FOLLOW)
    until(page, "window.meters && window.shape")
    until(page, STANDS)


def cells(page: Page) -> Locator:
    return page.locator(".timeline-cells")


def place(page: Page, ahead: float, level: int = 0, band: int = 0) -> tuple[float, float]:
    """Where a cell is on the page, so many columns after the one that sounds."""
    box = cells(page).bounding_box()
    shape = page.evaluate("window.shape")
    assert box is not None
    bands, levels = shape["bands"], shape["levels"]
    height, rest = divmod(box["height"] - RULER - levels * HEADER, bands * levels)
    header = HEADER + rest // levels
    top = RULER + level * (header + bands * height) + header
    y = top + (bands - 1 - band + 0.5) * height
    now = box["width"] - min(AHEAD * COLUMN, 0.38 * box["width"])
    return box["x"] + now + ahead * COLUMN, box["y"] + y


def columns_with(page: Page, flag: int) -> dict[int, Any]:
    """The columns that have a flag, by number."""
    found = page.evaluate("window.columns")
    return {int(number): one for number, one in found.items() if one["flags"] & flag}


def wait_for_flag(page: Page, flag: int) -> dict[int, Any]:
    until(page, f"Object.values(window.columns).some((one) => one.flags & {flag})")
    return columns_with(page, flag)
