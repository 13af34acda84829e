"""The Live tab under a finger: real touches, as a phone sends them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.tools import wait_until
from tests.web.page.conftest import PRESS_SECONDS, OpenPage, Served

#: Longer than it takes to open the menu of a control, in seconds.
LONG_PRESS_SECONDS = 0.9


class Finger:
    """One finger on a page."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def down(self, x: float, y: float) -> None:
        self._send("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        self._send("touchMove", [{"x": x, "y": y}])

    def up(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def phone(open_page: OpenPage, served: Served) -> Iterator[Page]:
    page = open_page(width=390, height=844, touch=True)
    expect(page.locator('[data-name="temperature/structure"]').first).to_be_visible()
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    # Only now: the page of the test before may have sent its last values late.
    served.osc.send("/distill/reset")
    wait_until(lambda: served.osc.ask("/distill/get", "temperature/timbre") == [1.0], "the reset")
    yield page


@pytest.fixture
def finger(phone: Page) -> Finger:
    return Finger(phone.context.new_cdp_session(phone))


def middle(target: Locator) -> tuple[float, float]:
    """The middle of something, scrolled to the top, below the top bar, so that messages at the
    bottom cannot cover it."""
    target.evaluate("""(element) => {
      element.style.scrollMarginTop = '60px'
      element.scrollIntoView({ block: 'start' })
    }""")
    return middle_of(target)


def middle_of(target: Locator) -> tuple[float, float]:
    """The middle of something, wherever it is."""
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_moves_a_level_from_where_it_stands(
    phone: Page, finger: Finger, served: Served
) -> None:
    x, y = middle(phone.locator('[data-name="temperature/timbre"]').first)
    finger.down(x, y)
    time.sleep(PRESS_SECONDS)
    for step in range(1, 9):
        finger.move(x + 8 * step, y)
    finger.up()
    wait_until(
        lambda: 1.1 < float(str(served.osc.ask("/distill/get", "temperature/timbre")[0])) < 1.8,
        "the level's value",
    )


def test_a_finger_that_scrolls_over_the_levels_moves_none(
    phone: Page, finger: Finger, served: Served
) -> None:
    fader = phone.locator('[data-name="temperature/timbre"]').first
    x, y = middle(fader)
    finger.down(x, y)
    for step in range(1, 17):
        finger.move(x, y - 8 * step)
    finger.up()
    wait_until(lambda: middle_of(fader)[1] < y - 20, "the page to scroll", 60.0)
    served.osc.ask("/distill/ping")
    assert served.osc.ask("/distill/get", "temperature/timbre") == [1.0]


def test_a_finger_that_only_touches_moves_nothing(
    phone: Page, finger: Finger, served: Served
) -> None:
    x, y = middle(phone.locator('[data-name="gain"]').first)
    finger.down(x + 100, y)
    time.sleep(PRESS_SECONDS)
    finger.up()
    served.osc.ask("/distill/ping")
    assert served.osc.ask("/distill/get", "gain") == [1.0]


def test_a_long_press_opens_the_menu_of_a_control(phone: Page, finger: Finger) -> None:
    finger.down(*middle(phone.locator('[data-name="gain"]').first))
    time.sleep(LONG_PRESS_SECONDS)
    finger.up()
    expect(phone.get_by_role("menu", name="Gain")).to_be_visible()


def test_a_long_press_of_a_button_does_not_press_it(phone: Page, finger: Finger) -> None:
    finger.down(*middle(phone.get_by_role("button", name="Hold", exact=True)))
    time.sleep(LONG_PRESS_SECONDS)
    finger.up()
    expect(phone.get_by_role("menu", name="Hold")).to_be_visible()
    hold = phone.get_by_role("button", name="Hold", exact=True)
    expect(hold).to_have_attribute("aria-pressed", "false")
