"""The Live tab in front of a test: its controls, and a hand that moves and presses them."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.commands.server_process import OscClient, ServerProcess
from tests.tools import read_line
from tests.web.page.conftest import hold
from tests.web.page.opened import KeptPage


def show(kept_page: KeptPage) -> Page:
    """The page with the Live tab, once everything is in its place."""
    page = kept_page.show("live")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the levels, the timeline and the transport are shown."""
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    expect(control(page, "temperature/structure")).to_be_visible()


def control(page: Page, name: str) -> Locator:
    """The control of an address, such as "temperature/structure"."""
    return page.locator(f'[data-name="{name}"]').first


def fader(page: Page, name: str) -> Locator:
    """The whole fader of an address, with its number."""
    return page.locator(".fader").filter(has=page.locator(f'[data-name="{name}"]')).first


def place_of(target: Locator) -> FloatRect:
    """Where something is on the screen; it is scrolled there first."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    return box


def drag(page: Page, fader: Locator, begin: float, end: float, vertical: bool = False) -> None:
    """Drag a fader from one share of its travel to another, 0..1."""
    box = place_of(fader)

    def place(share: float) -> tuple[float, float]:
        if vertical:
            return box["x"] + box["width"] / 2, box["y"] + box["height"] * (1 - share)
        return box["x"] + box["width"] * share, box["y"] + box["height"] / 2

    hold(page, *place(begin), to=place(end))


def value(osc: OscClient, name: str) -> Any:
    return osc.ask("/distill/get", name)[0]


def press(page: Page, target: Locator) -> None:
    box = place_of(target)
    hold(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def web_address(server: ServerProcess) -> str:
    """Where a server's page is."""
    assert server.process.stdout is not None
    found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
    assert found is not None
    return found[0]
